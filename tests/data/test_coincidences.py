"""Krippendorff's alpha, against his worked example and the package `krippendorff`."""

import math

import krippendorff
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from deepspine.data.coincidences import MISSING, count_coincidences_by_patient, krippendorff_alpha

N_GRADES = 5
readings = arrays(np.int64, st.tuples(st.integers(2, 5), st.integers(1, 20)), elements=st.integers(MISSING, 3))


def alpha(table: np.ndarray, *, ordinal: bool = False) -> float:
    patients = np.zeros(table.shape[1], dtype=int)
    by_patient = count_coincidences_by_patient(patients, table, n_patients=1, n_grades=N_GRADES)
    return float(krippendorff_alpha(by_patient[0], ordinal=ordinal))


def test_alpha_of_krippendorff_2011() -> None:
    """Four observers, twelve units with gaps (Krippendorff 2011, section C): nominal .743, ordinal .815."""
    x = MISSING + 1
    observers = np.array(
        [
            [1, 2, 3, 3, 2, 1, 4, 1, 2, x, x, x],
            [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, x, 3],
            [x, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, x],
            [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, x],
        ]
    )
    assert alpha(observers - 1) == pytest.approx(0.743, abs=5e-4)
    assert alpha(observers - 1, ordinal=True) == pytest.approx(0.815, abs=5e-4)


@given(readings, st.booleans())
def test_alpha_equals_that_of_the_package(table: np.ndarray, ordinal: bool) -> None:
    values = np.where(table == MISSING, np.nan, table)
    kept = table[:, (table != MISSING).sum(axis=0) >= 2]
    if len(np.unique(kept[kept != MISSING])) < 2:
        assert math.isnan(alpha(table, ordinal=ordinal))
        return
    level = "ordinal" if ordinal else "nominal"
    expected = krippendorff.alpha(values, level_of_measurement=level, value_domain=np.arange(N_GRADES))
    assert alpha(table, ordinal=ordinal) == pytest.approx(expected)


def test_no_label_of_two_readers_is_nan() -> None:
    assert math.isnan(alpha(np.array([[0, MISSING], [MISSING, 1]])))


def test_patients_add_up() -> None:
    rng = np.random.default_rng(0)
    table = rng.integers(MISSING, 4, size=(3, 40))
    patients = rng.integers(0, 7, size=40)
    apart = count_coincidences_by_patient(patients, table, n_patients=7, n_grades=N_GRADES)
    together = count_coincidences_by_patient(np.zeros(40, int), table, n_patients=1, n_grades=N_GRADES)
    np.testing.assert_allclose(apart.sum(axis=0), together[0])
