"""`deepspine index` from the outside: what it writes, says and returns."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from dicom_files import WrittenSeries

from deepspine.cli import main
from deepspine.data.dicom.archive_index import ArchiveIndex


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    """Give an archive of one sound series and one truncated file."""
    paths = WrittenSeries().write(tmp_path / "archive" / "study")
    (tmp_path / "archive" / "broken.dcm").write_bytes(paths[0].read_bytes()[:2000])
    return tmp_path / "archive"


def test_an_index_and_its_rejects_are_written(
    archive: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out" / "index.parquet"
    assert main(["index", str(archive), "--out", str(out), "--json"]) == 0
    summary = json.loads(capsys.readouterr().out)
    assert (summary["files"], summary["rejected"], summary["series"]) == (7, 1, {"sagittal T2": 1})
    assert [one.n_slices for one in ArchiveIndex.read(out).series] == [6]
    assert (out.parent / "index.rejects.csv").read_text().splitlines()[1].startswith("broken.dcm,truncated")


def test_two_indexes_in_one_folder_keep_their_rejects(
    archive: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    WrittenSeries().write(tmp_path / "sound")
    assert main(["index", str(archive), "--out", str(tmp_path / "one.parquet")]) == 0
    assert "1 rejected, see one.rejects.csv" in capsys.readouterr().out
    assert main(["index", str(tmp_path / "sound"), "--out", str(tmp_path / "two.parquet")]) == 0
    lists = [(tmp_path / f"{name}.rejects.csv").read_text().splitlines() for name in ("one", "two")]
    assert [len(rows) for rows in lists] == [2, 1]


def test_too_many_rejects_are_exit_code_3_with_the_index_written(
    archive: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "index.parquet"
    assert main(["index", str(archive), "--out", str(out), "--max-reject-share", "0.1"]) == 3
    assert "1 of 7 inputs were rejected" in capsys.readouterr().err
    assert out.exists()


def test_a_second_run_takes_what_it_knows_from_beside_the_index_unless_fresh(archive: Path, tmp_path: Path) -> None:
    out = tmp_path / "index.parquet"
    assert main(["index", str(archive), "--out", str(out)]) == 0
    first, headers = out.read_bytes(), tmp_path / "index.headers.sqlite"
    assert main(["index", str(archive), "--out", str(out)]) == 0
    assert out.read_bytes() == first
    headers.write_bytes(b"damaged " * 1000)
    assert main(["index", str(archive), "--out", str(out)]) == 2
    assert main(["index", str(archive), "--out", str(out), "--fresh"]) == 0
    assert out.read_bytes() == first


def test_an_archive_that_is_not_there_leaves_nothing_behind(tmp_path: Path) -> None:
    assert main(["index", str(tmp_path / "nowhere"), "--out", str(tmp_path / "index.parquet")]) == 2
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("name", "words"), [("nowhere", "no file or folder"), ("empty", "holds no DICOM files")])
def test_an_archive_that_is_none_is_exit_code_2_and_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str, words: str
) -> None:
    (tmp_path / "empty").mkdir()
    assert main(["index", str(tmp_path / name), "--out", str(tmp_path / "index.parquet")]) == 2
    error = capsys.readouterr().err
    assert words in error
    assert error.count("\n") == 1


def test_a_place_that_cannot_be_written_is_one_line(
    archive: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_bytes(b"x")
    for out, words in ((tmp_path, "is a folder"), (tmp_path / "file" / "index.parquet", "check the path")):
        assert main(["index", str(archive), "--out", str(out)]) == 2
        error = capsys.readouterr().err
        assert words in error
        assert error.count("\n") == 1


def test_a_run_beside_another_on_the_same_index_is_refused(
    archive: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("deepspine.data.dicom.header_store.PATIENCE_S", 0.01)
    out = tmp_path / "index.parquet"
    assert main(["index", str(archive), "--out", str(out)]) == 0
    with closing(sqlite3.connect(tmp_path / "index.headers.sqlite")) as other:
        other.execute("BEGIN EXCLUSIVE")
        assert main(["index", str(archive), "--out", str(out)]) == 2
    assert "another run" in capsys.readouterr().err
