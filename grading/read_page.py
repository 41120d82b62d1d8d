"""The page of a reading: one self-contained HTML file, named levels over the sagittal, a card for each level."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path

import numpy as np

from deepspine.data.crops import INPUTS
from deepspine.data.findings import FINDINGS, Finding, Side
from deepspine.data.grade_sets import GradeSet
from deepspine.data.spine_drawing import draw_spine
from deepspine.data.whole_files import write_whole
from deepspine.grading.evidence_maps import evidence_map, strongest
from deepspine.grading.read_pictures import as_data_uri, crop_picture, evidence_picture
from deepspine.grading.reading_inputs import input_words
from deepspine.grading.reading_results import Grade, Reading, ReadLevel
from deepspine.grading.weights import ShippedGrader

SURE_NAME = 0.9
"""Level names less probable than this are marked."""
SHOWN_SHARE = 0.02
"""Grades less probable than this have no place of their own in a bar."""
BAR_PX, LETTER_PX = 320, 6.5
"""Width of a bar and of a letter in it: pieces too narrow for their word have none."""
SHOWN_MEASURES = (
    ("disc_height_anterior_mm", "disc height in front", " mm", 1),
    ("disc_height_middle_mm", "in the middle", " mm", 1),
    ("disc_height_posterior_mm", "behind", " mm", 1),
    ("bulge_mm", "disc bulge behind the vertebral corners", " mm", 1),
    ("slip_mm", "slip forwards", " mm", 1),
    ("slip_percent", "slip as % of endplate depth", " %", 0),
    ("canal_ap_mm", "canal from front to back", " mm", 1),
    ("canal_ap_ratio", "canal relative to adjacent levels", "", 2),
    ("disc_to_csf", "disc signal relative to CSF", "", 2),
)
"""Column, words, unit and digits of the measures on a card; all are in `measurements.csv`."""
CLEAR, FIRST, LAST = "#d7dde3", 48, 4
"""Colour of grade none; hue (degrees) of the first and last grade above it: from yellow to red."""


@dataclass(frozen=True)
class BarPiece:
    """One grade in a bar of probabilities."""

    grade: str
    percent: float
    color: str
    label: str


@dataclass(frozen=True)
class ShownGrade:
    """A row of a card."""

    finding: str
    side: str
    grade: str
    abnormal: bool
    bar: tuple[BarPiece, ...]
    held: str
    badge: str


@dataclass(frozen=True)
class ShownPicture:
    """A picture with its caption."""

    uri: str
    caption: str


@dataclass(frozen=True)
class Card:
    """All that the page shows of one level."""

    level: str
    confidence: float
    unsure: bool
    unlike: bool
    summary: tuple[str, ...]
    summary_phantom_only: tuple[str, ...]
    crops: tuple[ShownPicture, ...]
    grades: tuple[ShownGrade, ...]
    evidence: tuple[ShownPicture, ...]
    measures: str


def write_page(path: Path, reading: Reading, *, evidence: bool = True) -> None:
    """Write `report.html`.

    Parameters
    ----------
    evidence
        Whether to show, for every finding that is probably there, where its evidence lies.
    """
    from jinja2 import Environment

    spine = reading.study.spine
    measured = reading.measurements()
    names = [name for name, *_ in SHOWN_MEASURES]
    measures = dict(zip(measured["level"], measured[names].to_numpy(dtype=float), strict=True))
    cards = [
        _card(reading, level, _measures(dict(zip(names, measures[level.level.value], strict=True))), evidence=evidence)
        for level in reading.levels
    ]
    template = (files("deepspine.grading") / "pages" / "reading.html.j2").read_text(encoding="utf-8")
    grades = [grade for level in reading.levels for grade in level.grades]
    page = (
        Environment(autoescape=True)
        .from_string(template)
        .render(
            report_id=reading.study.images.report_id,
            software=f"deepspine {version('deepspine')}",
            grader=reading.grader.name,
            sources=_sources(reading.grader),
            overview=as_data_uri(draw_spine(spine.volume, spine.mask, spine.frames)),
            warnings=reading.warnings,
            cards=cards,
            alpha=next((grade.alpha for grade in grades if grade.alpha is not None), None),
            phantom_only=sorted({_words(grade.key.finding) for grade in grades if grade.phantom_only}),
            pictures=reading.study.images.is_picture,
            assumed_size=spine.volume.origin.spacing_is_assumed,
        )
    )
    write_whole(path, page)


def _card(reading: Reading, level: ReadLevel, measures: str, *, evidence: bool) -> Card:
    order = list(FINDINGS)
    grades = sorted(level.grades, key=lambda grade: (order.index(grade.key.finding), grade.key.side.value))
    return Card(
        level=level.level.value,
        confidence=level.frame.confidence,
        unsure=level.frame.confidence < SURE_NAME,
        unlike=level.is_unlike,
        summary=tuple(_summary(grade) for grade in grades if grade.is_abnormal and not grade.phantom_only),
        summary_phantom_only=tuple(_summary(grade) for grade in grades if grade.is_abnormal and grade.phantom_only),
        crops=tuple(_crops(level)),
        grades=tuple(_shown(grade) for grade in grades),
        evidence=tuple(_evidence(reading, level, grades)) if evidence else (),
        measures=measures,
    )


def _measures(values: Mapping[str, float]) -> str:
    """Return the shown measures of a level in words, without those that could not be taken."""
    return ", ".join(
        # Adding nothing turns minus zero into zero.
        f"{words} {round(values[name], digits) + 0.0:.{digits}f}{unit}"
        for name, words, unit, digits in SHOWN_MEASURES
        if np.isfinite(values[name])
    )


def _crops(level: ReadLevel) -> Iterator[ShownPicture]:
    """Yield the middle slice of each input, as the first part that has it cut it."""
    for name in INPUTS:
        crop = next((sample.crops[name] for sample in level.samples.values() if name in sample.crops), None)
        if crop is not None:
            yield ShownPicture(crop_picture(crop[len(crop) // 2], axial=name.startswith("axial")), input_words(name))


def _evidence(reading: Reading, level: ReadLevel, grades: Sequence[Grade]) -> Iterator[ShownPicture]:
    """Yield for each finding that is probably there the slice with most of what speaks for it."""
    for grade in grades:
        if not grade.is_abnormal:
            continue
        part, batch = reading.grader.parts[grade.part], level.batches[grade.part]
        found = evidence_map(part, batch, grade.key.finding, grade.key.side)
        spot = strongest(found)
        crop = level.samples[grade.part].crops[spot.input_name]
        picture = evidence_picture(
            crop[spot.slice_index],
            found[spot.input_name][spot.slice_index],
            axial=spot.input_name.startswith("axial"),
        )
        place = f", slice {spot.slice_index + 1} of {len(crop)} from the {_first_side(spot.input_name)}"
        caption = (
            f"{_name(grade)}: {_in_words(grade.grade)} ({input_words(spot.input_name)}{place if len(crop) > 1 else ''})"
        )
        yield ShownPicture(picture, caption)


def _first_side(input_name: str) -> str:
    return "head" if input_name.startswith("axial") else "patient's right"


def _shown(grade: Grade) -> ShownGrade:
    groups = grade.told_apart.groups
    pieces = zip(groups, map(float, grade.told_apart.summed(grade.probabilities)), strict=True)
    bar = tuple(
        BarPiece(
            grade=f"{_in_words(group)} {p:.0%}",
            percent=round(100 * p, 2),
            color=grade_color(grade.finding, [*group][len(group) // 2]),
            label=_in_words(group) if p * BAR_PX >= LETTER_PX * (len(_in_words(group)) + 1) else "",
        )
        for group, p in pieces
        if p >= SHOWN_SHARE
    )
    held = "no promise"
    if grade.calibrated_set is not None:
        inside = [group for group in groups if group <= grade.calibrated_set]
        held = ", ".join(map(_in_words, inside)) or "no grade fits"
    badge = "phantom only" if grade.phantom_only else "" if grade.trained_on else "training data not stated"
    return ShownGrade(
        finding=_words(grade.key.finding),
        side=grade.key.side.value,
        grade=_in_words(grade.grade),
        abnormal=grade.is_abnormal and grade.finding.absent is not None,
        bar=bar,
        held=held,
        badge=badge,
    )


def grade_color(finding: Finding, grade: str) -> str:
    """Return the colour of a grade as CSS: grey for none, else from yellow to red along the scale."""
    if grade == finding.absent:
        return CLEAR
    above = [name for name in finding.scale if name != finding.absent]
    place = above.index(grade) / max(len(above) - 1, 1)
    return f"hsl({FIRST + (LAST - FIRST) * place:.0f} {88 - 18 * place:.0f}% {72 - 22 * place:.0f}%)"


def _summary(grade: Grade) -> str:
    return f"{_name(grade)}: {_in_words(grade.grade)}"


def _name(grade: Grade) -> str:
    side = "" if grade.key.side is Side.MIDLINE else f"{grade.key.side.value} "
    return f"{side}{_words(grade.key.finding)}"


def _sources(grader: ShippedGrader) -> list[tuple[str, str]]:
    data = grader.card.get("data", {})
    return [(str(name), str(text)) for name, text in data.items()]


def _in_words(grades: GradeSet) -> str:
    """Return a grade, or "present" for all that are left when only presence was taught."""
    if len(grades) > 1 and grades == GradeSet.present(grades.finding):
        return "present"
    return " or ".join(map(_words, grades))


def _words(name: str) -> str:
    for stem in ("type", "grade"):
        if name.startswith(stem) and name[len(stem) :].isdigit():
            return f"{stem} {name[len(stem) :]}"
    return name.replace("_", " ")
