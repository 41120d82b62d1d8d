"""T1 brought to the grid of T2: by geometry first, then rigidly where the patient moved between the two."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from deepspine.data.errors import InputError
from deepspine.data.geometry import FloatArray, Grid
from deepspine.data.volume import Volume

HISTOGRAM_BINS = 32
SAMPLING_SHARE = 0.1
MAX_STEPS = 120
SMOOTHING_MM = (2.0, 1.0)
"""Coarse to fine (Mattes 2003)."""
MARGIN_MM = 8.0
"""Around the spine that is registered: skin and bowel move otherwise than bones."""
SEED = 1


@dataclass(frozen=True, eq=False)
class Registration:
    """T1 in the grid of T2.

    Attributes
    ----------
    voxels
        Of T1, nan where it does not reach.
        *Shape:* that of T2
    moved_mm
        Largest distance by which the rigid registration moves a point of the spine.
    is_moved
        Whether that is more than a pixel, so that it was applied.
    """

    voxels: NDArray[np.float32]
    moved_mm: float
    is_moved: bool


def register(moving: Volume, fixed: Volume, spine: NDArray[np.bool_]) -> Registration:
    """Bring T1 to the grid of T2.

    Parameters
    ----------
    moving, fixed
        T1 and T2 in one patient space.
    spine
        Voxels of `fixed` whose place counts.

    Raises
    ------
    InputError
        When they show no common place.
    """
    rigid = _rigid(moving, fixed, spine)
    points = fixed.grid.lps_from_ijk(np.argwhere(spine))
    moved_mm = float(np.linalg.norm(points @ rigid[:3, :3].T + rigid[:3, 3] - points, axis=1).max())
    is_moved = moved_mm > float(fixed.spacing_mm[1:].max())
    return Registration(resampled(moving, fixed.grid, rigid if is_moved else np.eye(4)), moved_mm, is_moved)


def resampled(volume: Volume, grid: Grid, rigid: FloatArray | None = None) -> NDArray[np.float32]:
    """Return a volume's voxels in another grid (linear); nan where it does not reach.

    Parameters
    ----------
    rigid
        4 x 4, from a point of the grid (LPS mm) to the point of the volume that shows the same tissue.
    """
    matrix = np.linalg.inv(volume.grid.affine) @ (np.eye(4) if rigid is None else rigid) @ grid.affine
    if grid.shape == volume.grid.shape and np.allclose(matrix, np.eye(4), atol=1e-4):
        return volume.voxels
    padded = np.pad(volume.voxels, ((1, 1), (0, 0), (0, 0)), mode="edge")
    # Half a slice beyond the first and last one is still what they show.
    offset = matrix[:3, 3] + [1.0, 0.0, 0.0]
    found = ndimage.affine_transform(padded, matrix[:3, :3], offset, grid.shape, order=1, cval=np.nan)
    index = np.stack(np.meshgrid(*[np.arange(size) for size in grid.shape], indexing="ij"))
    first = np.tensordot(matrix[0, :3], index, axes=1) + matrix[0, 3]
    outside = (first < -0.5) | (first > volume.grid.shape[0] - 0.5)
    return np.where(outside, np.nan, found).astype(np.float32)


def _rigid(moving: Volume, fixed: Volume, spine: NDArray[np.bool_]) -> FloatArray:
    """Return the rigid map (4 x 4, LPS mm) from points of T2 to those of T1 with the most mutual information."""
    import SimpleITK

    sitk: Any = SimpleITK
    box = _box_around(spine, fixed)
    flat = len(spine) == 1
    one, two = (_image(np.nan_to_num(v), fixed.grid, box, flat) for v in (fixed.voxels, resampled(moving, fixed.grid)))
    wanted: Any = _image(_widened(spine, fixed).astype(np.float32), fixed.grid, box, flat)
    start = sitk.Euler2DTransform() if flat else sitk.Euler3DTransform()
    middle = [float(size - 1) / 2 for size in one.GetSize()]
    start.SetCenter(one.TransformContinuousIndexToPhysicalPoint(middle))
    method = sitk.ImageRegistrationMethod()
    method.SetNumberOfThreads(1)
    method.SetMetricAsMattesMutualInformation(HISTOGRAM_BINS)
    method.SetMetricSamplingStrategy(method.RANDOM)
    method.SetMetricSamplingPercentage(1.0 if flat else SAMPLING_SHARE, SEED)
    method.SetMetricFixedMask(sitk.Cast(wanted > 0.5, sitk.sitkUInt8))
    method.SetInterpolator(sitk.sitkLinear)
    method.SetOptimizerAsRegularStepGradientDescent(2.0, 0.02, MAX_STEPS, relaxationFactor=0.6)
    method.SetOptimizerScalesFromPhysicalShift()
    method.SetShrinkFactorsPerLevel([1, 1])
    method.SetSmoothingSigmasPerLevel(list(SMOOTHING_MM))
    method.SmoothingSigmasAreSpecifiedInPhysicalUnitsOn()
    method.SetInitialTransform(start, inPlace=False)
    try:
        found: Any = method.Execute(one, two)
    except RuntimeError:
        # ITK tells failures apart by their text alone; pictures that do not meet are the one that inputs can cause.
        raise InputError(
            "T1 and T2 cannot be laid on each other: they do not show the same place, or are of two patients"
        ) from None
    return _as_matrix(found, fixed.grid, flat)


def _as_matrix(transform: Any, grid: Grid, flat: bool) -> FloatArray:
    """Return a transform of images (axes: column, row, slice in mm from the grid's first voxel) as an LPS matrix."""
    size = 2 if flat else 3
    origin = np.array(transform.TransformPoint([0.0] * size))
    columns = [np.array(transform.TransformPoint(unit.tolist())) - origin for unit in np.eye(size)]
    inner = np.eye(4)
    inner[:size, :size] = np.array(columns).T
    inner[:size, 3] = origin
    to_lps = np.eye(4)
    to_lps[:3, :3] = grid.axes_lps[::-1].T
    to_lps[:3, 3] = grid.affine[:3, 3]
    return np.asarray(to_lps @ inner @ np.linalg.inv(to_lps))


def _image(voxels: NDArray[np.float32], grid: Grid, box: tuple[slice, ...], flat: bool) -> Any:
    """Return a part of a picture as an image whose axes are column, row and slice, mm from the grid's first voxel."""
    import SimpleITK as sitk  # noqa: N813 - its usual name

    start = [one.start for one in box]
    array = voxels[box]
    image: Any = sitk.GetImageFromArray(np.ascontiguousarray(array[0] if flat else array, dtype=np.float32))
    spacing = grid.spacing_mm[::-1]
    origin = np.array(start[::-1]) * spacing
    image.SetSpacing(spacing[: 2 if flat else 3].tolist())
    image.SetOrigin(origin[: 2 if flat else 3].tolist())
    return image


def _widened(spine: NDArray[np.bool_], volume: Volume) -> NDArray[np.bool_]:
    distance = np.stack([ndimage.distance_transform_edt(~one, sampling=volume.spacing_mm[1:]) for one in spine])
    return np.asarray(distance < MARGIN_MM)


def _box_around(spine: NDArray[np.bool_], volume: Volume) -> tuple[slice, ...]:
    found = ndimage.find_objects(spine.astype(np.uint8))[0]
    margins = [0, *(int(np.ceil(3 * MARGIN_MM / mm)) for mm in volume.spacing_mm[1:])]
    return tuple(
        slice(max(one.start - margin, 0), min(one.stop + margin, size))
        for one, margin, size in zip(found, margins, spine.shape, strict=True)
    )
