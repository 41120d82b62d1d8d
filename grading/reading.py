"""A study in, the grades of every level out: what `deepspine read` does between its files and its page.

The spine is found by whoever calls, since this room does not know the segmentation. Crops are cut and prepared by the
very functions that built the training data.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import torch

from deepspine.data.dataset.build import FIRST_LEVEL, LAST_LEVEL, cut_study
from deepspine.data.dataset.sample import Sample
from deepspine.data.dataset.studies import StudyImages, StudySource, standardised
from deepspine.data.errors import InputError
from deepspine.data.findings import Finding
from deepspine.data.frames import LevelFrame
from deepspine.data.geometry import FloatArray
from deepspine.data.grade_sets import GradeSet
from deepspine.data.label_table import LabelKey
from deepspine.data.levels import Level
from deepspine.data.rejects import Rejects
from deepspine.data.volume import Volume
from deepspine.grading.heads import target_name, targets_of
from deepspine.grading.inputs import LevelBatch, LevelDataset
from deepspine.grading.level_features import study_features
from deepspine.grading.out_of_distribution import level_features
from deepspine.grading.prediction import checked
from deepspine.grading.reading_results import Grade, Reading, ReadLevel
from deepspine.grading.reading_study import LocatedStudy
from deepspine.grading.told_apart import ToldApart
from deepspine.grading.weights import GraderPart, Promised, ShippedGrader

if TYPE_CHECKING:
    import pandas as pd


def read_study(study: LocatedStudy, grader: ShippedGrader) -> Reading:
    """Grade every lumbar level of a located study.

    Raises
    ------
    InputError
        When no level can be graded: none of the pictures that the grader needs covers one.
    """
    frames = [frame for frame in study.spine.frames if FIRST_LEVEL <= frame.level <= LAST_LEVEL]
    features = study_features(study) if any(part.forests for part in grader.parts) else None
    found = [_levels_of_part(study, frames, part, features) for part in grader.parts]
    levels = tuple(_read_level(study.images.report_id, frame, grader, found) for frame in frames)
    levels = tuple(level for level in levels if level.grades)
    if not levels:
        raise InputError(f"no level can be graded: {_needs(study, grader)}")
    return Reading(study, grader, levels, tuple(_warnings(study, grader, levels)))


def _needs(study: LocatedStudy, grader: ShippedGrader) -> str:
    """Return what the study lacks, where no part of the grader has seen a level."""
    needed = sorted({name for part in grader.parts for name in part.inputs})
    there = {name: study.images.volumes[name] for name in needed if study.images.volumes.get(name)}
    if there and all(len(volume.voxels) == 1 for stacks in there.values() for volume in stacks):
        specs = [part.preset.spec_of(name) for part in grader.parts for name in part.inputs if name in there]
        thickness_mm = min(spec.size_mm[0] for spec in specs)
        return (
            f"the grader learned from crops {thickness_mm:g} mm thick, of which a single picture fills less than half; "
            "give whole series, or a grader of a dataset built with --crop-preset picture"
        )
    return f"the grader needs {' or '.join(needed)} that covers the discs"


# ------------------------------------------------------------------------------------------------------------- parts


@dataclass(frozen=True, eq=False)
class _PartOfLevel:
    """What one part of the grader makes of one level: probabilities by target."""

    sample: Sample
    batch: LevelBatch
    probabilities: Mapping[str, FloatArray]
    unlikeness: float | None


def _levels_of_part(
    study: LocatedStudy, frames: Sequence[LevelFrame], part: GraderPart, features: pd.DataFrame | None
) -> dict[Level, _PartOfLevel]:
    """Ask one part of the grader; it has nothing to say of a study without the pictures that it needs."""
    volumes: Mapping[str, Sequence[Volume]] = study.images.volumes
    if part.usual_size:
        volumes, scaled = study.at_usual_size()
        by_level = {frame.level: frame for frame in scaled}
        frames = [by_level[frame.level] for frame in frames if frame.level in by_level]
    volumes = {name: standardised(stacks) for name, stacks in volumes.items() if name in part.inputs}
    if not volumes:
        return {}
    source = StudySource("study", "patient", "", lambda: frames, partial(StudyImages, volumes))
    try:
        samples = cut_study(source, frames, {}, part.preset, Rejects())
    except InputError:
        return {}
    dataset = LevelDataset(
        [partial(_itself, sample) for sample in samples],
        preset=part.preset,
        findings=part.findings,
        inputs=part.inputs,
        normalise_crops=part.normalise_crops,
    )
    batch = _stacked([dataset[index] for index in range(len(dataset))])
    own = None if features is None else features.loc[[sample.level.value for sample in samples]]
    probabilities = part_probabilities(part, batch, own)
    unlikeness = None
    if part.outliers is not None:
        unlikeness = part.outliers.scores(level_features(part.networks[0], batch)) / part.outliers.threshold
    return {
        sample.level: _PartOfLevel(
            sample,
            _seen_for(part, batch, index),
            {name: values[index] for name, values in probabilities.items()},
            None if unlikeness is None else float(unlikeness[index]),
        )
        for index, sample in enumerate(samples)
    }


@torch.inference_mode()
def part_probabilities(
    part: GraderPart, batch: LevelBatch, features: pd.DataFrame | None = None
) -> dict[str, FloatArray]:
    """Return the probabilities of a part's grades by target.

    They are the mean of its networks, averaged with its forests, calibrated where they can be, and alike for grades
    that labels did not tell apart.

    Parameters
    ----------
    features
        Rows of `study_features`, one a level of the batch; without them networks answer alone.

    Shapes: (levels, grades) each
    """
    scores = [checked(network(batch)) for network in part.networks]
    found: dict[str, FloatArray] = {}
    for target in targets_of(part.findings):
        finding, name = target[0], target_name(target)
        by_networks = np.mean([one[name].softmax(-1).double().numpy() for one in scores], axis=0)
        by_forests = [] if features is None else [one.probabilities(features) for one in part.forests.get(finding, ())]
        groups = part.groups(finding)
        shares = groups.summed(np.mean([by_networks, *by_forests], axis=0))
        calibration = part.calibration.get(finding)
        found[name] = groups.spread(shares if calibration is None else calibration.transform(shares))
    return found


def _read_level(
    report_id: str, frame: LevelFrame, grader: ShippedGrader, found: Sequence[Mapping[Level, _PartOfLevel]]
) -> ReadLevel:
    here = {index: levels[frame.level] for index, levels in enumerate(found) if frame.level in levels}
    grades: dict[str, list[Grade]] = {}
    for index, of_part in here.items():
        part = grader.parts[index]
        for finding in part.findings:
            # The first part that grades a finding answers for it.
            if finding.name not in grades:
                grades[finding.name] = list(_grades_of(report_id, frame.level, finding, part, index, of_part))
    return ReadLevel(
        frame=frame,
        grades=tuple(grade for own in grades.values() for grade in own),
        samples={index: one.sample for index, one in here.items()},
        batches={index: one.batch for index, one in here.items()},
        unlikeness={index: one.unlikeness for index, one in here.items() if one.unlikeness is not None},
    )


def _grades_of(
    report_id: str, level: Level, finding: Finding, part: GraderPart, index: int, of_part: _PartOfLevel
) -> Iterator[Grade]:
    promised, groups = part.conformal.get(finding.name), part.groups(finding.name)
    if _lacking(part, of_part.sample):
        promised = None  # sets were calibrated on levels with all pictures
    for side in finding.sides:
        probabilities = of_part.probabilities[target_name((finding.name, side))]
        yield Grade(
            key=LabelKey(report_id, level, finding.name, side),
            probabilities=probabilities,
            told_apart=groups,
            calibrated_set=_calibrated_set(promised, groups, probabilities) if promised else None,
            alpha=promised.alpha if promised else None,
            trained_on=tuple(part.trained_on.get(finding.name, ())),
            part=index,
        )


def _lacking(part: GraderPart, sample: Sample) -> list[str]:
    """Return the pictures that a part of the grader takes and a level does not have."""
    return [name for name in part.inputs if name not in sample.crops]


def _calibrated_set(promised: Promised, groups: ToldApart, probabilities: FloatArray) -> GradeSet:
    (mask,) = promised.sets.masks(groups.summed(probabilities)[None])
    return groups.union(group for group, inside in zip(groups.groups, mask, strict=True) if inside)


def _warnings(study: LocatedStudy, grader: ShippedGrader, levels: Sequence[ReadLevel]) -> Iterator[str]:
    yield from study.images.warnings
    yield from study.spine.warnings
    graded = {grade.key.finding for level in levels for grade in level.grades}
    left = dict.fromkeys(one.name for part in grader.parts for one in part.findings if one.name not in graded)
    if left:
        names = ", ".join(left).replace("_", " ")
        yield f"not graded, since the study has no pictures of the kind that it takes: {names}"
    lacking = [
        (level.level, name)
        for level in levels
        for index, sample in level.samples.items()
        if grader.parts[index].conformal
        for name in _lacking(grader.parts[index], sample)
    ]
    if lacking:
        places = ", ".join(dict.fromkeys(level for level, _ in lacking))
        pictures = " and ".join(dict.fromkeys(name for _, name in lacking)).replace("_", " ")
        yield (
            f"{places} without {pictures}: calibrated sets hold where all pictures are there, so these levels have "
            "none; Modic changes and their types need T1 and T2"
        )
    grades = [grade for level in levels for grade in level.grades]
    one_slice = {one.key.finding for one in grades if one.finding.lateral and grader.parts[one.part].sees_no_sides}
    if one_slice:
        names = ", ".join(sorted(one_slice)).replace("_", " ")
        yield (
            f"left and right are answered alike: {names} come from one sagittal slice, which shows neither foramina "
            "nor recesses and has no sides"
        )
    for index, part in enumerate(grader.parts):
        unlike = {one.level: one.unlikeness[index] for one in levels if one.is_unlike_for(index)}
        if unlike and part.outliers is not None:
            yield (
                f"the pictures of {', '.join(unlike)} are unlike those that the grader learned from "
                f"({part.outliers.source}), up to {max(unlike.values()):.2f} times the distance within which 99 % of "
                "those lie; do not trust these grades"
            )


def _stacked(levels: Sequence[LevelBatch]) -> LevelBatch:
    return LevelBatch(
        sagittal=torch.stack([one.sagittal for one in levels]),
        axial=torch.stack([one.axial for one in levels]),
        present=torch.stack([one.present for one in levels]),
        level=torch.stack([one.level for one in levels]),
        allowed={},
        study=torch.zeros(len(levels), dtype=torch.long),
    )


def _seen_for(part: GraderPart, batch: LevelBatch, index: int) -> LevelBatch:
    """Return what a part's networks look at for a level of a study: the level, then those that they compare it with."""
    others = [other for other in range(len(batch.level)) if other != index] if part.compares else []
    rows = [index, *others]
    level = batch.level[rows]
    return LevelBatch(
        batch.sagittal[rows], batch.axial[rows], batch.present[rows], level, allowed={}, study=torch.zeros_like(level)
    )


def _itself(sample: Sample) -> Sample:
    return sample
