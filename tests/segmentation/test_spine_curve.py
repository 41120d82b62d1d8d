"""The spine's curve: smooth, in patient space."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from deepspine.data.errors import GeometryError
from deepspine.segmentation.spine_curve import fit_spine_curve


def spine(n: int = 12, *, lordosis_mm: float = 20.0, scoliosis_mm: float = 0.0) -> np.ndarray:
    """Return centres from head to foot."""
    t = np.linspace(0, 1, n)
    return np.stack([scoliosis_mm * np.sin(np.pi * t), lordosis_mm * np.sin(np.pi * t), 200 * (1 - t)], axis=1)


@given(st.floats(-40, 40), st.floats(-40, 40), st.integers(6, 16))
def test_the_curve_passes_near_all_centres(lordosis: float, scoliosis: float, n: int) -> None:
    centers = spine(n, lordosis_mm=lordosis, scoliosis_mm=scoliosis)
    curve = fit_spine_curve(list(centers))
    assert max(np.linalg.norm(curve.at(center[2]) - center) for center in centers) < 4.0


@given(st.floats(-30, 30), st.floats(-30, 30), st.floats(-40, 240))
def test_axes_are_right_handed_with_the_patients_left_first(lordosis: float, scoliosis: float, z: float) -> None:
    axes = fit_spine_curve(list(spine(lordosis_mm=lordosis, scoliosis_mm=scoliosis))).axes(z)
    assert np.allclose(axes @ axes.T, np.eye(3), atol=1e-8)
    assert np.linalg.det(axes) == pytest.approx(1.0)
    assert axes[0, 0] > 0.5
    assert axes[1, 1] > 0.5
    assert axes[2, 2] > 0.5


def test_order_of_centres_does_not_matter() -> None:
    centers = spine()
    shuffled = np.random.default_rng(0).permutation(centers)
    assert np.allclose(fit_spine_curve(list(centers)).at(77.0), fit_spine_curve(list(shuffled)).at(77.0))


def test_three_centres_are_no_curve() -> None:
    with pytest.raises(GeometryError, match="needs 4"):
        fit_spine_curve(list(spine(3)))


def test_the_curve_leaves_the_lowest_disc_towards_the_sacrum() -> None:
    centers = spine(lordosis_mm=0.0)
    behind = np.array([0.0, 25.0, -25.0])
    plain, bent = fit_spine_curve(list(centers)), fit_spine_curve(list(centers), end_lps=behind)
    assert bent.tangent(0.0)[1] < plain.tangent(0.0)[1] - 0.2
