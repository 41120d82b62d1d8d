"""How fast archives are indexed and volumes read, against plain pydicom and SimpleITK on the same files."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from deepspine.data.dicom.archive_index import ArchiveIndex, index_archive
from deepspine.data.dicom.discovery import find_candidates
from deepspine.data.dicom.reading import read_series
from deepspine.data.dicom.series import Series
from deepspine.data.errors import InputError
from deepspine.data.rejects import Rejects


@dataclass(frozen=True)
class IndexBenchmark:
    """Rates on one archive, each the best of several runs.

    Attributes
    ----------
    files
        DICOM files of the archive.
    bare_files_per_s
        A loop of `pydicom.dcmread(path, stop_before_pixels=True)` that keeps nothing.
    index_files_per_s
        `index_archive`, by number of workers.
    volumes
        Series of one stack that were read.
    simpleitk_volumes_per_s, volumes_per_s
        SimpleITK's series reader (sorting and reading), and `read_series`; both to float32.
    """

    files: int
    bare_files_per_s: float
    index_files_per_s: dict[int, float]
    volumes: int
    simpleitk_volumes_per_s: float
    volumes_per_s: float

    @property
    def header_ratio(self) -> float:
        """Indexing with one worker against the bare loop."""
        return self.index_files_per_s[1] / self.bare_files_per_s

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
        by_workers = "; ".join(f"{rate:,.0f} with {count} worker(s)" for count, rate in self.index_files_per_s.items())
        return (
            f"headers: {self.bare_files_per_s:,.0f} files/s by a bare pydicom loop over {self.files} files\n"
            f"index:   {by_workers}; ratio {self.header_ratio:.2f}\n"
            f"volumes: {self.volumes_per_s:.1f}/s against {self.simpleitk_volumes_per_s:.1f}/s by SimpleITK "
            f"({self.volumes} series); ratio {self.reading_ratio:.2f}"
        )


def benchmark_index(
    archive: Path, *, workers: Sequence[int] = (1, 2), repeats: int = 3, max_volumes: int = 20
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
    max_volumes
        Series to read at most.

    Raises
    ------
    InputError
        When the archive holds no series of one stack in plain files.
    """
    files = [archive / found.path for found in find_candidates(archive, reject=Rejects().add)]
    files = [path for path in files if path.is_file()]
    index = index_archive(archive)
    volumes = [series for series in index if series.n_stacks == 1 and series.paths[0].is_file()][:max_volumes]
    if not volumes:
        raise InputError(f"{archive} holds no plain DICOM series of one stack to measure with")
    runs: dict[str, Callable[[], object]] = {
        "bare": lambda: _read_headers_bare(files),
        **{str(count): _indexing(archive, count) for count in sorted({1, *workers})},
        "SimpleITK": lambda: [_read_with_simpleitk(series) for series in volumes],
        "ours": lambda: [read_series(series) for series in volumes],
    }
    best = _best_durations(runs, repeats)
    return IndexBenchmark(
        files=len(files),
        bare_files_per_s=len(files) / best["bare"],
        index_files_per_s={count: len(files) / best[str(count)] for count in sorted({1, *workers})},
        volumes=len(volumes),
        simpleitk_volumes_per_s=len(volumes) / best["SimpleITK"],
        volumes_per_s=len(volumes) / best["ours"],
    )


def _best_durations(runs: dict[str, Callable[[], object]], repeats: int) -> dict[str, float]:
    best = dict.fromkeys(runs, float("inf"))
    for _ in range(repeats):
        for name, run in runs.items():
            started = time.perf_counter()
            run()
            best[name] = min(best[name], time.perf_counter() - started)
    return best


def _read_headers_bare(files: list[Path]) -> None:
    from pydicom import dcmread

    for path in files:
        dcmread(path, stop_before_pixels=True, force=True)


def _indexing(archive: Path, workers: int) -> Callable[[], ArchiveIndex]:
    return lambda: index_archive(archive, workers=workers)


def _read_with_simpleitk(series: Series) -> Any:
    import SimpleITK

    readers: Any = SimpleITK.ImageSeriesReader
    reader = readers()
    reader.SetFileNames(readers.GetGDCMSeriesFileNames(str(series.paths[0].parent), series.series_uid))
    return SimpleITK.GetArrayFromImage(reader.Execute()).astype("float32")
