"""The benchmark of the index measures what it says; how fast is for `deepspine bench index` to tell."""

import json
from pathlib import Path

import pytest
from dicom_files import WrittenSeries

from deepspine.data.errors import InputError
from deepspine.experiments.benchmarks.index import IndexBenchmark, Scaling, benchmark_index


def test_a_small_archive_is_measured(tmp_path: Path) -> None:
    WrittenSeries().write(tmp_path)
    measured = benchmark_index(tmp_path, workers=(1, 2), repeats=1, copies=20)
    assert (measured.files, measured.volumes, measured.copies) == (6, 1, 24)
    assert set(measured.scaling) == {1, 2}
    figures = json.loads(measured.to_json())
    assert figures["header_ratio"] == pytest.approx(measured.index_files_per_s / measured.bare_files_per_s)
    assert figures["volumes_per_s"] > 0
    assert list(measured.peak_mb) == [6, 24]
    assert all(10 < peak < 2000 for peak in measured.peak_mb.values())


def test_ratios_are_ours_over_theirs() -> None:
    scaling = {1: Scaling(100.0, 10.0), 2: Scaling(150.0, 6.25)}
    measured = IndexBenchmark(
        10,
        100.0,
        90.0,
        1,
        40.0,
        60.0,
        copies=1000,
        scaling=scaling,
        peak_mb={100: 110.2, 1000: 111.0},
        cores=2,
        load=0.5,
    )
    assert (measured.header_ratio, measured.reading_ratio) == (0.9, 1.5)
    assert "90 files/s with one worker; ratio 0.90" in measured.to_text()
    assert "2 workers: 150 files/s by the clock (1.50 times one)" in measured.to_text()
    assert "(1.60 times as fast with a free core each)" in measured.to_text()
    assert "110 MB at most for 100 files, 111 MB at most for 1,000 files" in measured.to_text()


def test_an_archive_without_a_plain_series_cannot_be_measured(tmp_path: Path) -> None:
    with pytest.raises(InputError):
        benchmark_index(tmp_path)
