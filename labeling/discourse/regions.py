"""The words that name a part of the spine: reports may hold cervical and thoracic parts."""

from __future__ import annotations

from bisect import bisect_left

_LUMBAR_WORDS = frozenset(("lumbar", "lumbosacral", "lss", "lumber", "ls", "l spine", "l sp", "lumbo"))
_DORSAL_PARTS = frozenset(
    ("spine", "vertebra", "vertebrae", "vertebral", "region", "levels", "column", "and", ":", "discs")
)
_OTHER_WORDS = frozenset(
    (
        "cervical",
        "thoracic",
        "c spine",
        "t spine",
        "c sp",
        "t sp",
        "dorsal",
        "d spine",
        "cervicothoracic",
        "cspine",
        "tspine",
        "dspine",
    )
)
_REGION_STARTS = frozenset(name.split()[0] for name in _LUMBAR_WORDS | _OTHER_WORDS)


class Regions:
    """Where a report names a part of the spine.

    Parameters
    ----------
    words
        All tokens of the report.
    """

    def __init__(self, words: list[str]) -> None:
        self.found = _regions(words)
        self.places = [place for place, _ in self.found]
        self.only_lumbar = all(region == "lumbar" for _, region in self.found)

    def within(self, start: int, end: int) -> str:
        """Return the part of the spine that words name; lumbar where it is among several."""
        found = ""
        for index in range(bisect_left(self.places, start), len(self.found)):
            place, region = self.found[index]
            if place >= end:
                break
            if region == "lumbar":
                return region
            found = region
        return found


def _regions(words: list[str]) -> list[tuple[int, str]]:
    """Find the words that name a part of the spine."""
    found = []
    places = []
    for name in _REGION_STARTS.intersection(words):
        place = -1
        for _ in range(words.count(name)):
            place = words.index(name, place + 1)
            places.append(place)
    for place in sorted(places):
        word = words[place]
        pair = f"{word} {words[place + 1]}" if place + 1 < len(words) else ""
        if word in _LUMBAR_WORDS or pair in _LUMBAR_WORDS:
            found.append((place, "lumbar"))
        elif word == "dorsal" and words[place + 1 : place + 2] and words[place + 1] not in _DORSAL_PARTS:
            continue  # European for posterior
        elif word in _OTHER_WORDS or pair in _OTHER_WORDS:
            found.append((place, "other"))
    return found
