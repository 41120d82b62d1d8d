"""Each finding changes the picture the right way with its grade, and on the right side of the patient."""

from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import ndimage

from deepspine.data.findings import FINDINGS, Side
from deepspine.data.geometry import Grid
from deepspine.data.levels import Level
from deepspine.data.phantom.anatomy import Anatomy
from deepspine.data.phantom.canvas import Canvas
from deepspine.data.phantom.scanner import (
    ScanPlan,
    axial_grid,
    draw_plan,
    sagittal_grid,
    scan_axial,
    scan_sagittal,
)
from deepspine.data.spine_classes import SpineClass

from .conftest import MakePatient

SEVERITY = ("none", "mild", "moderate", "severe")
SIDES = (Side.LEFT, Side.RIGHT)
MID = Side.MIDLINE


def plan() -> ScanPlan:
    """Return a scan without noise, coil or saturation band."""
    drawn = draw_plan(np.random.default_rng(3), cut_field_of_view=0.0)
    return replace(drawn, noise=0.0, grain=0.0, coil=0.0, saturation=1.0, gain=1.0, axial_slices=3, axial_levels=5)


def axial_slice(anatomy: Anatomy, level: Level = Level.L4_L5) -> tuple[NDArray[np.uint8], Grid]:
    """Tissue numbers in the middle of a disc."""
    grid = axial_grid(anatomy.spine.levels[level], plan())
    canvas = Canvas.of_grid(grid, samples_per_slice=1, thickness_mm=4.0)
    anatomy.paint(canvas)
    return canvas.labels[1], grid


def area_mm2(anatomy: Anatomy, names: tuple[str, ...], *, side: Side = MID, level: Level = Level.L4_L5) -> float:
    """Area of soft tissues in the axial slice of a level, of the whole or of one half of the patient."""
    labels, grid = axial_slice(anatomy, level)
    soft = anatomy.materials.soft
    wanted = np.isin(labels, [getattr(soft, name) for name in names])
    pixels = np.argwhere(wanted)
    if side is not MID and len(pixels):
        x = grid.lps_from_ijk(np.column_stack([np.ones(len(pixels)), pixels]))[:, 0]
        middle = anatomy.spine.levels[level].center_lps[0]
        pixels = pixels[(x > middle) if side is Side.LEFT else (x < middle)]
    return len(pixels) * float(grid.spacing_mm[1] * grid.spacing_mm[2])


SAC = ("csf", "root", "crowded", "cord")


def test_dural_sac_shrinks_with_canal_stenosis(make_patient: MakePatient) -> None:
    areas = [area_mm2(make_patient({("canal_stenosis", MID): grade}), SAC) for grade in SEVERITY]
    assert areas == sorted(areas, reverse=True)
    assert areas[0] > 130
    assert areas[2] < 95
    assert areas[3] < 50


def test_fluid_in_the_sac_vanishes_in_severe_stenosis(make_patient: MakePatient) -> None:
    shares = []
    for grade in SEVERITY:
        anatomy = make_patient({("canal_stenosis", MID): grade})
        shares.append(area_mm2(anatomy, ("csf",)) / area_mm2(anatomy, SAC))
    assert shares[3] < 0.3 < 0.6 < shares[0]


@pytest.mark.parametrize("side", SIDES)
def test_lateral_recess_narrows_on_its_side_only(make_patient: MakePatient, side: Side) -> None:
    room = (*SAC, "epidural_fat")
    patients = [make_patient({("subarticular_stenosis", side): grade}) for grade in SEVERITY]
    narrowed = [area_mm2(patient, room, side=side) for patient in patients]
    other = [area_mm2(patient, room, side=side.mirrored) for patient in patients]
    assert narrowed == sorted(narrowed, reverse=True)
    assert narrowed[3] < 0.75 * narrowed[0]
    assert np.ptp(other) < 0.05 * other[0]


def foraminal_fat_mm3(anatomy: Anatomy, side: Side, level: Level = Level.L4_L5) -> float:
    """Volume of fat in one foramen, on a grid of 1 mm."""
    disc = anatomy.spine.levels[level]
    middle = disc.point(22.0 if side is Side.LEFT else -22.0, disc.depth_mm / 2, 3.0)
    canvas = around(anatomy, middle, 14)
    return float((canvas.labels == anatomy.materials.soft.foramen_fat).sum())


def around(anatomy: Anatomy, center_lps: NDArray[np.floating[Any]], reach: int) -> Canvas:
    """Paint a cube of points, 1 mm apart, around a position."""
    size = 2 * reach + 1
    grid = Grid.from_axes(
        (size, size, size), origin_lps=center_lps - reach, axes_lps=np.eye(3), spacing_mm=(1.0, 1.0, 1.0)
    )
    canvas = Canvas.of_grid(grid, samples_per_slice=1, thickness_mm=1.0)
    anatomy.paint(canvas)
    return canvas


@pytest.mark.parametrize("side", SIDES)
def test_foraminal_fat_vanishes_on_its_side_only(make_patient: MakePatient, side: Side) -> None:
    patients = [make_patient({("foraminal_stenosis", side): grade}) for grade in SEVERITY]
    fat = [foraminal_fat_mm3(patient, side) for patient in patients]
    other = [foraminal_fat_mm3(patient, side.mirrored) for patient in patients]
    assert all(later < 0.8 * earlier for earlier, later in pairwise(fat))
    assert fat[3] < 0.1 * fat[0]
    assert len(set(other)) == 1


@pytest.mark.parametrize("side", SIDES)
def test_a_compressed_root_is_thinner_on_its_side(make_patient: MakePatient, side: Side) -> None:
    healthy = make_patient({}).shapes[Level.L4_L5].root_left
    pressed = make_patient({("nerve_root", side): "compression"}).shapes[Level.L4_L5].root_left
    index = SIDES.index(side)
    assert pressed[index] < 0.7 < healthy[index]
    assert pressed[1 - index] == healthy[1 - index]


def disc_area_mm2(anatomy: Anatomy) -> float:
    labels, grid = axial_slice(anatomy)
    classes = anatomy.materials.palette.classes[labels]
    return float((classes == SpineClass.DISC).sum() * grid.spacing_mm[1] * grid.spacing_mm[2])


def test_disc_outgrows_the_body_with_the_grade_of_its_bulge(make_patient: MakePatient) -> None:
    areas = [disc_area_mm2(make_patient({("bulge", MID): grade})) for grade in SEVERITY]
    assert all(later > earlier + 50 for earlier, later in pairwise(areas))


def lobe_positions(anatomy: Anatomy, level: Level = Level.L4_L5) -> NDArray[np.float64]:
    """Positions (leftwards, backwards, upwards, mm) of a herniation in the frame of its disc."""
    disc = anatomy.spine.levels[level]
    position = [known.level for known in anatomy.spine.discs].index(level)
    numbers = anatomy.materials.discs[position]
    steps = np.arange(-30.0, 30.0, 1.0)
    grid = Grid.from_axes(
        (60, 60, 60),
        origin_lps=disc.point(-30.0, disc.depth_mm / 2 - 30.0, -30.0),
        axes_lps=disc.axes_lps,
        spacing_mm=(1.0, 1.0, 1.0),
    )
    canvas = Canvas.of_grid(grid, samples_per_slice=1, thickness_mm=1.0)
    anatomy.paint(canvas)
    found = np.argwhere(np.isin(canvas.labels, (numbers.lobe, numbers.lobe_rim)))
    return np.asarray(steps[found])


def herniation(kind: str, zone: str = "central", migration: str = "none") -> dict[tuple[str, Side], str]:
    return {("herniation", MID): kind, ("herniation_zone", MID): zone, ("herniation_migration", MID): migration}


def test_no_herniation_is_painted_without_one(make_patient: MakePatient) -> None:
    assert not len(lobe_positions(make_patient({})))


def test_an_extrusion_reaches_further_back_than_a_protrusion(make_patient: MakePatient) -> None:
    reach = [lobe_positions(make_patient(herniation(kind)))[:, 1].max() for kind in ("protrusion", "extrusion")]
    assert reach[1] > reach[0] + 1.5


@pytest.mark.parametrize(("migration", "sign"), [("cranial", 1), ("caudal", -1)])
def test_an_extrusion_migrates_up_or_down(make_patient: MakePatient, migration: str, sign: int) -> None:
    heights = lobe_positions(make_patient(herniation("extrusion", migration=migration)))[:, 2]
    assert sign * heights.mean() > 2


def test_a_sequestered_fragment_is_free_of_its_disc(make_patient: MakePatient) -> None:
    heights = lobe_positions(make_patient(herniation("sequestration", migration="caudal")))[:, 2]
    assert heights.max() < -4


@pytest.mark.parametrize("zone", FINDINGS["herniation_zone"].scale)
def test_a_herniation_lies_in_its_zone_with_left_at_larger_x(make_patient: MakePatient, zone: str) -> None:
    across = lobe_positions(make_patient(herniation("protrusion", zone)))[:, 0].mean()
    if zone == "central":
        assert abs(across) < 3
    else:
        assert np.sign(across) == (1 if zone.endswith("left") else -1)
        assert abs(across) > 5


@pytest.mark.parametrize("side", SIDES)
def test_in_the_stored_axial_picture_a_left_lesion_lies_at_larger_x(make_patient: MakePatient, side: Side) -> None:
    lesion = make_patient(
        {("subarticular_stenosis", side): "severe", **herniation("extrusion", f"subarticular_{side}")}
    )
    scans = [
        dict(scan_axial(patient, plan(), np.random.default_rng(1)))[Level.L4_L5]
        for patient in (make_patient({}), lesion)
    ]
    change = np.abs(scans[0].stored.astype(float) - scans[1].stored.astype(float))
    pixels = np.argwhere(change > 0.5 * change.max())
    x = scans[0].grid.lps_from_ijk(pixels)[:, 0].mean() - lesion.spine.levels[Level.L4_L5].center_lps[0]
    assert x > 2 if side is Side.LEFT else x < -2


@pytest.mark.parametrize("from_left", [True, False])
def test_in_the_stored_sagittal_series_a_left_lesion_lies_at_larger_x(
    make_patient: MakePatient, from_left: bool
) -> None:
    chosen = replace(plan(), from_left=from_left)
    patients = make_patient({}), make_patient({("foraminal_stenosis", Side.LEFT): "severe"})
    scans = [scan_sagittal(patient, chosen, np.random.default_rng(1)).t1 for patient in patients]
    change = np.abs(scans[0].stored.astype(float) - scans[1].stored.astype(float))
    pixels = np.argwhere(change > 0.5 * change.max())
    x = scans[0].grid.lps_from_ijk(pixels)[:, 0] - patients[0].spine.levels[Level.L4_L5].center_lps[0]
    assert x.min() > 5


def sagittal_signal(anatomy: Anatomy, wanted: NDArray[np.bool_]) -> tuple[float, float]:
    """Mean T1 and T2 signal of voxels."""
    scans = scan_sagittal(anatomy, plan(), np.random.default_rng(1))
    return float(scans.t1.stored[wanted].mean()), float(scans.t2.stored[wanted].mean())


@pytest.mark.parametrize(
    ("kind", "t1_brighter", "t2_brighter"), [("type1", False, True), ("type2", True, True), ("type3", False, False)]
)
def test_modic_types_have_their_signal(
    make_patient: MakePatient, kind: str, t1_brighter: bool, t2_brighter: bool
) -> None:
    healthy, changed = make_patient({}), make_patient({("modic", MID): kind})
    grid = sagittal_grid(changed, plan())
    canvas = Canvas.of_grid(grid, samples_per_slice=1, thickness_mm=4.0)
    changed.paint(canvas)
    numbers = [bone.modic[kind] for bone in changed.materials.vertebrae]
    where = ndimage.binary_erosion(np.isin(canvas.labels, numbers), np.ones((1, 3, 3), dtype=bool))
    assert where.sum() > 50
    t1, t2 = sagittal_signal(changed, where)
    t1_before, t2_before = sagittal_signal(healthy, where)
    assert t1 > 1.1 * t1_before if t1_brighter else t1 < 0.9 * t1_before
    assert t2 > 1.1 * t2_before if t2_brighter else t2 < 0.9 * t2_before


def test_nucleus_darkens_on_t2_with_degeneration(make_patient: MakePatient) -> None:
    signals = []
    for grade in SEVERITY:
        anatomy = make_patient({("degeneration", MID): grade})
        canvas = around(anatomy, anatomy.spine.levels[Level.L4_L5].point(0.0, 0.0, 2.0), 1)
        signals.append(float(anatomy.materials.palette.signals(plan().t2)[canvas.labels].mean()))
    assert all(later < 0.8 * earlier for earlier, later in pairwise(signals))


def test_disc_loses_height_with_its_grade(make_patient: MakePatient) -> None:
    heights = [make_patient({("disc_height_loss", MID): g}).spine.levels[Level.L4_L5].frame.height_mm for g in SEVERITY]
    assert all(later < 0.9 * earlier for earlier, later in pairwise(heights))


def slip_mm(anatomy: Anatomy) -> float:
    """How far the vertebra above has slipped forwards, between the endplates' midpoints."""
    disc = anatomy.spine.levels[Level.L4_L5]
    upper, lower = disc.endplates_lps
    return float((lower - upper) @ disc.axes_lps[1])


@pytest.mark.parametrize("quarter", [1, 2, 3, 4])
def test_anterolisthesis_slips_by_quarters_of_the_endplate(make_patient: MakePatient, quarter: int) -> None:
    anatomy = make_patient({("spondylolisthesis", MID): f"grade{quarter}"})
    share = slip_mm(anatomy) / anatomy.spine.levels[Level.L4_L5].depth_mm
    assert (quarter - 1) / 4 < share < quarter / 4 + 0.02


def test_retrolisthesis_slips_backwards(make_patient: MakePatient) -> None:
    assert slip_mm(make_patient({("retrolisthesis", MID): "present"})) < -2.5


def test_ligamentum_flavum_thickens(make_patient: MakePatient) -> None:
    areas = [area_mm2(make_patient({("ligamentum_flavum_hypertrophy", MID): grade}), ("flavum",)) for grade in SEVERITY]
    assert areas == sorted(areas)
    assert areas[3] > 1.3 * areas[0]


@pytest.mark.parametrize("side", SIDES)
def test_facets_grow_on_their_side(make_patient: MakePatient, side: Side) -> None:
    growth = [make_patient({("facet_arthropathy", side): grade}).shapes[Level.L4_L5].facet_growth for grade in SEVERITY]
    index = SIDES.index(side)
    assert [pair[index] for pair in growth] == sorted(pair[index] for pair in growth)
    assert len({pair[1 - index] for pair in growth}) == 1


def test_a_disc_presses_into_the_sac_only_when_the_grade_says_so(make_patient: MakePatient) -> None:
    gaps = [
        make_patient({("thecal_sac", MID): grade}).shapes[Level.L4_L5].sac_gap_mm
        for grade in ("none", "contact", "indentation")
    ]
    assert gaps[0] > 1 > 0 >= gaps[1] > gaps[2]
