"""Epidural fat, whose effacement is told of the sac unless the sac itself is said to be free."""

from __future__ import annotations

from collections.abc import Sequence

from deepspine.data.findings import FINDINGS
from deepspine.data.grade_sets import GradeSet
from deepspine.labeling.clauses.frames import Frame

FAT = frozenset(("fat", "space"))
"""Last words of the fat before the sac: "ventral epidural fat", "anterior epidural space"."""

_INDENTATION = GradeSet.parse(FINDINGS["thecal_sac"], "indentation").bits


def leave_fat_of_free_sac(frames: Sequence[Frame], words: list[str]) -> None:
    """Say nothing of "effaces the ventral epidural fat" where the bulge "does not contact | the sac"."""
    of_sac = [frame for frame in frames if frame.finding == "thecal_sac"]
    if not any(_frees_sac(frame) for frame in of_sac):
        return
    for frame in of_sac:
        if not (frame.neg or FAT.isdisjoint(words[frame.i : frame.j])):
            frame.finding = ""


def _frees_sac(frame: Frame) -> bool:
    """Whether a frame denies the sac a contact or an indentation, and so what an effaced fat would tell of it."""
    return bool(frame.neg) and not frame.grade and 0 < frame.bits <= _INDENTATION
