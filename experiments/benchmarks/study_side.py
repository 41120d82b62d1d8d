"""A process of its own that starts up, locates a study and says how long each took and how much memory at most."""

from __future__ import annotations

import json
import pickle
import sys
import time
from pathlib import Path


def main(study: Path, repeats: int) -> None:
    """Locate the pickled volume; print the clock when ready, seconds of each repeat, and peak memory."""
    from deepspine.experiments.benchmarks.peak_memory import own_peak_mb
    from deepspine.segmentation.inference import SegmentationNetwork
    from deepspine.segmentation.locate import locate

    network = SegmentationNetwork.load()
    ready, processor_ready = time.monotonic(), time.process_time()
    # Written by the benchmark that starts this process, nobody else's file.
    volume = pickle.loads(study.read_bytes())
    seconds: list[float] = []
    processor_seconds: list[float] = []
    n_discs = 0
    for _ in range(repeats):
        start, busy = time.monotonic(), time.process_time()
        n_discs = len(locate(volume, network=network).frames)
        seconds.append(time.monotonic() - start)
        processor_seconds.append(time.process_time() - busy)
    peak_gb = own_peak_mb() / 1024
    answer = {
        "ready": ready,
        "processor_ready": processor_ready,
        "seconds": seconds,
        "processor_seconds": processor_seconds,
        "discs": n_discs,
        "peak_gb": peak_gb,
    }
    sys.stdout.write(json.dumps(answer) + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
