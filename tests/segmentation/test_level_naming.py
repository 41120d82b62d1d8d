"""Names of discs: counted up from the junction, honest about doubt."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from deepspine.data.errors import NamingError
from deepspine.data.levels import Level
from deepspine.segmentation.level_naming import DiscEvidence, count_steps, name_discs, rudimentary_probability

SPACING_MM = 35.0


def chain(n_discs: int, *, junction: int = 0, missing: tuple[int, ...] = ()) -> list[DiscEvidence]:
    """Build discs from cranial to caudal; `junction` counts from below, `missing` are left out."""
    discs = []
    for above in range(n_discs):
        if above in missing:
            continue
        discs.append(
            DiscEvidence(
                height_mm=above * SPACING_MM,
                sacrum_below=0.97 if above <= junction else 0.03,
                tilt_deg=32.0 if above <= junction else 3.0,
                area_ratio=0.3 if above < junction else 1.0,
                depth_ratio=0.6 if above < junction else 1.0,
            )
        )
    return discs[::-1]


def test_the_disc_above_the_sacrum_is_l5_s1() -> None:
    best = name_discs(chain(6))[0]
    assert best.levels == (Level.T12_L1, Level.L1_L2, Level.L2_L3, Level.L3_L4, Level.L4_L5, Level.L5_S1)
    assert best.probability > 0.9


def test_a_disc_inside_the_sacrum_is_s1_s2() -> None:
    best = name_discs(chain(6, junction=1))[0]
    assert best.levels[-2:] == (Level.L5_S1, Level.S1_S2)


@pytest.mark.parametrize("sacrum_below", [0.6, 0.7, 0.8])
def test_a_speck_under_a_disc_on_the_sacrum_is_not_called_l5_s1(sacrum_below: float) -> None:
    """No disc above the junction has so much sacrum below it, though the speck's tilt is that of any disc."""
    on_sacrum = DiscEvidence(35.0, sacrum_below, 17.0, 1.1, 1.1)
    best = name_discs([*chain(6)[:-2], on_sacrum, DiscEvidence(0.0, 1.0, 26.0, 0.17, 0.5)])[0]
    assert best.levels[-2:] == (Level.L5_S1, Level.S1_S2)


def contested() -> list[DiscEvidence]:
    """Build a chain whose lowest disc may as well be L5-S1 as a rudimentary S1-S2."""
    above = DiscEvidence(SPACING_MM, 0.02, 18.0, 0.8, 1.0)
    return [*chain(7)[:-2], above, DiscEvidence(0.0, 1.0, 40.0, 0.55, 0.85)]


def centred(l3_above_lowest_steps: float, *, height_mm: float = 280.0) -> tuple[float, float]:
    """Return the field of view that is centred this many discs above the lowest one."""
    center_mm = l3_above_lowest_steps * SPACING_MM
    return center_mm - height_mm / 2, center_mm + height_mm / 2


def odds_of_rudimentary(field_mm: tuple[float, float] | None) -> float:
    hypotheses = name_discs(contested(), field_mm=field_mm)
    shares = [
        sum(one.probability for one in hypotheses if one.levels[-1] is name) for name in (Level.S1_S2, Level.L5_S1)
    ]
    return shares[0] / shares[1]


def test_a_field_of_view_is_centred_on_l3_and_weighs_odds_of_five_at_most() -> None:
    """With L3 in the middle of the picture, counting from the lowest disc is right; a step up, it is not."""
    without = odds_of_rudimentary(None)
    assert 0.1 < without < 10
    assert without / 5.001 < odds_of_rudimentary(centred(2.1)) < without / 2
    assert without * 2 < odds_of_rudimentary(centred(3.1)) < without * 5.001


@pytest.mark.parametrize("height_mm", [4 * SPACING_MM, 20 * SPACING_MM])
def test_a_cut_picture_or_one_of_the_whole_spine_is_centred_on_something_else(height_mm: float) -> None:
    cut = centred(2.1, height_mm=height_mm)
    assert odds_of_rudimentary(cut) == pytest.approx(odds_of_rudimentary(None))


@given(st.floats(-20.0, 20.0))
def test_no_field_of_view_alone_names_a_clear_junction_otherwise(center_steps: float) -> None:
    hypotheses = name_discs(chain(7), field_mm=centred(center_steps))
    assert hypotheses[0].levels[-1] is Level.L5_S1
    assert sum(one.probability for one in hypotheses) == pytest.approx(1.0)


def test_a_little_sacrum_above_a_slip_moves_no_name() -> None:
    usual = chain(6)
    best = name_discs([*usual[:-2], DiscEvidence(35.0, 0.15, 24.0, 0.7, 1.0), usual[-1]])[0]
    assert best.levels[-1] is Level.L5_S1
    assert best.probability > 0.85


def test_a_small_steep_disc_under_a_steep_one_is_rudimentary() -> None:
    usual = chain(6)
    steep = [*usual[:-2], DiscEvidence(35.0, 0.03, 23.0, 1.4, 1.0), DiscEvidence(0.0, 0.97, 48.0, 0.5, 0.75)]
    best = name_discs(steep)[0]
    assert best.levels[-2:] == (Level.L5_S1, Level.S1_S2)
    assert rudimentary_probability(usual[-1], usual[-2]) < 0.01


@pytest.mark.parametrize("tilt_above_deg", [13.0, 24.0, 33.0])
def test_a_collapsed_lumbosacral_disc_is_not_called_s1_s2_with_confidence(tilt_above_deg: float) -> None:
    """It is as small as a rudimentary one, and as deep as the discs above."""
    above = DiscEvidence(35.0, 0.02, tilt_above_deg, 1.0, 1.0)
    assert rudimentary_probability(DiscEvidence(0.0, 1.0, 42.0, 0.46, 1.0), above) < 0.5


@pytest.mark.parametrize(("tilt_above_deg", "at_least"), [(13.0, 0.0), (20.0, 0.5), (24.0, 0.8), (33.0, 0.8)])
def test_a_short_lowest_disc_under_a_steep_one_is_rudimentary(tilt_above_deg: float, at_least: float) -> None:
    above = DiscEvidence(35.0, 0.02, tilt_above_deg, 1.0, 1.0)
    assert rudimentary_probability(DiscEvidence(0.0, 1.0, 42.0, 0.46, 0.75), above) > at_least


@pytest.mark.parametrize(("tilt_deg", "tilt_above_deg"), [(53.0, 34.0), (60.0, 30.0), (48.0, 31.0)])
def test_a_disc_of_full_size_on_a_steep_sacrum_is_not_called_s1_s2_with_confidence(
    tilt_deg: float, tilt_above_deg: float
) -> None:
    lowest, above = DiscEvidence(0.0, 1.0, tilt_deg, 1.0, 1.0), DiscEvidence(35.0, 0.02, tilt_above_deg, 1.4, 1.0)
    assert rudimentary_probability(lowest, above) < 0.5


@pytest.mark.parametrize("tilt_above_deg", [25.0, 40.0, 55.0])
def test_under_a_disc_that_a_slip_has_tipped_a_small_disc_is_still_rudimentary(tilt_above_deg: float) -> None:
    lowest, above = DiscEvidence(0.0, 1.0, 41.0, 0.6, 0.75), DiscEvidence(35.0, 0.02, tilt_above_deg, 0.5, 1.0)
    assert rudimentary_probability(lowest, above) > 0.9


def test_a_depth_that_is_not_known_speaks_neither_way() -> None:
    above = DiscEvidence(35.0, 0.02, 22.0, 1.0, 1.0)
    short, unknown, deep = (
        rudimentary_probability(DiscEvidence(0.0, 1.0, 44.0, 0.5, depth), above) for depth in (0.75, float("nan"), 1.0)
    )
    assert deep < unknown < short


def test_the_smaller_or_shorter_the_lowest_disc_the_likelier_it_is_rudimentary() -> None:
    above = DiscEvidence(35.0, 0.02, 20.0, 1.0, 1.0)
    for area, depth in ((1.0, 0.9), (0.0, 0.9), (1.0, 0.0)):
        sizes = [(share**area, 0.9 * share**depth) for share in np.geomspace(0.05, 1.1, 40)]
        found = [rudimentary_probability(DiscEvidence(0.0, 1.0, 44.0, *size), above) for size in sizes]
        assert all(small >= large for small, large in pairwise(found))


@given(st.floats(0.05, 3), st.floats(0.05, 3), st.floats(-20, 70), st.floats(-20, 70))
def test_the_rudimentary_probability_is_one(area: float, depth: float, tilt: float, above: float) -> None:
    disc, upper = DiscEvidence(0.0, 1.0, tilt, area, depth), DiscEvidence(35.0, 0.0, above, 1.0, 1.0)
    assert 0.0 <= rudimentary_probability(disc, upper) <= 1.0


def test_a_missed_disc_leaves_its_name_free() -> None:
    best = name_discs(chain(6, missing=(2,)))[0]
    assert best.levels == (Level.T12_L1, Level.L1_L2, Level.L2_L3, Level.L4_L5, Level.L5_S1)


def test_a_view_without_sacrum_is_refused_and_can_be_told() -> None:
    discs = [DiscEvidence(one.height_mm, 0.03, 3.0, 1.0, 1.0) for one in chain(5)]
    with pytest.raises(NamingError, match="no lumbosacral junction in view"):
        name_discs(discs)
    told = name_discs(discs, lowest=Level.L3_L4)
    assert told[0].levels[-1] is Level.L3_L4
    assert told[0].probability == 1.0


def test_a_sacrum_one_body_below_the_lowest_disc_means_that_the_junction_was_missed() -> None:
    discs = [DiscEvidence(one.height_mm, 0.03, 3.0, 1.0, 1.0) for one in chain(5)]
    best = name_discs(discs, sacrum_one_body_down=True)[0]
    assert best.levels[-1] is Level.L4_L5
    assert "below the lowest one found" in best.reason


def test_an_unclear_sacrum_lowers_confidence() -> None:
    discs = chain(5)
    unclear = [*discs[:-1], DiscEvidence(0.0, 0.5, 15.0, 1.0, 1.0)]
    assert name_discs(unclear)[0].probability < name_discs(discs)[0].probability


def test_transitional_spines_are_hypotheses() -> None:
    levels = [one.levels[-1] for one in name_discs(chain(6))]
    assert Level.L6_S1 in levels
    assert Level.L4_L5 in levels


def test_six_lumbar_vertebrae_can_be_told() -> None:
    told = name_discs(chain(4), lowest=Level.L6_S1)[0]
    assert told.levels == (Level.L3_L4, Level.L4_L5, Level.L5_L6, Level.L6_S1)


@given(st.integers(3, 9), st.integers(0, 1))
def test_probabilities_sum_to_one_and_names_never_repeat_above_the_sacrum(n_discs: int, junction: int) -> None:
    hypotheses = name_discs(chain(n_discs, junction=junction))
    assert sum(one.probability for one in hypotheses) == pytest.approx(1.0)
    for one in hypotheses:
        free = [level for level in one.levels if level is not Level.S1_S2]
        assert len(set(free)) == len(free)
        assert free == sorted(free)


@pytest.mark.parametrize("n_discs", [0, 1, 2])
def test_too_few_discs_are_no_chain(n_discs: int) -> None:
    with pytest.raises(NamingError, match=f"found {n_discs} discs"):
        name_discs(chain(n_discs))


def test_a_chain_that_reaches_the_neck_is_refused() -> None:
    with pytest.raises(NamingError, match="is this a lumbar spine"):
        name_discs(chain(20))


@given(st.lists(st.floats(28, 42), min_size=2, max_size=8))
def test_even_spacing_has_no_gaps(distances: list[float]) -> None:
    heights = [sum(distances[index:]) for index in range(len(distances) + 1)]
    assert count_steps(heights) == list(range(len(distances), -1, -1))
