"""Two tables side by side: what counts where."""

import math

import pytest

from deepspine.data.findings import FINDINGS, Side
from deepspine.data.grade_sets import GradeSet
from deepspine.data.label_table import LabelKey, LabelTable
from deepspine.data.levels import Level
from deepspine.labeling.validation.comparison import Stratum, StratumAgreement, compare_tables
from deepspine.labeling.validation.questions import questions_of
from deepspine.labeling.validation.table_pair import TablePair

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


def of_finding(rows: list[StratumAgreement]) -> StratumAgreement:
    """Return the row that pools a table's only finding; the first row is that of all findings."""
    return rows[1]


def test_sets_are_counted_openly() -> None:
    predicted = canal_table(a="mild", b="mild|moderate", c="severe", d="none")
    reference = canal_table(a="mild", b="mild", c="none", e="none")
    row = of_finding(compare_tables(predicted, reference, report_ids="abcde"))
    assert row.stratum == Stratum(CANAL)
    assert (row.n_both, row.n_only_predicted, row.n_only_reference) == (3, 1, 1)
    assert row.sets["exact"].value == pytest.approx(1 / 3)
    assert row.sets["compatible"].value == pytest.approx(2 / 3)
    assert (row.sets["precision"].value, row.sets["recall"].value) == (1 / 4, 1 / 4)
    assert row.counts.sum() == 2
    assert row.counts[0, 3] == 1
    assert row.prevalence == {"none": 0.5, "mild": 0.5, "moderate": 0.0, "severe": 0.0}


def test_rows_come_pooled_by_level_and_by_side() -> None:
    key = LabelKey("r", Level.L5_S1, "foraminal_stenosis", Side.LEFT)
    table = LabelTable({key: GradeSet.parse(FORAMEN, "mild")})
    strata = [row.stratum for row in compare_tables(table, table)]
    assert strata == [
        Stratum(),
        Stratum(FORAMEN),
        Stratum(FORAMEN, level=Level.L5_S1),
        Stratum(FORAMEN, side=Side.LEFT),
        Stratum(FORAMEN, side=Side.RIGHT),
        Stratum(FORAMEN, level=Level.L5_S1, side=Side.LEFT),
        Stratum(FORAMEN, level=Level.L5_S1, side=Side.RIGHT),
    ]


def test_reports_of_one_patient_are_one_unit() -> None:
    predicted = canal_table(a1="mild", a2="mild", b="none")
    reference = canal_table(a1="mild", a2="mild", b="mild")
    whose = {"a1": "A", "a2": "A", "b": "B"}
    apart, together = (of_finding(compare_tables(predicted, reference, patients=p)) for p in (None, whose))
    assert (apart.n_patients, together.n_patients) == (3, 2)
    assert together.sets["exact"].value == apart.sets["exact"].value
    assert (together.sets["exact"].low, together.sets["exact"].high) == (0.0, 1.0)


def test_one_class_only_is_said_as_nan() -> None:
    table = canal_table(a="none", b="none")
    row = of_finding(compare_tables(table, table))
    assert row.figures["accuracy"].value == 1.0
    assert math.isnan(row.figures["kappa"].value)
    assert row.figures["ac1"].value == 1.0


def test_tables_without_a_common_label_give_rows_without_figures() -> None:
    row = of_finding(compare_tables(canal_table(a="none"), canal_table(b="none")))
    assert (row.n_both, row.figures) == (0, {})
    assert math.isnan(row.sets["exact"].value)


def test_nominal_findings_are_asked_by_grade_and_have_no_weights() -> None:
    modic = FINDINGS["modic"]
    keys = [LabelKey(report, Level.L4_L5, "modic", Side.MIDLINE) for report in "ab"]
    table = LabelTable({key: GradeSet.parse(modic, "type2") for key in keys})
    row = of_finding(compare_tables(table, table))
    assert [one.question.name for one in row.questions] == ["present", "type1", "type2", "type3"]
    assert set(row.figures) == {"accuracy", "class_average_accuracy", "kappa", "ac1"}


def test_a_set_answers_a_question_that_it_lies_on_one_side_of() -> None:
    """A bulge without a grade says yes to "mild or worse" and leaves "moderate or worse" open."""
    bulge = FINDINGS["bulge"]
    mild, moderate, severe = questions_of(bulge)
    ungraded = GradeSet.present(bulge)
    assert [question.answer(ungraded) for question in (mild, moderate, severe)] == [1, None, None]
    assert moderate.answer(GradeSet.parse(bulge, "none|mild")) == 0


def test_sensitivity_counts_sets_that_decide() -> None:
    predicted = canal_table(a="mild|moderate|severe", b="none", c="moderate")
    reference = canal_table(a="mild", b="mild", c="mild|moderate")
    mild, moderate, _ = of_finding(compare_tables(predicted, reference)).questions
    assert mild.counts.tolist() == [[0, 0], [1, 2]]
    assert mild.figures["sensitivity"].value == pytest.approx(2 / 3)
    assert (moderate.n, moderate.counts.tolist()) == (1, [[1, 0], [0, 0]])


def test_silence_as_none_fills_the_lumbar_levels_of_both_tables() -> None:
    predicted, reference = canal_table(a="mild"), canal_table(b="none")
    pair = TablePair.of(predicted, reference, report_ids="ab").with_silence_as_none()
    assert len(pair.predicted) == len(pair.reference) == 2 * 5
    assert sum(grades.admits("mild") for grades in pair.predicted.values()) == 1


def test_unsettled_labels_count_nowhere_even_when_silence_counts() -> None:
    predicted, reference = canal_table(a="mild", b="mild"), canal_table(b="mild")
    open_label = next(key for key in predicted if key.report_id == "a")
    pair = TablePair.of(predicted, reference, report_ids="ab", unsettled={open_label})
    assert open_label not in pair.predicted
    filled = pair.with_silence_as_none()
    assert open_label not in filled.predicted
    assert open_label not in filled.reference


def test_reports_that_the_reference_did_not_read_do_not_count() -> None:
    row = of_finding(compare_tables(canal_table(a="mild", z="severe"), canal_table(a="mild")))
    assert (row.n_both, row.n_only_predicted) == (1, 0)


def test_tables_whose_sets_say_nothing_give_counts_and_no_figures() -> None:
    table = canal_table(a="none|mild|moderate|severe", b="none|mild|moderate|severe")
    row = of_finding(compare_tables(table, table))
    assert row.sets["exact"].value == 1.0
    assert (row.n_definite, row.figures) == (0, {})
    assert all(question.n == 0 for question in row.questions)
    assert all(math.isnan(share) for share in row.prevalence.values())


def test_all_findings_together_are_asked_whether_they_are_there() -> None:
    canal, bulge = FINDINGS["canal_stenosis"], FINDINGS["bulge"]
    keys = [
        LabelKey("a", Level.L4_L5, "canal_stenosis", Side.MIDLINE),
        LabelKey("b", Level.L4_L5, "bulge", Side.MIDLINE),
    ]
    predicted = LabelTable({keys[0]: GradeSet.parse(canal, "severe"), keys[1]: GradeSet.parse(bulge, "none")})
    reference = LabelTable({keys[0]: GradeSet.parse(canal, "mild"), keys[1]: GradeSet.present(bulge)})
    pooled = next(row for row in compare_tables(predicted, reference) if row.stratum.finding is None)
    assert [one.question.name for one in pooled.questions] == ["present"]
    assert pooled.questions[0].counts.tolist() == [[0, 0], [1, 1]]
