"""Scores of label tables, against counts made by hand."""

import math

from deepspine.data.findings import FINDINGS, get_finding
from deepspine.data.grade_sets import GradeSet
from deepspine.data.label_scores import score_labels
from deepspine.data.label_table import LabelKey, LabelTable
from deepspine.data.levels import Level


def table(*rows: tuple[str, str, str]) -> LabelTable:
    """Build labels at L4-L5 from (report, finding, grades)."""
    return LabelTable(
        {
            LabelKey(report, Level.L4_L5, name, get_finding(name).sides[0]): GradeSet.parse(FINDINGS[name], grades)
            for report, name, grades in rows
        }
    )


def test_only_an_equal_set_is_right() -> None:
    predicted = table(("a", "bulge", "mild"), ("a", "canal_stenosis", "mild"), ("b", "herniation", "none"))
    reference = table(("a", "bulge", "mild"), ("a", "canal_stenosis", "mild|moderate"), ("a", "modic", "none"))
    score = score_labels(predicted, reference, report_ids=["a", "b"])
    assert (score.n_right, score.n_predicted, score.n_reference) == (1, 3, 3)
    assert score.precision == score.recall == score.micro_f1 == 1 / 3
    assert (score.n_both, score.compatible) == (2, 1.0)


def test_reports_that_are_not_named_do_not_count() -> None:
    predicted = table(("a", "bulge", "mild"), ("b", "bulge", "mild"))
    reference = table(("a", "bulge", "mild"))
    assert score_labels(predicted, reference).micro_f1 == 1.0
    assert score_labels(predicted, reference, report_ids=["a", "b"]).precision == 0.5


def test_findings_outside_the_core_count_only_when_asked_for() -> None:
    predicted, reference = table(), table(("a", "facet_arthropathy", "mild"))
    assert score_labels(predicted, reference).n_reference == 0
    assert score_labels(predicted, reference, findings=["facet_arthropathy"]).recall == 0.0


def test_two_empty_tables_agree_and_have_nothing_compatible() -> None:
    score = score_labels(table(), table())
    assert score.micro_f1 == 1.0
    assert math.isnan(score.compatible)
