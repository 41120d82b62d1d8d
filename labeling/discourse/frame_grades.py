"""From words of degree, negation and hedging to the grades that a frame leaves possible."""

from __future__ import annotations

from deepspine.data.findings import FINDINGS
from deepspine.labeling.clauses.frames import GRADE1_MM, GRADED, SEVERITY_FINDINGS, Frame

LATERAL = frozenset(name for name, finding in FINDINGS.items() if finding.lateral)


def is_negative(frame: Frame) -> bool:
    """Whether a frame says that something is absent."""
    if frame.neg in ("no", "not") or frame.gone or (frame.cap == "at_most" and not frame.hedge):
        return True
    return frame.bits == 1


def is_particular(frame: Frame) -> bool:
    """Whether a negative speaks of one side, root or disc, or of what was just spoken of, so never of all levels."""
    of_disc = frame.finding in ("normal_disc", "normal_contour") or (
        frame.finding == "degeneration" and frame.site == "disc"
    )
    one_disc = of_disc and frame.head.kind == "open" and not frame.plural
    return (
        (one_disc and not frame.rest)
        or (frame.sides in (1, 2) and frame.finding in LATERAL)
        or frame.named
        or frame.same
    )


def final_bits(frame: Frame, name: str) -> int:
    """Turn words of degree, negation and hedging into the grades left possible."""
    finding = FINDINGS[name]
    full = (1 << len(finding.scale)) - 1
    absent = finding.absent is not None
    present = full - 1 if absent else full
    if frame.gone and absent:
        return 1
    if frame.bits == 1 and absent:
        return 3 if frame.hedge and name in SEVERITY_FINDINGS else 1
    graded = name in SEVERITY_FINDINGS
    if graded:
        bits = frame.grade or present
        if frame.neg in ("no", "not"):
            return _below(frame.grade) if frame.grade else 1
        if frame.neg == "grade":
            bits = _below(frame.grade) & present or 1
    elif name == "spondylolisthesis":
        bits = _slip_bits(frame, present)
        if frame.neg in ("no", "not"):
            return 1
    elif frame.neg in ("no", "not"):
        return _negated(name, frame.bits if frame.bits != GRADED else present)
    else:
        bits = frame.bits if frame.bits != GRADED else present
    if frame.hedge and absent:
        bits |= 1
    return bits & full


def _below(grade: int) -> int:
    """Everything milder than the mildest grade that is denied."""
    lowest = grade & -grade
    return lowest - 1 if lowest > 1 else 1


def _negated(name: str, bits: int) -> int:
    if name in ("modic", "retrolisthesis") or FINDINGS[name].absent is None:
        return 1 if FINDINGS[name].absent is not None else 0
    if name == "herniation":
        return {4: 3, 8: 7, 12: 3}.get(bits, 1)
    return _below(bits)


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
