"""How fast archives are indexed and volumes read, against plain pydicom and SimpleITK on the same files."""

from __future__ import annotations

import json
import os
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from deepspine.data.dicom.archive_index import index_archive
from deepspine.data.dicom.discovery import find_candidates
from deepspine.data.dicom.reading import read_series
from deepspine.data.dicom.series import Series
from deepspine.data.errors import InputError
from deepspine.data.rejects import Rejects
from deepspine.experiments.benchmarks.peak_memory import own_peak_mb

COPIED_SIDE = 16
"""Rows and columns of the copies that scaling is measured on: headers are read whole, pixels not at all."""
MAX_VOLUMES = 20
"""Series to read at most."""
FEW = "few"
"""Folder of a tenth of the copies: memory is measured on it and on all."""


@dataclass(frozen=True)
class Scaling:
    """One run with some number of workers.

    Attributes
    ----------
    files_per_s
        By the clock: on a busy machine this is what the others leave.
    busiest_s
        Processor time of the process that needed most: what the run would take with a free core for each process.
    """

    files_per_s: float
    busiest_s: float


@dataclass(frozen=True)
class IndexBenchmark:
    """Rates on one archive, each the best of several runs. Rates of one process are per second of processor time.

    Attributes
    ----------
    files
        DICOM files of the archive.
    bare_files_per_s
        A loop of `pydicom.dcmread(path, stop_before_pixels=True)` that keeps nothing.
    index_files_per_s
        `index_archive` with one worker.
    volumes
        Series of one stack that were read.
    simpleitk_volumes_per_s, volumes_per_s
        SimpleITK's series reader (sorting and reading), and `read_series`; both to float32.
    copies
        Files that scaling was measured on: the archive's, many times under new UIDs.
    scaling
        By number of workers.
    peak_mb
        Most memory that a process held while it indexed so many files with one worker and wrote the index.
    cores, load
        Of the machine: processor cores, and processes that wanted one, over the last minute.
    """

    files: int
    bare_files_per_s: float
    index_files_per_s: float
    volumes: int
    simpleitk_volumes_per_s: float
    volumes_per_s: float
    copies: int
    scaling: dict[int, Scaling]
    peak_mb: dict[int, float]
    cores: int
    load: float

    @property
    def header_ratio(self) -> float:
        """Indexing with one worker against the bare loop."""
        return self.index_files_per_s / self.bare_files_per_s

    @property
    def reading_ratio(self) -> float:
        """Reading of volumes against SimpleITK."""
        return self.volumes_per_s / self.simpleitk_volumes_per_s

    def to_json(self) -> str:
        """Return the figures as one JSON object."""
        ratios = {"header_ratio": self.header_ratio, "reading_ratio": self.reading_ratio}
        return json.dumps(asdict(self) | ratios, indent=2)

    def to_text(self) -> str:
        """Return the figures as lines to read."""
        return "\n".join([
            f"headers: {self.bare_files_per_s:,.0f} files/s by a bare pydicom loop over {self.files} files",
            f"index:   {self.index_files_per_s:,.0f} files/s with one worker; ratio {self.header_ratio:.2f}",
            f"volumes: {self.volumes_per_s:.1f}/s against {self.simpleitk_volumes_per_s:.1f}/s by SimpleITK "
            f"({self.volumes} series); ratio {self.reading_ratio:.2f}",
            f"scaling over {self.copies:,} files, load {self.load:.1f} on {self.cores} cores:",
            *(self._scaling_text(workers) for workers in self.scaling),
            f"memory: {', '.join(f'{mb:.0f} MB at most for {files:,} files' for files, mb in self.peak_mb.items())}",
        ])  # fmt: skip

    def _scaling_text(self, workers: int) -> str:
        one, this = self.scaling[1], self.scaling[workers]
        return (
            f"  {workers} worker{'s' * (workers > 1)}: {this.files_per_s:,.0f} files/s by the clock "
            f"({this.files_per_s / one.files_per_s:.2f} times one); busiest process {this.busiest_s:.1f} s "
            f"({one.busiest_s / this.busiest_s:.2f} times as fast with a free core each)"
        )


def benchmark_index(
    archive: Path,
    *,
    workers: Sequence[int] = (1, 2),
    repeats: int = 3,
    copies: int = 30_000,
) -> IndexBenchmark:
    """Measure indexing and reading on a folder of DICOM files.

    Parameters
    ----------
    archive
        Folder of DICOM files; zip and tar files in it are left out, since the bare loop cannot open them.
    workers
        Numbers of processes to measure; 1 is always among them.
    repeats
        Runs of each measurement, taken in turn so that a busy moment of the machine hits all alike.
    copies
        Files to measure scaling on, at least.

    Raises
    ------
    InputError
        When the archive holds no series of one stack in plain files.
    """
    files = [archive / found.path for found in find_candidates(archive, reject=Rejects().add)]
    files = [path for path in files if path.is_file()]
    index = index_archive(archive)
    volumes = [series for series in index if series.n_stacks == 1 and series.paths[0].is_file()][:MAX_VOLUMES]
    if not volumes:
        raise InputError(f"{archive} holds no plain DICOM series of one stack to measure with")
    runs: dict[str, Callable[[], object]] = {
        "bare": lambda: _read_headers_bare(files),
        "index": lambda: index_archive(archive),
        "SimpleITK": lambda: [_read_with_simpleitk(series) for series in volumes],
        "ours": lambda: [read_series(series) for series in volumes],
    }
    best = _best_processor_times(runs, repeats)
    with tempfile.TemporaryDirectory(prefix="deepspine-bench-") as folder:
        n_copies = _copy_under_new_uids([path for series in index for path in series.paths], Path(folder), copies)
        scaling = _best_scaling(Path(folder), sorted({1, *workers}), n_copies, repeats)
        peak_mb = dict(_peak_mb(place) for place in (Path(folder) / FEW, Path(folder)))
    return IndexBenchmark(
        files=len(files),
        bare_files_per_s=len(files) / best["bare"],
        index_files_per_s=len(files) / best["index"],
        volumes=len(volumes),
        simpleitk_volumes_per_s=len(volumes) / best["SimpleITK"],
        volumes_per_s=len(volumes) / best["ours"],
        copies=n_copies,
        scaling=scaling,
        peak_mb=peak_mb,
        cores=os.cpu_count() or 1,
        load=os.getloadavg()[0],
    )


def _best_processor_times(runs: dict[str, Callable[[], object]], repeats: int) -> dict[str, float]:
    best = dict.fromkeys(runs, float("inf"))
    for _ in range(repeats):
        for name, run in runs.items():
            started = time.process_time()
            run()
            best[name] = min(best[name], time.process_time() - started)
    return best


def _best_scaling(archive: Path, workers: Sequence[int], n_files: int, repeats: int) -> dict[int, Scaling]:
    runs = {count: [_scaling(archive, count, n_files) for _ in range(repeats)] for count in workers}
    return {
        count: Scaling(max(one.files_per_s for one in found), min(one.busiest_s for one in found))
        for count, found in runs.items()
    }


def _scaling(archive: Path, workers: int, n_files: int) -> Scaling:
    before, started = os.times(), time.perf_counter()
    index_archive(archive, workers=workers)
    duration, after = time.perf_counter() - started, os.times()
    own = after.user + after.system - before.user - before.system
    helpers = after.children_user + after.children_system - before.children_user - before.children_system
    return Scaling(n_files / duration, max(own, helpers / max(workers - 1, 1)))


def _peak_mb(archive: Path) -> tuple[int, float]:
    """Return the number of files of an archive, and the peak memory of a new process that indexes it."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(_index_and_weigh, archive).result()


def _index_and_weigh(archive: Path) -> tuple[int, float]:
    with tempfile.TemporaryDirectory(prefix="deepspine-bench-") as folder:
        index = index_archive(archive)
        index.write(Path(folder) / "index.parquet")
    return index.n_files, own_peak_mb()


def _copy_under_new_uids(files: Sequence[Path], folder: Path, at_least: int) -> int:
    """Write files again and again as further patients, their pixels cut to a corner; returns the number written.

    Raises
    ------
    InputError
        When all files are compressed or big endian.
    """
    from pydicom import dcmread
    from pydicom.uid import ExplicitVRLittleEndian, ImplicitVRLittleEndian

    datasets = (dcmread(path, stop_before_pixels=True) for path in sorted(set(files)))
    plain = (ExplicitVRLittleEndian, ImplicitVRLittleEndian)
    numbered = [one for one in datasets if one.file_meta.TransferSyntaxUID in plain]
    if not numbered:
        raise InputError("scaling is measured on copies of uncompressed files, and there are none")
    n_rounds = -(-at_least // len(numbered))
    for number, dataset in enumerate(numbered):
        n_pixels = COPIED_SIDE**2 * int(dataset.get("NumberOfFrames") or 1)
        dataset.add_new("PixelData", "OW", bytes(n_pixels * dataset.BitsAllocated // 8))
        dataset.Rows = dataset.Columns = COPIED_SIDE
        names = ("StudyInstanceUID", "SeriesInstanceUID", "PatientID", "SOPInstanceUID")
        values = {name: str(dataset[name].value) for name in names}
        for copy in range(n_rounds):
            for name, value in values.items():
                setattr(dataset, name, f"{value[:55]}.{copy}")
            dataset.file_meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID
            part = FEW if 10 * copy < n_rounds else "rest"
            target = folder / part / str(copy) / f"{number}.dcm"
            target.parent.mkdir(parents=True, exist_ok=True)
            dataset.save_as(target)
    return n_rounds * len(numbered)


def _read_headers_bare(files: list[Path]) -> None:
    from pydicom import dcmread

    for path in files:
        dcmread(path, stop_before_pixels=True, force=True)


def _read_with_simpleitk(series: Series) -> Any:
    import SimpleITK

    readers: Any = SimpleITK.ImageSeriesReader
    reader = readers()
    reader.SetFileNames(readers.GetGDCMSeriesFileNames(str(series.paths[0].parent), series.series_uid))
    return SimpleITK.GetArrayFromImage(reader.Execute()).astype("float32")
