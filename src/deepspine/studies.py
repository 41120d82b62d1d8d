"""Whole studies in one call, for notebooks and the command line.

Segmentation and grading do not know each other; here the one's discs are handed to the other.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from deepspine.data.errors import InputError
from deepspine.data.levels import Level
from deepspine.data.provenance import provenance
from deepspine.data.spine_classes import SpineClass
from deepspine.data.volume import Volume
from deepspine.grading.modic.doubts import MIN_PATIENT_OVERLAP, body_overlap
from deepspine.grading.modic.learned_regions import SHIPPED, RegionModel
from deepspine.grading.modic.mapping import ModicMap, map_modic
from deepspine.grading.modic.output import COLUMNS, row_of, write_modic
from deepspine.grading.modic.registration import register
from deepspine.grading.reading import read_study
from deepspine.grading.reading_inputs import SAGITTAL_T1, SAGITTAL_T2, find_study
from deepspine.grading.reading_location import locate_study
from deepspine.grading.reading_pairs import check_contrasts, t1_on_t2
from deepspine.grading.reading_results import Reading
from deepspine.grading.reading_study import FoundSpine
from deepspine.grading.weights import load_grader
from deepspine.segmentation.inference import SegmentationNetwork
from deepspine.segmentation.locate import Location, locate
from deepspine.segmentation.output import levels_json
from deepspine.segmentation.picture_size import sized_by_spine
from deepspine.segmentation.pose import check_pose


def read(
    study: Path | str | None = None,
    *,
    t1: Path | None = None,
    t2: Path | None = None,
    axial_t2: Path | None = None,
    lowest: Level | str | None = None,
    spacing_mm: float | None = None,
    report_id: str | None = None,
    weights: Path | None = None,
) -> Reading:
    """Grade and measure every level of a study. Research use only: not a medical device.

    Parameters
    ----------
    study
        Folder or zip file of one DICOM study, folder of volumes or of a T1 and a T2 picture, or one such file.
    t1, t2, axial_t2
        Files in place of `study`.
    lowest
        Name of the lowest disc in view, if known.
    spacing_mm
        Pixel size of pictures, mm; else judged by the spine.
    report_id
        Name of the study in tables.
    weights
        Folder of a grader, or a run of `train grading`; the shipped grader by default.

    Raises
    ------
    InputError
        When the pictures cannot be read, are of two patients, or no level can be graded.
    NamingError
        When the spine tells no names, and `lowest` is not given.
    """
    grader = load_grader(weights)
    images = find_study(_path(study), t1=t1, t2=t2, axial_t2=axial_t2, spacing_mm=spacing_mm, report_id=report_id)
    find = partial(_found_spine, network=SegmentationNetwork.load(), lowest=_level(lowest))
    return read_study(locate_study(images, find), grader)


def _found_spine(
    volume: Volume, *, network: SegmentationNetwork, lowest: Level | None, other: Volume | None = None
) -> FoundSpine:
    sized = sized_by_spine(volume, network)
    location = locate(sized, network=network, lowest=lowest, other=other)
    # Names of input files may hold those of patients.
    about = levels_json(location, sized, made_by=provenance())
    return FoundSpine(
        sized, location.mask, location.vertebra_map, location.frames, location.warnings, about, alone=location.alone
    )


@dataclass(frozen=True, eq=False)
class ModicReading:
    """The Modic changes of a study.

    Attributes
    ----------
    report_id
        Of the study, free of names.
    found
        The map and its endplates.
    t1, t2
        In the grid of T2.
    warnings
        What to look at before trusting it.
    """

    report_id: str
    found: ModicMap
    t1: Volume
    t2: Volume
    warnings: tuple[str, ...]

    def write(self, folder: Path) -> None:
        """Write `modic.nii.gz`, `modic.csv` and `modic.png`."""
        write_modic(self.found, self.t1, self.t2, folder, report_id=self.report_id)

    def rows(self) -> Iterator[dict[str, str]]:
        """Yield the rows of `modic.csv`."""
        for one in self.found.endplates:
            yield dict(zip(COLUMNS, row_of(self.report_id, one), strict=True))


def modic(
    study: Path | str | None = None,
    *,
    t1: Path | None = None,
    t2: Path | None = None,
    lowest: Level | str | None = None,
    spacing_mm: float | None = None,
    report_id: str | None = None,
    method: Literal["learned", "statistical"] = "learned",
    weights: Path = SHIPPED,
) -> ModicReading:
    """Map the Modic changes of a study with a sagittal T1 and T2. Research use only: not a medical device.

    Parameters
    ----------
    study, t1, t2, lowest, spacing_mm, report_id
        As for `read`.
    method
        What marks the regions: networks, or robust outliers of each body's own marrow. Types follow the same rule.
    weights
        Folder of the networks; the shipped ones by default.

    Raises
    ------
    InputError
        When a contrast is missing, or the two are of two patients.
    NamingError
        When the spine tells no names, and `lowest` is not given.
    """
    model = RegionModel.load(weights) if method == "learned" else None
    images = find_study(_path(study), t1=t1, t2=t2, spacing_mm=spacing_mm, report_id=report_id)
    for name, other in ((SAGITTAL_T1, "T2"), (SAGITTAL_T2, "T1")):
        if name not in images.volumes:
            why = "; ".join(images.warnings) or f"the study has {other} alone"
            raise InputError(f"Modic types need a sagittal T1 and a sagittal T2: {why}")
    network = SegmentationNetwork.load()
    fixed = sized_by_spine(images.volumes[SAGITTAL_T2][0], network)
    location = locate(fixed, network=network, lowest=_level(lowest), other=t1_on_t2(images))
    moved, warnings = _paired(images.volumes[SAGITTAL_T1][0], fixed, location, network)
    found = map_modic(
        moved,
        fixed,
        mask=location.mask,
        vertebra_map=location.vertebra_map,
        frames=location.frames,
        model=model,
    )
    return ModicReading(images.report_id, found, moved, fixed, (*warnings, *location.warnings, *found.warnings))


def _paired(t1: Volume, t2: Volume, location: Location, network: SegmentationNetwork) -> tuple[Volume, list[str]]:
    """Bring T1 to the grid of T2; refuse one that shows another spine."""
    if not t2.origin.has_patient_space:
        # Pictures of a pair are of one size and field of view: the place of the one is that of the other.
        t1 = replace(t1, grid=t2.grid)
    check_pose(t1, network)
    done = register(t1, t2, _spine(location.mask))
    moved = replace(t1, voxels=done.voxels, grid=t2.grid)
    check_contrasts(moved, t2, location.mask)
    mask, _ = network.segment(moved.with_voxels(np.nan_to_num(done.voxels)))
    overlap = body_overlap(mask, location.mask)
    if overlap < MIN_PATIENT_OVERLAP:
        raise InputError(
            f"the vertebral bodies of T1 and T2 overlap by {overlap:.0%} (Dice): they are of two patients, or one of "
            "them lies otherwise than its header says"
        )
    return moved, [f"T1 was moved by {done.moved_mm:.1f} mm onto T2"] if done.is_moved else []


def _spine(mask: NDArray[np.uint8]) -> NDArray[np.bool_]:
    return np.isin(mask, (SpineClass.BODY, SpineClass.DISC, SpineClass.SACRUM))


def _path(study: Path | str | None) -> Path | None:
    return None if study is None else Path(study)


def _level(name: Level | str | None) -> Level | None:
    return None if name is None else Level.parse(name)
