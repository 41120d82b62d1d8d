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


def questions_of(finding: Finding) -> tuple[Question, ...]:
    """Return the questions that are asked of a finding.

    Examples
    --------
    >>> from deepspine.data.findings import FINDINGS
    >>> [question.name for question in questions_of(FINDINGS["canal_stenosis"])]
    ['mild or worse', 'moderate or worse', 'severe']
    >>> [question.name for question in questions_of(FINDINGS["modic"])]
    ['present', 'type1', 'type2', 'type3']
    """
    if finding.ordinal:
        above = finding.scale[1:]
        names = [grade if grade == finding.scale[-1] else f"{grade} or worse" for grade in above]
        return tuple(
            Question(name, GradeSet.at_least(finding, grade)) for name, grade in zip(names, above, strict=True)
        )
    grades = [grade for grade in finding.scale if grade != finding.absent]
    present = [Question("present", GradeSet.present(finding))] if finding.absent else []
    return (*present, *(Question(grade, GradeSet.of(finding, grade)) for grade in grades))
