"""Every file of an archive that may be DICOM: in folders, zip and tar files, with any name.

A member of a zip or tar file is addressed as if the archive file were a folder (`studies.zip/a/0001`). Nothing is ever
unpacked to disk, so a member's name cannot escape; names that try to are reported.
"""

from __future__ import annotations

import lzma
import os
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import BinaryIO, NamedTuple, cast

from deepspine.data.dicom.parse_errors import PARSE_ERRORS
from deepspine.data.errors import InputError

ZIP_SUFFIXES = (".zip",)
TAR_SUFFIXES = (".tar", ".tgz", ".tar.gz", ".tar.bz2", ".tar.xz")
COMPANION_SUFFIXES = frozenset({
    ".bat", ".bmp", ".cab", ".cfg", ".chm", ".css", ".csv", ".db", ".dll", ".doc", ".docx", ".exe", ".gif",
    ".htm", ".html", ".ico", ".inf", ".ini", ".jar", ".jpeg", ".jpg", ".js", ".json", ".log", ".md", ".mha", ".mhd",
    ".nhdr", ".nii", ".nii.gz", ".npy", ".nrrd", ".parquet", ".pdf", ".png", ".rtf", ".sqlite", ".sqlite-journal",
    ".svg", ".txt", ".webp", ".xls", ".xlsx", ".xml", ".xsl", ".yaml", ".yml", ".zraw",
})  # fmt: skip
"""Files that lie beside pictures on every patient disc (viewers, help, reports, tables); never taken for DICOM."""
PACKED_SUFFIXES = (".gz", ".bz2", ".xz", ".zst", ".7z", ".rar", ".iso")
"""Packed files of other kinds: what they hold is not looked at, which must be said."""
MAX_MEMBER_BYTES = 4 * 2**30
"""A member of a zip or tar file that claims more is refused: a bomb, or a mistake."""
ARCHIVES_KEPT_OPEN = 8
DICOMDIR = "DICOMDIR"
"""Name of the table of contents of a disc; its files are found without it, but it tells which ones are missing."""

_DAMAGES = (zipfile.BadZipFile, tarfile.TarError, zlib.error, lzma.LZMAError)
_UNPACK = "a packed file of a kind that is not opened (zip and tar are); unpack it"

Reject = Callable[[str, object], None]


class Candidate(NamedTuple):
    """A file that may be DICOM.

    Attributes
    ----------
    path
        Relative to the archive's root.
    size
        In bytes.
    stamp
        Size and time of change of the file, or of the zip or tar file that it is a member of: another when it changed.
    """

    path: str
    size: int
    stamp: str


def find_candidates(root: Path, *, reject: Reject) -> Iterator[Candidate]:
    """Walk an archive in a fixed order.

    Parameters
    ----------
    root
        Folder, zip file, tar file, or single DICOM file.
    reject
        Called with a path and a reason for archive files and members that cannot be opened.

    Raises
    ------
    InputError
        When `root` does not exist.
    """
    check_exists(root)
    files = _files_below(str(root), reject) if root.is_dir() else iter([(_as_entry(root), root.name)])
    for entry, name in files:
        for candidate in _candidates_of(entry, name, reject):
            if _is_text(candidate.path):
                yield candidate
            else:
                reject(candidate.path, "its name is no UTF-8 text, which no table can hold; rename it")


def check_exists(root: Path) -> None:
    """Refuse an archive that is not there.

    Raises
    ------
    InputError
        When `root` does not exist.
    """
    if not root.exists():
        raise InputError(f"no file or folder {root}; check the spelling of the path")


@contextmanager
def open_candidate(path: Path) -> Iterator[BinaryIO]:
    """Open a file, or a member of a zip or tar file that is addressed as if that were a folder.

    Raises
    ------
    InputError
        When there is no such file or member; also out of the `with` block, when the archive file turns out damaged.
    """
    try:
        stream: BinaryIO = path.open("rb")
    except (FileNotFoundError, NotADirectoryError):
        stream = _open_below_archive_file(path)
    try:
        with stream:
            yield stream
    except _DAMAGES as error:
        raise InputError(f"damaged within its archive file ({type(error).__name__})") from None


def _open_below_archive_file(path: Path) -> BinaryIO:
    container = next((parent for parent in path.parents if parent.is_file()), None)
    if container is None:
        raise InputError("is not there; has the archive moved since it was indexed? Give its folder with --root")
    try:
        return _open_member(container, path.relative_to(container).as_posix())
    except RuntimeError as error:
        locked = "password" in str(error)
        raise InputError(
            f"{container.name} is {'locked by a password' if locked else 'not readable'}; unpack it"
        ) from None
    except (*_DAMAGES, KeyError, NotImplementedError, OSError, EOFError):
        raise InputError(f"{container.name} has no readable member for {path.name}") from None


def _files_below(top: str, reject: Reject) -> Iterator[tuple[os.DirEntry[str], str]]:
    """Yield the files of a folder and of those below it, with their path relative to it; links are not followed."""
    waiting = [_listed(top, "", reject)]
    while waiting:
        entry, name = next(waiting[-1], (None, ""))
        if entry is None:
            waiting.pop()
        elif entry.is_dir(follow_symlinks=False):
            waiting.append(_listed(entry.path, f"{name}/", reject))
        else:
            yield entry, name


def _listed(folder: str, prefix: str, reject: Reject) -> Iterator[tuple[os.DirEntry[str], str]]:
    """Return what lies in a folder, in order of names; a folder that may not be looked into is rejected."""
    try:
        with os.scandir(folder) as entries:
            return iter([(entry, prefix + entry.name) for entry in sorted(entries, key=lambda entry: entry.name)])
    except OSError as error:
        reject(prefix or ".", f"a folder that cannot be listed ({error.strerror})")
        return iter([])


def _is_text(name: str) -> bool:
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True


def _as_entry(path: Path) -> os.DirEntry[str]:
    with os.scandir(path.absolute().parent) as entries:
        return next(entry for entry in entries if entry.name == path.name)


def _candidates_of(entry: os.DirEntry[str], name: str, reject: Reject) -> Iterator[Candidate]:
    lower = entry.name.lower()
    if lower.endswith(ZIP_SUFFIXES):
        yield from _members(Path(entry.path), name, _zip_members, reject)
    elif lower.endswith(TAR_SUFFIXES):
        yield from _members(Path(entry.path), name, _tar_members, reject)
    elif lower == DICOMDIR.lower():
        _report_missing(Path(entry.path), name, reject)
    elif not entry.is_file():
        reject(name, "not a regular file (a link to a folder, a broken link, a pipe)")
    elif _is_packed(lower):
        reject(name, _UNPACK)
    elif not is_companion(lower):
        status = entry.stat()
        yield Candidate(name, status.st_size, _stamp(status))


def _stamp(status: os.stat_result) -> str:
    return f"{status.st_size}:{status.st_mtime_ns}"


def _report_missing(path: Path, name: str, reject: Reject) -> None:
    """Reject what a DICOMDIR lists and the disc does not hold; names are compared without case, as discs do."""
    from pydicom import dcmread

    try:
        records = dcmread(path).get("DirectoryRecordSequence") or []
        listed = [record.ReferencedFileID for record in records if record.get("ReferencedFileID")]
    except PARSE_ERRORS as error:
        reject(name, f"a damaged DICOMDIR ({type(error).__name__}); its files are found without it")
        return
    there = {below.lower() for _, below in _files_below(str(path.parent), lambda *_: None)}
    for file_id in listed:
        parts = [file_id] if isinstance(file_id, str) else list(file_id)
        if "/".join(parts).lower() not in there:
            reject(f"{name}: {'/'.join(parts)}", "listed in the DICOMDIR, but missing")


def _is_packed(name: str) -> bool:
    return name.endswith(PACKED_SUFFIXES) and not name.endswith(".nii.gz")


def is_companion(name: str) -> bool:
    """Whether a file's name says that it is no DICOM picture: hidden files, DICOMDIR, documents, viewers."""
    base = name.lower().rpartition("/")[2]
    dot = base.rfind(".", 0, -3 if base.endswith(".nii.gz") else None)
    return base.startswith(".") or base == DICOMDIR.lower() or (dot > 0 and base[dot:] in COMPANION_SUFFIXES)


def _members(
    path: Path, name: str, list_members: Callable[[Path], Iterator[tuple[str, int]]], reject: Reject
) -> Iterator[Candidate]:
    try:
        stamp = _stamp(path.stat())
        for member, size in list_members(path):
            problem = _problem_of(member, size)
            if problem:
                reject(f"{name}/{member}", problem)
            elif not is_companion(member):
                yield Candidate(f"{name}/{PurePosixPath(member)}", size, stamp)
    except (*_DAMAGES, OSError, EOFError, ValueError, LookupError):
        reject(name, "a damaged archive file; what could be listed of it is used")


def _problem_of(member: str, size: int) -> str | None:
    parts = PurePosixPath(member.replace("\\", "/"))
    if parts.is_absolute() or PureWindowsPath(member).drive or ".." in parts.parts:
        return "its name points outside of the archive file"
    if size > MAX_MEMBER_BYTES:
        return f"claims {size} bytes, more than {MAX_MEMBER_BYTES}"
    if member.lower().endswith((*ZIP_SUFFIXES, *TAR_SUFFIXES)):
        return "an archive file within an archive file; unpack the outer one"
    if _is_packed(member.lower()):
        return _UNPACK
    return None


def _zip_members(path: Path) -> Iterator[tuple[str, int]]:
    with zipfile.ZipFile(path) as archive:
        for info in archive.infolist():
            if not info.is_dir():
                yield info.filename, info.file_size


def _tar_members(path: Path) -> Iterator[tuple[str, int]]:
    with tarfile.open(path) as archive:
        for info in archive:
            if info.isfile():
                yield info.name, info.size


def _open_member(container: Path, name: str) -> BinaryIO:
    stamp = container.stat().st_mtime_ns
    if container.name.lower().endswith(ZIP_SUFFIXES):
        archive, members = _open_zip(container, stamp)
        return cast(BinaryIO, archive.open(members[name]))
    tar, infos = _open_tar(container, stamp)
    stream = tar.extractfile(infos[name])
    if stream is None:
        raise KeyError(name)
    return cast(BinaryIO, stream)


@lru_cache(maxsize=ARCHIVES_KEPT_OPEN)
def _open_zip(path: Path, _stamp: int) -> tuple[zipfile.ZipFile, dict[str, zipfile.ZipInfo]]:
    """Return an open zip file and its members by name as a path has it (`./a//b` is `a/b`)."""
    archive = zipfile.ZipFile(path)
    return archive, {PurePosixPath(info.filename).as_posix(): info for info in archive.infolist()}


@lru_cache(maxsize=ARCHIVES_KEPT_OPEN)
def _open_tar(path: Path, _stamp: int) -> tuple[tarfile.TarFile, dict[str, tarfile.TarInfo]]:
    """Return an open tar file and its members by name as a path has it; its whole length is read for that."""
    archive = tarfile.open(path)  # noqa: SIM115 - kept open for the members to come
    return archive, {PurePosixPath(info.name).as_posix(): info for info in archive.getmembers()}
