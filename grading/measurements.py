"""What a ruler says of a level: heights, areas, slip, bulge and relative signal, from the mask of `locate`.

An interpretable baseline beside the network: measurements into a forest did better at canal stenosis than a network in
Bharadwaj 2023. Everything is measured in the sagittal plane through the disc's centre, in the disc's own axes: its long
axis from front to back, and up across it. A measure that the picture or the mask does not give is nan, and the column
`missing` names it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

from deepspine.data.frames import LevelFrame
from deepspine.data.geometry import FloatArray, Grid
from deepspine.data.spine_classes import SpineClass
from deepspine.data.volume import Volume
from deepspine.grading.measurements_corners import DiscSpace, disc_space
from deepspine.grading.measurements_margins import CSF_QUANTILE, MARGINS, OUTERMOST, margin_measures
from deepspine.grading.measurements_marrow import MARROW, marrow_measures
from deepspine.grading.measurements_raster import STEP_MM, Raster, level_raster

if TYPE_CHECKING:
    import pandas as pd

OUTER = 0.02
"""Share of a disc's pixels at either end that do not count for its depth: stray ones."""
THIRDS: Mapping[str, tuple[float, float]] = MappingProxyType(
    {"anterior": (0.08, 0.3), "middle": (0.38, 0.62), "posterior": (0.7, 0.92)}
)
"""Where along a disc's depth its heights are taken; the rims, where annulus and ligaments blur, are left out."""
ENDPLATE_MM = (1.0, 6.0)
"""Depth of the bone beside an endplate whose signal is compared with that of the body (Modic changes reach so far)."""
NEXT_BODY_MM = 18.0
"""From the disc to the middle of the next body, where the canal is not narrowed by a disc."""
CANAL_HALF_MM = 3.0
"""The canal's depth at a height is the median over this much above and below."""
CORE_MM = 1.5
"""Signals are taken this far inside the border of a structure: pixels at the border hold something else as well."""
SLAB_MM = 4.0
"""Thickness of the slab across the spine in which the cross-section of the canal is taken."""
MIN_PIXELS = 12
"""Fewer pixels of the raster (3 mm2) give no signal."""

SHAPES = (
    "disc_area_mm2",
    "disc_depth_mm",
    "disc_height_anterior_mm",
    "disc_height_middle_mm",
    "disc_height_posterior_mm",
    "disc_height_per_depth",
    "bulge_mm",
    "slip_mm",
    "slip_percent",
    "canal_ap_mm",
    "canal_ap_above_mm",
    "canal_ap_below_mm",
    "canal_ap_ratio",
    "canal_area_mm2",
    "canal_area_per_disc_area",
    "canal_cross_section_mm2",
)
"""Measures of shape. `bulge_mm`: how far the disc reaches behind the line through the corners of the bodies; `slip_mm`:
how far the body above stands before the one below, negative behind it; `slip_percent`: of the lower endplate's depth
(Meyerding 1932); `canal_area_mm2`: in the sagittal plane, from the middle of the body above to that below;
`canal_cross_section_mm2`: across the spine at the disc, of volumes alone."""
T1 = "t1"
"""Name of the further volume whose marrow is looked at together with the first one's."""
SIGNALS = ("disc_to_csf", "disc_to_marrow", "endplate_above_to_marrow", "endplate_below_to_marrow", "csf_to_marrow")
"""Ratios of median grey levels; of further volumes with their name before it."""


class LocatedSpine(Protocol):
    """What is needed of a located study; `segmentation.locate.Location` and `reading_study.FoundSpine` have it."""

    @property
    def mask(self) -> NDArray[np.uint8]:
        """Class of each voxel, `[slice, row, column]`."""

    @property
    def frames(self) -> Sequence[LevelFrame]:
        """Named discs."""


def measure(
    volume: Volume, located: LocatedSpine, *, others: Mapping[str, Volume] = MappingProxyType({})
) -> pd.DataFrame:
    """Measure every located level of a volume or picture.

    Parameters
    ----------
    volume
        That on which the spine was located; T2 for signals that mean what their names say.
    located
        Its mask and discs.
    others
        Further volumes of the same space by name, such as `{"t1": ...}`; their signals are added, and those of marrow
        (`MARROW`) of a `t1` beside the volume, which is then taken for T2.

    Returns
    -------
    One row a level, cranial to caudal: `level`, `confidence`, `SHAPES`, `MARGINS`, `SIGNALS` (of `others` as
    `t1_disc_to_csf`), `MARROW`, and `missing`, the names of the measures that are nan, joined by `|`. Sizes of a
    picture are as true as its pixel size.
    """
    import pandas as pd

    rows = [_measured(volume, located, frame, others) for frame in located.frames]
    columns = ["level", "confidence", *measure_names(others), "missing"]
    return pd.DataFrame(rows, columns=columns)


def measure_names(others: Mapping[str, Volume] | Sequence[str] = ()) -> list[str]:
    """Return the names of the numeric columns of `measure`."""
    beside = [f"{name}_{signal}" for name in others for signal in SIGNALS]
    return [*SHAPES, *MARGINS, *SIGNALS, *beside, *(MARROW if T1 in others else ())]


def _measured(
    volume: Volume, located: LocatedSpine, frame: LevelFrame, others: Mapping[str, Volume]
) -> dict[str, object]:
    found: dict[str, float] = dict.fromkeys(measure_names(others), float("nan"))
    raster = level_raster(volume.grid, located.mask, frame)
    if raster is not None:
        values, space = _sampled(raster, volume), disc_space(raster)
        found |= _disc_shape(raster) | _canal_shape(raster)
        if space is not None:
            found |= _between_corners(raster, space) | margin_measures(raster, space, values)
        found["canal_area_per_disc_area"] = found["canal_area_mm2"] / found["disc_area_mm2"]
        found["canal_cross_section_mm2"] = _canal_cross_section_mm2(volume.grid, located.mask, frame)
        found |= _signals(raster, values, "")
        for name, other in others.items():
            beside = _sampled(raster, other)
            found |= _signals(raster, beside, f"{name}_")
            if name == T1:
                found |= marrow_measures(raster, beside, values)
    missing = [name for name, value in found.items() if np.isnan(value)]
    return {"level": frame.level.value, "confidence": frame.confidence, **found, "missing": "|".join(missing)}


# ------------------------------------------------------------------------------------------------------------- shapes


def _disc_shape(raster: Raster) -> dict[str, float]:
    columns = np.nonzero(raster.disc)[1]
    front, back = np.quantile(columns, [OUTER, 1 - OUTER])
    depth_mm = float(back - front + 1) * STEP_MM
    thickness_mm = raster.disc.sum(axis=0) * STEP_MM
    heights = {}
    for name, (start, stop) in THIRDS.items():
        taken = thickness_mm[round(front + start * (back - front)) : round(front + stop * (back - front)) + 1]
        heights[f"disc_height_{name}_mm"] = float(np.median(taken)) if len(taken) else float("nan")
    return {
        "disc_area_mm2": float(raster.disc.sum()) * STEP_MM**2,
        "disc_depth_mm": depth_mm,
        **heights,
        "disc_height_per_depth": heights["disc_height_middle_mm"] / depth_mm,
    }


def _between_corners(raster: Raster, space: DiscSpace) -> dict[str, float]:
    rows, columns = np.nonzero(raster.disc)
    beyond = raster.back_mm[columns] - space.back_at(raster.up_mm[rows])
    return {
        "bulge_mm": float(np.quantile(beyond, 1 - OUTERMOST)),
        "slip_mm": space.slip_mm,
        "slip_percent": 100.0 * space.slip_mm / space.below.depth_mm,
    }


def _canal_shape(raster: Raster) -> dict[str, float]:
    canal = (raster.classes == SpineClass.CANAL) & (raster.back_mm > 0)
    depth_mm = canal.sum(axis=1) * STEP_MM
    up = raster.up_mm

    def depth_at(height_mm: float) -> float:
        """Return the median depth around a height; nan where no canal is seen."""
        near = depth_mm[np.abs(up - height_mm) <= CANAL_HALF_MM]
        median = float(np.median(near))
        return median if median > 0 else float("nan")

    above, below = depth_at(NEXT_BODY_MM), depth_at(-NEXT_BODY_MM)
    beside = [one for one in (above, below) if np.isfinite(one)]
    at_disc = depth_mm[np.abs(up) <= CANAL_HALF_MM]
    # A canal that is seen beside the disc and not behind it is narrowed to nothing.
    narrowest = float(at_disc.min()) if beside else float("nan")
    area = float(depth_mm[np.abs(up) <= NEXT_BODY_MM].sum()) * STEP_MM
    return {
        "canal_ap_mm": narrowest,
        "canal_ap_above_mm": above,
        "canal_ap_below_mm": below,
        "canal_ap_ratio": narrowest / float(np.mean(beside)) if beside else float("nan"),
        "canal_area_mm2": area if len(beside) == 2 else float("nan"),
    }


def _canal_cross_section_mm2(grid: Grid, mask: NDArray[np.uint8], frame: LevelFrame) -> float:
    """Return the area of the canal across the spine at the disc's height; nan for a single slice."""
    if grid.shape[0] == 1:
        return float("nan")
    canal = np.argwhere(mask == SpineClass.CANAL)
    if not len(canal):
        return float("nan")
    along = (grid.lps_from_ijk(canal) - frame.center_lps) @ frame.axes_lps[2]
    voxel_mm3 = float(abs(np.linalg.det(grid.affine[:3, :3])))
    area = float((np.abs(along) <= SLAB_MM / 2).sum()) * voxel_mm3 / SLAB_MM
    return area if area > 0 else float("nan")


# ------------------------------------------------------------------------------------------------------------ signals


def _sampled(raster: Raster, volume: Volume) -> FloatArray:
    """Return the grey levels of a volume on a raster, nan where it does not reach."""
    from scipy.ndimage import map_coordinates

    voxels, ijk = volume.voxels, np.moveaxis(volume.grid.ijk_from_lps(raster.points_lps), -1, 0)
    if volume.grid.shape[0] == 1:
        voxels, ijk = voxels[0], ijk[1:]
    values = map_coordinates(voxels, ijk, order=1, mode="constant", cval=np.nan, prefilter=False)
    return np.asarray(values, dtype=float)


def _signals(raster: Raster, values: FloatArray, prefix: str) -> dict[str, float]:
    from scipy.ndimage import binary_erosion, distance_transform_edt

    from_disc_mm = distance_transform_edt(~raster.disc) * STEP_MM
    at_endplate = (from_disc_mm > ENDPLATE_MM[0]) & (from_disc_mm <= ENDPLATE_MM[1])
    canal = (
        (raster.classes == SpineClass.CANAL) & (raster.back_mm > 0) & (np.abs(raster.up_mm) <= NEXT_BODY_MM)[:, None]
    )

    def level(where: NDArray[np.bool_], quantile: float = 0.5) -> float:
        known = values[where & np.isfinite(values)]
        return float(np.quantile(known, quantile)) if len(known) >= MIN_PIXELS else float("nan")

    core = round(CORE_MM / STEP_MM)
    disc = level(binary_erosion(raster.disc, iterations=core))
    bone = binary_erosion(raster.above, iterations=core) | binary_erosion(raster.below, iterations=core)
    marrow = level(bone & (from_disc_mm > ENDPLATE_MM[1]))
    csf = level(binary_erosion(canal, iterations=core), CSF_QUANTILE)
    with np.errstate(divide="ignore", invalid="ignore"):
        return {
            f"{prefix}disc_to_csf": _ratio(disc, csf),
            f"{prefix}disc_to_marrow": _ratio(disc, marrow),
            f"{prefix}endplate_above_to_marrow": _ratio(level(raster.above & at_endplate), marrow),
            f"{prefix}endplate_below_to_marrow": _ratio(level(raster.below & at_endplate), marrow),
            f"{prefix}csf_to_marrow": _ratio(csf, marrow),
        }


def _ratio(one: float, other: float) -> float:
    return one / other if other > 0 else float("nan")
