"""Crops of a disc level: oblique reformats along a `LevelFrame`, perpendicular to the spine (Lu 2018, section 3.3).

Conventions, the same whatever the scanner stored:

| crop | slices | rows | columns |
|---|---|---|---|
| sagittal | patient's right to left | head to foot | front to back |
| axial | head to foot | front to back | patient's right to left, as radiologists look at it |

Voxels that the volume does not reach are nan: nothing is invented beyond the edge of a picture. T1 and T2 of a study
are cut on the same grid, so they lie voxel on voxel.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from deepspine.data.errors import ConfigError, GeometryError
from deepspine.data.frames import LevelFrame
from deepspine.data.geometry import FloatArray, Grid, Plane
from deepspine.data.volume import Volume, Weighting

Crop = NDArray[np.float32]
"""Voxels `[slice, row, column]` in the order of the table above, nan outside the volume."""

MAX_TILT_DEG = 50.0
"""An axial stack tilted more against the disc cuts vertebrae, not the disc. Untilted stacks reach 45 at L5-S1."""


CUSTOM = "custom"
"""Name of a preset whose sizes a user gave."""
_NUMBER = r"(\d{1,4}(?:\.\d+)?)"
_SIZE = re.compile(r"(\d{1,4})x(\d{1,4})x(\d{1,4})/" + "x".join([_NUMBER] * 3))


@dataclass(frozen=True)
class CropSpec:
    """Size of a crop, in pixels and in millimetres.

    Attributes
    ----------
    plane
        Sagittal or axial.
    pixels
        Number of slices, rows, columns.
    size_mm
        Extent from the first to the last edge of slices, rows, columns.
    offset_mm
        From the disc's centre to the crop's, along the frame: to the patient's left, to the back, up. Canal and
        foramina lie behind the disc, so crops look a little backwards.
    """

    plane: Plane
    pixels: tuple[int, int, int]
    size_mm: tuple[float, float, float]
    offset_mm: tuple[float, float, float] = (0.0, 0.0, 0.0)

    def __post_init__(self) -> None:
        if self.plane not in (Plane.SAGITTAL, Plane.AXIAL):
            raise ConfigError(f"plane of a crop must be sagittal or axial, got {self.plane}")
        if min(self.pixels) < 1 or min(self.size_mm) <= 0:
            raise ConfigError(f"a crop must have positive sizes, got {self.pixels} pixels of {self.size_mm} mm")

    @property
    def spacing_mm(self) -> FloatArray:
        """Distance between slices, rows, columns; shape (3,)."""
        return np.asarray(np.array(self.size_mm) / np.array(self.pixels))

    def to_json(self) -> dict[str, Any]:
        """Return plain values, as in a dataset's manifest."""
        return asdict(self) | {"plane": self.plane.value}

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> CropSpec:
        """Read what `to_json` wrote."""
        sizes = {name: tuple(values[name]) for name in ("pixels", "size_mm", "offset_mm")}
        return cls(plane=Plane(values["plane"]), **sizes)


INPUTS: Mapping[str, tuple[Plane, Weighting]] = MappingProxyType(
    {
        "sagittal_t1": (Plane.SAGITTAL, Weighting.T1),
        "sagittal_t2": (Plane.SAGITTAL, Weighting.T2),
        "axial_t2": (Plane.AXIAL, Weighting.T2),
    }
)
"""The crops of a level by name; any of them may be missing."""


@dataclass(frozen=True)
class CropPreset:
    """The crops of a dataset: one size for each plane."""

    name: str
    sagittal: CropSpec
    axial: CropSpec

    def spec_of(self, input_name: str) -> CropSpec:
        """Return the size of an input of `INPUTS`."""
        return self.sagittal if INPUTS[input_name][0] is Plane.SAGITTAL else self.axial

    def to_json(self) -> dict[str, Any]:
        """Return plain values, as in a dataset's manifest."""
        return {"name": self.name, "sagittal": self.sagittal.to_json(), "axial": self.axial.to_json()}

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> CropPreset:
        """Read what `to_json` wrote."""
        sagittal, axial = (CropSpec.from_json(values[plane]) for plane in ("sagittal", "axial"))
        return cls(values["name"], sagittal, axial)


def _preset(
    name: str,
    sagittal: tuple[tuple[int, int, int], tuple[float, float, float]],
    axial: tuple[tuple[int, int, int], tuple[float, float, float]],
    *,
    back_mm: tuple[float, float],
) -> CropPreset:
    return CropPreset(
        name,
        CropSpec(Plane.SAGITTAL, *sagittal, offset_mm=(0.0, back_mm[0], 0.0)),
        CropSpec(Plane.AXIAL, *axial, offset_mm=(0.0, back_mm[1], 0.0)),
    )


PRESETS: Mapping[str, CropPreset] = MappingProxyType(
    {
        preset.name: preset
        for preset in (
            # Pixels of Lu 2018, section 3.3: axial 360 x 360 x 8, sagittal 160 x 320 x 25. The text gives no
            # millimetres; these are a field of 90 mm around the disc and one vertebra above and below.
            _preset(
                "deepspine",
                ((25, 160, 320), (75.0, 60.0, 120.0)),
                ((8, 360, 360), (16.0, 90.0, 90.0)),
                back_mm=(12.0, 15.0),
            ),
            _preset(
                "small", ((9, 64, 96), (45.0, 56.0, 84.0)), ((4, 96, 96), (12.0, 84.0, 84.0)), back_mm=(12.0, 15.0)
            ),
            _preset(
                "picture",
                ((1, 80, 112), (4.0, 64.0, 89.6)),
                ((1, 96, 96), (4.0, 84.0, 84.0)),
                back_mm=(8.0, 15.0),
            ),
        )
    }
)
"""`deepspine` for the paper's sizes, `small` for everyday, `picture` for single sagittal pictures."""


def get_preset(name: str) -> CropPreset:
    """Return the preset called `name`.

    Raises
    ------
    ConfigError
        When there is none of that name; the message lists all.
    """
    try:
        return PRESETS[name]
    except KeyError:
        raise ConfigError(f"crop preset must be one of {', '.join(PRESETS)}, got {name!r}") from None


def resized(preset: CropPreset, *, sagittal: str | None = None, axial: str | None = None) -> CropPreset:
    """Return a preset with other sizes of its crops; they stay centred where they were.

    Parameters
    ----------
    sagittal, axial
        Slices x rows x columns in pixels, a slash, and the same in millimetres, as text; None to keep the preset's.

    Raises
    ------
    ConfigError
        When a size is not written like that, or not positive.

    Examples
    --------
    >>> resized(get_preset("small"), axial="8x360x360/16x90x90").axial.spacing_mm.tolist()
    [2.0, 0.25, 0.25]
    """
    if sagittal is None and axial is None:
        return preset
    return CropPreset(CUSTOM, _resized(preset.sagittal, sagittal), _resized(preset.axial, axial))


def _resized(spec: CropSpec, text: str | None) -> CropSpec:
    if text is None:
        return spec
    match = _SIZE.fullmatch(text)
    if match is None:
        raise ConfigError(f"size of a crop must be written like 9x64x96/45x56x84 (pixels/mm), got {text!r}")
    numbers = match.groups()
    pixels = (int(numbers[0]), int(numbers[1]), int(numbers[2]))
    size_mm = (float(numbers[3]), float(numbers[4]), float(numbers[5]))
    return replace(spec, pixels=pixels, size_mm=size_mm)


def crop_grid(frame: LevelFrame, spec: CropSpec) -> Grid:
    """Return the grid of a crop in the patient, in the order of the table at the top of this module."""
    to_left, to_back, up = frame.axes_lps
    axes = (to_left, -up, to_back) if spec.plane is Plane.SAGITTAL else (-up, to_back, to_left)
    center = frame.center_lps + np.array(spec.offset_mm) @ frame.axes_lps
    first = center - ((np.array(spec.pixels) - 1) / 2 * spec.spacing_mm) @ np.array(axes)
    return Grid.from_axes(spec.pixels, origin_lps=first, axes_lps=axes, spacing_mm=spec.spacing_mm)


def sagittal_crop(volume: Volume, frame: LevelFrame, spec: CropSpec) -> Crop:
    """Cut a sagittal crop of a level out of any volume.

    Returns
    -------
    Voxels in the volume's own scale, slices from the patient's right to left, nan outside.
        *Shape:* `spec.pixels`

    Raises
    ------
    ConfigError
        When `spec` is not sagittal.
    """
    _require_plane(spec, Plane.SAGITTAL)
    return resample(volume, crop_grid(frame, spec))


def axial_crop(stacks: Sequence[Volume] | Volume, frame: LevelFrame, spec: CropSpec) -> Crop:
    """Cut an axial crop of a level out of the stack that cuts its disc.

    Parameters
    ----------
    stacks
        Axial slabs of one series in any order, for example one slab a disc; or one volume of any plane, which is
        reformatted as it is.

    Returns
    -------
    Voxels in the stack's own scale, slices from head to foot, columns from the patient's right, nan outside.
        *Shape:* `spec.pixels`

    Raises
    ------
    ConfigError
        When `spec` is not axial.
    GeometryError
        When no stack cuts the disc.
    """
    _require_plane(spec, Plane.AXIAL)
    stack = stacks if isinstance(stacks, Volume) else stack_of_level(stacks, frame)
    if stack is None:
        raise GeometryError(f"no axial stack cuts the disc {frame.level}")
    return resample(stack, crop_grid(frame, spec))


def stack_of_level(stacks: Sequence[Volume], frame: LevelFrame) -> Volume | None:
    """Return the stack whose planes cut the disc's centre and are least tilted against it, None if there is none."""
    cutting = [stack for stack in stacks if _cuts(stack, frame) and tilt_deg(stack, frame) <= MAX_TILT_DEG]
    return min(cutting, key=lambda stack: (round(tilt_deg(stack, frame)), _off_middle(stack, frame)), default=None)


def tilt_deg(stack: Volume, frame: LevelFrame) -> float:
    """Return the angle between a stack's normal and the spine at the level, in [0, 90]."""
    return float(np.degrees(np.arccos(min(1.0, abs(stack.grid.normal_lps @ frame.axes_lps[2])))))


def resample(volume: Volume, grid: Grid) -> Crop:
    """Sample a volume linearly on another grid, nan outside; thinned pictures are smoothed first.

    Returns
    -------
    Voxels `[slice, row, column]` of `grid`.
        *Shape:* `grid.shape`
    """
    from scipy.ndimage import map_coordinates

    indices = np.moveaxis(np.indices(grid.shape), 0, -1)
    ijk = volume.grid.ijk_from_lps(grid.lps_from_ijk(indices))
    size = np.array(volume.grid.shape)
    outside = ((ijk < -0.5) | (ijk > size - 0.5)).any(axis=-1)
    start = np.clip(np.floor(ijk.min(axis=(0, 1, 2))).astype(int) - 4, 0, size - 1)
    stop = np.clip(np.ceil(ijk.max(axis=(0, 1, 2))).astype(int) + 5, start + 1, size)
    block = volume.voxels[tuple(slice(a, b) for a, b in zip(start, stop, strict=True))]
    block = _smoothed(block, step_voxels=_steps(volume.grid, grid))
    values = map_coordinates(block, np.moveaxis(ijk - start, -1, 0), order=1, mode="nearest", prefilter=False)
    values[outside] = np.nan
    return np.asarray(values, dtype=np.float32)


def _steps(source: Grid, target: Grid) -> FloatArray:
    """Return how many voxels of `source` lie between neighbouring samples of `target`, along each source axis."""
    per_sample = np.linalg.solve(source.affine[:3, :3], target.affine[:3, :3])
    return np.asarray(np.abs(per_sample).max(axis=1))


def _smoothed(block: NDArray[np.float32], *, step_voxels: FloatArray) -> NDArray[np.float32]:
    """Smooth by the Gaussian that keeps samples `step_voxels` apart from aliasing; sharper grids are left alone.

    Voxels that are not known (nan) stay so, and tell nothing of those beside them.
    """
    from scipy.ndimage import gaussian_filter

    # Half a sample wide at half height; the voxel's own width is already in the picture.
    sigma = 0.42 * np.sqrt(np.maximum(step_voxels**2 - 1.0, 0.0))
    sigma[step_voxels < 1.3] = 0.0
    if not sigma.any():
        return block
    known = np.isfinite(block)
    if known.all():
        return np.asarray(gaussian_filter(block, sigma, mode="nearest", truncate=3.0))
    share = gaussian_filter(known.astype(np.float32), sigma, mode="nearest", truncate=3.0)
    smooth = gaussian_filter(np.where(known, block, np.float32(0)), sigma, mode="nearest", truncate=3.0)
    return np.where(known, smooth / np.maximum(share, np.float32(1e-6)), np.float32(np.nan))


def _cuts(stack: Volume, frame: LevelFrame) -> bool:
    return bool(stack.grid.contains(frame.center_lps))


def _off_middle(stack: Volume, frame: LevelFrame) -> float:
    middle = (stack.grid.shape[0] - 1) / 2
    return abs(float(stack.grid.ijk_from_lps(frame.center_lps)[0]) - middle) * float(stack.spacing_mm[0])


def _require_plane(spec: CropSpec, plane: Plane) -> None:
    if spec.plane is not plane:
        raise ConfigError(f"the crop's plane must be {plane}, got {spec.plane}")
