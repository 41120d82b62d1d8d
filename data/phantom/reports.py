"""Writes the report of a phantom study in one of many styles, together with what it says.

The text truth is collected from the statements that went into the text, so it is right by construction; the tests hold
each statement against the label scheme.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from deepspine.data.findings import FINDINGS, Side
from deepspine.data.grade_sets import GradeSet
from deepspine.data.label_table import LabelKey
from deepspine.data.levels import Level
from deepspine.data.phantom.pathology import StudyGrades
from deepspine.data.phantom.phrases import Phrasebook, Said
from deepspine.data.phantom.report_styles import STYLES, Draft
from deepspine.data.phantom.voices import Voice

TYPO_SHARE = 0.25


@dataclass(frozen=True)
class Report:
    """Text and what it says: a set for each level, finding and side that it speaks of."""

    text: str
    style: str
    said: Said

    def labels(self, report_id: str) -> dict[LabelKey, GradeSet]:
        """Return what the text says as rows of a label table."""
        return {LabelKey(report_id, *key): grades for key, grades in self.said.items()}


def write_report(rng: np.random.Generator, told: StudyGrades, *, style: str, omission: float) -> Report:
    """Write a report.

    Parameters
    ----------
    rng
        Chooses words.
    told
        The grades that the report is to state, which may differ from those of the picture.
    style
        A key of `STYLES`.
    omission
        Share of negative statements that are left out.
    """
    voice, arrange = STYLES[style]
    levels = sorted(told)
    if style != "level_headers" or rng.random() < 0.5:
        levels = [level for level in levels if level is not Level.T12_L1]
    book = Phrasebook(rng, voice, {level: told[level] for level in levels})
    draft = Draft(book, omission)
    arrange(draft, levels)
    text = "\n".join(draft.lines).strip()
    return Report(_mistyped(rng, text, voice), style, draft.said)


def _mistyped(rng: np.random.Generator, text: str, voice: Voice) -> str:
    for word, typo in voice.misspellings.items():
        if word in text and rng.random() < TYPO_SHARE:
            text = text.replace(word, typo, 1)
    return text


def with_label_noise(rng: np.random.Generator, grades: StudyGrades, share: float) -> StudyGrades:
    """Return grades of which a share has been replaced by another grade of the same scale."""
    told: StudyGrades = {}
    for level, found in grades.items():
        told[level] = dict(found)
        for (name, side), grade in found.items():
            finding = FINDINGS[name]
            if finding.core and share and rng.random() < share:
                others = [other for other in finding.scale if other != grade]
                told[level][name, side] = others[int(rng.integers(len(others)))]
        if told[level]["herniation", Side.MIDLINE] == "none":
            for name in ("herniation_zone", "herniation_migration"):
                told[level].pop((name, Side.MIDLINE), None)
    return told
