"""The tissue numbers of one study: what every structure is painted with."""

from __future__ import annotations

from dataclasses import dataclass

from deepspine.data.levels import Level
from deepspine.data.phantom import tissues
from deepspine.data.phantom.shapes import LevelShape
from deepspine.data.phantom.spine import Spine
from deepspine.data.phantom.tissues import Palette, Tissue
from deepspine.data.spine_classes import SpineClass

NUCLEUS_STEPS = 4
"""Shades from the border of the nucleus to its middle."""

MODIC_TISSUE = {"type1": tissues.EDEMA, "type2": tissues.FATTY_MARROW, "type3": tissues.SCLEROSIS}


@dataclass(frozen=True)
class BoneNumbers:
    """Tissue numbers of a vertebra; `modic` by the level whose endplate is changed."""

    marrow: int
    cortex: int
    vein: int
    schmorl: int
    modic: dict[str, int]
    posterior_marrow: int
    posterior_cortex: int


@dataclass(frozen=True)
class DiscNumbers:
    """Tissue numbers of a disc; `nucleus` from its border to its middle."""

    annulus: int
    inner: int
    nucleus: tuple[int, ...]
    cleft: int
    fissure: int
    lobe: int
    lobe_rim: int


@dataclass(frozen=True)
class SoftNumbers:
    """Tissue numbers of everything that is not part of one vertebra or disc."""

    fat: int
    subcutaneous: int
    septum: int
    skin: int
    muscle: int
    muscle_fat: int
    muscle_half_fat: int
    interspinous: int
    bowel: int
    bowel_wall: int
    kidney: int
    kidney_core: int
    vessel: int
    vein: int
    epidural_fat: int
    dura: int
    csf: int
    cord: int
    root: int
    crowded: int
    flavum: int
    capsule: int
    joint: int
    foramen_fat: int
    foramen_root: int
    cyst: int


@dataclass(frozen=True)
class Materials:
    """All tissue numbers of a study and the palette that knows what they mean."""

    palette: Palette
    soft: SoftNumbers
    vertebrae: tuple[BoneNumbers, ...]
    discs: tuple[DiscNumbers, ...]
    sacrum: BoneNumbers
    ilium: BoneNumbers
    sacral_disc: DiscNumbers


def make_materials(spine: Spine, shapes: dict[Level, LevelShape], *, marrow_fat: float) -> Materials:
    """Give every structure its numbers.

    Parameters
    ----------
    spine, shapes
        Anatomy, and what is wrong with it.
    marrow_fat
        Share of fat mixed into the marrow, growing with age.
    """
    palette = Palette()
    marrow = tissues.MARROW.mixed(tissues.FATTY_MARROW, marrow_fat)
    vertebrae = tuple(
        _bone(palette, marrow, SpineClass.BODY, SpineClass.POSTERIOR, instance=position + 1)
        for position in range(len(spine.vertebrae))
    )
    discs = tuple(_disc(palette, shapes[disc.level].dryness if disc.level in shapes else 0.2) for disc in spine.discs)
    return Materials(
        palette=palette,
        soft=_soft(palette),
        vertebrae=vertebrae,
        discs=discs,
        sacrum=_bone(palette, marrow, SpineClass.SACRUM, SpineClass.SACRUM, instance=0),
        ilium=_bone(palette, marrow, SpineClass.BACKGROUND, SpineClass.BACKGROUND, instance=0),
        sacral_disc=_disc(palette, 0.85, SpineClass.SACRUM),
    )


def _bone(palette: Palette, marrow: Tissue, body: SpineClass, posterior: SpineClass, *, instance: int) -> BoneNumbers:
    return BoneNumbers(
        marrow=palette.add(marrow, body, instance),
        cortex=palette.add(tissues.CORTEX, body, instance),
        vein=palette.add(marrow.mixed(tissues.VEIN, 0.75), body, instance),
        schmorl=palette.add(tissues.DRY_NUCLEUS, body, instance),
        modic={
            kind: palette.add(marrow.mixed(own, 0.85), body, instance, modic=number)
            for number, (kind, own) in enumerate(MODIC_TISSUE.items(), start=1)
        },
        posterior_marrow=palette.add(marrow.mixed(tissues.FATTY_MARROW, 0.05), posterior),
        posterior_cortex=palette.add(tissues.CORTEX, posterior),
    )


def _disc(palette: Palette, dryness: float, mask_class: SpineClass = SpineClass.DISC) -> DiscNumbers:
    core = tissues.NUCLEUS.mixed(tissues.DRY_NUCLEUS, dryness)
    inner = tissues.ANNULUS.mixed(core, 0.35)
    return DiscNumbers(
        annulus=palette.add(tissues.ANNULUS.mixed(tissues.CORTEX, 0.35), mask_class),
        inner=palette.add(inner, mask_class),
        nucleus=tuple(
            palette.add(inner.mixed(core, (step + 1) / NUCLEUS_STEPS), mask_class) for step in range(NUCLEUS_STEPS)
        ),
        cleft=palette.add(core.mixed(tissues.ANNULUS, 0.4), mask_class),
        fissure=palette.add(tissues.FLUID.mixed(tissues.ANNULUS, 0.2), mask_class),
        lobe=palette.add(tissues.EXTRUDED.mixed(core, 0.35), mask_class),
        lobe_rim=palette.add(tissues.ANNULUS.mixed(tissues.CORTEX, 0.3), mask_class),
    )


def _soft(palette: Palette) -> SoftNumbers:
    canal = SpineClass.CANAL
    muscle, fat = tissues.MUSCLE, tissues.FAT
    return SoftNumbers(
        fat=palette.add(fat),
        subcutaneous=palette.add(tissues.SUBCUTANEOUS),
        septum=palette.add(fat.mixed(tissues.LIGAMENT, 0.45)),
        skin=palette.add(tissues.SKIN),
        muscle=palette.add(muscle),
        muscle_fat=palette.add(fat.mixed(muscle, 0.15)),
        muscle_half_fat=palette.add(muscle.mixed(fat, 0.5)),
        interspinous=palette.add(tissues.LIGAMENT.mixed(fat, 0.35)),
        bowel=palette.add(tissues.BOWEL),
        bowel_wall=palette.add(muscle),
        kidney=palette.add(tissues.KIDNEY),
        kidney_core=palette.add(tissues.KIDNEY.mixed(fat, 0.6)),
        vessel=palette.add(tissues.FLOW_VOID),
        vein=palette.add(tissues.FLOW_VOID.mixed(tissues.VEIN, 0.25)),
        epidural_fat=palette.add(fat, canal),
        dura=palette.add(tissues.LIGAMENT, canal),
        csf=palette.add(tissues.CSF, canal),
        cord=palette.add(tissues.CORD, canal),
        root=palette.add(tissues.ROOT.mixed(tissues.LIGAMENT, 0.25), canal),
        crowded=palette.add(tissues.ROOT.mixed(tissues.CSF, 0.12), canal),
        flavum=palette.add(tissues.LIGAMENT, SpineClass.POSTERIOR),
        capsule=palette.add(tissues.LIGAMENT.mixed(tissues.ANNULUS, 0.5)),
        joint=palette.add(tissues.FLUID.mixed(tissues.LIGAMENT, 0.4), SpineClass.POSTERIOR),
        foramen_fat=palette.add(fat),
        foramen_root=palette.add(tissues.ROOT.mixed(tissues.LIGAMENT, 0.2)),
        cyst=palette.add(tissues.FLUID),
    )
