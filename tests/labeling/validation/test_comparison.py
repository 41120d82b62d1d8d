"""Two tables side by side: what counts where."""

import math

import pytest

from deepspine.data.findings import FINDINGS, Side
from deepspine.data.grade_sets import GradeSet
from deepspine.data.label_table import LabelKey, LabelTable
from deepspine.data.levels import Level
from deepspine.labeling.validation.comparison import Stratum, compare_tables

CANAL = FINDINGS["canal_stenosis"]
FORAMEN = FINDINGS["foraminal_stenosis"]


def canal_table(**grades: str) -> LabelTable:
    """Build one canal label at L4-L5 for each report."""
    return LabelTable(
        {
            LabelKey(report, Level.L4_L5, "canal_stenosis", Side.MIDLINE): GradeSet.parse(CANAL, text)
            for report, text in grades.items()
        }
    )


def test_sets_are_counted_openly() -> None:
    predicted = canal_table(a="mild", b="mild|moderate", c="severe", d="none")
    reference = canal_table(a="mild", b="mild", c="none", e="none")
    row = compare_tables(predicted, reference)[0]
    assert row.stratum == Stratum(CANAL)
    assert (row.n_both, row.n_only_predicted, row.n_only_reference) == (3, 1, 1)
    assert row.exact.value == pytest.approx(1 / 3)
    assert row.compatible.value == pytest.approx(2 / 3)
    assert row.counts.sum() == 2
    assert row.counts[0, 3] == 1
    assert row.prevalence == {"none": 0.5, "mild": 0.5, "moderate": 0.0, "severe": 0.0}


def test_rows_come_pooled_by_level_and_by_side() -> None:
    key = LabelKey("r", Level.L5_S1, "foraminal_stenosis", Side.LEFT)
    table = LabelTable({key: GradeSet.parse(FORAMEN, "mild")})
    strata = [row.stratum for row in compare_tables(table, table)]
    assert strata == [
        Stratum(FORAMEN),
        Stratum(FORAMEN, level=Level.L5_S1),
        Stratum(FORAMEN, side=Side.LEFT),
        Stratum(FORAMEN, side=Side.RIGHT),
    ]


def test_reports_of_one_patient_are_one_unit() -> None:
    predicted = canal_table(a1="mild", a2="mild", b="none")
    reference = canal_table(a1="mild", a2="mild", b="mild")
    whose = {"a1": "A", "a2": "A", "b": "B"}
    apart, together = (compare_tables(predicted, reference, patients=p)[0] for p in (None, whose))
    assert (apart.n_patients, together.n_patients) == (3, 2)
    assert together.exact.value == apart.exact.value
    assert (together.exact.low, together.exact.high) == (0.0, 1.0)


def test_one_class_only_is_said_as_nan() -> None:
    table = canal_table(a="none", b="none")
    row = compare_tables(table, table)[0]
    assert row.figures["accuracy"].value == 1.0
    assert math.isnan(row.figures["kappa"].value)
    assert row.figures["ac1"].value == 1.0


def test_tables_without_a_common_label_give_rows_without_figures() -> None:
    row = compare_tables(canal_table(a="none"), canal_table(b="none"))[0]
    assert (row.n_both, row.figures) == (0, {})
    assert math.isnan(row.exact.value)


def test_nominal_findings_have_no_thresholds() -> None:
    modic = FINDINGS["modic"]
    keys = [LabelKey(report, Level.L4_L5, "modic", Side.MIDLINE) for report in "ab"]
    table = LabelTable({key: GradeSet.parse(modic, "type2") for key in keys})
    assert set(compare_tables(table, table)[0].figures) == {"accuracy", "class_average_accuracy", "kappa", "ac1"}
