"""What in a DICOM archive may still identify someone: tags of the basic profile that were not taken care of."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from deepspine.data.deidentify.basic_profile import (
    CLEANED,
    DUMMIES,
    KEPT_AS_PSEUDONYM,
    KEPT_WITH_MODIFIED_DATES,
    action_of,
)
from deepspine.data.deidentify.pseudonyms import MODIFIED, PSEUDONYM, PSEUDONYMOUS_UID, elements
from deepspine.data.deidentify.sequence_words import clean_description
from deepspine.data.dicom.discovery import find_candidates, open_candidate
from deepspine.data.dicom.parse_errors import PARSE_ERRORS
from deepspine.data.dicom.parsing import lenient
from deepspine.data.errors import DeepspineError, InputError
from deepspine.data.rejects import Rejects

_META_LEFT = ("SourceApplicationEntityTitle", "PrivateInformation", "PrivateInformationCreatorUID")
"""Of the file meta information; it may name the station that sent a file."""


@dataclass(frozen=True)
class Leftover:
    """A tag that may identify someone.

    Attributes
    ----------
    tag
        As `(0010,0010)`.
    name
        Its keyword, or what it is.
    problem
        What the profile wants; never the value itself.
    files
        How many files have it.
    """

    tag: str
    name: str
    problem: str
    files: int

    def __str__(self) -> str:
        return f"{self.tag} {self.name}: {self.problem}; in {self.files} files"


def find_leftovers(
    archive: Path, *, rejects: Rejects, advance: Callable[[float], None] = lambda n: None
) -> tuple[list[Leftover], int]:
    """Look through every DICOM file of an archive.

    A tag counts as taken care of when it is absent or empty, or when it holds what `deidentify` writes: pseudonyms,
    replaced UIDs, dates that are declared as modified, descriptions of sequence words alone.

    Parameters
    ----------
    rejects
        Takes files that cannot be read.
    advance
        Called with the number of files done since its last call.

    Returns
    -------
    Leftovers by tag, and the number of files read.

    Raises
    ------
    InputError
        When the archive does not exist or holds no DICOM file.
    """
    folder = archive if archive.is_dir() else archive.parent
    counts: Counter[tuple[str, str, str]] = Counter()
    n_files = 0
    for candidate in find_candidates(archive, reject=rejects.add):
        if not candidate.size:
            continue  # nothing in it identifies anyone
        try:
            counts.update(set(_file_leftovers(folder / candidate.path)))
            n_files += 1
        except DeepspineError as error:
            rejects.add(candidate.path, error)
        advance(1)
    if not n_files:
        raise InputError(f"{archive}: no manifest.json, so no dataset of `deepspine build`, and no DICOM files")
    return [Leftover(*what, files) for what, files in sorted(counts.items())], n_files


def _file_leftovers(path: Path) -> Iterator[tuple[str, str, str]]:
    from pydicom import dcmread
    from pydicom.errors import InvalidDicomError

    try:
        with open_candidate(path) as stream, lenient():
            data = dcmread(stream, stop_before_pixels=True)
            found = list(leftovers_of(data))
    except InvalidDicomError:
        raise InputError("no DICOM file, so nobody knows what it says; look into it, or leave it out") from None
    except PARSE_ERRORS as error:
        raise InputError(f"no readable DICOM file ({type(error).__name__})") from None
    return iter(found)


def leftovers_of(data: Any) -> Iterator[tuple[str, str, str]]:
    """Yield tag, name and problem of what may identify someone in a pydicom data set."""
    modified = data.get("LongitudinalTemporalInformationModified") == MODIFIED
    for _, element in elements(data):
        problem = _problem(element, modified=modified)
        if problem:
            yield _tag(element.tag), element.keyword or "private or unknown", problem
    for keyword in _META_LEFT:
        if data.file_meta.get(keyword):
            yield _tag(data.file_meta[keyword].tag), keyword, "names the station that sent the file; must be removed"
    if data.get("BurnedInAnnotation") == "YES":
        yield "(0028,0301)", "BurnedInAnnotation", "the pixels themselves show text"
    if data.get("PatientIdentityRemoved") != "YES":
        yield "(0012,0062)", "PatientIdentityRemoved", "must be YES in de-identified files"
    if any(data.preamble or b""):
        yield "preamble", "first 128 bytes", "must be zero; they may hold another file's header"


def _problem(element: Any, *, modified: bool) -> str:
    """Return what is wrong with an element, nothing when it is taken care of."""
    if element.tag.is_private:
        return "private tags must be removed"
    action = action_of(element.tag)
    value = element.value
    if not action or value is None or value == "" or (hasattr(value, "__len__") and len(value) == 0):
        return ""
    if action == "U":
        texts = [value] if isinstance(value, str) else list(value)
        return "" if all(PSEUDONYMOUS_UID.fullmatch(str(text)) for text in texts) else "UID must be replaced (action U)"
    if _is_taken_care_of(element.keyword, str(value), modified=modified):
        return ""
    return f"must be {'replaced or emptied' if action in ('Z', 'D', 'Z/D') else 'removed'} (action {action})"


def _is_taken_care_of(keyword: str, text: str, *, modified: bool) -> bool:
    if keyword in KEPT_AS_PSEUDONYM:
        return PSEUDONYM.fullmatch(text) is not None
    if keyword in KEPT_WITH_MODIFIED_DATES:
        return modified
    if keyword == CLEANED:
        return clean_description(text) == text
    return DUMMIES.get(keyword) == text


def _tag(tag: int) -> str:
    return f"({tag >> 16:04X},{tag & 0xFFFF:04X})"
