"""The summary of an index counts series as what they serve for."""

from pathlib import Path

import pytest
from dicom_files import T1, T2, WrittenSeries

from deepspine.data.dicom.archive_index import index_archive
from deepspine.data.dicom.summary import IndexSummary, summarize


def summary_of(root: Path) -> IndexSummary:
    return summarize(index_archive(root), n_rejected=0)


@pytest.mark.parametrize(
    ("tags", "name"),
    [
        ({"ImageType": ["ORIGINAL", "PRIMARY", "LOCALIZER"]}, "localizer"),
        ({"SeriesDescription": "t2 sag scout"}, "localizer"),
        ({"ImageType": ["DERIVED", "SECONDARY", "MPR"]}, "derived from another series"),
        ({"BodyPartExamined": "CSPINE"}, "another body region"),
    ],
)
def test_what_is_not_to_be_read_is_counted_as_what_it_is(tmp_path: Path, tags: dict[str, object], name: str) -> None:
    WrittenSeries("s", "t1", tags={**T1, "SeriesNumber": 2}).write(tmp_path / "t1")
    WrittenSeries("s", "other", tags={**T2, **tags}).write(tmp_path / "other")
    summary = summary_of(tmp_path)
    assert summary.series == {name: 1, "sagittal T1": 1}
    assert summary.with_slot == {"sagittal_t1": 1, "sagittal_t2": 0, "axial_t2": 0}


def test_a_study_with_a_localizer_and_a_t2_has_one_t2(tmp_path: Path) -> None:
    WrittenSeries("s", "t2").write(tmp_path / "t2")
    WrittenSeries("s", "loc", tags={**T2, "SeriesDescription": "loc"}).write(tmp_path / "loc")
    summary = summary_of(tmp_path)
    assert (summary.series, summary.with_slot["sagittal_t2"]) == ({"localizer": 1, "sagittal T2": 1}, 1)
    assert "1 series localizer" in summary.to_text(rejects="index.rejects.csv")
