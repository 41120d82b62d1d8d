"""The benchmark of the index measures what it says; how fast is for `deepspine bench index` to tell."""

import json
from pathlib import Path

import pytest
from dicom_files import WrittenSeries

from deepspine.data.errors import InputError
from deepspine.experiments.benchmarks.index import IndexBenchmark, benchmark_index


def test_a_small_archive_is_measured(tmp_path: Path) -> None:
    WrittenSeries().write(tmp_path)
    measured = benchmark_index(tmp_path, workers=(1,), repeats=1)
    assert (measured.files, measured.volumes) == (6, 1)
    figures = json.loads(measured.to_json())
    assert figures["header_ratio"] == pytest.approx(measured.index_files_per_s[1] / measured.bare_files_per_s)
    assert figures["volumes_per_s"] > 0


def test_ratios_are_ours_over_theirs() -> None:
    measured = IndexBenchmark(10, 100.0, {1: 90.0, 2: 150.0}, 1, 40.0, 60.0)
    assert (measured.header_ratio, measured.reading_ratio) == (0.9, 1.5)
    assert "90 with 1 worker(s); 150 with 2 worker(s); ratio 0.90" in measured.to_text()


def test_an_archive_without_a_plain_series_cannot_be_measured(tmp_path: Path) -> None:
    with pytest.raises(InputError):
        benchmark_index(tmp_path)
