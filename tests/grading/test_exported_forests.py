"""A forest that ships answers as the one that was fitted."""

import sys

import numpy as np
import pandas as pd
import pytest

from deepspine.data.errors import ConfigError, InputError
from deepspine.data.findings import FINDINGS, Side
from deepspine.data.grade_sets import GradeSet
from deepspine.data.label_table import LabelKey
from deepspine.data.levels import LUMBAR_LEVELS
from deepspine.grading.exported_forests import export
from deepspine.grading.measurements_forest import Learner, MeasurementForest, fit_forest

MODIC = FINDINGS["modic"]


def measured() -> pd.DataFrame:
    """Return two measures of sixty patients, some of them missing."""
    rng = np.random.default_rng(0)
    table = pd.DataFrame(
        [{"report_id": f"r{n}", "patient_key": f"p{n}", "level": str(LUMBAR_LEVELS[n % 5])} for n in range(60)]
    ).assign(disc_height_middle_mm=rng.uniform(4, 12, 60), disc_to_csf=rng.uniform(0, 1, 60))
    table.loc[::7, "disc_to_csf"] = np.nan
    return table


def fitted(learner: Learner) -> MeasurementForest:
    """Return a forest that was taught "none" and "type2" alone."""
    table = measured()
    labels = {}
    for report, level, height_mm in table[["report_id", "level", "disc_height_middle_mm"]].itertuples(index=False):
        grade = GradeSet.of(MODIC, "type2" if height_mm < 8 else "none")
        labels[LabelKey(report, next(one for one in LUMBAR_LEVELS if str(one) == level), "modic", Side.MIDLINE)] = grade
    return fit_forest(table, labels, "modic", learner=learner, n_trees=20)


@pytest.mark.parametrize("learner", [Learner.FOREST, Learner.BOOSTING])
def test_an_exported_forest_answers_as_the_fitted_one_gaps_included(learner: Learner) -> None:
    pytest.importorskip("skl2onnx", reason="needs the extra `export`")
    forest = fitted(learner)
    shipped = export(forest)
    expected = np.array([row.probabilities for row in forest.predict(measured())])
    found = shipped.probabilities(measured())
    assert found.shape == (60, 4)
    assert np.allclose(found, expected, atol=1e-5)
    assert (found[:, [1, 3]] == 0).all(), "types that no label had"
    assert np.ptp(found[:, 2]) > 0.5
    with pytest.raises(InputError, match="disc_to_csf"):
        shipped.probabilities(measured().drop(columns="disc_to_csf"))


def test_without_the_extra_the_command_to_install_it_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "skl2onnx", None)
    with pytest.raises(ConfigError, match=r"deepspine\[export\]"):
        export(fitted(Learner.FOREST))


def test_a_regression_is_not_shipped() -> None:
    with pytest.raises(ConfigError, match="forest or boosting"):
        export(fitted(Learner.LOGISTIC))
