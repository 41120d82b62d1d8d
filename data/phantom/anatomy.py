"""A patient's lumbar spine, painted on any set of points: sagittal and tilted axial slices see the same anatomy."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from deepspine.data.levels import Level
from deepspine.data.phantom.bodies import EndplateChange, paint_body, paint_disc, paint_lobe
from deepspine.data.phantom.canal import CanalCourse, canal_course, paint_canal
from deepspine.data.phantom.canvas import Canvas
from deepspine.data.phantom.lesions import Lesion
from deepspine.data.phantom.materials import Materials, make_materials
from deepspine.data.phantom.posterior import (
    paint_arch,
    paint_facets,
    paint_foramina,
    paint_iliac_wings,
    paint_sacral_wings,
)
from deepspine.data.phantom.shapes import LevelShape
from deepspine.data.phantom.soft_tissue import BodyHabitus, Texture, paint_surroundings
from deepspine.data.phantom.spine import DiscSpace, Habitus, Spine, build_spine
from deepspine.data.spine_classes import SpineClass

SPINOUS_MM = (20.0, 26.0, 28.0, 27.0, 26.0, 24.0, 22.0, 22.0, 22.0, 22.0)
"""Length of the spinous processes from the lowest vertebra upwards."""


@dataclass(frozen=True, eq=False)
class Anatomy:
    """Everything that is needed to paint one study."""

    spine: Spine
    course: CanalCourse
    shapes: Mapping[Level, LevelShape]
    body: BodyHabitus
    texture: Texture
    materials: Materials
    lesions: tuple[Lesion, ...] = ()

    def paint(self, canvas: Canvas) -> None:
        """Paint all structures, from the surroundings to what covers them."""
        soft = self.materials.soft
        paint_surroundings(canvas, self.course, self.body, self.texture, soft)
        for position, disc in enumerate(self.spine.discs):
            paint_foramina(canvas, disc, self._canal_mm(position)[0], soft, self._shape(disc))
        self._paint_arches(canvas)
        paint_canal(canvas, self.course, soft)
        self._paint_column(canvas)
        bone = np.isin(self.materials.palette.classes, (SpineClass.BODY, SpineClass.SACRUM))
        for position, disc in enumerate(self.spine.discs):
            shape = self._shape(disc)
            if shape is not None and shape.lobe is not None:
                paint_lobe(canvas, disc, self.materials.discs[position], shape.lobe, forbidden=bone)

    def _paint_arches(self, canvas: Canvas) -> None:
        soft, bones = self.materials.soft, self.materials.vertebrae
        paint_iliac_wings(canvas, self.spine.sacrum[0], self.materials.ilium, soft.muscle)
        paint_sacral_wings(canvas, self.spine.sacrum, self.materials.sacrum)
        for position, vertebra in enumerate(self.spine.vertebrae):
            paint_arch(canvas, vertebra, bones[position], spinous_mm=SPINOUS_MM[position])
        for position, disc in enumerate(self.spine.discs):
            lower = bones[position - 1] if position else self.materials.sacrum
            paint_facets(canvas, disc, self._canal_mm(position), (bones[position], lower), soft, self._shape(disc))

    def _paint_column(self, canvas: Canvas) -> None:
        numbers = self.materials
        for position, disc in enumerate(self.spine.discs):
            paint_disc(canvas, disc, numbers.discs[position], self._shape(disc))
        paint_disc(canvas, self.spine.sacral_disc, numbers.sacral_disc, None)
        for position, vertebra in enumerate(self.spine.vertebrae):
            below = self._shape(self.spine.discs[position])
            above = self._shape(self.spine.discs[position + 1]) if position + 1 < len(self.spine.discs) else None
            paint_body(
                canvas,
                vertebra,
                numbers.vertebrae[position],
                lipping_mm=(above.lipping_mm if above else 0.0, below.lipping_mm if below else 0.0),
                upper=_change(above, lower_vertebra=True),
                lower=_change(below, lower_vertebra=False),
                schmorl=above.schmorl_offset if above and above.schmorl else None,
            )
        for index, segment in enumerate(self.spine.sacrum):
            top = self._shape(self.spine.discs[0]) if index == 0 else None
            schmorl = top.schmorl_offset if top and top.schmorl else None
            change = _change(top, lower_vertebra=True)
            paint_body(canvas, segment, numbers.sacrum, upper=change, schmorl=schmorl, vein=False)
        for lesion in self.lesions:
            lesion.paint(canvas)

    def _shape(self, disc: DiscSpace) -> LevelShape | None:
        return self.shapes.get(disc.level) if disc.level is not None else None

    def _canal_mm(self, position: int) -> tuple[float, float]:
        """Return half width and depth of the bony canal at a disc."""
        above = self.spine.vertebrae[position].size
        below = self.spine.vertebrae[position - 1].size if position else self.spine.sacrum[0].size
        return (above.canal_width_mm + below.canal_width_mm) / 4, (above.canal_depth_mm + below.canal_depth_mm) / 2


def make_anatomy(
    habitus: Habitus,
    body: BodyHabitus,
    shapes: dict[Level, LevelShape],
    *,
    texture: Texture,
    conus_shift_mm: float,
) -> Anatomy:
    """Build the anatomy of a patient whose levels have given shapes."""
    spine = build_spine(
        habitus,
        height_factors={level: shape.height_factor for level, shape in shapes.items()},
        slips_mm={level: shape.slip_mm for level, shape in shapes.items()},
    )
    course = canal_course(spine, shapes, conus_shift_mm=conus_shift_mm)
    materials = make_materials(spine, shapes, marrow_fat=body.marrow_fat)
    return Anatomy(spine, course, shapes, body, texture, materials)


def _change(shape: LevelShape | None, *, lower_vertebra: bool) -> EndplateChange | None:
    if shape is None or shape.modic == "none":
        return None
    return EndplateChange(shape.modic, shape.modic_depth_mm[int(lower_vertebra)], shape.modic_reach)
