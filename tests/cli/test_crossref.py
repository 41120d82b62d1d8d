"""`deepspine crossref`: a table of axial slices and the disc that each cuts."""

import csv
import json
import shutil
from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path

import pytest
from pydicom import dcmread

from deepspine.cli import main
from deepspine.data.csv_rows import csv_text
from deepspine.data.dicom.archive_index import ArchiveIndex
from deepspine.data.dicom.reading import read_stacks
from deepspine.data.dicom.selection import select_series
from deepspine.data.rejects import Rejects
from deepspine.data.slice_table import slice_rows, write_rows


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write a phantom study with five tilted axial slabs, one a disc."""
    folder = tmp_path_factory.mktemp("phantom")
    options = ["--studies", "1", "--seed", "4", "--scoliosis", "0"]
    assert main(["phantom", *options, "--out", str(folder)]) == 0
    return folder


@pytest.fixture
def phantom(written: Path, tmp_path: Path) -> Path:
    """Give a copy of the phantom study."""
    shutil.copytree(written, tmp_path / "phantom")
    return tmp_path / "phantom"


def crossref(phantom: Path, *options: str) -> int:
    index = phantom / "index.parquet"
    assert main(["index", str(phantom / "archive"), "--out", str(index)]) == 0
    arguments = ["--index", str(index), "--levels", str(phantom / "truth"), "--out", str(phantom / "slices.csv")]
    return main(["crossref", *arguments, *options])


def rows_of(phantom: Path) -> list[dict[str, str]]:
    with (phantom / "slices.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def move_to_another_frame(phantom: Path) -> None:
    for path in (phantom / "archive").glob("*/ax_t2/*.dcm"):
        dataset = dcmread(path)
        dataset.FrameOfReferenceUID = "1.2.3"
        dataset.save_as(path)


def test_every_axial_slice_has_a_row_and_every_slab_its_disc(phantom: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert crossref(phantom, "--json") == 0
    rows = rows_of(phantom)
    n_files = len(list((phantom / "archive").glob("*/ax_t2/*.dcm")))
    assert json.loads(capsys.readouterr().out.splitlines()[-1]) == {"studies": 1, "slices": n_files, "rejected": 0}
    cut = defaultdict(set)
    for row in rows:
        cut[int(row["stack"])].add(row["level"])
        assert row["nearest"]
    assert [cut[number] - {""} for number in range(5)] == [{"L1-L2"}, {"L2-L3"}, {"L3-L4"}, {"L4-L5"}, {"L5-S1"}]
    assert all(abs(float(row["offset_mm"])) < 10 for row in rows if row["level"])


def test_a_row_names_the_file_of_its_slice(phantom: Path) -> None:
    assert crossref(phantom) == 0
    index = ArchiveIndex.read(phantom / "index.parquet")
    (study,) = index.studies()
    volumes = read_stacks(select_series(study).axial_t2 or ())
    for row in rows_of(phantom):
        dataset = dcmread(phantom / "archive" / row["file"])
        assert dataset.SOPInstanceUID == row["sop_instance_uid"]
        grid = volumes[int(row["stack"])].grid
        in_slice = grid.ijk_from_lps([float(number) for number in dataset.ImagePositionPatient])[0]
        assert in_slice == pytest.approx(int(row["slice"]), abs=0.01)


def test_a_run_that_is_stopped_leaves_the_table_that_was_there(phantom: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert crossref(phantom) == 0
    table = (phantom / "slices.csv").read_bytes()
    n_rows = 0

    def stopped(rows: Iterable[tuple[str, ...]], header: Sequence[str] | None) -> str:
        nonlocal n_rows
        n_rows += 1
        if n_rows > 3:
            raise KeyboardInterrupt
        return csv_text(rows, header)

    monkeypatch.setattr("deepspine.data.slice_table.csv_text", stopped)
    with pytest.raises(KeyboardInterrupt):
        write_rows(
            slice_rows(ArchiveIndex.read(phantom / "index.parquet"), phantom / "truth", rejects=Rejects()),
            phantom / "slices.csv",
        )
    assert (phantom / "slices.csv").read_bytes() == table
    assert list(phantom.glob("*.part")) == []


def test_an_archive_that_has_moved_is_found_by_its_new_root(phantom: Path) -> None:
    assert crossref(phantom) == 0
    expected = rows_of(phantom)
    (phantom / "archive").rename(phantom / "moved")
    arguments = ["--index", str(phantom / "index.parquet"), "--levels", str(phantom / "truth")]
    out = phantom / "slices.csv"
    assert main(["crossref", *arguments, "--root", str(phantom / "moved"), "--out", str(out)]) == 0
    assert rows_of(phantom) == expected
    assert main(["crossref", *arguments, "--root", str(phantom / "archive"), "--out", str(out)]) == 2


def test_another_frame_of_reference_is_refused_unless_allowed(
    phantom: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    move_to_another_frame(phantom)
    assert crossref(phantom) == 3
    assert "1 of 1 inputs were rejected" in capsys.readouterr().err
    assert rows_of(phantom) == []
    assert "--allow-mismatched-frames" in (phantom / "slices.rejects.csv").read_text(encoding="utf-8")
    assert crossref(phantom, "--allow-mismatched-frames") == 0
    assert rows_of(phantom)


def test_a_missing_folder_of_levels_is_told(phantom: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (phantom / "truth").rename(phantom / "moved")
    assert crossref(phantom) == 2
    assert f"no folder {phantom / 'truth'}" in capsys.readouterr().err
    assert not (phantom / "slices.csv").exists()


def test_a_study_without_levels_or_axial_series_is_listed(phantom: Path) -> None:
    for path in (phantom / "truth").glob("*/levels.json"):
        path.rename(path.with_suffix(".away"))
    assert crossref(phantom) == 3
    assert "no levels.json" in (phantom / "slices.rejects.csv").read_text(encoding="utf-8")
    for path in (phantom / "archive").glob("*/ax_t2/*.dcm"):
        path.unlink()
    assert crossref(phantom, "--max-reject-share", "1") == 0
    assert "no axial series" in (phantom / "slices.rejects.csv").read_text(encoding="utf-8")
