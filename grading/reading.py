"""A study in, the grades of every level out: what `deepspine read` does between its files and its page.

The spine is found by whatever the caller brings (`FindSpine`), since this room does not know the segmentation. Crops
are cut and prepared by the very functions that built the training data.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from numpy.typing import NDArray

from deepspine.data.dataset.build import FIRST_LEVEL, LAST_LEVEL, cut_study
from deepspine.data.dataset.sample import Sample
from deepspine.data.dataset.studies import StudyImages as CutImages
from deepspine.data.dataset.studies import StudySource, standardised
from deepspine.data.errors import InputError
from deepspine.data.findings import Finding, get_finding
from deepspine.data.frames import LevelFrame
from deepspine.data.geometry import FloatArray
from deepspine.data.grade_sets import GradeSet
from deepspine.data.label_table import COLUMNS, LabelKey, csv_text
from deepspine.data.levels import Level
from deepspine.data.rejects import Rejects
from deepspine.data.volume import Volume
from deepspine.grading.heads import target_name, targets_of
from deepspine.grading.inputs import LevelBatch, LevelDataset
from deepspine.grading.measurements import measure
from deepspine.grading.out_of_distribution import level_features
from deepspine.grading.reading_inputs import StudyImages
from deepspine.grading.weights import PHANTOM, GraderPart, ShippedGrader

if TYPE_CHECKING:
    import pandas as pd

GRADES_COLUMNS = (*COLUMNS, "probabilities", "calibrated_set", "alpha", "trained_on")
"""Of `grades.csv`: a label table of the most probable grades, and what stands behind them."""
UNSTATED = "not stated"
OTHER_SIGNALS = frozenset({"sagittal_t1"})
"""Inputs whose signals are measured beside those of the volume on which the spine was located."""


@dataclass(frozen=True, eq=False)
class FoundSpine:
    """Where the spine is in a sagittal volume or picture.

    Attributes
    ----------
    volume
        As the spine was found in it: a picture has the pixel size that its spine tells.
    mask, vertebra_map
        Class (as in `mask.nii.gz`) and number of the vertebral body of each voxel, `[slice, row, column]`.
    frames
        Named discs, cranial to caudal.
    warnings
        What to look at before trusting names.
    about
        Content of `levels.json`.
    """

    volume: Volume
    mask: NDArray[np.uint8]
    vertebra_map: NDArray[np.uint8]
    frames: tuple[LevelFrame, ...]
    warnings: tuple[str, ...]
    about: Mapping[str, Any]


@dataclass(frozen=True, eq=False)
class LocatedStudy:
    """A study whose spine was found.

    Attributes
    ----------
    images
        Its pictures, in the same space as `spine`.
    spine
        Found on `images.main_input`.
    at_usual_size
        Gives volumes by input and frames, scaled to a spine of usual size, for parts that learned from such.
    """

    images: StudyImages
    spine: FoundSpine
    at_usual_size: Callable[[], tuple[Mapping[str, Sequence[Volume]], Sequence[LevelFrame]]]


@dataclass(frozen=True, eq=False)
class Grade:
    """What the grader says of one finding at one level and side.

    Attributes
    ----------
    key
        As in label tables.
    probabilities
        Calibrated where the part has a calibration.
        *Shape:* (grades,)
    calibrated_set
        Holds the truth at the rate `1 - alpha`; None where the part promises nothing.
    alpha
        Share of sets that may miss the truth.
    trained_on
        Data sets that taught the finding; empty when not stated.
    part
        Index of the part of the grader that answered.
    """

    key: LabelKey
    probabilities: FloatArray
    calibrated_set: GradeSet | None
    alpha: float | None
    trained_on: tuple[str, ...]
    part: int

    @property
    def finding(self) -> Finding:
        """The finding."""
        return get_finding(self.key.finding)

    @property
    def grade(self) -> str:
        """The most probable grade."""
        return self.finding.scale[int(np.argmax(self.probabilities))]

    @property
    def phantom_only(self) -> bool:
        """Whether no real data taught the finding."""
        return set(self.trained_on) == {PHANTOM}

    @property
    def is_abnormal(self) -> bool:
        """Whether the most probable grade is another than none; true for scales without none."""
        return self.grade != self.finding.absent


@dataclass(frozen=True, eq=False)
class ReadLevel:
    """One level as it was read.

    Attributes
    ----------
    samples, batches
        Its crops by part, as they were cut and as the networks took them (a batch of one).
    unlikeness
        By part, how far its pictures lie from those learned from, as a multiple of the part's threshold.
    """

    frame: LevelFrame
    grades: tuple[Grade, ...]
    samples: Mapping[int, Sample]
    batches: Mapping[int, LevelBatch]
    unlikeness: Mapping[int, float]

    @property
    def level(self) -> Level:
        """Its name."""
        return self.frame.level

    @property
    def is_unlike(self) -> bool:
        """Whether a part that answered for it never saw such pictures."""
        return any(map(self.is_unlike_for, self.unlikeness))

    def is_unlike_for(self, part: int) -> bool:
        """Whether a part that answered for it never saw such pictures."""
        return self.unlikeness.get(part, 0.0) > 1 and any(grade.part == part for grade in self.grades)


@dataclass(frozen=True, eq=False)
class Reading:
    """A study as it was read: its levels, cranial to caudal, and what to look at before trusting them."""

    study: LocatedStudy
    grader: ShippedGrader
    levels: tuple[ReadLevel, ...]
    warnings: tuple[str, ...]

    def write_grades(self, path: Path) -> None:
        """Write `grades.csv`, a label table of the most probable grades with the columns of `GRADES_COLUMNS`."""
        rows = sorted((grade for level in self.levels for grade in level.grades), key=lambda one: one.key.sort_key)
        path.write_text(csv_text(map(_row, rows), GRADES_COLUMNS), encoding="utf-8")

    def measurements(self) -> pd.DataFrame:
        """Return the measurements of every located level, as `measure` gives them; T1 signals where there is a T1."""
        spine, volumes = self.study.spine, self.study.images.volumes
        main = self.study.images.main_input
        others = {
            name.removeprefix("sagittal_"): volumes[name][0] for name in volumes if name in OTHER_SIGNALS - {main}
        }
        return measure(spine.volume, spine, others=others)

    def to_json(self) -> dict[str, Any]:
        """Return plain values: the rows of `grades.csv` by column, level names with their probability, warnings."""
        rows = [dict(zip(GRADES_COLUMNS, _row(grade), strict=True)) for one in self.levels for grade in one.grades]
        return {
            "grader": self.grader.name,
            "levels": [{"level": one.level.value, "confidence": one.frame.confidence} for one in self.levels],
            "grades": rows,
            "warnings": list(self.warnings),
        }


def read_study(study: LocatedStudy, grader: ShippedGrader) -> Reading:
    """Grade every lumbar level of a located study.

    Raises
    ------
    InputError
        When no level can be graded: none of the pictures that the grader needs covers one.
    """
    frames = [frame for frame in study.spine.frames if FIRST_LEVEL <= frame.level <= LAST_LEVEL]
    found = [_levels_of_part(study, frames, part) for part in grader.parts]
    levels = tuple(_read_level(study.images.report_id, frame, grader, found) for frame in frames)
    levels = tuple(level for level in levels if level.grades)
    if not levels:
        needed = sorted({name for part in grader.parts for name in part.inputs})
        raise InputError(f"no level can be graded: the grader needs {' or '.join(needed)} that covers the discs")
    return Reading(study, grader, levels, tuple(_warnings(study, grader, levels)))


# ------------------------------------------------------------------------------------------------------------- parts


@dataclass(frozen=True, eq=False)
class _PartOfLevel:
    """What one part of the grader makes of one level: probabilities by target."""

    sample: Sample
    batch: LevelBatch
    probabilities: Mapping[str, FloatArray]
    unlikeness: float | None


def _levels_of_part(study: LocatedStudy, frames: Sequence[LevelFrame], part: GraderPart) -> dict[Level, _PartOfLevel]:
    """Ask one part of the grader; it has nothing to say of a study without the pictures that it needs."""
    volumes: Mapping[str, Sequence[Volume]] = study.images.volumes
    if part.usual_size:
        volumes, scaled = study.at_usual_size()
        by_level = {frame.level: frame for frame in scaled}
        frames = [by_level[frame.level] for frame in frames if frame.level in by_level]
    volumes = {name: standardised(stacks) for name, stacks in volumes.items() if name in part.inputs}
    if not volumes:
        return {}
    source = StudySource("study", "patient", "", lambda: frames, partial(CutImages, volumes))
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
    probabilities = part_probabilities(part, batch)
    unlikeness = None
    if part.outliers is not None:
        unlikeness = part.outliers.scores(level_features(part.networks[0], batch)) / part.outliers.threshold
    return {
        sample.level: _PartOfLevel(
            sample,
            _one(batch, index),
            {name: values[index] for name, values in probabilities.items()},
            None if unlikeness is None else float(unlikeness[index]),
        )
        for index, sample in enumerate(samples)
    }


@torch.inference_mode()
def part_probabilities(part: GraderPart, batch: LevelBatch) -> dict[str, FloatArray]:
    """Return the probabilities of a part's grades by target: the mean of its networks, calibrated where it can be.

    Shapes: (levels, grades) each
    """
    scores = [network(batch) for network in part.networks]
    found: dict[str, FloatArray] = {}
    for target in targets_of(part.findings):
        name = target_name(target)
        mean = np.mean([one[name].softmax(-1).double().numpy() for one in scores], axis=0)
        calibration = part.calibration.get(target[0])
        found[name] = mean if calibration is None else calibration.transform(mean)
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
    promised = part.conformal.get(finding.name)
    for side in finding.sides:
        probabilities = of_part.probabilities[target_name((finding.name, side))]
        yield Grade(
            key=LabelKey(report_id, level, finding.name, side),
            probabilities=probabilities,
            calibrated_set=promised.sets.sets(finding, probabilities[None])[0] if promised else None,
            alpha=promised.alpha if promised else None,
            trained_on=tuple(part.trained_on.get(finding.name, ())),
            part=index,
        )


def _warnings(study: LocatedStudy, grader: ShippedGrader, levels: Sequence[ReadLevel]) -> Iterator[str]:
    yield from study.images.warnings
    yield from study.spine.warnings
    graded = {grade.key.finding for level in levels for grade in level.grades}
    left = dict.fromkeys(one.name for part in grader.parts for one in part.findings if one.name not in graded)
    if left:
        names = ", ".join(left).replace("_", " ")
        yield f"not graded, since the study has no pictures of the kind that it takes: {names}"
    for index, part in enumerate(grader.parts):
        unlike = {one.level: one.unlikeness[index] for one in levels if one.is_unlike_for(index)}
        if unlike and part.outliers is not None:
            yield (
                f"the pictures of {', '.join(unlike)} are unlike those that the grader learned from "
                f"({part.outliers.source}), up to {max(unlike.values()):.2f} times the distance within which 99 % of "
                "those lie; do not trust these grades"
            )


def _row(grade: Grade) -> tuple[str, ...]:
    key = grade.key
    probabilities = "|".join(
        f"{name}={p:.4f}" for name, p in zip(grade.finding.scale, grade.probabilities, strict=True)
    )
    return (
        key.report_id,
        key.level.value,
        key.finding,
        key.side.value,
        grade.grade,
        probabilities,
        "" if grade.calibrated_set is None else str(grade.calibrated_set),
        "" if grade.alpha is None else f"{grade.alpha:g}",
        "|".join(grade.trained_on) or UNSTATED,
    )


def _stacked(levels: Sequence[LevelBatch]) -> LevelBatch:
    return LevelBatch(
        sagittal=torch.stack([one.sagittal for one in levels]),
        axial=torch.stack([one.axial for one in levels]),
        present=torch.stack([one.present for one in levels]),
        level=torch.stack([one.level for one in levels]),
        allowed={},
    )


def _one(batch: LevelBatch, index: int) -> LevelBatch:
    here = slice(index, index + 1)
    return LevelBatch(batch.sagittal[here], batch.axial[here], batch.present[here], batch.level[here], allowed={})


def _itself(sample: Sample) -> Sample:
    return sample
