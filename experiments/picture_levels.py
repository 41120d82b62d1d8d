"""Discs of single sagittal pictures, located once and kept, at usual size, named as their readers named them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from deepspine.data.convert.spider_gradings import disc_levels
from deepspine.data.errors import DeepspineError, NamingError
from deepspine.data.frames import LevelFrame
from deepspine.data.levels import Level
from deepspine.data.pictures import read_picture
from deepspine.data.usual_size import LocatedPicture, at_usual_size
from deepspine.data.volume import Volume
from deepspine.data.whole_files import write_whole

if TYPE_CHECKING:
    from deepspine.segmentation.inference import SegmentationNetwork
    from deepspine.segmentation.level_naming import NamingHypothesis
    from deepspine.segmentation.locate import Location
    from deepspine.segmentation.pose import Segmenter

FOUND_BEYOND_GRADED: Mapping[int, float] = MappingProxyType({-1: 0.03, 0: 0.81, 1: 0.14})
"""Share of pictures in which so many discs more are found than readers graded, where both begin with the same one: a
disc that the upper edge cuts is taken by one of the two. Counted on SPIDER's T2 whose lowest disc we name L5-S1."""
HARDLY_EVER = 0.001
"""Of any other difference."""
AS_READ: Mapping[Level, Mapping[Level, float]] = MappingProxyType(
    {
        Level.L4_L5: {Level.L4_L5: 1.0},
        Level.L5_S1: {Level.L5_S1: 1.0},
        Level.S1_S2: {Level.S1_S2: 0.5, Level.L5_S1: 0.5},
    }
)
"""What readers call a lowest disc of our name: over a sacrum whose S1 is lumbarised, some begin to count one lower."""
LOWEST_WITHOUT_SACRUM = (Level.L5_S1, Level.L4_L5)
"""What the lowest disc may be where no sacrum tells: the junction's, or the one above a junction that was missed."""


def located_picture(path: Path, kept: Path, *, n_graded: int | None = None) -> LocatedPicture:
    """Read a picture with its discs, at usual size.

    Parameters
    ----------
    path
        Sagittal picture, head up, front on the left.
    kept
        JSON file of the discs; written when it is not there.
    n_graded
        See `locate_as_read`.
    """
    if not kept.is_file():
        kept.parent.mkdir(parents=True, exist_ok=True)
        write_whole(kept, json.dumps(_located(read_picture(path), n_graded)) + "\n")
    found = json.loads(kept.read_text(encoding="utf-8"))
    frames = [LevelFrame.from_json(values) for values in found["levels"]]
    return at_usual_size(read_picture(path, spacing_mm=found["pixel_mm"]), frames)


def locate_as_read(picture: Volume, network: Segmenter, *, n_graded: int | None = None) -> Location:
    """Locate the discs of a picture and name them as its readers did.

    Parameters
    ----------
    n_graded
        How many discs readers graded, from what they took for L5-S1 upwards. Where they saw another disc as the lowest
        than we do, by this number, their names are given, so that a grade belongs to the disc that it was given to.
        Where no sacrum tells us, it tells alone, and without it the lowest disc is called L5-S1.
    """
    from deepspine.segmentation.locate import locate

    try:
        found = locate(picture, network=network)
        hypotheses = found.hypotheses
    except NamingError:
        ways = [locate(picture, network=network, lowest=lowest) for lowest in LOWEST_WITHOUT_SACRUM]
        found, hypotheses = ways[0], tuple(one.hypotheses[0] for one in ways)
    own = found.frames[-1].level
    lowest = own if n_graded is None else lowest_as_read(hypotheses, n_graded)
    return found if lowest == own else locate(picture, network=network, lowest=lowest)


def lowest_as_read(hypotheses: Sequence[NamingHypothesis], n_graded: int) -> Level:
    """Return what readers called the lowest disc found, by how many they graded from L5-S1 upwards.

    Each hypothesis of ours says how many that should be, and one that fits is the likelier for it (Bayes).

    Parameters
    ----------
    hypotheses
        Names of the discs found, the most probable first.
    """
    number = {level: n for n, level in disc_levels().items()}
    likely = {hypotheses[0].levels[-1]: 0.0}
    for one in hypotheses:
        top, low = one.levels[0], one.levels[-1]
        if top not in number:
            continue
        for read, share in AS_READ.get(low, {}).items():
            beyond = number[top] + number[read] - number[low] - n_graded
            weight = one.probability * share * FOUND_BEYOND_GRADED.get(beyond, HARDLY_EVER)
            likely[read] = likely.get(read, 0.0) + weight
    return max(likely, key=lambda level: likely[level])


def _located(picture: Volume, n_graded: int | None) -> dict[str, object]:
    """Return pixel size and discs; none where they cannot be located."""
    from deepspine.segmentation.picture_size import sized_by_spine

    network = _network()
    sized = sized_by_spine(picture, network)
    try:
        frames: Sequence[LevelFrame] = locate_as_read(sized, network, n_graded=n_graded).frames
    except DeepspineError:
        frames = ()
    return {"pixel_mm": float(sized.spacing_mm[1]), "levels": [frame.to_json() for frame in frames]}


@cache
def _network() -> SegmentationNetwork:
    from deepspine.segmentation.inference import SegmentationNetwork

    return SegmentationNetwork.load()
