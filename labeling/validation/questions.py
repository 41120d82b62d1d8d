"""Questions with the answers yes and no that are asked of every label: "moderate or worse?"."""

from __future__ import annotations

from dataclasses import dataclass

from deepspine.data.findings import Finding
from deepspine.data.grade_sets import GradeSet


@dataclass(frozen=True)
class Question:
    """A question with the answers yes and no, namely whether the grade is one of `positive`.

    Attributes
    ----------
    name
        `moderate or worse`, `type2`, `present`.
    positive
        Grades that mean yes.
    """

    name: str
    positive: GradeSet

    def answer(self, grades: GradeSet) -> int | None:
        """Return 1 for yes, 0 for no, None when the set leaves both possible."""
        if grades <= self.positive:
            return 1
        return None if grades.compatible(self.positive) else 0


@dataclass(frozen=True)
class Presence:
    """The question whether a finding is there at all, which labels of every finding with a `none` can be asked."""

    name: str = "present"

    def answer(self, grades: GradeSet) -> int | None:
        """Return 1 for yes, 0 for no, None when the set leaves both possible or the scale has no `none`."""
        if grades.finding.absent is None:
            return None
        return Question(self.name, GradeSet.present(grades.finding)).answer(grades)


def questions_of(finding: Finding | None) -> tuple[Question | Presence, ...]:
    """Return the questions that are asked of a finding, or of all of them together.

    Examples
    --------
    >>> from deepspine.data.findings import FINDINGS
    >>> [question.name for question in questions_of(FINDINGS["canal_stenosis"])]
    ['mild or worse', 'moderate or worse', 'severe']
    >>> [question.name for question in questions_of(FINDINGS["modic"])]
    ['present', 'type1', 'type2', 'type3']
    >>> [question.name for question in questions_of(None)]
    ['present']
    """
    if finding is None:
        return (Presence(),)
    if finding.ordinal:
        above = finding.scale[1:]
        names = [grade if grade == finding.scale[-1] else f"{grade} or worse" for grade in above]
        return tuple(
            Question(name, GradeSet.at_least(finding, grade)) for name, grade in zip(names, above, strict=True)
        )
    grades = [grade for grade in finding.scale if grade != finding.absent]
    present = [Question("present", GradeSet.present(finding))] if finding.absent else []
    return (*present, *(Question(grade, GradeSet.of(finding, grade)) for grade in grades))
