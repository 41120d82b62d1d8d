"""Runs in the environment of the peers: writes samples with LitData and HF datasets and times reading them shuffled.

Reads a task as JSON from its input: `shards` (tar files to take samples from), `work` (folder to write to), `seed`,
`rounds`. Prints a line of JSON: name, order, place and samples a second of processor time, for each format.
"""

import io
import json
import random
import sys
import tarfile
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

CHUNK = "64MB"


def main() -> None:
    """Answer one task."""
    task = json.load(sys.stdin)
    answer_to, sys.stdout = sys.stdout, sys.stderr
    work, seed, rounds = Path(task["work"]), int(task["seed"]), int(task["rounds"])
    samples = list(samples_of(task["shards"]))
    answer = []
    for name, order, write, read in (
        ("HF datasets, Arrow", "exact", write_hf, read_hf),
        ("LitData, streaming", "buffer", write_litdata, read_litdata),
    ):
        place = work / write.__name__.removeprefix("write_")
        write(samples, place)
        rate = best_rate(lambda number, read=read, place=place: read(place, number), len(samples), seed, rounds)  # type: ignore[misc]
        answer.append({"name": name, "order": order, "place": str(place), "samples_per_s": rate})
    answer_to.write(json.dumps(answer) + "\n")
    answer_to.flush()


def samples_of(shards: Iterable[str]) -> Iterator[dict[str, bytes]]:
    """Yield the files of each sample of tar files in WebDataset's naming, by extension."""
    for path in shards:
        with tarfile.open(path) as tar:
            files: dict[str, dict[str, bytes]] = {}
            for member in tar:
                key, _, extension = member.name.partition(".")
                content = tar.extractfile(member)
                assert content is not None
                files.setdefault(key, {})[extension] = content.read()
            yield from files.values()


def decoded(files: dict[str, Any]) -> dict[str, Any]:
    """Return description and crops, as every format of the comparison gives them."""
    crops = {
        name: np.load(io.BytesIO(content)).astype(np.float32)
        for name, content in files.items()
        if name != "json" and content
    }
    return {"about": json.loads(files["json"]), **crops}


def best_rate(read: Callable[[int], Iterable[Any]], n_samples: int, seed: int, rounds: int) -> float:
    """Return samples a second of processor time, the best of several rounds."""
    best = 0.0
    for number in range(rounds):
        started, found = time.process_time(), 0
        for _ in read(seed + number):
            found += 1
        best = max(best, found / (time.process_time() - started))
        if found != n_samples:
            raise SystemExit(f"{found} of {n_samples} samples")
    return best


def write_hf(samples: list[dict[str, bytes]], place: Path) -> None:
    """Write one Arrow table with a column of bytes for each file of a sample."""
    import datasets

    columns = sorted({name for sample in samples for name in sample})
    rows = {name: [sample.get(name) for sample in samples] for name in columns}
    features = datasets.Features({name: datasets.Value("large_binary") for name in columns})
    datasets.Dataset.from_dict(rows, features=features).save_to_disk(str(place))


def read_hf(place: Path, seed: int) -> Iterator[dict[str, Any]]:
    """Read every row once, at random."""
    import datasets

    table = datasets.load_from_disk(str(place))
    order = list(range(len(table)))
    random.Random(seed).shuffle(order)
    for index in order:
        yield decoded(table[index])


def write_litdata(samples: list[dict[str, bytes]], place: Path) -> None:
    """Write chunks of LitData, in this process."""
    from litdata.streaming.writer import BinaryWriter

    place.mkdir(parents=True)
    writer = BinaryWriter(str(place), chunk_bytes=CHUNK)
    columns = sorted({name for sample in samples for name in sample})
    for index, sample in enumerate(samples):
        writer[index] = {name: sample.get(name, b"") for name in columns}
    writer.done()
    writer.merge()


def read_litdata(place: Path, seed: int) -> Iterator[dict[str, Any]]:
    """Stream the chunks shuffled."""
    from litdata import StreamingDataset

    for sample in StreamingDataset(str(place), shuffle=True, seed=seed):
        yield decoded(sample)


if __name__ == "__main__":
    main()
