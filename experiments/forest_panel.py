"""Forests on measurements that answer beside the networks of the shipped grader."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np

from deepspine.data.errors import ConfigError
from deepspine.data.findings import Side
from deepspine.data.label_table import LabelTable
from deepspine.experiments import spider_graded
from deepspine.experiments.measured_pictures import LEARNERS, cross_validate_measured
from deepspine.experiments.public_sets import SPIDER_PREFIX, SUDIRMAN_PREFIX
from deepspine.grading.exported_forests import ExportedForest, export
from deepspine.grading.level_features import COMPARED, beside_neighbours
from deepspine.grading.measurements_forest import N_TREES, MeasurementForest, fit_forest
from deepspine.grading.prediction import Prediction

if TYPE_CHECKING:
    import pandas as pd

EXPERTS, NOTES = "experts", "notes"
"""Who teaches: picture readers, or clinicians' notes."""
SOURCES: Mapping[str, str] = MappingProxyType({SPIDER_PREFIX: "spider", SUDIRMAN_PREFIX: "sudirman"})
"""Data set of a report by how its identifier begins."""
SAME = 1e-4
"""Probabilities that differ by less are those of one forest."""


@dataclass
class Beside:
    """Forests that answer beside the networks of what experts graded.

    Attributes
    ----------
    taught_by
        `experts`, the other data set's annotators among them where they are asked for, or `notes`.
    learner
        `forest` or `boosting`.
    min_leaf
        Fewest discs in a leaf; the learner's own default when missing.
    n_trees
        Of a forest.
    neighbours
        Whether it also sees how a level differs from its patient's others.
    findings
        What it answers for; all that experts graded when empty.
    """

    taught_by: str = EXPERTS
    learner: str = "forest"
    min_leaf: int | None = None
    n_trees: int = N_TREES
    neighbours: bool = True
    findings: list[str] = field(default_factory=list)


def sources_of(labels: LabelTable, finding: str) -> list[str]:
    """Return the data sets that say something of a finding."""
    reports = {key.report_id for key in labels if key.finding == finding}
    return sorted(source for prefix, source in SOURCES.items() if any(one.startswith(prefix) for one in reports))


def measured_all(material: spider_graded.Material, out: Path, advance: Callable[[float], None]) -> pd.DataFrame:
    """Return the measurements of the patients with gradings and with notes, each level beside its neighbours."""
    return beside_neighbours(spider_graded.measured_patients(material, out, others=True, advance=advance))


@dataclass(frozen=True, eq=False)
class Panel:
    """Forests beside the networks, what they learn and from whom.

    Attributes
    ----------
    beside
        By name.
    findings
        What experts graded and the grader offers.
    material
        Pictures, gradings and notes.
    table
        Measurements of all patients, each level beside its neighbours.
    """

    beside: Mapping[str, Beside]
    findings: Sequence[str]
    material: spider_graded.Material
    table: pd.DataFrame

    def out_of_fold(self, folds: int) -> list[list[Prediction]]:
        """Return what each says of patients that it did not learn from, those of the other data set among them."""
        return [
            cross_validate_measured(
                self._table_of(one), self._labels_of(one), self.findings_of(one),
                learner=one.learner, folds=folds, seed=0, min_leaf=one.min_leaf, n_trees=one.n_trees,
            )
            for one in self.beside.values()
        ]  # fmt: skip

    def forests(self) -> dict[str, list[ExportedForest]]:
        """Return by finding what ships, learned from all patients."""
        found: dict[str, list[ExportedForest]] = {}
        for one in self.beside.values():
            for finding in self.findings_of(one):
                fitted = fit_forest(
                    self._table_of(one), self._labels_of(one), finding,
                    learner=LEARNERS[one.learner], min_leaf=one.min_leaf, n_trees=one.n_trees, seed=0,
                )  # fmt: skip
                found.setdefault(finding, []).append(self._checked(export(fitted), fitted))
        return found

    def _checked(self, exported: ExportedForest, fitted: MeasurementForest) -> ExportedForest:
        """Return a forest that ships if it answers as the fitted one does.

        Raises
        ------
        ConfigError
            When it does not: its values are beyond single precision.
        """
        expected = [
            row.probabilities for row in fitted.predict(self.table) if row.key.side in (Side.MIDLINE, Side.LEFT)
        ]
        if not np.allclose(exported.probabilities(self.table), expected, atol=SAME):
            raise ConfigError(
                f"a forest of {exported.finding} answers otherwise once exported; let its leaves hold more"
            )
        return exported

    def sources(self, finding: str) -> list[str]:
        """Return the data sets that taught a finding to one of them."""
        asked = [one for one in self.beside.values() if finding in self.findings_of(one)]
        return [source for one in asked for source in sources_of(self._labels_of(one), finding)]

    def findings_of(self, one: Beside) -> Sequence[str]:
        """Return what one of them answers for."""
        return one.findings or self.findings

    def _labels_of(self, one: Beside) -> LabelTable:
        if one.taught_by not in (EXPERTS, NOTES):
            raise ConfigError(f"taught_by must be {EXPERTS} or {NOTES}, got {one.taught_by!r}")
        return self.material.taught(annotators=True) if one.taught_by == EXPERTS else self.material.notes

    def _table_of(self, one: Beside) -> pd.DataFrame:
        return self.table if one.neighbours else self.table.filter(regex=f"^(?!.*{COMPARED})")
