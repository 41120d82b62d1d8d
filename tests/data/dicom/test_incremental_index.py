"""A second run over an archive reads what is new or changed, and gives the index that reading all would give."""

import errno
import io
import os
import shutil
import zipfile
from pathlib import Path
from typing import BinaryIO

import pytest
from dicom_files import AXIAL, T1, T2, WrittenSeries, enhanced

from deepspine.data.dicom import header_reading, header_store
from deepspine.data.dicom.archive_index import headers_beside, index_archive
from deepspine.data.dicom.header_text import from_text, to_text
from deepspine.data.dicom.headers import Instance, read_instance
from deepspine.data.errors import InputError
from deepspine.data.rejects import Rejects


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    """Give an archive of two series in folders, one in a zip file, a CT file, a file that is no DICOM, and a copy."""
    root = tmp_path / "archive"
    WrittenSeries("s", "t1", tags={**T1, "SeriesNumber": 2}).write(root / "t1")
    WrittenSeries("s", "t2", tags={**T2, "SeriesNumber": 1}).write(root / "t2")
    zip_series(root / "axial.zip", "axial")
    WrittenSeries("s", "ct", tags={"Modality": "CT"}).write(root / "ct")
    (root / "notes").write_bytes(b"no DICOM")
    shutil.copy(root / "t1" / "0.dcm", root / "z copy")
    return root


def zip_series(path: Path, name: str) -> None:
    positions = tuple((-80.0, -80.0, 4.0 * number) for number in range(5))
    paths = WrittenSeries("s", name, AXIAL, positions, tags={**T2, "SeriesNumber": 3}).write(path.parent / "tmp")
    with zipfile.ZipFile(path, "w") as file:
        for member in paths:
            file.write(member, member.name)
    shutil.rmtree(path.parent / "tmp")


def run(archive: Path, out: Path, *, keep: bool = True) -> tuple[bytes, Rejects]:
    """Index an archive; returns the index's bytes and the rejects."""
    rejects = Rejects()
    found = index_archive(archive, rejects=rejects, headers=headers_beside(out) if keep else None)
    found.write(out)
    return out.read_bytes(), rejects


@pytest.fixture
def files_read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Give the files whose headers are read from now on, by name."""
    paths: list[str] = []

    def noting(stream: object, *, path: str, size: int) -> Instance:
        paths.append(path)
        return read_instance(stream, path=path, size=size)  # type: ignore[arg-type]

    monkeypatch.setattr(header_reading, "read_instance", noting)
    return paths


def test_a_second_run_reads_nothing_and_gives_the_same_bytes(
    archive: Path, tmp_path: Path, files_read: list[str]
) -> None:
    first = run(archive, tmp_path / "index.parquet")
    assert len(files_read) == 6 + 6 + 5 + 6 + 2
    files_read.clear()
    assert run(archive, tmp_path / "index.parquet") == first
    assert files_read == []


def test_new_and_changed_files_are_read_and_vanished_ones_dropped(
    archive: Path, tmp_path: Path, files_read: list[str]
) -> None:
    run(archive, tmp_path / "index.parquet")
    (archive / "t2" / "0.dcm").unlink()
    (archive / "notes").unlink()
    WrittenSeries("s", "t1", tags={**T1, "SeriesNumber": 2, "EchoTime": 11.0}).dataset(3).save_as(archive / "t1/3.dcm")
    WrittenSeries("other", "t1", tags={**T1}).write(archive / "new")
    files_read.clear()
    again = run(archive, tmp_path / "index.parquet")
    assert files_read == [*(f"new/{number}.dcm" for number in range(6)), "t1/3.dcm"]
    assert again == run(archive, tmp_path / "fresh.parquet", keep=False)


def test_a_zip_file_that_was_replaced_is_read_again(archive: Path, tmp_path: Path, files_read: list[str]) -> None:
    run(archive, tmp_path / "index.parquet")
    zip_series(archive / "axial.zip", "another")
    files_read.clear()
    again = run(archive, tmp_path / "index.parquet")
    assert files_read == [f"axial.zip/{number}.dcm" for number in range(5)]
    assert again == run(archive, tmp_path / "fresh.parquet", keep=False)


def test_a_file_of_another_time_is_read_again(archive: Path, tmp_path: Path, files_read: list[str]) -> None:
    run(archive, tmp_path / "index.parquet")
    os.utime(archive / "t1" / "2.dcm", (1.0, 1.0))
    files_read.clear()
    run(archive, tmp_path / "index.parquet")
    assert files_read == ["t1/2.dcm"]


def test_the_headers_of_another_archive_are_not_used(archive: Path, tmp_path: Path, files_read: list[str]) -> None:
    run(archive, tmp_path / "index.parquet")
    archive.rename(tmp_path / "moved")
    files_read.clear()
    run(tmp_path / "moved", tmp_path / "index.parquet")
    assert len(files_read) == 25


def test_the_headers_that_other_code_read_are_not_used(
    archive: Path, tmp_path: Path, files_read: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    run(archive, tmp_path / "index.parquet")
    monkeypatch.setattr(header_store, "reading_rules", lambda: "another version")
    files_read.clear()
    run(archive, tmp_path / "index.parquet")
    assert len(files_read) == 25


def test_a_run_that_was_stopped_goes_on_where_it_was(
    archive: Path, tmp_path: Path, files_read: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(header_store, "FILES_PER_COMMIT", 3)

    done: list[int] = []

    def stop_after_ten(_: int) -> None:
        done.append(1)
        if len(done) == 10:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        index_archive(archive, headers=headers_beside(tmp_path / "index.parquet"), advance=stop_after_ten)
    files_read.clear()
    again = run(archive, tmp_path / "index.parquet")
    assert len(files_read) == 25 - 9
    assert again == run(archive, tmp_path / "fresh.parquet", keep=False)


def test_a_damaged_store_is_refused_with_the_cure(archive: Path, tmp_path: Path) -> None:
    headers_beside(tmp_path / "index.parquet").write_bytes(b"nonsense" * 1000)
    with pytest.raises(InputError, match="--fresh"):
        run(archive, tmp_path / "index.parquet")


@pytest.mark.parametrize("many", [False, True])
def test_a_header_survives_its_way_through_text(tmp_path: Path, many: bool) -> None:
    series = WrittenSeries(tags={**T2, "SeriesDescription": 't2 sag "W^S"', "ScanOptions": ["FS", "SP"]})
    dataset = enhanced(series) if many else series.dataset(2)
    dataset.save_as(tmp_path / "file", enforce_file_format=True)
    with (tmp_path / "file").open("rb") as stream:
        instance = read_instance(stream, path="file", size=(tmp_path / "file").stat().st_size)
    assert from_text(to_text(instance)) == instance
    assert type(from_text(to_text(instance)).frames[0].plane) is type(instance.frames[0].plane)


def test_a_file_that_the_disk_did_not_give_is_read_again(
    archive: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole, _ = run(archive, tmp_path / "whole.parquet")

    def failing(stream: BinaryIO, *, path: str, size: int) -> Instance:
        return read_instance(_Unreadable() if path.endswith("t1/2.dcm") else stream, path=path, size=size)

    with monkeypatch.context() as patch:
        patch.setattr(header_reading, "read_instance", failing)
        _, rejects = run(archive, tmp_path / "index.parquet")
    assert ("t1/2.dcm", "cannot be read (Input/output error)") in rejects.rows
    again, rejects = run(archive, tmp_path / "index.parquet")
    assert again == whole
    assert all(path != "t1/2.dcm" for path, _ in rejects.rows)


class _Unreadable(io.BytesIO):
    """A file on a disk that fails."""

    def read(self, size: int | None = -1, /) -> bytes:
        raise OSError(errno.EIO, os.strerror(errno.EIO))
