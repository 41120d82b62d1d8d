"""Discs of single sagittal pictures, located once and kept, at usual size."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from deepspine.data.errors import DeepspineError, NamingError
from deepspine.data.frames import LevelFrame
from deepspine.data.levels import Level
from deepspine.data.pictures import read_picture
from deepspine.data.usual_size import LocatedPicture, at_usual_size
from deepspine.data.volume import Volume
from deepspine.data.whole_files import write_whole

if TYPE_CHECKING:
    from deepspine.segmentation.inference import SegmentationNetwork


def located_picture(path: Path, kept: Path) -> LocatedPicture:
    """Read a picture with its discs, at usual size.

    Parameters
    ----------
    path
        Sagittal picture, head up, front on the left.
    kept
        JSON file of the discs; written when it is not there.
    """
    if not kept.is_file():
        kept.parent.mkdir(parents=True, exist_ok=True)
        write_whole(kept, json.dumps(_located(read_picture(path))) + "\n")
    found = json.loads(kept.read_text(encoding="utf-8"))
    frames = [LevelFrame.from_json(values) for values in found["levels"]]
    return at_usual_size(read_picture(path, spacing_mm=found["pixel_mm"]), frames)


def _located(picture: Volume) -> dict[str, object]:
    """Return pixel size and discs; names are counted from L5-S1 where no sacrum tells."""
    from deepspine.segmentation.locate import locate
    from deepspine.segmentation.picture_size import sized_by_spine

    network = _network()
    sized = sized_by_spine(picture, network)
    frames: Sequence[LevelFrame] = ()
    for lowest in (None, Level.L5_S1):
        try:
            frames = locate(sized, network=network, lowest=lowest).frames
            break
        except NamingError:
            continue
        except DeepspineError:
            break
    return {"pixel_mm": float(sized.spacing_mm[1]), "levels": [frame.to_json() for frame in frames]}


@cache
def _network() -> SegmentationNetwork:
    from deepspine.segmentation.inference import SegmentationNetwork

    return SegmentationNetwork.load()
