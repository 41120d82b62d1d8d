"""A light view of a data set: values decoded as what we know each tag to be.

pydicom's own conversion of a value costs as much as parsing the whole header and refuses what is slightly wrong; an
archive of a million files asks for thirty plain values of each. Whatever a value is, one of these methods gives it in
the form asked for, or says that it is missing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any

_BLANK = " \0"


class Tags:
    """Tags of a data set or of an item of a sequence, by keyword.

    Parameters
    ----------
    elements
        Elements as pydicom gives them: raw, or converted where it had to.
    """

    def __init__(self, elements: Iterable[Any]) -> None:
        self._elements = {int(element.tag): element for element in elements}

    def __contains__(self, keyword: str) -> bool:
        return tag_of(keyword) in self._elements

    def text(self, keyword: str) -> str:
        """Return a plain text or UID, empty when missing."""
        return self._decoded(keyword).strip(_BLANK)

    def words(self, keyword: str) -> tuple[str, ...]:
        """Return the texts of a tag that may hold several."""
        text = self.text(keyword)
        return tuple(word.strip(_BLANK) for word in text.split("\\")) if text else ()

    def international(self, keyword: str) -> str:
        """Return a text that people typed, in the character set that the data set names."""
        element = self._elements.get(tag_of(keyword))
        if element is None or not isinstance(element.value, bytes) or element.value.isascii():
            return self.text(keyword)
        return str(_converted(element, self.words("SpecificCharacterSet")) or "")

    def numbers(self, keyword: str) -> list[float] | None:
        """Return the numbers of a tag, None when it is missing or one of them is no number."""
        element = self._elements.get(tag_of(keyword))
        if element is None:
            return None
        try:
            if isinstance(element.value, bytes) and not _is_binary(element, keyword):
                return [float(part) for part in element.value.strip(b" \0").split(b"\\")]
            value = _converted(element)
            if value is None or value == "":
                return None
            return [float(part) for part in value] if _has_several(value) else [float(value)]
        except (TypeError, ValueError):
            return None

    def number(self, keyword: str) -> float | None:
        """Return the first number of a tag, None when there is none."""
        numbers = self.numbers(keyword)
        return numbers[0] if numbers else None

    def integer(self, keyword: str, default: int | None = None) -> int:
        """Return a whole number.

        Raises
        ------
        ValueError
            When it is missing without a default, or not one whole number.
        """
        element = self._elements.get(tag_of(keyword))
        if element is not None and isinstance(element.value, bytes) and len(element.value) == 2 and element.VR == "US":
            return int.from_bytes(element.value, "little" if element.is_little_endian else "big")
        if default is not None and not self.text(keyword):
            return default
        numbers = self.numbers(keyword)
        if numbers is None or len(numbers) != 1 or not numbers[0].is_integer():
            raise ValueError(f"{keyword} must be one whole number")
        return int(numbers[0])

    def binary(self, keyword: str) -> bytes:
        """Return the bytes of a tag, none when it is missing."""
        element = self._elements.get(tag_of(keyword))
        return element.value if element is not None and isinstance(element.value, bytes) else b""

    def items(self, keyword: str) -> list[Tags]:
        """Return the items of a sequence, none when it is missing."""
        element = self._elements.get(tag_of(keyword))
        value = None if element is None else _converted(element, self.words("SpecificCharacterSet"))
        return [Tags(item.values()) for item in value or ()]

    def _decoded(self, keyword: str) -> str:
        element = self._elements.get(tag_of(keyword))
        if element is None or element.value is None:
            return ""
        if isinstance(element.value, bytes):
            return element.value.decode("latin-1")
        return "\\".join(map(str, element.value)) if _has_several(element.value) else str(element.value)


@cache
def tag_of(keyword: str) -> int:
    """Return the number of a tag.

    Examples
    --------
    >>> hex(tag_of("PixelData"))
    '0x7fe00010'
    """
    from pydicom.datadict import tag_for_keyword

    tag = tag_for_keyword(keyword)
    if tag is None:
        raise ValueError(f"no DICOM tag is called {keyword}")
    return int(tag)


@cache
def _vr_of(keyword: str) -> str:
    from pydicom.datadict import dictionary_VR

    return str(dictionary_VR(tag_of(keyword)))


def _converted(element: Any, character_set: Sequence[str] = ()) -> Any:
    """Return a value as pydicom converts it."""
    from pydicom.charset import convert_encodings
    from pydicom.dataelem import RawDataElement, convert_raw_data_element

    if not isinstance(element, RawDataElement):
        return element.value
    encodings = convert_encodings(list(character_set) or None)
    return convert_raw_data_element(element, encoding=encodings).value


def _is_binary(element: Any, keyword: str) -> bool:
    return (element.VR or _vr_of(keyword)) not in ("DS", "IS")


def _has_several(value: Any) -> bool:
    return hasattr(value, "__len__") and not isinstance(value, str | bytes)
