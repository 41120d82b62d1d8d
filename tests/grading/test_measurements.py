"""Measures of painted levels are what was painted; forests learn from them as from sets of grades."""

from dataclasses import dataclass, field

import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from deepspine.data.errors import ConfigError, InputError
from deepspine.data.findings import FINDINGS, Side
from deepspine.data.frames import LevelFrame
from deepspine.data.geometry import LEFT, POSTERIOR, SUPERIOR, Grid
from deepspine.data.grade_sets import GradeSet
from deepspine.data.label_table import LabelKey, LabelTable
from deepspine.data.levels import Level
from deepspine.data.phantom.options import PhantomOptions
from deepspine.data.phantom.study import PhantomStudy, generate_study
from deepspine.data.spine_classes import SpineClass
from deepspine.data.volume import Volume
from deepspine.grading.level_features import MaskedSpine, measure_contrasts
from deepspine.grading.measurements import SHAPES, SIGNALS, measure
from deepspine.grading.measurements_forest import Learner, expanded, fit_forest
from deepspine.grading.measurements_margins import DARK, MARGINS
from deepspine.grading.metrics import score_predictions
from deepspine.grading.reading_inputs import SAGITTAL_T1

PIXEL_MM = 0.5
GREY = np.array([5.0, 100.0, 0.0, 60.0, 300.0], np.float32)
"""Of background, bodies, (posterior elements,) discs and canal."""


@dataclass(frozen=True, eq=False)
class Painted:
    """A located study as the test painted it."""

    mask: np.ndarray
    frames: list[LevelFrame] = field(default_factory=list)


def painted_level(
    *, height_mm: float = 9.0, wedge_mm: float = 0.0, slip_mm: float = 0.0, bulge_mm: float = 0.0,
    canal_mm: float = 16.0, narrow_mm: float = 0.0, pushed_mm: float = 0.0, slices: int = 1, tilt_deg: float = 0.0,
    canal: bool = True, overhang: bool = False,
) -> tuple[Volume, Painted]:  # fmt: skip
    """Two bodies 34 mm deep and 28 mm high, a disc between them (`wedge_mm` higher in front), a canal behind.

    At the disc the canal is `narrow_mm` less deep at its back and `pushed_mm` at its front. With `overhang` a body that
    does not stand over its disc reaches down beside it.

    Rows run from head to foot, columns from front to back; the disc's centre is the middle of the picture.
    """
    size = 240
    rows, columns = (np.mgrid[:size, :size] - (size - 1) / 2) * PIXEL_MM
    turn = np.deg2rad(tilt_deg)
    back, up = np.cos(turn) * columns - np.sin(turn) * rows, -np.cos(turn) * rows - np.sin(turn) * columns
    half = height_mm / 2 - wedge_mm * back / 34.0 / 2
    mask = np.zeros((size, size), np.uint8)
    if canal:
        at_disc = np.abs(up) < height_mm / 2 + 3
        front, rear = 19 + np.where(at_disc, pushed_mm, 0.0), 19 + canal_mm - np.where(at_disc, narrow_mm, 0.0)
        mask[(back > front) & (back < rear)] = SpineClass.CANAL
    ends_at = 0.0 if overhang else half
    mask[(np.abs(back + slip_mm) < 17) & (up >= ends_at) & (up < half + 28)] = SpineClass.BODY
    mask[(np.abs(back) < 17) & (up <= -half) & (up > -half - 28)] = SpineClass.BODY
    mask[(back > -17) & (back < 17 + bulge_mm) & (np.abs(up) < half)] = SpineClass.DISC
    voxels = GREY[mask]
    grid = Grid.from_axes(
        (slices, size, size), origin_lps=(-2.0 * (slices - 1), -(size - 1) / 2 * PIXEL_MM, (size - 1) / 2 * PIXEL_MM),
        axes_lps=[LEFT, -SUPERIOR, POSTERIOR], spacing_mm=(4.0, PIXEL_MM, PIXEL_MM),
    )  # fmt: skip
    # The spine's curve knows half of the tilt; the other half is the disc's own.
    half_turn = turn / 2
    axes = np.array([[1, 0, 0], [0, np.cos(half_turn), np.sin(half_turn)], [0, -np.sin(half_turn), np.cos(half_turn)]])
    frame = LevelFrame(Level.L4_L5, 1.0, np.zeros(3), axes, np.zeros((2, 3)))
    volume = Volume(np.repeat(voxels[None], slices, axis=0), grid)
    return volume, Painted(np.repeat(mask[None], slices, axis=0), [frame])


def measured(**options: float) -> pd.Series:  # type: ignore[type-arg]
    volume, located = painted_level(**options)  # type: ignore[arg-type]
    return measure(volume, located).iloc[0]


@settings(max_examples=20)
@given(st.floats(4, 14), st.floats(0, 5), st.floats(-20, 20))
def test_heights_are_what_was_painted_however_the_disc_is_tilted(height: float, wedge: float, tilt: float) -> None:
    wedge = min(wedge, height - 2)
    found = measured(height_mm=height, wedge_mm=wedge, tilt_deg=tilt)
    assert found.disc_height_middle_mm == pytest.approx(height, abs=0.9)
    in_front = found.disc_height_anterior_mm - found.disc_height_posterior_mm
    assert in_front == pytest.approx(wedge * 0.62, abs=1.1)
    assert found.disc_depth_mm == pytest.approx(34, abs=1.6)
    assert found.disc_area_mm2 == pytest.approx(34 * height, rel=0.08)


@settings(max_examples=20)
@given(st.floats(-8, 14), st.floats(-15, 15), st.booleans())
@example(3.0, 4.0, True)
def test_slip_has_the_sign_and_size_that_was_painted(slip: float, tilt: float, overhang: bool) -> None:
    found = measured(slip_mm=slip, tilt_deg=tilt, overhang=overhang)
    assert found.slip_mm == pytest.approx(slip, abs=1.2)
    assert found.slip_percent == pytest.approx(100 * slip / 34, abs=4.5)


@pytest.mark.parametrize("bulge", [0.0, 2.0, 4.5])
def test_a_bulge_is_what_reaches_behind_the_corners(bulge: float) -> None:
    assert measured(bulge_mm=bulge).bulge_mm == pytest.approx(bulge, abs=0.8)


@pytest.mark.parametrize("tilt", [-12.0, 0.0, 9.0])
def test_margins_are_where_they_were_painted(tilt: float) -> None:
    flat, bulging = measured(tilt_deg=tilt), measured(bulge_mm=3, pushed_mm=4, tilt_deg=tilt)
    assert flat.margin_back_mm2 == pytest.approx(0, abs=4)
    assert bulging.margin_back_mm2 == pytest.approx(3 * 9, abs=6)
    for height in ("low", "middle", "high"):
        assert bulging[f"margin_back_{height}_mm"] == pytest.approx(3, abs=0.8)
        assert bulging[f"margin_front_{height}_mm"] == pytest.approx(0, abs=0.8)
    assert bulging.margin_front_mm == pytest.approx(0, abs=0.8)
    assert (flat.margin_depth_per_body, bulging.margin_depth_per_body) == pytest.approx((1.0, 37 / 34), abs=0.05)


@pytest.mark.parametrize("tilt", [-12.0, 0.0, 9.0])
def test_a_canal_that_gives_way_is_seen_in_its_outline_and_in_the_picture(tilt: float) -> None:
    free, pushed = measured(tilt_deg=tilt), measured(pushed_mm=4, narrow_mm=2, tilt_deg=tilt)
    assert free.canal_front_indent_mm == pytest.approx(0, abs=0.8)
    assert pushed.canal_front_indent_mm == pytest.approx(4, abs=0.8)
    assert pushed.canal_front_indent_median_mm == pytest.approx(4, abs=0.8)
    assert pushed.canal_back_indent_mm == pytest.approx(2, abs=0.8)
    assert pushed.canal_front_gap_mm == pytest.approx(2 + 4, abs=1.0)
    assert (free.dark_behind_disc_mm, free.dark_behind_body_mm) == pytest.approx((2, 2), abs=0.8)
    assert pushed.dark_behind_disc_most_mm == pytest.approx(2 + 4, abs=0.8)
    assert pushed.dark_behind_disc_more_mm == pytest.approx(4, abs=0.8)


def test_what_is_dark_on_t1_alone_says_nothing() -> None:
    volume, located = painted_level(pushed_mm=4)
    table = measure_contrasts({SAGITTAL_T1: volume}, MaskedSpine(located.mask, tuple(located.frames)))
    row = table.iloc[0]
    assert np.isfinite(row.canal_front_indent_mm)
    assert all(np.isnan(row[name]) for name in DARK)


def test_the_canal_is_measured_where_it_is_narrowest_and_beside() -> None:
    found = measured(canal_mm=16, narrow_mm=6)
    assert found.canal_ap_mm == pytest.approx(10, abs=0.8)
    assert found.canal_ap_above_mm == pytest.approx(16, abs=0.8)
    assert found.canal_ap_ratio == pytest.approx(10 / 16, abs=0.06)
    assert 30 * 16 - 20 * 6 < found.canal_area_mm2 < 38 * 16


def test_signals_are_ratios_of_what_was_painted() -> None:
    found = measured()
    assert found.disc_to_csf == pytest.approx(60 / 300, abs=0.02)
    assert found.disc_to_marrow == pytest.approx(0.6, abs=0.03)
    assert found.endplate_above_to_marrow == pytest.approx(1.0, abs=0.05)


def test_what_cannot_be_measured_is_nan_and_named() -> None:
    picture = measured()
    assert picture.missing == "canal_cross_section_mm2"
    assert np.isnan(picture.canal_cross_section_mm2)
    blind = measured(canal=False)  # type: ignore[arg-type]
    assert {"canal_ap_mm", "canal_area_mm2", "disc_to_csf"} <= set(blind.missing.split("|"))
    assert np.isfinite(blind.disc_height_middle_mm)


def test_a_level_without_a_disc_in_the_mask_has_no_measure() -> None:
    volume, located = painted_level()
    empty = Painted(np.zeros_like(located.mask), located.frames)
    row = measure(volume, empty).iloc[0]
    assert set(row.missing.split("|")) == {*SHAPES, *MARGINS, *SIGNALS}


def test_volumes_have_a_cross_section_of_the_canal_and_further_contrasts() -> None:
    volume, located = painted_level(slices=5)
    row = measure(volume, located, others={"t1": volume.with_voxels(volume.voxels * 2)}).iloc[0]
    assert row.canal_cross_section_mm2 == pytest.approx(16 * 20, rel=0.08)
    assert row.t1_disc_to_marrow == pytest.approx(row.disc_to_marrow, rel=1e-3)
    assert row.missing == ""


@pytest.mark.parametrize(
    ("t1", "t2", "look"),
    [(0.6, 1.5, "type1"), (1.5, 1.5, "type2"), (0.6, 0.6, "type3"), (1.5, 1.0, "t1_bright"), (1.0, 1.5, "t2_bright")],
)
def test_marrow_beside_an_endplate_is_told_by_both_contrasts(t1: float, t2: float, look: str) -> None:
    """The front half of the marrow over the disc is changed; whatever the coil and the receiver's gain."""
    volume, located = painted_level()
    rows, columns = np.indices(located.mask[0].shape)
    changed = (located.mask[0] == SpineClass.BODY) & (rows < 120) & (rows > 120 - 2 * (4.5 + 12)) & (columns < 120)
    grain = 1 + 0.01 * np.random.default_rng(0).standard_normal(volume.voxels.shape)
    pictures = [
        volume.with_voxels((np.where(changed, volume.voxels * factor, volume.voxels) * grain * gain).astype(np.float32))
        for factor, gain in ((t2, 1.0), (t1, 7.0))
    ]
    row = measure(pictures[0], located, others={"t1": pictures[1]}).iloc[0]
    assert row[f"marrow_above_{look}"] == pytest.approx(0.5, abs=0.12)
    assert row[f"marrow_below_{look}"] == pytest.approx(0.0, abs=0.03)
    types = {"type1", "type2", "type3"} - {look}
    assert all(row[f"marrow_above_{one}"] < 0.02 for one in types)


# ------------------------------------------------------------------------------------------------------------ phantom


@pytest.fixture(scope="module")
def phantoms() -> list[PhantomStudy]:
    return [generate_study(seed, PhantomOptions(axial=False, scoliosis=0.0)) for seed in range(4)]


@pytest.fixture(scope="module")
def table(phantoms: list[PhantomStudy]) -> pd.DataFrame:
    """Return the measurements of the phantoms, on their true masks."""
    tables = []
    for number, study in enumerate(phantoms):
        found = measure(study.sagittal_t2, Painted(study.mask, list(study.frames)), others={"t1": study.sagittal_t1})
        tables.append(found.assign(report_id=f"r{number}", patient_key=f"p{number}"))
    return pd.concat(tables, ignore_index=True)


def test_heights_and_slips_of_phantoms_follow_their_truth(phantoms: list[PhantomStudy], table: pd.DataFrame) -> None:
    """The phantom's endplates are hollow, so a disc is higher in the middle than at its rim, by the same few mm."""
    discs = [study.spine.levels[frame.level] for study in phantoms for frame in study.frames]
    height = np.array([disc.height_mm for disc in discs])
    assert np.corrcoef(height, table.disc_height_middle_mm)[0, 1] > 0.97
    assert (table.disc_height_middle_mm - height).std() < 0.7
    slip = np.array([disc.slip_mm for disc in discs])
    above_sacrum = (table.level == "L5-S1").to_numpy()
    assert np.abs(table.slip_mm - slip)[~above_sacrum].max() < 1.6
    assert np.abs(table.slip_mm - slip)[above_sacrum].max() < 4.5, "S1 is less deep than L5"


def test_forests_tell_grades_of_phantoms_and_stand_in_the_network_s_table(
    phantoms: list[PhantomStudy], table: pd.DataFrame
) -> None:
    truth = LabelTable(
        {
            LabelKey(f"r{number}", key.level, key.finding, key.side): grades
            for number, study in enumerate(phantoms)
            for key, grades in study.labels.items()
        }
    )
    forests = [fit_forest(table, truth, name) for name in ("degeneration", "foraminal_stenosis")]
    predictions = [row for forest in forests for row in forest.predict(table)]
    assert len(predictions) == 3 * len(table)
    assert all(row.probabilities.sum() == pytest.approx(1.0) for row in predictions)
    (score,) = [one for one in score_predictions(predictions, truth) if one.finding.name == "degeneration"]
    assert score.accuracy.value > 0.8


# ------------------------------------------------------------------------------------------------------------ forests


def simple_table(n: int = 60) -> pd.DataFrame:
    values = np.linspace(0, 1, n)
    return pd.DataFrame(
        {"report_id": [f"r{i}" for i in range(n)], "patient_key": [f"p{i}" for i in range(n)], "level": "L4-L5",
         "confidence": 1.0, "size_mm": values, "missing": ""}
    )  # fmt: skip


def simple_labels(*texts: str) -> dict[LabelKey, GradeSet]:
    return {
        LabelKey(f"r{i}", Level.L4_L5, "bulge", Side.MIDLINE): GradeSet.parse(FINDINGS["bulge"], text)
        for i, text in enumerate(texts)
    }


def test_a_set_is_shared_out_among_its_grades_and_an_open_one_teaches_nothing() -> None:
    labels = simple_labels("none", "mild|moderate", "none|mild|moderate|severe")
    rows, grades, weights = expanded(simple_table(), labels, FINDINGS["bulge"])
    assert (rows.tolist(), grades.tolist(), weights.tolist()) == ([0, 1, 1], [0, 1, 2], [1.0, 0.5, 0.5])


@pytest.mark.parametrize("learner", list(Learner))
def test_a_learner_finds_the_threshold_even_with_gaps_and_the_same_seed_gives_the_same(learner: Learner) -> None:
    table = simple_table()
    table.loc[::9, "size_mm"] = np.nan
    table["never_mm"] = np.nan
    labels = simple_labels(*(["none"] * 30 + ["severe"] * 30))
    forest = fit_forest(table, labels, "bulge", learner=learner, seed=3)
    found = np.array([row.probabilities for row in forest.predict(table)])
    known = table.size_mm.notna().to_numpy()
    assert (found[known].argmax(1) == np.repeat([0, 3], 30)[known]).mean() > 0.95
    assert (found[:, 1:3] == 0).all(), "grades that no label had"
    again = fit_forest(table, labels, "bulge", learner=learner, seed=3).predict(table)
    assert np.array_equal(found, [row.probabilities for row in again])


def test_labels_without_a_difference_and_tables_without_a_column_are_refused() -> None:
    with pytest.raises(ConfigError, match="two grades"):
        fit_forest(simple_table(), simple_labels("mild", "mild"), "bulge")
    with pytest.raises(ConfigError, match="two grades"):
        fit_forest(simple_table(), {}, "bulge")
    forest = fit_forest(simple_table(), simple_labels(*(["none", "mild"] * 10)), "bulge")
    with pytest.raises(InputError, match="size_mm"):
        forest.predict(simple_table().drop(columns="size_mm"))


def test_looks_of_marrow_and_margins_teach_of_what_they_show_alone() -> None:
    rng = np.random.default_rng(5)
    marrow, margin = "marrow_above_type2_less_median", "dark_behind_disc_mm_less_above"
    features = {name: rng.normal(size=60) for name in ("bulge_mm", marrow, margin)}
    table = pd.DataFrame({"report_id": [f"r{i}" for i in range(60)], "patient_key": "p", "level": "L4-L5", **features})
    seen_by = {}
    for finding in ("modic", "bulge", "spondylolisthesis", "herniation"):
        scale = FINDINGS[finding].scale
        labels = {
            LabelKey(f"r{i}", Level.L4_L5, finding, Side.MIDLINE): GradeSet.of(FINDINGS[finding], scale[i % 2])
            for i in range(60)
        }
        seen_by[finding] = fit_forest(table, labels, finding).features
    assert seen_by["modic"] == ("level_rank", "bulge_mm", marrow)
    assert seen_by["bulge"] == seen_by["spondylolisthesis"] == ("level_rank", "bulge_mm", margin)
    assert seen_by["herniation"] == ("level_rank", "bulge_mm")
