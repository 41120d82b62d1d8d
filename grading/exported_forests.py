"""Forests as they are shipped: ONNX graphs, which run without scikit-learn and outlast its versions.

`export` needs skl2onnx (the extra `export`); running a graph needs nothing that the segmentation does not need too.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from deepspine.data.errors import ConfigError
from deepspine.data.extras import needs_extra
from deepspine.data.findings import get_finding
from deepspine.data.geometry import FloatArray
from deepspine.grading.measurements_forest import Learner, MeasurementForest, feature_array

if TYPE_CHECKING:
    import pandas as pd

INPUT, PROBABILITIES = "measurements", "probabilities"
"""Names in a graph."""


@dataclass(frozen=True, eq=False)
class ExportedForest:
    """A forest or boosted trees of one finding.

    Attributes
    ----------
    finding
        Its name.
    features
        Columns of a table of measurements, in their order.
    grades
        Indices on the finding's scale of the grades that it knows.
    graph
        ONNX, of one input (rows, features) in single precision; missing values are filled in by the graph.
    """

    finding: str
    features: tuple[str, ...]
    grades: tuple[int, ...]
    graph: bytes

    def probabilities(self, table: pd.DataFrame) -> FloatArray:
        """Return the probabilities of the finding's grades for each row of a table of measurements.

        Shapes: (rows, grades); grades that it does not know have none.

        Raises
        ------
        InputError
            When the table lacks a column.
        """
        rows = feature_array(table, self.features).astype(np.float32)
        (known,) = self._session.run([PROBABILITIES], {INPUT: rows})
        found = np.zeros((len(table), len(get_finding(self.finding).scale)))
        found[:, self.grades] = known
        return found

    @cached_property
    def _session(self) -> Any:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        return onnxruntime.InferenceSession(self.graph, options, providers=["CPUExecutionProvider"])


def export(forest: MeasurementForest) -> ExportedForest:
    """Return a fitted forest as it is shipped.

    Raises
    ------
    ConfigError
        When skl2onnx is not installed, or the learner is a regression, whose normal scores ONNX does not know.
    """
    if Learner.LOGISTIC in forest.model.named_steps:
        raise ConfigError("a regression on measurements cannot be shipped; take forest or boosting as learner")
    with needs_extra("export", "shipping a forest"):
        from skl2onnx import to_onnx
        from skl2onnx.common.data_types import FloatTensorType
    graph = to_onnx(
        forest.model,
        initial_types=[(INPUT, FloatTensorType([None, len(forest.features)]))],
        options={"zipmap": False},
    )
    grades = tuple(int(index) for index in forest.model.classes_)
    return ExportedForest(forest.finding.name, forest.features, grades, graph.SerializeToString())
