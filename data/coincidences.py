"""Krippendorff's alpha for any number of readers with gaps, from coincidences by patient.

Every label that two or more readers gave adds its pairs of grades to a symmetric table, each pair weighted by one over
the readers less one (Krippendorff 2011, "Computing Krippendorff's alpha-reliability"). Tables of patients add up, so a
bootstrap over patients is one array operation, as for the figures of two readers in `agreement`. The package
`krippendorff` gives the same values for a single table; tests hold ours equal to them.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from types import MappingProxyType

import numpy as np
from numpy.typing import ArrayLike, NDArray

from deepspine.data.agreement import Counts, Statistic, ratio
from deepspine.data.geometry import FloatArray

MISSING = -1
"""Stands for a reader's silence in an array of grade indices."""


def count_coincidences_by_patient(
    patients: ArrayLike, readings: NDArray[np.integer], *, n_patients: int, n_grades: int
) -> Counts:
    """Count coincidences of grades for each patient.

    Parameters
    ----------
    patients
        Row of the result that each label belongs to, in [0, n_patients).
        *Shape:* (labels,)
    readings
        Index of the grade that each reader gave, `MISSING` where a reader gave none.
        *Shape:* (readers, labels)

    Returns
    -------
    Coincidences, symmetric. Labels of fewer than two readers count nowhere.
        *Shape:* (n_patients, n_grades, n_grades)
    """
    given = np.stack([(readings == grade).sum(axis=0) for grade in range(n_grades)], axis=-1).astype(float)
    n_readers = given.sum(axis=-1)
    pairs = given[:, :, None] * given[:, None, :] - np.eye(n_grades) * given[:, :, None]
    pairable = n_readers >= 2
    pairs = pairs[pairable] / (n_readers[pairable] - 1.0)[:, None, None]
    coincidences = np.zeros((n_patients, n_grades, n_grades))
    np.add.at(coincidences, np.asarray(patients, dtype=np.int64)[pairable], pairs)
    return coincidences


def krippendorff_alpha(coincidences: Counts, *, ordinal: bool = False) -> FloatArray:
    """Return Krippendorff's alpha; nan without pairs or when all readers gave one grade only.

    Parameters
    ----------
    coincidences
        *Shape:* (..., grades, grades)
    ordinal
        Grades that lie further apart, by the number of labels between them, differ more; else all differ alike.

    Returns
    -------
    *Shape:* (...)
    """
    margins = coincidences.sum(axis=-1)
    total = margins.sum(axis=-1)
    distance = _ordinal_distance(margins) if ordinal else 1.0 - np.eye(coincidences.shape[-1])
    observed = (coincidences * distance).sum(axis=(-2, -1))
    expected = (margins[..., :, None] * margins[..., None, :] * distance).sum(axis=(-2, -1))
    return 1.0 - ratio(observed * (total - 1.0), expected)


def _ordinal_distance(margins: FloatArray) -> FloatArray:
    """Return the squared number of labels from one grade to another, half of both ends (Krippendorff 2011, E)."""
    middle = np.cumsum(margins, axis=-1) - margins / 2.0
    return (middle[..., :, None] - middle[..., None, :]) ** 2


ALPHA_STATISTICS: Mapping[str, Statistic] = MappingProxyType(
    {"alpha": krippendorff_alpha, "alpha_ordinal": partial(krippendorff_alpha, ordinal=True)}
)
"""Agreement of several readers, by the names that tables and pages use."""
