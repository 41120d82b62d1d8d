"""Tables of every shape: no crash, and no figure without a value or a reason."""

import json
from math import isnan

from hypothesis import given, settings
from hypothesis import strategies as st

from deepspine.data.agreement import PatientDraws
from deepspine.data.findings import FINDINGS
from deepspine.data.grade_sets import GradeSet
from deepspine.data.label_table import LabelKey
from deepspine.data.levels import Level
from deepspine.labeling.validation.comparison import compare_pair
from deepspine.labeling.validation.disagreements import disagreements
from deepspine.labeling.validation.readers import ReaderStudy, reader_figures
from deepspine.labeling.validation.results import Validation, figure_rows
from deepspine.labeling.validation.table_pair import TablePair

Labels = dict[LabelKey, GradeSet]


@st.composite
def tables(draw: st.DrawFn) -> Labels:
    """Draw a table of few findings and reports: empty, of one class, all unknown, anything."""
    labels: Labels = {}
    for name in draw(st.lists(st.sampled_from(["canal_stenosis", "modic", "nerve_root", "pfirrmann"]), max_size=3)):
        finding = FINDINGS[name]
        sets = st.integers(1, (1 << len(finding.scale)) - 1)
        bits = draw(st.one_of(sets, st.just((1 << len(finding.scale)) - 1), st.just(1)))
        for report in draw(st.lists(st.sampled_from("abc"), unique=True)):
            grades = GradeSet(finding, draw(st.one_of(st.just(bits), sets)))
            labels[LabelKey(report, Level.L4_L5, name, draw(st.sampled_from(finding.sides)))] = grades
    return labels


@settings(max_examples=60)
@given(tables(), tables(), st.booleans())
def test_every_missing_value_has_a_reason(predicted: Labels, reference: Labels, silence_as_none: bool) -> None:
    pair = TablePair.of(predicted, reference, report_ids="abc")
    pair = pair.with_silence_as_none() if silence_as_none else pair
    rows = compare_pair(pair, PatientDraws.draw(pair.n_patients, resamples=20))
    result = Validation({}, 3, 3, rows=rows, differences=list(disagreements(pair)))
    json.dumps(result.to_json(), allow_nan=False)
    for row in figure_rows(rows):
        value, note = row[7], row[10]
        assert value or note
        assert "nan" not in value


@settings(max_examples=60)
@given(st.lists(tables(), min_size=4, max_size=4))
def test_every_reader_study_says_why_a_figure_is_missing(drawn: list[Labels]) -> None:
    without, assisted = ({"x": first, "y": second} for first, second in (drawn[:2], drawn[2:]))
    study = ReaderStudy(without, report_ids="abc", assisted=assisted, labeler=drawn[0])
    for one in reader_figures(study, resamples=20):
        shown = [interval for interval in (one.without, one.assisted, one.change) if interval is not None]
        assert not any(isnan(interval.value) for interval in shown) or one.note
