"""The files of a located study: masks in the input's own grid, `levels.json`, a picture with overlay."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from deepspine.data.files import write_mask
from deepspine.data.frames import LEVELS_FILE, LevelFrame
from deepspine.data.provenance import provenance
from deepspine.data.spine_classes import SpineClass
from deepspine.data.spine_drawing import draw_spine
from deepspine.data.volume import Volume
from deepspine.data.whole_files import whole_file, write_whole
from deepspine.segmentation.locate import Location

LOCATED_FILES = ("mask.nii.gz", "vertebrae.nii.gz", "overlay.png", LEVELS_FILE)
"""In the order of writing: a folder that has the last is whole."""


def write_location(
    location: Location, volume: Volume, folder: Path, *, decided_by: Mapping[str, Any] | None = None
) -> None:
    """Write `mask.nii.gz`, `vertebrae.nii.gz`, `overlay.png` and `levels.json` of one volume to a folder.

    Parameters
    ----------
    decided_by
        What the answer depends on, for `made_by`.
    """
    folder.mkdir(parents=True, exist_ok=True)
    write_mask(location.mask, volume, folder / "mask.nii.gz")
    write_mask(location.vertebra_map, volume, folder / "vertebrae.nii.gz")
    draw_overlay(location, volume, folder / "overlay.png")
    made_by = provenance([volume.origin.source], decided_by=decided_by or {})
    text = json.dumps(levels_json(location, volume, made_by=made_by), indent=1)
    write_whole(folder / LEVELS_FILE, text + "\n")


def levels_json(location: Location, volume: Volume, *, made_by: Mapping[str, Any]) -> dict[str, Any]:
    """Return the content of `levels.json`: plain values; `ijk` is `[slice, row, column]`, LPS is in mm.

    Slices, rows and columns are those of the volume as it was read: head up, front on the left. Files store their
    voxels in any order, so `lps_from_ijk` goes along: `lps = lps_from_ijk @ [slice, row, column, 1]`.
    """
    return {
        "levels": [_level_json(frame, location, volume) for frame in location.frames],
        "vertebrae": [
            {"name": one.name.value, "confidence": one.confidence, "center_lps": one.center_lps, "label": one.label}
            for one in location.vertebrae
        ],
        "hypotheses": [
            {
                "levels": [level.value for level in one.levels],
                "probability": round(one.probability, 4),
                "reason": one.reason,
            }
            for one in location.hypotheses
        ],
        "warnings": list(location.warnings),
        "patient_space": volume.origin.has_patient_space,
        "lps_from_ijk": np.round(volume.grid.affine, 6).tolist(),
        "curve_lps": np.round(location.curve.samples(step_mm=5.0), 2).tolist(),
        "made_by": dict(made_by),
    }


def canal_ap_mm(location: Location, frame: LevelFrame, volume: Volume) -> float | None:
    """Return the canal's depth behind a disc, from front to back in the slice of the disc's centre; None unseen.

    The least of five lines along the disc's own front-back axis, up to 4 mm above and below its middle. They stay in
    the slice where that was turned with the patient: a line that leaves it ends at the canal's side, not at its back.
    """
    depths = []
    steps = np.arange(0.0, 60.0, 0.5)
    normal = volume.grid.normal_lps
    back = frame.axes_lps[1] - (frame.axes_lps[1] @ normal) * normal
    back = back / np.linalg.norm(back)
    for up in np.arange(-4.0, 4.1, 2.0):
        points = frame.center_lps + up * frame.axes_lps[2] + steps[:, None] * back
        ijk = np.round(volume.grid.ijk_from_lps(points)).astype(int)
        inside = ((ijk >= 0) & (ijk < volume.grid.shape)).all(axis=1)
        hit = np.zeros(len(steps), dtype=bool)
        hit[inside] = location.mask[tuple(ijk[inside].T)] == SpineClass.CANAL
        depths.append(float(hit.sum() * 0.5))
    least = min(depths)
    return round(least, 1) if least > 0 else None


def draw_overlay(location: Location, volume: Volume, path: Path) -> None:
    """Draw the slice through the middle of the spine with classes, curve and names."""
    figure = draw_spine(volume, location.mask, location.frames, curve_lps=location.curve.samples())
    with whole_file(path) as partial:
        figure.savefig(partial, format="png", dpi=130, metadata={"Software": None})


def _level_json(frame: LevelFrame, location: Location, volume: Volume) -> dict[str, Any]:
    ijk = volume.grid.ijk_from_lps(frame.center_lps)
    values = frame.to_json()
    values["center_ijk"] = np.round(ijk, 2).tolist()
    if volume.grid.shape[0] == 1:
        values["center_rc"] = np.round(ijk[1:], 2).tolist()
    values["canal_ap_mm"] = canal_ap_mm(location, frame, volume)
    return values
