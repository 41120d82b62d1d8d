"""From words of degree, negation and hedging to the grades that a frame leaves possible."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

from deepspine.data.findings import FINDINGS
from deepspine.labeling.clauses.frames import (
    GRADE1_MM,
    GRADED,
    LATERAL,
    NONE,
    OF_HERNIATION,
    SEVERITY_FINDINGS,
    TYPES_ABOVE_DEGREES,
    Frame,
)

_WITHOUT_LESION = {0b0100: 0b0011, 0b1000: 0b0111, 0b1100: 0b0011}
"""What "no extrusion", "no sequestration" and "no extrusion or sequestration" leave possible of a herniation."""


def is_negative(frame: Frame) -> bool:
    """Whether a frame says that something is absent."""
    if frame.neg in ("no", "not") or frame.gone or (frame.cap == "at_most" and not frame.hedge):
        return True
    return frame.bits == 1 and frame.finding not in OF_HERNIATION


def is_particular(frame: Frame) -> bool:
    """Whether a negative speaks of one side, root, disc or past lesion, or of what was just spoken of, not of all."""
    of_disc = frame.finding in ("normal_disc", "normal_contour") or (
        frame.finding == "degeneration" and frame.site == "disc"
    )
    one_disc = of_disc and frame.head.kind == "open" and not frame.plural
    return (
        (one_disc and not frame.rest)
        or (frame.sides in (1, 2) and frame.finding in LATERAL and not frame.plural)
        or (frame.gone and not frame.plural)
        or frame.named
        or frame.same
    )


class _Scale(NamedTuple):
    """All grades of a finding's scale, those that say it is present, and how words of degree are taken."""

    full: int
    present: int
    absent: bool
    severity: bool


_SCALES = {
    name: _Scale(
        (1 << len(finding.scale)) - 1,
        (1 << len(finding.scale)) - (2 if finding.absent is not None else 1),
        finding.absent is not None,
        name in SEVERITY_FINDINGS,
    )
    for name, finding in FINDINGS.items()
}


def final_bits(frame: Frame, name: str) -> int:
    """Turn words of degree, negation and hedging into the grades left possible."""
    scale = _SCALES[name]
    if scale.absent and (frame.gone or frame.bits == 1):
        return 3 if frame.hedge and scale.severity and not frame.gone else 1
    bits = _denied(frame, name, scale) if frame.neg in ("no", "not") else _asserted(frame, name, scale)
    return bits & scale.full


def _denied(frame: Frame, name: str, scale: _Scale) -> int:
    if scale.severity:
        return _below(frame.grade) if frame.grade else 1
    if name == "spondylolisthesis":
        return 1
    if not scale.absent:
        return 0
    if name in ("modic", "retrolisthesis"):
        return 1
    bits = frame.bits if frame.bits != GRADED else scale.present
    return _WITHOUT_LESION.get(bits, 1) if name == "herniation" else _below(bits)


def _asserted(frame: Frame, name: str, scale: _Scale) -> int:
    if scale.severity:
        bits = frame.grade or scale.present
        if frame.neg == "grade":
            bits = _below(frame.grade) & scale.present or 1
    elif name == "spondylolisthesis":
        bits = _slip_bits(frame, scale.present)
    elif name == "modic":
        bits = (frame.grade >> TYPES_ABOVE_DEGREES) or frame.bits
    else:
        bits = frame.bits if frame.bits != GRADED else scale.present
    return bits | 1 if frame.hedge and scale.absent else bits


def to_a_lesser_extent(frame: Frame) -> Frame:
    """Return a frame for levels that have less of it: a degree is then the most that they have."""
    if not frame.grade or frame.finding == "modic":
        return frame
    return replace(frame, grade=((1 << frame.grade.bit_length()) - 1) & ~NONE)


def _below(grade: int) -> int:
    """Everything milder than the mildest grade that is denied."""
    lowest = grade & -grade
    return lowest - 1 if lowest > 1 else 1


def _slip_bits(frame: Frame, present: int) -> int:
    if frame.number is not None and frame.number.form == "grade":
        return frame.number.bits & present or present
    if frame.grade:
        if frame.grade == 2:
            return 2
        if frame.grade == 8:
            return 24
    if 0 < frame.mm <= GRADE1_MM:
        return 2
    return present
