"""Reader studies: who agrees with whom, and what assistance changes."""

import math

import numpy as np
import pytest

from deepspine.data.errors import InputError
from deepspine.data.findings import FINDINGS, Side
from deepspine.data.grade_sets import GradeSet
from deepspine.data.label_table import LabelKey
from deepspine.data.levels import LUMBAR_LEVELS, Level
from deepspine.labeling.validation.readers import (
    ALL_PAIRS,
    ALL_READERS,
    ReaderFigure,
    ReaderStudy,
    consensus,
    reader_figures,
    reports_of_all,
)

CANAL = FINDINGS["canal_stenosis"]
Labels = dict[LabelKey, GradeSet]


def key(report: str, level: Level = Level.L4_L5) -> LabelKey:
    return LabelKey(report, level, "canal_stenosis", Side.MIDLINE)


def labels(**grades: str) -> Labels:
    return {key(report): GradeSet.parse(CANAL, text) for report, text in grades.items()}


def noisy_reader(truth: Labels, error: float, seed: int) -> Labels:
    """Read the truth with a share of labels drawn at random."""
    rng = np.random.default_rng(seed)
    return {
        one: GradeSet.of(CANAL, str(rng.choice(CANAL.scale))) if rng.random() < error else grades
        for one, grades in truth.items()
    }


@pytest.fixture(scope="module")
def truth() -> Labels:
    """Forty patients, five levels, four grades."""
    rng = np.random.default_rng(0)
    return {
        key(f"r{number:02}", level): GradeSet.of(CANAL, str(rng.choice(CANAL.scale)))
        for number in range(40)
        for level in LUMBAR_LEVELS
    }


def figure(figures: list[ReaderFigure], who: str, measure: str, finding: str = "canal_stenosis") -> ReaderFigure:
    return next(one for one in figures if (one.who, one.measure, one.finding) == (who, measure, finding))


def test_consensus_is_the_majority_then_what_is_shared_else_open() -> None:
    readers = [
        labels(a="mild", b="mild", c="mild|moderate", d="none", e="mild"),
        labels(a="mild", b="severe", c="moderate", d="severe"),
        labels(a="none", b="none", c="moderate|severe"),
    ]
    agreed, unsettled = consensus(readers)
    assert {one.report_id: str(grades) for one, grades in agreed.items()} == {"a": "mild", "c": "moderate"}
    assert {one.report_id for one in unsettled} == {"b", "d"}


def test_assistance_that_helps_raises_agreement_with_a_small_p(truth: Labels) -> None:
    readers = {name: noisy_reader(truth, 0.5, seed) for seed, name in enumerate("abc")}
    assisted = {name: noisy_reader(truth, 0.1, seed + 10) for seed, name in enumerate("abc")}
    study = ReaderStudy(readers, report_ids=reports_of_all([truth]), assisted=assisted, labeler=truth)
    figures = reader_figures(study, resamples=500)
    kappa = figure(figures, ALL_PAIRS, "kappa")
    assert kappa.assisted is not None
    assert kappa.change is not None
    assert kappa.assisted.value - kappa.without.value == pytest.approx(kappa.change.value)
    assert kappa.change.low > 0
    assert kappa.p == pytest.approx(2 / 501)
    alpha = figure(figures, ALL_READERS, "alpha")
    assert alpha.without.value == pytest.approx(kappa.without.value, abs=0.02)


def test_the_labeler_stands_beside_the_readers(truth: Labels) -> None:
    readers = {name: noisy_reader(truth, 0.3, seed) for seed, name in enumerate("abc")}
    study = ReaderStudy(readers, report_ids=reports_of_all([truth]), labeler=truth)
    figures = reader_figures(study, resamples=200)
    against_one = figure(figures, "labeler – a", "kappa").without.value
    ceiling = figure(figures, ALL_PAIRS, "kappa").without.value
    against_consensus = figure(figures, "labeler – consensus", "kappa").without.value
    assert against_consensus > against_one > ceiling
    assert figure(figures, "a – consensus of the others", "f1", "all").without.value > 0.5


def test_arms_of_equal_quality_show_no_change(truth: Labels) -> None:
    readers = {name: noisy_reader(truth, 0.3, seed) for seed, name in enumerate("ab")}
    study = ReaderStudy(readers, report_ids=reports_of_all([truth]), assisted=dict(readers))
    one = figure(reader_figures(study, resamples=200), ALL_PAIRS, "ac1")
    assert one.change is not None
    assert (one.change.value, one.change.low, one.change.high, one.p) == (0.0, 0.0, 0.0, 1.0)


def test_one_class_only_is_said_not_hidden() -> None:
    table = labels(a="none", b="none", c="none")
    figures = reader_figures(ReaderStudy({"x": table, "y": table}, report_ids="abc"), resamples=100)
    kappa = figure(figures, ALL_PAIRS, "kappa")
    assert math.isnan(kappa.without.value)
    assert kappa.note == "one grade only"
    assert figure(figures, ALL_PAIRS, "ac1").without.value == 1.0


def test_silence_counts_as_none_only_when_asked() -> None:
    first, second = labels(a="mild", b="none"), labels(b="none")
    open_, closed = (
        reader_figures(ReaderStudy({"x": first, "y": second}, report_ids="ab", silence_as_none=one), resamples=100)
        for one in (False, True)
    )
    assert figure(open_, ALL_PAIRS, "exact").n == 1
    assert figure(closed, ALL_PAIRS, "exact").n == 2 * len(LUMBAR_LEVELS)
    assert figure(closed, ALL_READERS, "alpha").n == 2 * len(LUMBAR_LEVELS)


def test_a_study_of_one_reader_is_refused() -> None:
    with pytest.raises(InputError, match="two readers"):
        ReaderStudy({"x": {}}, report_ids="a")


def test_readers_of_different_reports_are_refused() -> None:
    readers = {"x": labels(a="none"), "y": labels(b="none")}
    with pytest.raises(InputError, match="--reports"):
        reader_figures(ReaderStudy(readers, report_ids=reports_of_all(list(readers.values()))))
