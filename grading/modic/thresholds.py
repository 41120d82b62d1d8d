"""Every threshold of the Modic map, in one table.

Signals are ratios to the body's own normal marrow on the same picture, after its shading was taken out. The rule is
that of Modic 1988 (Radiology 166:193) as Gao 2022 (JOR Spine 5:e1204) applies it to voxels:

| T1 | T2 | type |
|---|---|---|
| low | high | 1 |
| high | equal or high | 2 |
| low | low | 3 |

Numbers were chosen on six phantom studies (seeds 100 to 105), whose times and noise are drawn anew for each.
"""

from __future__ import annotations

from dataclasses import dataclass

from deepspine.data.geometry import FloatArray


@dataclass(frozen=True, kw_only=True)
class ModicThresholds:
    """The table.

    Attributes
    ----------
    t1_low, t1_high, t2_low, t2_high
        Ratios to normal marrow from which a voxel is low or high.
    deviations
        How many robust standard deviations (1.4826 MAD) of normal marrow a voxel must also lie off.
    strong
        Factor on the logarithm of all these for the voxels that a region must contain.
    contact_mm
        A region comes at least this near to the disc: it is connected to the endplate.
    min_volume_mm3, min_area_mm2
        Smallest region of a volume, and of a single picture.
    min_type_share
        A type with less of a disc's changed marrow is taken for the border of another one.
    """

    t1_low: float = 0.90
    t1_high: float = 1.10
    t2_low: float = 0.75
    t2_high: float = 1.10
    deviations: float = 2.0
    strong: float = 1.6
    contact_mm: float = 4.0
    min_volume_mm3: float = 120.0
    min_area_mm2: float = 25.0
    min_type_share: float = 0.2

    def least_voxels(self, n_slices: int, spacing_mm: FloatArray) -> float:
        """Return how many voxels the smallest region has: of a single slice by its area, else by its volume."""
        area_mm2 = float(spacing_mm[1] * spacing_mm[2])
        if n_slices == 1:
            return self.min_area_mm2 / area_mm2
        return self.min_volume_mm3 / (area_mm2 * float(spacing_mm[0]))


THRESHOLDS = ModicThresholds()
"""What `deepspine modic` uses."""
