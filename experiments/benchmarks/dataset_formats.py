"""How fast a dataset is read for training, in our format and in others made of the same samples; and what it can feed.

Every format gives the same thing for a sample: its crops as float32 arrays and its description as plain values, all
samples once, in an order drawn by a seed. Times are processor time of the reading process, from files that lie in the
system's cache: what a format itself costs. `formats_side.py` measures formats whose packages we do not depend on.
"""

from __future__ import annotations

import io
import json
import os
import shutil
import subprocess
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from deepspine.data.crops import INPUTS
from deepspine.data.dataset.manifest import Manifest
from deepspine.data.dataset.shards import StoredSample, stored_samples
from deepspine.data.errors import ConfigError, InputError
from deepspine.data.extras import needs_extra
from deepspine.data.whole_files import write_whole
from deepspine.experiments.benchmarks.peer_environment import last_line, peer_environment

REQUIREMENTS = ("numpy>=2", "datasets>=4", "litdata>=0.2.50")
"""Of the peers' own environment."""
OWN_FOLDERS = ("zarr-plain", "zarr-zstd", "hf", "litdata", "cache")
"""What a run writes into its work folder, and what a later one removes."""
BUFFER = 500
"""Samples among which streaming formats shuffle."""
TIMEOUT_S = 1800

Plain = Mapping[str, Any]
"""A sample as plain values: its description and one float32 array for each crop."""


@dataclass(frozen=True)
class FormatFigure:
    """One format.

    Attributes
    ----------
    name
        Of the format and its reader.
    samples_per_s
        Per second of processor time, the best of several rounds.
    megabytes, files
        On disk.
    order
        How samples are shuffled: `exact` draws any sample next, `buffer` only among those read ahead.
    """

    name: str
    samples_per_s: float
    megabytes: float
    files: int
    order: str


@dataclass(frozen=True)
class FeedFigure:
    """What the loader feeds.

    Attributes
    ----------
    loader_samples_per_s
        Of the loader in one process, per second of processor time: decoded, labels as tensors, in batches.
    step_s
        One training step of the grader, forwards and backwards, on `device`.
    batch_size, encoder, device
        Of the step.
    """

    loader_samples_per_s: float
    step_s: float
    batch_size: int
    encoder: str
    device: str

    @property
    def needed_samples_per_s(self) -> float:
        """Samples that the step takes in a second."""
        return self.batch_size / self.step_s

    @property
    def workers_needed(self) -> int:
        """Loader processes that keep the device busy."""
        return int(np.ceil(self.needed_samples_per_s / self.loader_samples_per_s))

    @property
    def shortest_step_ms(self) -> float:
        """The shortest step that one loader process can feed."""
        return 1000 * self.batch_size / self.loader_samples_per_s


def benchmark_formats(
    dataset: Path,
    work: Path,
    *,
    seed: int = 0,
    rounds: int = 3,
    environment: Path | None = None,
    advance: Callable[[float], None] = lambda n: None,
) -> list[FormatFigure]:
    """Write a dataset in every format and read each in a shuffled order.

    Parameters
    ----------
    dataset
        Folder of `deepspine build`.
    work
        Folder for the other formats.
    environment
        Environment of the peers (made when missing); without one only formats that we depend on are measured.
    advance
        Called after each format.

    Raises
    ------
    InputError
        When the folder is no dataset, or the peers' environment cannot be made.
    """
    stored = stored_samples(dataset)
    shards = [dataset / shard.name for shard in Manifest.read(dataset).shards]
    for name in OWN_FOLDERS:
        shutil.rmtree(work / name, ignore_errors=True)
    work.mkdir(parents=True, exist_ok=True)
    figures = []

    def measure(name: str, order: str, places: Sequence[Path], read: Callable[[int], Iterable[Plain]]) -> None:
        figures.append(FormatFigure(name, _best_rate(read, len(stored), seed, rounds), *_size(places), order))
        advance(1)

    measure("tar, read by offset (ours)", "exact", shards, lambda order_seed: _from_offsets(stored, order_seed))
    measure("tar, stock WebDataset stream", "buffer", shards, lambda order_seed: _from_stream(shards, order_seed))
    for name, codec in (("Zarr, a chunk a sample", None), ("Zarr, zstd", "zstd")):
        place = work / f"zarr-{codec or 'plain'}"
        _write_zarr(stored, dataset, place, compressed=codec is not None)
        measure(name, "exact", [place], lambda order_seed, place=place: _from_zarr(place, order_seed))  # type: ignore[misc]
    if environment is not None:
        figures += _peers(shards, work, environment, seed=seed, rounds=rounds)
        advance(2)
    return figures


def measure_feed(
    dataset: Path, *, batch_size: int = 32, encoder: str = "resnet18", device: str = "cpu", steps: int = 3
) -> FeedFigure:
    """Measure the training loader on a dataset, and a step of the grader on a device.

    Raises
    ------
    ConfigError
        When there is no such device.
    InputError
        When the folder is no dataset.
    """
    import torch

    from deepspine.grading.training import GradingModule
    from deepspine.grading.training_data import GradingData

    if device == "cuda" and not torch.cuda.is_available():
        raise ConfigError("--device cuda: no such device on this machine; leave the option out")
    data = GradingData(dataset, batch_size=batch_size, workers=0)
    levels = data.level_dataset("train")
    loader = torch.utils.data.DataLoader(
        levels, batch_size=batch_size, shuffle=True, drop_last=len(levels) > batch_size
    )
    started, n_samples, batch = time.process_time(), 0, None
    for batch in loader:
        n_samples += len(batch.level)
    rate = n_samples / (time.process_time() - started)
    if batch is None:
        raise InputError(f"{dataset}: no samples to train with")
    module = GradingModule(encoder=encoder).to(device)
    return FeedFigure(rate, _step_s(module, _moved(batch, device), steps), len(batch.level), encoder, device)


def figures_text(figures: Sequence[FormatFigure], feed: FeedFigure | None = None) -> str:
    """Return the figures as a table to read."""
    lines = [f"{'format':<32}{'samples/s':>10}{'MB':>8}{'files':>7}  order"]
    lines += [
        f"{one.name:<32}{one.samples_per_s:>10.0f}{one.megabytes:>8.1f}{one.files:>7}  {one.order}" for one in figures
    ]
    if feed is not None:
        lines.append(
            f"loader {feed.loader_samples_per_s:.0f} samples/s a process; a step of {feed.batch_size} "
            f"({feed.encoder}, {feed.device}) takes {feed.step_s:.3f} s and {feed.needed_samples_per_s:.0f} samples/s: "
            f"{feed.workers_needed} worker{'s' * (feed.workers_needed != 1)}; "
            f"one worker feeds steps of {feed.shortest_step_ms:.0f} ms"
        )
    return "\n".join(lines)


def figures_json(figures: Sequence[FormatFigure], feed: FeedFigure | None = None) -> str:
    """Return the figures as one JSON object."""
    return json.dumps({"formats": [asdict(one) for one in figures], "feed": None if feed is None else asdict(feed)})


# ----------------------------------------------------------------------------------------------------- reading


def plain_sample(files: Mapping[str, bytes]) -> Plain:
    """Decode the files of a sample as far as every format does: description and crops, labels left as text."""
    crops = {
        name: np.load(io.BytesIO(files[f"{name}.npy"]), allow_pickle=False).astype(np.float32)
        for name in INPUTS
        if f"{name}.npy" in files
    }
    return {"about": json.loads(files["json"]), **crops}


def _from_offsets(stored: Sequence[StoredSample], seed: int) -> Iterator[Plain]:
    return (plain_sample(stored[index].read_files()) for index in np.random.default_rng(seed).permutation(len(stored)))


def _from_stream(shards: Sequence[Path], seed: int) -> Iterator[Plain]:
    with needs_extra("bench", "measuring WebDataset"):
        import webdataset as wds
    streamed = wds.WebDataset([str(path) for path in shards], shardshuffle=len(shards), seed=seed, empty_check=False)
    for sample in streamed.shuffle(BUFFER, seed=seed):
        yield plain_sample(sample)


def _write_zarr(stored: Sequence[StoredSample], dataset: Path, place: Path, *, compressed: bool) -> None:
    """Write one array an input, one chunk a sample; missing crops are nan, descriptions lie in an array of texts."""
    with needs_extra("bench", "measuring Zarr"):
        import zarr

    preset = Manifest.read(dataset).preset
    group = zarr.open_group(str(place), mode="w")
    compressors: Any = "auto" if compressed else None
    arrays = {
        name: group.create_array(
            name,
            shape=(len(stored), *preset.spec_of(name).pixels),
            chunks=(1, *preset.spec_of(name).pixels),
            dtype="float16",
            compressors=compressors,
            fill_value=np.nan,
        )
        for name in INPUTS
    }
    about = []
    for index, one in enumerate(stored):
        sample = plain_sample(one.read_files())
        about.append(json.dumps(sample["about"]))
        for name in INPUTS:
            if name in sample:
                arrays[name][index] = sample[name].astype(np.float16)
    write_whole(place / "about.json", json.dumps(about))


def _from_zarr(place: Path, seed: int) -> Iterator[Plain]:
    import zarr

    group = zarr.open_group(str(place), mode="r")
    arrays: dict[str, Any] = {name: group[name] for name in INPUTS}
    about = json.loads((place / "about.json").read_text(encoding="utf-8"))
    for index in np.random.default_rng(seed).permutation(len(about)).tolist():
        crops = {name: np.asarray(array[index], dtype=np.float32) for name, array in arrays.items()}
        yield {"about": json.loads(about[index]), **crops}


# --------------------------------------------------------------------------------------------------- measuring


def _best_rate(read: Callable[[int], Iterable[Plain]], n_samples: int, seed: int, rounds: int) -> float:
    best = 0.0
    for number in range(rounds):
        started, found = time.process_time(), 0
        for _ in read(seed + number):
            found += 1
        best = max(best, found / (time.process_time() - started))
        if found != n_samples:
            raise InputError(f"a format gave {found} of {n_samples} samples")
    return best


def _size(places: Sequence[Path]) -> tuple[float, int]:
    files = [file for place in places for file in ([place] if place.is_file() else place.rglob("*")) if file.is_file()]
    return sum(file.stat().st_size for file in files) / 2**20, len(files)


def _moved(batch: Any, device: str) -> Any:
    """Return a batch of tensors, and of tables of tensors, on a device."""
    moved = [
        {name: tensor.to(device) for name, tensor in part.items()}
        if isinstance(part, dict)
        else None
        if part is None
        else part.to(device)
        for part in batch
    ]
    return type(batch)(*moved)


def _step_s(module: Any, batch: Any, steps: int) -> float:
    """Return the median time of a step, after one to warm up; processor time of one thread on a CPU, else wall time."""
    import torch

    on_cpu = batch.level.device.type == "cpu"
    clock = time.process_time if on_cpu else time.perf_counter
    if on_cpu:
        torch.set_num_threads(1)
    optimizer = torch.optim.AdamW(module.parameters())
    times = []
    for _ in range(steps + 1):
        started = clock()
        optimizer.zero_grad()
        scores = module.network(batch)
        sum(score.square().mean() for score in scores.values()).backward()
        optimizer.step()
        if not on_cpu:
            torch.cuda.synchronize()
        times.append(clock() - started)
    return float(np.median(times[1:]))


def _peers(shards: Sequence[Path], work: Path, environment: Path, *, seed: int, rounds: int) -> list[FormatFigure]:
    """Measure formats of other packages in their own environment."""
    python = peer_environment(environment, REQUIREMENTS, peer="the peers", option="--peers")
    task = {"shards": [str(shard.absolute()) for shard in shards], "work": str(work.absolute())}
    # The packages ask for updates and keep caches in the user's home unless told not to.
    quiet = {"HF_HUB_OFFLINE": "1", "HF_DATASETS_CACHE": str(work / "cache")}
    done = subprocess.run(
        [str(python.absolute()), str(Path(__file__).with_name("formats_side.py"))],
        input=json.dumps(task | {"seed": seed, "rounds": rounds}), capture_output=True, text=True,
        timeout=TIMEOUT_S, check=False, env={**os.environ, **quiet},
    )  # fmt: skip
    if done.returncode:
        raise InputError(f"the peers failed: {last_line(done.stderr)}; delete {environment} and try again")
    answer = json.loads(done.stdout.strip().splitlines()[-1])
    return [
        FormatFigure(one["name"], one["samples_per_s"], *_size([Path(one["place"])]), one["order"]) for one in answer
    ]
