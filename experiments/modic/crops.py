"""Crops for the classifier of Modic changes: of discs or of single endplates, in 3D where a volume is there.

All are cut on the level frame. A disc of a picture has the one slice that there is; a volume can give five, turned
with the frame. An endplate's crop shows the marrow beside it with the disc at its lower edge: that of the body below
the disc is turned upside down, so that both look alike.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType

import numpy as np

from deepspine.data.crops import CropPreset, CropSpec
from deepspine.data.dataset.build import build_dataset
from deepspine.data.dataset.studies import StudyImages, StudySource
from deepspine.data.findings import Side
from deepspine.data.frames import LevelFrame
from deepspine.data.geometry import FloatArray, Plane
from deepspine.data.grade_sets import GradeSet
from deepspine.data.label_table import LabelKey, LabelTable
from deepspine.data.volume import Volume
from deepspine.experiments.modic.pairs import LocatedPair
from deepspine.experiments.picture_dataset import NO_AXIAL
from deepspine.grading.modic.intensity import WAYS, IntensityContext, learned_landmarks
from deepspine.grading.modic.mapping import MODIC
from deepspine.grading.prediction import Prediction


class View(StrEnum):
    """What a crop shows."""

    SLICE = "slice"
    VOLUME = "volume"
    ENDPLATE = "endplate"


class Endplate(StrEnum):
    """Which endplate of a disc: that of the body above it or of the one below it."""

    ABOVE = "above"
    BELOW = "below"


PRESETS: Mapping[View, CropPreset] = MappingProxyType(
    {
        # The disc, half of each body beside it, their whole depth.
        View.SLICE: CropPreset("modic", CropSpec(Plane.SAGITTAL, (1, 64, 48), (4.0, 57.6, 43.2)), NO_AXIAL),
        View.VOLUME: CropPreset("modic volume", CropSpec(Plane.SAGITTAL, (5, 64, 48), (25.0, 57.6, 43.2)), NO_AXIAL),
        View.ENDPLATE: CropPreset("modic endplate", CropSpec(Plane.SAGITTAL, (1, 48, 48), (4.0, 43.2, 43.2)), NO_AXIAL),
    }
)
ENDPLATE_CENTRE_MM = 14.0
"""From an endplate to the middle of its crop, which begins 8 mm inside the disc."""
REACH_MM, MAX_ASIDE_MM = 14.0, 8.0
"""Changed voxels so deep under an endplate, and so near to the middle of the disc, are those of its crop."""
MIN_VOXELS = 30
"""Of a type from which on an endplate of a phantom has it: 20 mm2 and more of a slice."""
SEPARATOR = ":"
"""Between a patient's key and the endplate in the keys of studies of endplates."""


def build_crops(pairs: Sequence[LocatedPair], view: View, scale: str, dataset: Path) -> None:
    """Cut the crops of all pairs with grey values on one scale; what lies there already is kept.

    Parameters
    ----------
    pairs
        Of the view `VOLUME` those that are volumes.
    scale
        Name of `intensity.WAYS`.
    dataset
        Folder; it gets no labels, since variants learn from several.
    """
    landmarks = [learned_landmarks([getattr(pair, name).voxels for pair in pairs]) for name in ("t1", "t2")]
    shown = [pair for pair in pairs if view is not View.VOLUME or pair.t2.grid.shape[0] > 1]
    sources = [source for pair in shown for source in _sources(pair, view, scale, landmarks)]
    build_dataset(sources, LabelTable({}), dataset, preset=PRESETS[view])


def _sources(pair: LocatedPair, view: View, scale: str, landmarks: Sequence[FloatArray]) -> Iterator[StudySource]:
    def images() -> StudyImages:
        return StudyImages(
            {
                "sagittal_t1": [_scaled(pair.t1, pair, scale, landmarks[0], is_t1=True)],
                "sagittal_t2": [_scaled(pair.t2, pair, scale, landmarks[1], is_t1=False)],
            }
        )

    if view is not View.ENDPLATE:
        yield StudySource(pair.patient, pair.patient, pair.patient, frames=lambda: pair.frames, images=images)
        return
    for endplate in Endplate:
        key = f"{pair.patient}{SEPARATOR}{endplate}"
        frames = [endplate_frame(frame, endplate) for frame in pair.frames]
        yield StudySource(key, pair.patient, key, frames=lambda own=frames: own, images=images)  # type: ignore[misc]


def _scaled(volume: Volume, pair: LocatedPair, scale: str, landmarks: FloatArray, *, is_t1: bool) -> Volume:
    return volume.with_voxels(WAYS[scale](volume.voxels, IntensityContext(pair.mask, is_t1, landmarks)))


# ----------------------------------------------------------------------------------------------------------- endplates


def endplate_frame(frame: LevelFrame, endplate: Endplate) -> LevelFrame:
    """Return the frame of an endplate's crop: in the marrow beside it, the third axis leaving the disc.

    Front stays front: below the disc the frame is turned around its second axis, which swaps the patient's sides.
    """
    axes = frame.axes_lps if endplate is Endplate.ABOVE else frame.axes_lps * [[-1.0], [1.0], [-1.0]]
    return replace(frame, center_lps=_midpoint(frame, endplate) + ENDPLATE_CENTRE_MM * axes[2], axes_lps=axes)


def _midpoint(frame: LevelFrame, endplate: Endplate) -> FloatArray:
    return np.asarray(frame.endplates_lps[0 if endplate is Endplate.ABOVE else 1])


def endplate_grade(pair: LocatedPair, frame: LevelFrame, endplate: Endplate) -> GradeSet:
    """Return the grade of an endplate of a phantom, from the truth of its voxels.

    Raises
    ------
    ValueError
        When the pair has no truth.
    """
    if pair.truth is None:
        raise ValueError(f"{pair.patient} has no truth of voxels")
    where = np.argwhere(pair.truth > 0)
    points = pair.t2.grid.lps_from_ijk(where)
    axes = endplate_frame(frame, endplate).axes_lps
    aside, _, depth = ((points - _midpoint(frame, endplate)) @ axes.T).T
    others = [one for one in pair.frames if one.level is not frame.level]
    nearest_other = np.min([_to_endplates(points, one) for one in others], axis=0) if others else np.inf
    # An endplate is hollow: its marrow begins a little on this side of the plane through its midpoint.
    near = (np.abs(aside) < MAX_ASIDE_MM) & (depth > -frame.height_mm / 2) & (depth < REACH_MM)
    near &= np.abs(depth) < nearest_other
    counts = np.bincount(pair.truth[tuple(where[near].T)], minlength=len(MODIC.scale))
    best = int(counts.argmax())
    return GradeSet.of(MODIC, MODIC.scale[best] if counts[best] >= MIN_VOXELS else MODIC.scale[0])


def _to_endplates(points_lps: FloatArray, frame: LevelFrame) -> FloatArray:
    """Return how far points are from the planes of a disc's endplates, the nearer one; shape (points,)."""
    distances = [np.abs((points_lps - middle) @ frame.axes_lps[2]) for middle in frame.endplates_lps]
    return np.asarray(np.min(distances, axis=0))


def endplate_labels(pairs: Sequence[LocatedPair], labels: LabelTable) -> LabelTable:
    """Return labels of endplates: the truth of phantoms; of others what a disc's label says of each of its endplates.

    A disc without a change has none at either endplate; one with a change may have it at the other endplate alone.
    """
    found = {}
    for pair in pairs:
        for frame in pair.frames:
            disc = labels.get(LabelKey(pair.patient, frame.level, MODIC.name, Side.MIDLINE))
            for endplate in Endplate:
                key = LabelKey(f"{pair.patient}{SEPARATOR}{endplate}", frame.level, MODIC.name, Side.MIDLINE)
                if pair.truth is not None:
                    found[key] = endplate_grade(pair, frame, endplate)
                elif disc is not None:
                    found[key] = disc | GradeSet.of(MODIC, MODIC.scale[0])
    return LabelTable(found)


def discs_of_endplates(rows: Sequence[Prediction]) -> list[Prediction]:
    """Return what the answers for both endplates say of their discs: changed unless neither endplate is."""
    by_disc: dict[LabelKey, list[Prediction]] = {}
    for row in rows:
        patient, _ = row.key.report_id.split(SEPARATOR)
        by_disc.setdefault(row.key._replace(report_id=patient), []).append(row)
    return [
        Prediction(key, own[0].patient_key, joined(np.array([one.probabilities for one in own])))
        for key, own in by_disc.items()
    ]


def joined(probabilities: FloatArray) -> FloatArray:
    """Return the grades of a disc from those of its endplates: shapes (endplates, grades) to (grades,).

    Examples
    --------
    >>> joined(np.array([[0.5, 0.5, 0.0, 0.0], [0.5, 0.0, 0.5, 0.0]])).tolist()
    [0.25, 0.375, 0.375, 0.0]
    """
    none = float(probabilities[:, 0].prod())
    types = probabilities[:, 1:].sum(axis=0)
    return np.concatenate([[none], (1.0 - none) * types / max(float(types.sum()), 1e-9)])
