"""Levels that are told by another: "the level above", "above the L4-5 fusion"; all texts are invented."""

import pytest
from tests.labeling.conftest import PRESENT, told


@pytest.mark.parametrize("text", [
    "Severe canal stenosis at L4-5 and moderate stenosis at the level above.",
    "L4-5 shows severe canal stenosis; the level above is moderately narrowed.",
    "At L4-5 there is severe canal stenosis. The level immediately above is moderately narrowed.",
    "At L4-5 there is severe canal stenosis, at the level above moderate canal stenosis.",
    "L4-5: Severe canal stenosis. The next level up shows moderate canal stenosis.",
])  # fmt: skip
def test_the_level_above_is_seen_from_the_level_named_last(text: str) -> None:
    assert told(text, "canal_stenosis") == {"L3-L4": "moderate", "L4-L5": "severe"}


@pytest.mark.parametrize("text", [
    "The L3-4 disc bulges. The disc above is normal. The disc below carries a protrusion.",
    "The L3-4 disc bulges. The one above is normal. The one below shows a protrusion.",
    "The L3-4 disc bulges, the disc above is normal and the one below shows a protrusion.",
])  # fmt: skip
def test_the_discs_above_and_below_are_seen_from_the_same_disc(text: str) -> None:
    assert told(text, "herniation") == {"L2-L3": "none", "L4-L5": "protrusion"}
    assert told(text, "bulge") == {"L2-L3": "none", "L3-L4": PRESENT}


def test_the_level_below_a_range_is_the_one_behind_its_end() -> None:
    text = "L2-3 to L3-4 are mildly narrowed; the level below is severely narrowed."
    assert told(text, "canal_stenosis") == {"L2-L3": "mild", "L3-L4": "mild", "L4-L5": "severe"}


@pytest.mark.parametrize("text", [
    "L4-5 shows severe canal stenosis; L3-4 is moderately narrowed, L5-S1 is normal.",
    "L4-5 shows severe canal stenosis; L3-4 is moderately narrowed and the level below L4-5 is normal.",
])  # fmt: skip
def test_a_level_is_normal_behind_a_level_that_is_narrowed(text: str) -> None:
    none = {"L5-S1": "none"}
    assert told(text, "canal_stenosis") == {"L3-L4": "moderate", "L4-L5": "severe", **none}
    assert told(text, "bulge") == none


@pytest.mark.parametrize("text", [
    "At L3-4, above the L4-5 fusion, there is moderate canal stenosis.",
    "There is moderate canal stenosis at L3-4 adjacent to the prior L4-S1 fusion.",
    "L3-4, just above the instrumented L4-5 segment, shows moderate canal stenosis.",
    "L3-4: Moderate canal stenosis above the fusion at L4-5.",
    "The level above the L4-5 fusion shows moderate canal stenosis.",
    "Moderate canal stenosis at the level above the L4-S1 fusion.",
    "Laminectomy at L4-5. At the level above there is moderate canal stenosis.",
])  # fmt: skip
def test_a_level_beside_an_operated_one_has_the_finding_alone(text: str) -> None:
    assert told(text, "canal_stenosis") == {"L3-L4": "moderate"}


@pytest.mark.parametrize("text", [
    "Moderate canal stenosis above the L4-S1 fusion.", "There is moderate canal stenosis just above the L4-5 fusion.",
    "Adjacent level disease above the L4-S1 fusion with moderate canal stenosis.",
    "The disc above the fusion at L4-S1 bulges and causes moderate canal stenosis.",
    "There is moderate canal stenosis immediately above the fusion at L3-4.",
])  # fmt: skip
def test_a_lesion_beside_an_operation_is_of_the_next_level(text: str) -> None:
    assert told(text, "canal_stenosis") == {"L3-L4": "moderate"}


@pytest.mark.parametrize("text", [
    "Moderate canal stenosis at the L4-5 fusion level.", "At the L4-5 laminectomy there is moderate canal stenosis.",
    "Above the conus, no lesion. Moderate canal stenosis at L4-5 beside the former laminectomy.",
])  # fmt: skip
def test_an_operated_level_has_its_own_finding(text: str) -> None:
    assert told(text, "canal_stenosis") == {"L4-L5": "moderate"}


@pytest.mark.parametrize("text", [
    "Moderate canal stenosis at the level above L4-5.", "The level above L4-5 shows moderate canal stenosis.",
    "At the level just below the L3 vertebra there is moderate canal stenosis.",
    "The overlying level at L3-4 shows moderate canal stenosis.",
    "At the level above L4 there is moderate canal stenosis.",
])  # fmt: skip
def test_the_level_above_one_that_is_named_is_one_level(text: str) -> None:
    assert told(text, "canal_stenosis") == {"L3-L4": "moderate"}


def test_all_levels_above_an_operation_are_told_where_none_is_named() -> None:
    found = told("Above the L4-5 fusion, the canal is patent.", "canal_stenosis")
    assert found == dict.fromkeys(("L1-L2", "L2-L3", "L3-L4"), "none")


@pytest.mark.parametrize("text", [
    "Fusion L4 through S1 with cages at both levels. At the level above the fusion, there is severe canal stenosis.",
    "Instrumented fusion L4-S1. Immediately above the construct, there is severe canal stenosis.",
    "Prior L4-S1 fusion. Adjacent segment disease above the fusion with severe canal stenosis.",
    "Posterior fusion from L4 to S1. L2-3: Normal.\nThe level above the fusion shows severe canal stenosis.",
    "History of L3-L4 discectomy in 2019. FINDINGS: There is severe canal stenosis at the operated level.",
    "Previous laminectomy at L3-4. L4-5 is fused. There is severe canal stenosis at L3-4.",
])  # fmt: skip
def test_levels_are_told_by_an_operation(text: str) -> None:
    assert told(text, "canal_stenosis").get("L3-L4") == "severe"
    assert set(told(text, "canal_stenosis")) <= {"L2-L3", "L3-L4"}


def test_an_operated_level_is_unknown_where_two_were_operated_on() -> None:
    text = "Laminectomy at L3-4, fusion at L5-S1. There is a protrusion at the operated level."
    assert told(text, "herniation") == {}
    text = "Fusion at L4-5 and L5-S1. No canal stenosis at the fused levels."
    assert told(text, "canal_stenosis") == {"L4-L5": "none", "L5-S1": "none"}


@pytest.mark.parametrize(("text", "beside"), [
    ("There is severe canal stenosis at L4-5 and mild above.", {"L3-L4": "mild"}),
    ("Canal stenosis is severe at L4-5, moderate above and mild below.", {"L3-L4": "moderate", "L5-S1": "mild"}),
    ("Severe canal stenosis at L4-5, mild just above, with a bulge.", {"L3-L4": "mild"}),
    ("Severe canal stenosis at L4-5, mild above and below.", {"L3-L4": "mild", "L5-S1": "mild"}),
])  # fmt: skip
def test_a_degree_above_or_below_is_that_of_the_next_level(text: str, beside: dict[str, str]) -> None:
    assert told(text, "canal_stenosis") == {"L4-L5": "severe", **beside}


def test_the_levels_above_and_below_are_all_others() -> None:
    text = "Severe canal stenosis at L4-5, mild at the levels above and below."
    others = dict.fromkeys(("L1-L2", "L2-L3", "L3-L4", "L5-S1"), "mild")
    assert told(text, "canal_stenosis") == {"L4-L5": "severe", **others}


@pytest.mark.parametrize(("text", "below"), [
    ("The canal is patent down to L3-4 and narrowed below.", PRESENT),
    ("The canal is normal at L3-4 and moderately narrowed below.", "moderate"),
])  # fmt: skip
def test_a_state_below_is_that_of_all_levels_below(text: str, below: str) -> None:
    assert told(text, "canal_stenosis") == {"L3-L4": "none", "L4-L5": below, "L5-S1": below}


def test_joints_are_arthritic_below_those_that_are_normal() -> None:
    found = told("Facet joints are normal at L1-2 to L3-4 and arthritic below.", "facet_arthropathy")
    assert {key.split()[0]: grades for key, grades in found.items()} == {
        **dict.fromkeys(("L1-L2", "L2-L3", "L3-L4"), "none"), "L4-L5": PRESENT, "L5-S1": PRESENT,
    }  # fmt: skip
