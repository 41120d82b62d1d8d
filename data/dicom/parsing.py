"""From the bytes of a file to its tags, quickly for ordinary files and by pydicom's full care for all others."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any, BinaryIO

from deepspine.data.dicom.tags import Tags, tag_of
from deepspine.data.errors import InputError

PREAMBLE_BYTES = 128
_MAGIC = b"DICM"
_FIRST_PIXEL_TAG = 0x7FE00008
_FIRST_TAG_AFTER_META = 0x00030000
_PIXEL_VRS = frozenset({"OB", "OW", "OF", "OD", "UN", None})
MAX_HEADER_VALUE_BYTES = 256 * 2**20
"""A header value that claims more is damage, or a bomb in a zip file; positions of 20,000 frames take some 40 MB."""
_UNDEFINED_LENGTH = 0xFFFFFFFF
IMPLICIT_LITTLE = "1.2.840.10008.1.2"
EXPLICIT_LITTLE = "1.2.840.10008.1.2.1"
EXPLICIT_BIG = "1.2.840.10008.1.2.2"
_ENCAPSULATED = "1.2.840.10008.1.2.4."
"""Start of the UIDs of the JPEG family, whose headers are explicit little endian."""


@contextmanager
def lenient() -> Iterator[None]:
    """Let pydicom pass values that break their type's rules without a warning; what is used is checked here."""
    from pydicom.config import disable_value_validation

    with warnings.catch_warnings(), disable_value_validation():
        warnings.simplefilter("ignore")
        yield


def parse_tags(stream: BinaryIO, keywords: tuple[str, ...], *, pixels: bool = False) -> Tags:
    """Return the tags asked for, and those of the file meta information.

    Without `pixels`, parsing stops at the pixel data and the stream is left at their start.

    Raises
    ------
    InputError
        When the file is not DICOM.
    """
    from pydicom.filereader import data_element_generator, read_partial

    bare = _is_bare(stream)
    stop_when = None if pixels else _at_pixels
    if not bare:
        stream.seek(PREAMBLE_BYTES + len(_MAGIC))
        meta = list(data_element_generator(stream, False, True, stop_when=_after_meta))
        syntax = Tags(meta).text("TransferSyntaxUID")
        if syntax in (EXPLICIT_LITTLE, IMPLICIT_LITTLE) or syntax.startswith(_ENCAPSULATED):
            implicit = syntax == IMPLICIT_LITTLE
            wanted = _tags_of(keywords)
            header = data_element_generator(stream, implicit, True, stop_when=stop_when, specific_tags=wanted)
            return Tags([*meta, *header])
    stream.seek(0)
    dataset = read_partial(stream, stop_when, force=bare, specific_tags=_tags_of(keywords))
    return Tags([*dataset.file_meta.values(), *dataset.values()])


def parse_dataset(stream: BinaryIO, keywords: tuple[str, ...]) -> Any:
    """Return the tags asked for as a pydicom data set, which its pixel decoders want.

    Raises
    ------
    InputError
        When the file is not DICOM.
    """
    from pydicom.filereader import read_partial
    from pydicom.uid import UID

    stream.seek(0)
    dataset = read_partial(stream, force=_is_bare(stream), specific_tags=_tags_of(keywords))
    if "TransferSyntaxUID" not in dataset.file_meta:
        dataset.file_meta.TransferSyntaxUID = UID(_syntax_of(dataset))
    return dataset


def _syntax_of(dataset: Any) -> str:
    """Return the transfer syntax of a file that names none, by the way in which it was read."""
    implicit, little_endian = dataset.original_encoding
    if implicit:
        return IMPLICIT_LITTLE
    return EXPLICIT_LITTLE if little_endian else EXPLICIT_BIG


def _is_bare(stream: BinaryIO) -> bool:
    """Whether a file has no preamble; the stream is left at its start."""
    start = stream.read(PREAMBLE_BYTES + len(_MAGIC))
    stream.seek(0)
    if start[PREAMBLE_BYTES:] == _MAGIC:
        return False
    if not _looks_like_bare_dataset(start):
        raise InputError("not a DICOM file" if start else "the file is empty")
    return True


def _looks_like_bare_dataset(start: bytes) -> bool:
    """Whether a file without preamble begins with a group 0002 or 0008 element (old exports)."""
    if len(start) < 8 or start[:2] not in (b"\x02\x00", b"\x08\x00"):
        return False
    explicit = start[4:6].isalpha() and start[4:6].isupper()
    return explicit or int.from_bytes(start[4:8], "little") < len(start)


@cache
def _tags_of(keywords: tuple[str, ...]) -> list[Any]:
    return [tag_of(keyword) for keyword in keywords]


def _after_meta(tag: int, _vr: str | None, _length: int) -> bool:
    return int.__ge__(tag, _FIRST_TAG_AFTER_META)


def _at_pixels(tag: int, vr: str | None, length: int) -> bool:
    """Stop at the pixels; plain comparisons of integers, since this is asked for every tag of an archive."""
    if length > MAX_HEADER_VALUE_BYTES and length != _UNDEFINED_LENGTH and int.__lt__(tag, _FIRST_PIXEL_TAG):
        raise InputError(f"a header value claims {length} bytes: damaged, or made to fill the memory")
    return vr in _PIXEL_VRS and int.__ge__(tag, _FIRST_PIXEL_TAG)
