"""Grades from measurements: trees or a regression for each finding, taught by sets of grades like the network.

A label that leaves several grades becomes one row for each, of equal weights that sum to one; a label that leaves all
teaches nothing. What comes out are the same predictions as the network's, so both stand in one table.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from deepspine.data.errors import ConfigError, InputError
from deepspine.data.findings import Finding, Side, get_finding
from deepspine.data.geometry import FloatArray
from deepspine.data.grade_sets import GradeSet
from deepspine.data.label_table import LabelKey
from deepspine.data.levels import Level
from deepspine.grading.level_features import COMPARED, KEYS
from deepspine.grading.measurements_margins import MARGINS
from deepspine.grading.measurements_marrow import MARROW
from deepspine.grading.prediction import Prediction

if TYPE_CHECKING:
    import pandas as pd

LEVEL_RANK = "level_rank"
"""The feature that says which level it is: what is normal differs (L5-S1 is wedged, its canal wide)."""
N_TREES = 300
"""Of a forest."""
KEPT_FOR: Mapping[str, tuple[str, ...]] = MappingProxyType(
    dict.fromkeys(MARROW, ("modic",)) | dict.fromkeys(MARGINS, ("bulge", "spondylolisthesis", "retrolisthesis"))
)
"""Findings that alone are learned from a measure; all findings from those not named."""


class Learner(StrEnum):
    """What learns from measurements."""

    FOREST = "forest"
    """A random forest (Breiman 2001); what is missing takes the median of the training levels."""
    BOOSTING = "boosting"
    """Stochastic gradient boosting (Friedman 2002) of small trees, missing values filled in alike."""
    LOGISTIC = "logistic"
    """Penalised logistic regression on normal scores (a measure's rank among the training levels, as a deviation of a
    normal distribution), missing values filled in alike. Few wrong labels move its weights little."""


MIN_LEAF: Mapping[Learner, int] = MappingProxyType({Learner.FOREST: 3, Learner.BOOSTING: 8})
"""Fewest rows in a leaf. The values of smaller leaves of boosted trees grow beyond all bounds where a grade is rare."""
PENALTY = 0.2
"""Half of this times the squared weights of a logistic regression is added to the mean loss of a label."""
N_QUANTILES = 200
"""Ranks of a measure are told apart so finely before they become normal scores."""


@dataclass(frozen=True, eq=False)
class MeasurementForest:
    """A fitted learner of one finding, both sides alike.

    Attributes
    ----------
    features
        Columns that it looks at, in their order.
    """

    finding: Finding
    features: tuple[str, ...]
    model: Any

    def predict(self, table: pd.DataFrame) -> list[Prediction]:
        """Return the probabilities of the finding's grades for every row of a table of measurements, side by side.

        Raises
        ------
        InputError
            When the table lacks a column.
        """
        known = self.model.predict_proba(feature_array(table, self.features))
        probabilities = np.zeros((len(table), len(self.finding.scale)))
        probabilities[:, self.model.classes_] = known
        return [
            Prediction(LabelKey(report, Level.parse(level), self.finding.name, side), patient, row)
            for report, patient, level, row in zip(*(table[key] for key in KEYS), probabilities, strict=True)
            for side in self.finding.sides
        ]


def fit_forest(
    table: pd.DataFrame,
    labels: Mapping[LabelKey, GradeSet],
    finding: str,
    *,
    learner: Learner = Learner.FOREST,
    min_leaf: int | None = None,
    n_trees: int = N_TREES,
    seed: int = 0,
) -> MeasurementForest:
    """Teach one finding.

    Parameters
    ----------
    table
        Rows of `measurements.measure` with `report_id` and `patient_key` added.
    labels
        A label table; silence that counts as normal has to be filled in. Sides of a finding are rows of their own.
    min_leaf
        Fewest rows in a leaf of trees, by default `MIN_LEAF`; the more labels err, the more it takes to outvote them.
    n_trees
        Of a forest.
    seed
        Of the learner.

    Raises
    ------
    ConfigError
        When the labels leave nothing to learn: no labelled row, or one grade alone.
    InputError
        When the table lacks a column.
    """
    known = get_finding(finding)
    row, grade, weight = expanded(table, labels, known)
    # A measure that no level has (the cross-section of the canal in pictures) is no feature.
    numbers = table.iloc[np.unique(row)].select_dtypes("number").dropna(axis="columns", how="all")
    features = (LEVEL_RANK, *(str(name) for name in numbers if name not in KEYS and speaks_of(str(name), finding)))
    if len(set(grade.tolist())) < 2:
        raise ConfigError(f"labels of {finding} must show two grades to learn from, got {len(set(grade.tolist()))}")
    if learner is Learner.LOGISTIC:
        model = _regression(n_labels=float(weight.sum()), n_rows=len(row), seed=seed)
    else:
        model = _trees(learner, min_leaf or MIN_LEAF[learner], n_trees, seed)
    model.fit(feature_array(table, features)[row], grade, **{f"{learner.value}__sample_weight": weight})
    return MeasurementForest(known, features, model)


def speaks_of(feature: str, finding: str) -> bool:
    """Whether a learner of a finding looks at a measure; looks of marrow and margins of discs are kept for a few.

    What cannot tell of a finding only hides what does from trees that try a few measures at a split.
    """
    return finding in KEPT_FOR.get(feature.split(COMPARED)[0], (finding,))


def expanded(
    table: pd.DataFrame, labels: Mapping[LabelKey, GradeSet], finding: Finding
) -> tuple[NDArray[np.intp], NDArray[np.intp], FloatArray]:
    """Return row, grade and weight of each grade that each label leaves possible.

    Returns
    -------
    Row of the table, index on the finding's scale, weight; a label's weights sum to one.
        *Shape:* (grades of all labels,) each
    """
    found: list[tuple[int, int, float]] = []
    for row, (report, level) in enumerate(zip(_column(table, "report_id"), _column(table, "level"), strict=True)):
        for side in finding.sides:
            grades = labels.get(LabelKey(str(report), Level.parse(str(level)), finding.name, Side(side)))
            if grades is not None and not grades.is_unknown:
                found += [(row, finding.scale.index(grade), 1.0 / len(grades)) for grade in grades]
    rows, grades_, weights = (np.array([one[i] for one in found]) for i in range(3))
    return rows.astype(np.intp), grades_.astype(np.intp), weights.astype(float)


def _regression(*, n_labels: float, n_rows: int, seed: int) -> Any:
    from sklearn.impute import SimpleImputer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import Pipeline
    from sklearn.preprocessing import QuantileTransformer

    scores = QuantileTransformer(
        n_quantiles=min(N_QUANTILES, n_rows), output_distribution="normal", random_state=seed
    )  # fmt: skip
    regression = LogisticRegression(C=1 / (PENALTY * n_labels), max_iter=1000)
    return Pipeline(
        [("filled", SimpleImputer(strategy="median")), ("scored", scores), (Learner.LOGISTIC.value, regression)]
    )


def _trees(learner: Learner, min_leaf: int, n_trees: int, seed: int) -> Any:
    from sklearn.ensemble import GradientBoostingClassifier, RandomForestClassifier
    from sklearn.impute import SimpleImputer
    from sklearn.pipeline import Pipeline

    trees: RandomForestClassifier | GradientBoostingClassifier
    if learner is Learner.BOOSTING:
        trees = GradientBoostingClassifier(
            max_depth=None, max_leaf_nodes=8, min_samples_leaf=min_leaf, max_features="sqrt", subsample=0.7,
            random_state=seed,
        )  # fmt: skip
    else:
        trees = RandomForestClassifier(n_trees, min_samples_leaf=min_leaf, random_state=seed)
    return Pipeline([("filled", SimpleImputer(strategy="median")), (learner.value, trees)])


def feature_array(table: pd.DataFrame, features: Sequence[str]) -> FloatArray:
    """Return columns of a table of measurements, with the rank of the level as one of them; (rows, features).

    Raises
    ------
    InputError
        When the table lacks a column.
    """
    columns = [
        np.array([Level.parse(str(level)).rank for level in _column(table, "level")], dtype=float)
        if name == LEVEL_RANK
        else _column(table, name).to_numpy(dtype=float)
        for name in features
    ]
    return np.stack(columns, axis=1)


def _column(table: pd.DataFrame, name: str) -> pd.Series[Any]:
    if name not in table:
        raise InputError(f"a table of measurements must have the column {name}; `measure` writes it, keys are added")
    column: pd.Series[Any] = table[name]
    return column
