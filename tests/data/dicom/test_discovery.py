"""Every file of an archive is found, wherever it hides; none escapes, and what cannot be opened is listed."""

import io
import os
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from dicom_files import T2, WrittenSeries

from deepspine.data.dicom.discovery import find_candidates, open_candidate
from deepspine.data.errors import InputError
from deepspine.data.rejects import Rejects


def candidates(root: Path) -> tuple[list[str], Rejects]:
    rejects = Rejects()
    return [candidate.path for candidate in find_candidates(root, reject=rejects.add)], rejects


def add_to_tar(archive: tarfile.TarFile, name: str, content: bytes) -> None:
    info = tarfile.TarInfo(name)
    info.size = len(content)
    archive.addfile(info, io.BytesIO(content))


def test_files_come_in_a_fixed_order_whatever_they_are_called(tmp_path: Path) -> None:
    for name in ("b/IM2", "b/IM1", "a/x.dcm", "a/1.2.840.3", "c/deep/er/file.ima"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(b"x")
    assert candidates(tmp_path)[0] == ["a/1.2.840.3", "a/x.dcm", "b/IM1", "b/IM2", "c/deep/er/file.ima"]


def test_companions_on_a_disc_are_not_taken_for_pictures(tmp_path: Path) -> None:
    for name in ("viewer.exe", "AUTORUN.INF", "report.pdf", ".DS_Store", "reports.csv", "picture"):
        (tmp_path / name).write_bytes(b"x")
    assert candidates(tmp_path) == (["picture"], Rejects())


def test_files_packed_in_other_ways_are_told_and_not_passed_by(tmp_path: Path) -> None:
    for name in ("IM1.dcm.gz", "study.7z", "disc.ISO", "mask.nii.gz"):
        (tmp_path / name).write_bytes(b"x")
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("IM2.dcm.bz2", b"x")
    paths, rejects = candidates(tmp_path)
    assert paths == []
    assert {source for source, _ in rejects.rows} == {"IM1.dcm.gz", "study.7z", "disc.ISO", "a.zip/IM2.dcm.bz2"}
    assert all("unpack it" in reason for _, reason in rejects.rows)


@pytest.mark.parametrize("name", ["studies.zip", "studies.tar", "studies.tar.gz", "studies.tgz"])
def test_members_of_archive_files_are_addressed_as_if_in_a_folder(tmp_path: Path, name: str) -> None:
    if name.endswith("zip"):
        with zipfile.ZipFile(tmp_path / name, "w") as archive:
            archive.writestr("one/IM1", b"first")
            archive.writestr("readme.txt", b"text")
    else:
        with tarfile.open(tmp_path / name, "w:gz" if "gz" in name else "w") as archive:
            add_to_tar(archive, "one/IM1", b"first")
            add_to_tar(archive, "readme.txt", b"text")
    assert candidates(tmp_path)[0] == [f"{name}/one/IM1"]
    assert candidates(tmp_path / name)[0] == [f"{name}/one/IM1"]
    with open_candidate(tmp_path / name / "one/IM1") as stream:
        assert stream.read() == b"first"


@pytest.mark.parametrize("name", ["../escape", "/etc/escape", "a/../../escape", "a\\..\\..\\escape"])
def test_members_whose_names_point_outside_are_rejected(tmp_path: Path, name: str) -> None:
    with zipfile.ZipFile(tmp_path / "bad.zip", "w") as archive:
        archive.writestr(name, b"x")
    with tarfile.open(tmp_path / "bad.tar", "w") as archive:
        add_to_tar(archive, name, b"x")
    found, rejects = candidates(tmp_path)
    assert found == []
    assert [reason for _, reason in rejects.rows] == ["its name points outside of the archive file"] * 2


def test_links_in_a_tar_file_are_never_followed(tmp_path: Path) -> None:
    with tarfile.open(tmp_path / "links.tar", "w") as archive:
        link = tarfile.TarInfo("innocent")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(link)
    assert candidates(tmp_path)[0] == []


def test_a_member_that_claims_to_be_huge_is_rejected(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("deepspine.data.dicom.discovery.MAX_MEMBER_BYTES", 10)
    with zipfile.ZipFile(tmp_path / "bomb.zip", "w") as archive:
        archive.writestr("IM1", b"x" * 11)
    found, rejects = candidates(tmp_path)
    assert found == []
    assert rejects.rows == [("bomb.zip/IM1", "claims 11 bytes, more than 10")]


def test_an_archive_within_an_archive_is_rejected_with_the_cure(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "outer.zip", "w") as archive:
        archive.writestr("inner.zip", b"x")
    assert candidates(tmp_path)[1].rows == [
        ("outer.zip/inner.zip", "an archive file within an archive file; unpack the outer one")
    ]


@pytest.mark.parametrize("name", ["broken.zip", "broken.tar", "broken.tar.gz"])
def test_a_damaged_archive_file_is_a_reject(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"PK\x03\x04 and nothing else")
    assert "damaged archive" in candidates(tmp_path)[1].rows[0][1]


def test_a_broken_link_is_a_reject(tmp_path: Path) -> None:
    (tmp_path / "gone").symlink_to(tmp_path / "nowhere")
    assert candidates(tmp_path)[1].rows == [("gone", "not a regular file (a link to a folder, a broken link, a pipe)")]


def test_links_that_go_round_in_circles_are_not_followed(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "1").write_bytes(b"x")
    (tmp_path / "a" / "up").symlink_to(tmp_path)
    paths, rejects = candidates(tmp_path)
    assert (paths, [source for source, _ in rejects.rows]) == (["a/1"], ["a/up"])


def test_a_name_that_is_no_text_is_a_reject_and_not_a_crash(tmp_path: Path) -> None:
    (tmp_path / os.fsdecode(b"caf\xe9")).write_bytes(b"x")
    (tmp_path / "café 脊椎\n").write_bytes(b"x")
    paths, rejects = candidates(tmp_path)
    assert paths == ["café 脊椎\n"]
    rejects.write(tmp_path / "rejects.csv")
    assert "no UTF-8 text" in (tmp_path / "rejects.csv").read_text(encoding="utf-8")


def test_a_folder_that_may_not_be_looked_into_is_a_reject(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "locked").mkdir()
    (tmp_path / "open").write_bytes(b"x")

    def scandir(folder: str, look: Callable[[str], Any] = os.scandir) -> Any:
        if folder.endswith("locked"):
            raise PermissionError(13, "Permission denied")
        return look(folder)

    monkeypatch.setattr("os.scandir", scandir)
    paths, rejects = candidates(tmp_path)
    assert paths == ["open"]
    assert rejects.rows == [("locked/", "a folder that cannot be listed (Permission denied)")]


def test_a_missing_archive_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="nowhere"):
        candidates(tmp_path / "nowhere")


def test_a_file_that_has_moved_since_it_was_indexed_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="moved"), open_candidate(tmp_path / "gone" / "IM1"):
        pass


def test_a_member_that_is_gone_from_its_archive_file_is_named(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("IM1", b"x")
    with pytest.raises(InputError, match="no readable member"), open_candidate(tmp_path / "a.zip" / "IM2"):
        pass


def test_what_a_dicomdir_lists_and_the_disc_lacks_is_reported(tmp_path: Path) -> None:
    from pydicom.fileset import FileSet

    study = {**T2, "StudyDate": "20200101", "StudyTime": "101500", "StudyID": "1"}
    paths = WrittenSeries(tags=study).write(tmp_path / "source")
    disc = FileSet()
    for path in paths:
        disc.add(path)
    disc.write(tmp_path / "disc")
    found, rejects = candidates(tmp_path / "disc")
    assert len(found) == 6
    assert len(rejects) == 0
    (tmp_path / "disc" / found[2]).unlink()
    found, rejects = candidates(tmp_path / "disc")
    assert len(found) == 5
    assert [reason for _, reason in rejects.rows] == ["listed in the DICOMDIR, but missing"]


def test_a_damaged_dicomdir_hides_nothing(tmp_path: Path) -> None:
    WrittenSeries().write(tmp_path)
    (tmp_path / "DICOMDIR").write_bytes(b"nonsense")
    found, rejects = candidates(tmp_path)
    assert len(found) == 6
    assert "damaged DICOMDIR" in rejects.rows[0][1]
