"""Levels that are counted or pointed to: all above this one, the others, the former; all texts are invented."""

import pytest
from tests.labeling.conftest import PRESENT, labels_of, told

ABOVE_L45 = dict.fromkeys(("L1-L2", "L2-L3", "L3-L4"), "none")
OTHERS = ["L1-L2", "L2-L3", "L3-L4", "L5-S1"]


def test_elsewhere_is_where_the_finding_is_not_and_else_where_nothing_is() -> None:
    three = dict.fromkeys(("L1-L2", "L2-L3", "L3-L4"), "none")
    text = "L5-S1: Grade 1 anterolisthesis.\nL4-5: Mild disc bulge.\n"
    assert told(f"{text}No disc protrusion or canal stenosis at the other levels.", "canal_stenosis") == three
    assert told(f"{text}No disc protrusion elsewhere.", "herniation") == three
    text = "Severe canal stenosis at L4-5. Mild bulge at L3-4. No canal stenosis at other levels."
    assert told(text, "canal_stenosis") == {**three, "L4-L5": "severe", "L5-S1": "none"}


@pytest.mark.parametrize("text", [
    "Rest discs normal.",
    "Rest of IV discs are normal.",
    "Rest all discs are normal.",
    "Rest of all the lumbar discs appear normal.",
    "The rest of the other discs are normal.",
])  # fmt: skip
def test_rest_names_the_remaining_discs_in_every_wording(text: str) -> None:
    found = labels_of(f"Disc bulge at L4-5. {text}")
    assert {key for key in found if key.startswith("L4-L5")} == {"L4-L5 bulge"}
    assert {level for level in ("L1-L2", "L2-L3", "L3-L4", "L5-S1") if found[f"{level} herniation"] == "none"} == {
        "L1-L2", "L2-L3", "L3-L4", "L5-S1",
    }  # fmt: skip


@pytest.mark.parametrize("text", [
    "The discs are normal down to and including L3/4.",
    "Normal discs down to L3/4.",
    "Normal discs from L1/2 down to and including L3/4.",
])  # fmt: skip
def test_discs_down_to_a_level_are_all_above_it(text: str) -> None:
    assert told(text, "herniation") == dict.fromkeys(("L1-L2", "L2-L3", "L3-L4"), "none")


@pytest.mark.parametrize("text", [
    "The discs from L1 to L3/4 are normal.",
    "Visualized lower thoracic spine through L3-4 is unremarkable.",
    "The thoracic levels down to L3-4 are normal.",
])  # fmt: skip
def test_a_range_may_begin_with_a_vertebra_or_the_spine_above(text: str) -> None:
    assert told(f"{text} L4-5: Mild bulge.", "bulge") == {
        "L1-L2": "none", "L2-L3": "none", "L3-L4": "none", "L4-L5": "mild",
    }  # fmt: skip


def test_what_moves_from_a_vertebra_to_a_disc_is_at_the_disc() -> None:
    assert told("Extrusion migrating from L3 to L4-5.", "herniation") == {"L4-L5": "extrusion"}


@pytest.mark.parametrize("text", [
    "L4-5: Protrusion. Above this level, the canal and the foramina are normal.",
    "At L4-5 there is a protrusion. There is no canal stenosis above this level.",
    "The L4-5 disc is extruded. Above this, the canal is patent.",
    "Extrusion at L4-5; above this level the canal is patent.",
])  # fmt: skip
def test_above_this_level_are_all_levels_above_it(text: str) -> None:
    assert told(text, "canal_stenosis") == ABOVE_L45


def test_below_this_level_are_all_levels_below_it() -> None:
    text = "L3-4: Protrusion. Below this level the canal is patent."
    assert told(text, "canal_stenosis") == {"L4-L5": "none", "L5-S1": "none"}
    text = "L4-5: Bulge. Levels below this are normal."
    assert set(told(text, "herniation")) == {"L5-S1"}


def test_above_and_below_this_level_are_the_other_levels() -> None:
    text = "L4-5: Severe canal stenosis. No canal stenosis above or below this level."
    assert told(text, "canal_stenosis") == {**ABOVE_L45, "L4-L5": "severe", "L5-S1": "none"}


@pytest.mark.parametrize(("text", "levels"), [
    ("Above L4, the discs are normal.", ("L1-L2", "L2-L3", "L3-L4")),
    ("The discs above L3 are normal.", ("L1-L2", "L2-L3")),
    ("Above the L4 vertebra the discs are normal.", ("L1-L2", "L2-L3", "L3-L4")),
    ("There is no disc herniation below L3.", ("L3-L4", "L4-L5", "L5-S1")),
    ("L5-S1: Extrusion. Above L4 no herniation.", ("L1-L2", "L2-L3", "L3-L4")),
])  # fmt: skip
def test_above_and_below_a_vertebra_are_the_levels_on_that_side(text: str, levels: tuple[str, ...]) -> None:
    found = {level for level, grades in told(text, "herniation").items() if grades == "none"}
    assert found == set(levels)


@pytest.mark.parametrize(("text", "levels"), [
    ("L4-5: Moderate bulge. No abnormality is seen above L3.", ("L1-L2", "L2-L3")),
    ("No abnormality above L3-4. At L4-5 there is a protrusion.", ("L1-L2", "L2-L3")),
    ("L5-S1: Mild bulge.\nNo significant abnormality above the L4-5 disc.", ("L1-L2", "L2-L3", "L3-L4")),
    ("L2-3: Protrusion. There is no abnormality below the L4 level.", ("L4-L5", "L5-S1")),
    ("L5-S1: Mild bulge. Above L4 no abnormality.", ("L1-L2", "L2-L3", "L3-L4")),
    ("L4-5: Mild bulge. No abnormality at the overlying levels.", ("L1-L2", "L2-L3", "L3-L4")),
    ("L3-4: Protrusion.\nThe underlying levels are normal.", ("L4-L5", "L5-S1")),
])  # fmt: skip
def test_where_no_abnormality_is_above_or_below_the_levels_on_that_side_are_normal(
    text: str, levels: tuple[str, ...]
) -> None:
    assert {level for level, grades in told(text, "canal_stenosis").items() if grades == "none"} == set(levels)


@pytest.mark.parametrize("text", [
    "No abnormality above the L4 pedicle.", "No abnormality below the conus.", "No marrow abnormality above L4.",
    "No abnormality of the pedicle above L4.",
])  # fmt: skip
def test_an_abnormality_of_another_part_above_or_below_tells_nothing(text: str) -> None:
    assert not labels_of(text)


def test_what_is_denied_above_the_disc_of_a_level_is_of_the_levels_above() -> None:
    assert told("No disc herniation above the L4-5 disc.", "herniation") == ABOVE_L45


def test_what_is_degenerate_below_a_vertebra_is_so_at_those_levels() -> None:
    assert told("Below L3 the discs are degenerate.", "degeneration") == dict.fromkeys(
        ("L3-L4", "L4-L5", "L5-S1"), PRESENT
    )


@pytest.mark.parametrize("text", [
    "The fragment lies above L4. No canal stenosis.", "An extrusion migrated below L5. No canal stenosis.",
    "Above the L4 pedicle there is a haemangioma. No canal stenosis.", "The conus ends above L1. No canal stenosis.",
    "Muscular atrophy below L4. No canal stenosis.",
])  # fmt: skip
def test_what_lies_above_or_below_a_vertebra_leaves_the_levels(text: str) -> None:
    assert len(told(text, "canal_stenosis")) == 5
    assert told(f"L4-5: {text}", "canal_stenosis") == {"L4-L5": "none"}


def test_a_level_named_beyond_this_one_is_the_one_meant() -> None:
    assert told("L5-S1: Protrusion. Above this there is a mild bulge at L4-5.", "bulge") == {"L4-L5": "mild"}
    assert told("L4-5: Fusion. Above it, at L3-4, moderate canal stenosis.", "canal_stenosis") == {"L3-L4": "moderate"}


def test_a_lesion_that_reaches_beyond_its_level_stays_there() -> None:
    text = "L4-5: Extrusion migrating above this level and compressing the left root."
    assert told(text, "nerve_root") == {"L4-L5 left": "compression"}


def test_the_discs_above_a_level_are_normal_as_discs() -> None:
    assert told("L4-5: Protrusion. The discs above this level are normal.", "canal_stenosis") == {}


def test_a_lesion_that_extends_down_to_a_level_is_not_at_all_above_it() -> None:
    text = "L4-5: Extrusion extending down to L5-S1 and compressing the left S1 root."
    assert set(told(text, "nerve_root")) <= {"L4-L5 left", "L5-S1 left"}


def test_none_elsewhere_denies_the_finding_of_the_sentence_before() -> None:
    text = "Type II endplate signal at L5-S1. None elsewhere."
    others = dict.fromkeys(("L1-L2", "L2-L3", "L3-L4", "L4-L5"), "none")
    assert told(text, "modic") == {**others, "L5-S1": "type2"}


def test_no_other_denies_a_list_of_findings_everywhere_else() -> None:
    text = "L4-5: Mild to moderate bulge. No other significant bulge or herniation, and no canal stenosis."
    assert told(text, "bulge") == {
        **dict.fromkeys(("L1-L2", "L2-L3", "L3-L4", "L5-S1"), "none|mild"),
        "L4-L5": "mild|moderate",
    }
    assert set(told(text, "herniation")) == {"L1-L2", "L2-L3", "L3-L4", "L4-L5", "L5-S1"}
    assert told(text, "canal_stenosis") == {"L4-L5": "none"}


def test_levels_that_are_included_among_others_are_not_singled_out() -> None:
    text = "L4-5: Mild bulge. The remaining levels, including the rudimentary L5-S1 disc, are unremarkable."
    assert told(text, "canal_stenosis") == dict.fromkeys(("L1-L2", "L2-L3", "L3-L4", "L5-S1"), "none")
    assert told("The discs are desiccated at multiple levels, including L3-4.", "degeneration") == {"L3-L4": PRESENT}


@pytest.mark.parametrize(("text", "finding", "grades"), [
    ("In the lumbar spine, there is a mild bulge at L4-5.", "bulge", {"L4-L5": "mild"}),
    ("There is severe canal stenosis in the lumbar spine at L4-5.", "canal_stenosis", {"L4-L5": "severe"}),
    ("Neck: normal.\nIn the lumbosacral spine, a bulge is seen from L3 to L5.", "bulge",
     {"L3-L4": PRESENT, "L4-L5": PRESENT}),
    ("There are mild bulges in the lumbar spine, worst at L4-5.", "bulge", {"L4-L5": "mild"}),
    ("There is no herniation in the lumbar spine at L4-5.", "herniation", {"L4-L5": "none"}),
    ("Within the lumbar spine, the discs are desiccated.", "degeneration", {}),
])  # fmt: skip
def test_in_the_lumbar_spine_names_no_level(text: str, finding: str, grades: dict[str, str]) -> None:
    assert told(text, finding) == grades


def test_what_is_denied_in_the_lumbar_spine_is_denied_of_all_its_levels() -> None:
    text = "L4-5: Mild bulge. No canal stenosis in the lumbar spine."
    assert len(told(text, "canal_stenosis")) == 5


def test_no_further_speaks_of_the_other_levels() -> None:
    text = "L4-5: Extrusion. No further disc protrusion."
    assert told(text, "herniation")["L3-L4"] == "none"
    assert told("At L4-5 there is further narrowing of the canal.", "canal_stenosis") == {"L4-L5": PRESENT}


@pytest.mark.parametrize("text", [
    "Upper discs normal.", "The upper levels are normal.", "L5-S1: Protrusion.\nThe cranial segments are unremarkable.",
    "Mild bulge at L4-5. No disc herniation at the upper levels.",
])  # fmt: skip
def test_the_upper_levels_are_the_first_two(text: str) -> None:
    found = {level for level, grades in told(text, "herniation").items() if grades == "none"}
    assert found == {"L1-L2", "L2-L3"}


def test_the_lower_levels_are_not_counted() -> None:
    assert not labels_of("Lower discs desiccated.")


def test_the_presacral_disc_is_the_last_one() -> None:
    assert told("L4-5: Mild bulge.\nPresacral disc: Severe bulge.", "bulge") == {"L4-L5": "mild", "L5-S1": "severe"}


def test_the_former_and_the_latter_are_those_named_first() -> None:
    text = "Bulges at L4-5 and L5-S1, with mild left foraminal stenosis at the former and moderate left at the latter."
    assert told(text, "foraminal_stenosis") == {"L4-L5 left": "mild", "L5-S1 left": "moderate"}


@pytest.mark.parametrize("text", [
    "Grade 1 anterolisthesis of L4 on L5. At this level there is severe canal stenosis.",
    "There is a 4 mm retrolisthesis at L4-5. The canal is severely narrowed at this level.",
    "L3-4: Mild bulge. Alignment: Grade 1 anterolisthesis of L4 on L5. At this level the canal is severely narrowed.",
    "Mild bulge at L3-4. Anterolisthesis of L4 on L5 with pars defects. This level also shows severe canal stenosis.",
])  # fmt: skip
def test_this_level_may_be_that_of_a_slip(text: str) -> None:
    assert told(text, "canal_stenosis") == {"L4-L5": "severe"}


def test_these_levels_may_be_those_of_two_slips() -> None:
    text = "Anterolisthesis of L3 on L4 and retrolisthesis of L5 on S1. At these levels the canal is mildly narrowed."
    assert told(text, "canal_stenosis") == {"L3-L4": "mild", "L5-S1": "mild"}


@pytest.mark.parametrize("text", [
    "L5-S1: Mild bulge. There is no slip of L4 on L5. At this level there is mild canal stenosis.",
    "Grade 1 anterolisthesis of L4 on L5. L5-S1: Mild bulge. There is mild canal stenosis at this level.",
    "Grade 1 anterolisthesis of L4 on L5. At L5-S1 there is a bulge. The canal is mildly narrowed at this level.",
    "L5-S1: Mild bulge. Grade 1 anterolisthesis of L4 on L5 is unchanged. The canal is mildly narrowed.",
])  # fmt: skip
def test_a_slip_denied_or_before_another_level_is_not_pointed_to(text: str) -> None:
    assert told(text, "canal_stenosis") == {"L5-S1": "mild"}


def test_disease_of_the_adjacent_level_leaves_the_level_named_to_the_findings() -> None:
    text = "Mild adjacent level disease at L3-4 with mild disc bulge and moderate canal stenosis."
    assert labels_of(text) == {"L3-L4 bulge": "mild", "L3-L4 canal_stenosis": "moderate"}


@pytest.mark.parametrize("rest", [
    "Rest NAD.", "The rest is normal.", "Others normal.", "Others are unremarkable.", "Rest of spine normal.",
    "Remainder normal.", "Remaining unremarkable.", "Remainder of the spine is normal.",
    "Otherwise unremarkable LSS MRI.",
])  # fmt: skip
def test_the_rest_behind_a_level_is_the_other_levels(rest: str) -> None:
    text = f"L4-5: Mild bulge. {rest}"
    assert list(told(text, "canal_stenosis")) == OTHERS
    assert told(text, "bulge") == dict.fromkeys(OTHERS, "none") | {"L4-L5": "mild"}


@pytest.mark.parametrize("rest", ["Rest: normal.", "Remaining: normal.", "Rest normal."])
def test_the_rest_on_a_line_of_its_own_is_the_other_levels(rest: str) -> None:
    assert list(told(f"L4-5: Mild bulge.\n{rest}", "herniation")) == OTHERS


@pytest.mark.parametrize("text", [
    "L4-5: Mild bulge, others normal.",
    "L4-5: Mild bulge, other levels normal.",
    "L4-5: Mild bulge, all other levels are normal.",
    "Mild bulge at L4-5, other levels normal.",
    "Mild bulge at L4-5 and the remaining levels are normal.",
])  # fmt: skip
def test_other_levels_behind_a_comma_take_nothing_from_the_level_before(text: str) -> None:
    assert told(text, "bulge") == dict.fromkeys(OTHERS, "none") | {"L4-L5": "mild"}
    assert list(told(text, "thecal_sac")) == OTHERS


def test_a_state_of_the_other_levels_leaves_the_lesion_to_the_heading() -> None:
    text = "L4-5: Mild bulge, canal patent at the other levels."
    assert told(text, "bulge") == {"L4-L5": "mild"}
    assert told(text, "canal_stenosis") == dict.fromkeys(OTHERS, "none")


@pytest.mark.parametrize("rest", ["rest free", "rest normal", "other levels free"])
def test_the_rest_below_a_sites_heading_is_of_that_site(rest: str) -> None:
    found = labels_of(f"Canal: L4-L5 mildly stenosed, {rest}.")
    assert found == {f"{level} canal_stenosis": "none" for level in OTHERS} | {"L4-L5 canal_stenosis": "mild"}


@pytest.mark.parametrize("text", ["L4-5: Bulge, otherwise normal.", "L4-5: Bulge. Otherwise unremarkable."])
def test_otherwise_is_of_the_level_itself(text: str) -> None:
    assert told(text, "canal_stenosis") == {"L4-L5": "none"}


@pytest.mark.parametrize("text", [
    "L4-5: Moderate canal stenosis. L3-4 and above are normal.",
    "L4-5: Moderate canal stenosis.\nL3-4 and above: Normal.",
    "L4-5: Moderate canal stenosis. No stenosis at L3-4 and higher.",
])  # fmt: skip
def test_a_level_and_above_are_all_down_to_it(text: str) -> None:
    levels = dict.fromkeys(["L1-L2", "L2-L3", "L3-L4"], "none")
    assert told(text, "canal_stenosis") == levels | {"L4-L5": "moderate"}


@pytest.mark.parametrize("text", ["L3-4 and below: Mild desiccation.", "Mild desiccation at L3-4 and below."])
def test_a_level_and_below_are_all_from_it_on(text: str) -> None:
    assert told(text, "degeneration") == dict.fromkeys(["L3-L4", "L4-L5", "L5-S1"], "mild")


@pytest.mark.parametrize("text", [
    "Mild bulge at L4-5, and above it a protrusion at L3-4.",
    "Mild bulge at L4-5 and below the disc a cyst.",
    "Mild bulge at L4-5 and lower thoracic spondylosis.",
])  # fmt: skip
def test_above_and_below_before_a_noun_add_no_level(text: str) -> None:
    assert told(text, "bulge") == {"L4-L5": "mild"}


@pytest.mark.parametrize("text", [
    "Left foramen: Severe at L4-5, otherwise patent.",
    "Left neural foramina: Severe L4-5, otherwise widely patent.",
])  # fmt: skip
def test_otherwise_below_a_sites_heading_is_of_its_side_at_the_other_levels(text: str) -> None:
    others = {f"{level} left": "none" for level in OTHERS}
    assert told(text, "foraminal_stenosis") == others | {"L4-L5 left": "severe"}


@pytest.mark.parametrize("text", [
    "Two discs are desiccated: L3-4 and L4-5.",
    "Desiccation is present at two levels: L3-4 and L4-5.",
    "There is disc desiccation at the following levels: L3-4, L4-5.",
    "Disc desiccation: L3-4 and L4-5.",
    "There is degeneration of the discs at L3-4 and L4-5.",
    "Degeneration of the L3-4 and L4-5 discs.",
])  # fmt: skip
def test_levels_that_are_counted_and_then_named(text: str) -> None:
    assert told(text, "degeneration") == {"L3-L4": PRESENT, "L4-L5": PRESENT}


@pytest.mark.parametrize("text", [
    "Mild bulges at every level from L2/3 to L5/S1.",
    "Mild bulges at each level from L2-3 down to L5-S1.",
    "Mild bulges at all levels from L2-3 through L5-S1.",
    "Mild bulges at each of the lower four levels.",
    "Mild bulges at each of L2/3, L3/4, L4/5 and L5/S1.",
])  # fmt: skip
def test_each_level_of_a_range_or_a_list(text: str) -> None:
    assert told(text, "bulge") == dict.fromkeys(("L2-L3", "L3-L4", "L4-L5", "L5-S1"), "mild")


def test_each_level_is_each_of_those_named_and_each_lumbar_level_is_all() -> None:
    text = "L3/4 and L4/5: mild bulges with mild canal stenosis at each level."
    assert told(text, "canal_stenosis") == {"L3-L4": "mild", "L4-L5": "mild"}
    assert len(told("Mild bulge at each lumbar level.", "bulge")) == 5


@pytest.mark.parametrize(
    "text",
    [
        "The lowest disc space is designated L5-S1. The canal is patent.",
        "The level with the greatest angulation is taken to be L5-S1. The canal is patent.",
        "Axial image 20 is counted as L4-5. The canal is patent.",
        "The conus reaches the L1-2 disc space. The canal is patent.",
        "The iliac crests are at L4-5. The canal is patent.",
    ],
)
def test_levels_named_to_count_them_attract_nothing(text: str) -> None:
    assert len(told(text, "canal_stenosis")) == 5


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("L4-5 moderate and L3-4 mild canal stenosis.", {"L3-L4": "mild", "L4-L5": "moderate"}),
        ("Canal stenosis at L3-4 and L4-5, severe at the latter.", {"L3-L4": PRESENT, "L4-L5": "severe"}),
        (
            "Canal stenosis at L2-3, L3-4 and L4-5, severe at L4-5 and mild at the other two levels.",
            {"L2-L3": "mild", "L3-L4": "mild", "L4-L5": "severe"},
        ),
        ("L3-4 and L4-5 bulges with mild canal stenosis at both levels.", {"L3-L4": "mild", "L4-L5": "mild"}),
        ("At L4-5, the level above the fusion, there is severe canal stenosis.", {"L4-L5": "severe"}),
    ],
)
def test_levels_pointed_to_within_a_sentence(text: str, found: dict[str, str]) -> None:
    assert told(text, "canal_stenosis") == found


@pytest.mark.parametrize("text", [
    "The disc between L4 and L5 bulges.", "The disc space between L4 and L5 shows a bulge.", "Lumbar 4-5: bulge.",
    "FINDINGS:\n4-5: bulge.",
])  # fmt: skip
def test_levels_in_other_words(text: str) -> None:
    assert told(text, "bulge") == {"L4-L5": PRESENT}


@pytest.mark.parametrize("text", ["FINDINGS:\n4-5 mm bulge.", "Bulge of 4-5 mm.", "Stage 4-5: bulge."])
def test_numbers_that_are_no_levels(text: str) -> None:
    assert told(text, "bulge") == {}


@pytest.mark.parametrize(("text", "levels"), [
    ("The two lowest levels show bulges.", "L4-L5 L5-S1"),
    ("Bulges at the two lower levels.", "L4-L5 L5-S1"),
    ("Bulging of the three lowest discs.", "L3-L4 L4-L5 L5-S1"),
    ("Bulges at the three uppermost levels.", "L1-L2 L2-L3 L3-L4"),
    ("Bulges at the two upper levels.", "L1-L2 L2-L3"),
])  # fmt: skip
def test_levels_are_counted_from_above_and_below(text: str, levels: str) -> None:
    assert " ".join(told(text, "bulge")) == levels


@pytest.mark.parametrize("rest", [
    "others no stenosis", "others without stenosis", "the rest patent", "the others patent", "otherwise no narrowing",
    "others none", "rest nil", "other levels none", "elsewhere patent",
])  # fmt: skip
@pytest.mark.parametrize("stop", [", ", "; "])
def test_the_rest_of_a_list_below_a_site_is_the_other_levels(rest: str, stop: str) -> None:
    found = told(f"L2-3: Mild bulge.\nCanal: L3-4 moderate, L5-S1 severe{stop}{rest}.", "canal_stenosis")
    others = dict.fromkeys(("L1-L2", "L2-L3", "L4-L5"), "none")
    assert found == {**others, "L3-L4": "moderate", "L5-S1": "severe"}


@pytest.mark.parametrize("heading", ["Canal", "Canal stenosis"])
@pytest.mark.parametrize("rest", ["others mild", "the rest mild", "otherwise mild", "other levels mild"])
def test_the_rest_of_a_list_may_have_a_degree(heading: str, rest: str) -> None:
    found = told(f"{heading}: L3-4 moderate, L5-S1 severe, {rest}.", "canal_stenosis")
    others = dict.fromkeys(("L1-L2", "L2-L3", "L4-L5"), "mild")
    assert found == {**others, "L3-L4": "moderate", "L5-S1": "severe"}


@pytest.mark.parametrize("text", [
    "Foramina: L5-S1 moderate on the left, the rest patent.",
    "Foramina: moderate narrowing of left L5-S1, the rest are free.",
    "Foraminal stenosis: L5-S1 moderate left, others no stenosis.",
    "Neural foramina: moderate narrowing on the left at L5-S1, the others patent.",
])  # fmt: skip
def test_the_rest_of_a_list_takes_no_side_along(text: str) -> None:
    found = told(text, "foraminal_stenosis")
    assert found.pop("L5-S1 left") == "moderate"
    assert len(found) >= 8
    assert set(found.values()) == {"none"}


def test_the_other_foramina_of_a_list_are_free_on_the_other_side_too() -> None:
    found = told("Foramina: L5-S1 severe on the left, remaining foramina patent.", "foraminal_stenosis")
    assert found.pop("L5-S1 left") == "severe"
    assert len(found) == 9
    assert set(found.values()) == {"none"}


@pytest.mark.parametrize(("heading", "finding"), [
    ("Modic: type 1", "modic"), ("Disc herniation: extrusion", "herniation"),
    ("Listhesis: grade 1", "spondylolisthesis"),
])  # fmt: skip
def test_the_rest_below_a_finding_has_none_of_it(heading: str, finding: str) -> None:
    found = told(f"{heading} at L5-S1, others none.", finding)
    assert found.pop("L5-S1") in ("type1", "extrusion", "grade1")
    assert found == dict.fromkeys(("L1-L2", "L2-L3", "L3-L4", "L4-L5"), "none")


@pytest.mark.parametrize("text", [
    "At L2-3, above the operated level, there is mild canal stenosis.",
    "L2-3, adjacent to the fused segments: mild canal stenosis.",
    "At L2-3, the operated level, there is mild canal stenosis.",
    "L4-5: Laminectomy. Above the operated levels at L2-3 mild canal stenosis.",
])  # fmt: skip
def test_a_level_is_told_by_where_surgery_was(text: str) -> None:
    assert told(text, "canal_stenosis") == {"L2-L3": "mild"}


@pytest.mark.parametrize("text", [
    "The L1 metastasis causes severe canal stenosis.",
    "L2 fracture with mild canal narrowing.",
    "A tumour at L2 compresses the thecal sac.",
    "Minimal retropulsion at L1 without canal stenosis.",
    "Wedge compression fracture of L1 with retropulsion, severely narrowing the canal.",
])  # fmt: skip
def test_what_a_lesion_of_a_vertebra_does_is_of_no_disc_level_named_before(text: str) -> None:
    assert labels_of(f"There is a mild bulge at L4-5. {text}") == {"L4-L5 bulge": "mild"}


def test_what_a_lesion_of_a_vertebra_does_at_a_disc_level_is_of_that_level() -> None:
    behind = "There is a mild bulge at L4-5. Fracture of L2 with moderate canal stenosis at L1-2."
    assert labels_of(behind) == {"L4-L5 bulge": "mild", "L1-L2 canal_stenosis": "moderate"}
    assert labels_of("L1-2: L2 fracture with mild canal narrowing.") == {"L1-L2 canal_stenosis": "mild"}


@pytest.mark.parametrize("text", [
    "L4-5: Mild bulge.\nThe rest of the disc levels are unremarkable.",
    "L4-5: Mild bulge. The other disc levels are normal.",
    "There is a mild bulge at L4-5. The remaining lumbar disc segments are normal.",
])  # fmt: skip
def test_the_other_disc_levels_are_levels_and_no_discs(text: str) -> None:
    assert told(text, "bulge") == dict.fromkeys(OTHERS, "none") | {"L4-L5": "mild"}
    assert list(told(text, "canal_stenosis")) == OTHERS


def test_two_discs_above_a_level_are_discs() -> None:
    text = "L4-5: Mild bulge. The two discs above this level are normal."
    assert told(text, "herniation") == {"L1-L2": "none", "L2-L3": "none", "L3-L4": "none"}
    assert not told(text, "canal_stenosis")


@pytest.mark.parametrize("line", [
    "The remaining discs are normal. Spinal canal is adequate.",
    "Rest of the discs do not show any bulge. The canal is of normal calibre.",
    "No other disc bulge or protrusion. No canal stenosis.",
])  # fmt: skip
def test_a_line_that_opens_with_the_whole_spine_stays_with_it(line: str) -> None:
    assert len(told(f"L5-S1: Disc protrusion.\n{line}", "canal_stenosis")) == 5


def test_a_line_that_opens_with_the_level_stays_with_it() -> None:
    text = "L5-S1: Disc protrusion.\nMild facet arthropathy. The canal is adequate."
    assert told(text, "canal_stenosis") == {"L5-S1": "none"}


def test_normal_discs_above_a_vertebra_are_discs() -> None:
    assert told("Normal discs above L4.", "bulge") == {"L1-L2": "none", "L2-L3": "none", "L3-L4": "none"}
    assert not told("Normal discs above L4.", "canal_stenosis")


@pytest.mark.parametrize("text", [
    "No disc herniation at each level.", "The discs at each segment show no herniation.",
    "The intervertebral discs of each segment show no protrusion.",
])  # fmt: skip
def test_each_level_means_all_where_none_has_been_named(text: str) -> None:
    assert told(text, "herniation") == told("No disc herniation at all levels.", "herniation")


def test_both_levels_need_two() -> None:
    assert not told("No disc herniation at both levels.", "herniation")


@pytest.mark.parametrize("join", [" and at ", ", and at the "])
def test_a_level_with_a_clause_of_its_own_is_not_in_the_group_before(join: str) -> None:
    text = f"There is a mild bulge at L3-4{join}L4-5 level there is severe canal stenosis."
    assert labels_of(text) == {"L3-L4 bulge": "mild", "L4-L5 canal_stenosis": "severe"}


@pytest.mark.parametrize("opening", ["At L3-4", "Both at L3-4", "Normal alignment. At the L3-4"])
def test_levels_that_open_a_sentence_stay_a_group(opening: str) -> None:
    assert told(f"{opening} and at L4-5 there are bulges.", "bulge").keys() == {"L3-L4", "L4-L5"}


@pytest.mark.parametrize("text", [
    "Modic type 1 changes at L4-5, and a Schmorl's node at the superior endplate of L2.",
    "Modic type 1 changes at L4-5, and irregularity of the inferior endplate of L1.",
    "Schmorl's node in the superior endplate of L2 and Modic type 1 changes at L4-5.",
    "Modic type 1 changes of the inferior endplate of L4, Schmorl's node of the superior endplate of L2.",
])  # fmt: skip
def test_an_endplate_of_another_lesion_leaves_a_modic_change_at_its_level(text: str) -> None:
    assert told(text, "modic") == {"L4-L5": "type1"}


@pytest.mark.parametrize("text", [
    "Schmorl's node in the superior endplate of L2 with Modic type 2 changes.",
    "Modic type 2 changes and Schmorl's nodes in the superior endplate of L2.",
    "At L1-2 there are Modic type 2 changes of the superior endplate of L2.",
])  # fmt: skip
def test_an_endplate_places_a_modic_change_that_has_no_other_place(text: str) -> None:
    assert told(text, "modic") == {"L1-L2": "type2"}


@pytest.mark.parametrize(
    "first", ["Desiccation from L2 to L5", "Fusion from L2 to L5", "Desiccation at L2-3, L3-4 and L4-5"]
)
@pytest.mark.parametrize("lesions", ["bulges at L3-4 and L4-5", "a bulge at L3-4 and a protrusion at L4-5"])
@pytest.mark.parametrize("phrase", ["both levels", "each level", "these two levels"])
def test_both_levels_are_the_last_two_that_are_named(first: str, lesions: str, phrase: str) -> None:
    found = told(f"{first}, with {lesions} causing mild canal stenosis at {phrase}.", "canal_stenosis")
    assert found == {"L3-L4": "mild", "L4-L5": "mild"}


@pytest.mark.parametrize("text", [
    "Desiccation from L1 to L4, with bulges at L3-4, L4-5 and L5-S1 causing mild canal stenosis at all three levels.",
    "Bulges at L3-4, L4-5 and L5-S1. Mild canal stenosis at all three levels.",
    "Bulge at L3-4, protrusion at L4-5 and extrusion at L5-S1, with mild canal stenosis at each level.",
])  # fmt: skip
def test_all_three_levels_are_those_just_named(text: str) -> None:
    assert told(text, "canal_stenosis") == {"L3-L4": "mild", "L4-L5": "mild", "L5-S1": "mild"}


@pytest.mark.parametrize(("phrase", "level"), [
    ("the upper of the two", "L4-L5"), ("the lower of these", "L5-S1"), ("the lower of the two", "L5-S1"),
    ("the higher level", "L4-L5"),
])  # fmt: skip
@pytest.mark.parametrize("joint", ["; at", ". At"])
def test_one_of_two_levels_is_pointed_to(phrase: str, level: str, joint: str) -> None:
    text = f"L4-5 and L5-S1 bulge{joint} {phrase} there is moderate canal stenosis."
    assert told(text, "canal_stenosis") == {level: "moderate"}


def test_the_last_of_several_levels_is_pointed_to() -> None:
    text = "Bulges at L2-3, L3-4 and L4-5, the last of which has an annular tear."
    assert set(told(text, "annular_fissure")) == {"L4-L5"}


def test_both_counts_the_levels_behind_it() -> None:
    text = "There is a protrusion at L4-5 and a mild bulge at both L2-3 and L3-4."
    assert told(text, "bulge") == {"L2-L3": "mild", "L3-L4": "mild"}
    text = "There is grade 1 spondylolisthesis at L4-5 and minimal retrolisthesis at both L2-3 and L3-4."
    assert set(told(text, "retrolisthesis")) == {"L2-L3", "L3-L4"}


@pytest.mark.parametrize("text", [
    "The upper three lumbar discs are well preserved; the lower two are desiccated.",
    "The upper three discs are of normal signal, the lower two are dehydrated.",
    "The upper three discs are well hydrated. The lower two are degenerate.",
    "Upper three discs have normal signal; lower two show desiccation.",
    "Of the lumbar discs the upper three are normal, the lower two desiccated.",
])  # fmt: skip
def test_levels_are_counted_without_a_noun_once_discs_were_spoken_of(text: str) -> None:
    found = told(text, "degeneration")
    assert found == {**dict.fromkeys(("L1-L2", "L2-L3", "L3-L4"), "none"), **dict.fromkeys(("L4-L5", "L5-S1"), PRESENT)}


@pytest.mark.parametrize("text", [
    "The upper three discs are of normal height. The lower two are narrowed.",
    "The upper three discs are well preserved. The lower two are narrowed.",
])  # fmt: skip
def test_counted_discs_without_a_noun_are_narrowed_in_height(text: str) -> None:
    assert told(text, "disc_height_loss")["L4-L5"] == PRESENT
    assert not told(text, "canal_stenosis")


@pytest.mark.parametrize("text", [
    "There is a hemangioma in the lower two thirds of L3.",
    "The upper two vertebrae are normal in signal.",
    "The lower three roots are clumped.",
])  # fmt: skip
def test_a_count_of_other_things_is_no_level(text: str) -> None:
    assert not labels_of(text)


@pytest.mark.parametrize("text", [
    "Moderate canal stenosis at L4-5, others mild.",
    "Moderate canal stenosis at L4-5; rest mild.",
    "Canal stenosis is moderate at L4-5, others are mild.",
    "Moderate canal stenosis at L4-5, others only mild.",
])  # fmt: skip
def test_others_behind_a_comma_have_their_degree(text: str) -> None:
    assert told(text, "canal_stenosis") == {**dict.fromkeys(OTHERS, "mild"), "L4-L5": "moderate"}


def test_others_behind_a_comma_have_their_grade_of_a_scale() -> None:
    text = "Pfirrmann grade 4 at L4-5, grade 5 at L5-S1, others grade 2."
    upper = dict.fromkeys(("L1-L2", "L2-L3", "L3-L4"), "grade2")
    assert told(text, "pfirrmann") == {**upper, "L4-L5": "grade4", "L5-S1": "grade5"}


@pytest.mark.parametrize("text", [
    "The canal is narrowed at L4-5 but not elsewhere.",
    "There is canal stenosis at L4-5, but not at other levels.",
])  # fmt: skip
def test_what_is_not_elsewhere_is_denied_of_the_other_levels(text: str) -> None:
    assert told(text, "canal_stenosis") == {**dict.fromkeys(OTHERS, "none"), "L4-L5": PRESENT}


@pytest.mark.parametrize("text", ["Normal appearances at L1-2.", "L1-2: Appearances are normal."])
def test_levels_of_normal_appearances_are_normal(text: str) -> None:
    assert labels_of(text)["L1-L2 canal_stenosis"] == "none"


@pytest.mark.parametrize("text", ["Normal appearances of the conus.", "Normal appearances of the sacroiliac joints."])
def test_normal_appearances_of_other_parts_say_nothing_of_levels(text: str) -> None:
    assert not labels_of(text)


@pytest.mark.parametrize("text", [
    "Below L3 all discs are desiccated.", "From L3 to S1, all discs are desiccated.",
    "The discs are desiccated from L3 down to S1.", "From L3 down to S1 the discs are desiccated.",
])  # fmt: skip
def test_all_are_those_of_a_range_in_front(text: str) -> None:
    assert told(text, "degeneration") == dict.fromkeys(("L3-L4", "L4-L5", "L5-S1"), PRESENT)


def test_all_in_a_clause_of_their_own_are_all() -> None:
    text = "From L3 to S1 the discs bulge; all levels show facet arthropathy."
    assert len(told(text, "facet_arthropathy")) == 10


@pytest.mark.parametrize("text", [
    "At L3-4 and L4-5 the discs are dehydrated, the former mildly and the latter severely.",
    "The L3-4 and L4-5 discs are dehydrated, the former mildly, the latter severely.",
    "The discs are dehydrated at L3-4 and L4-5, mildly at the former and severely at the latter.",
])  # fmt: skip
def test_the_former_and_the_latter_stand_before_their_degrees(text: str) -> None:
    assert told(text, "degeneration") == {"L3-L4": "mild", "L4-L5": "severe"}


@pytest.mark.parametrize("text", [
    "L4-5 shows a protrusion, as does L5-S1.", "The disc at L4-5 is protruded, as is that at L5-S1.",
    "L4-5 has a protrusion, as does the disc at L5-S1.",
])  # fmt: skip
def test_a_level_does_as_another(text: str) -> None:
    assert told(text, "herniation") == {"L4-L5": "protrusion", "L5-S1": "protrusion"}


@pytest.mark.parametrize("text", [
    "Bulging of the discs is limited to L4-5 and L5-S1.", "Disc bulging is confined to the lower two levels.",
    "Disc bulging is restricted to L4-5 and L5-S1.",
])  # fmt: skip
def test_a_lesion_is_limited_to_levels(text: str) -> None:
    assert told(text, "bulge") == {"L4-L5": PRESENT, "L5-S1": PRESENT}


def test_levels_that_are_counted_may_be_left_out_of_all() -> None:
    assert set(told("All but the upper two discs are desiccated.", "degeneration")) == {"L3-L4", "L4-L5", "L5-S1"}


def test_a_level_is_normal_as_another_is() -> None:
    found = labels_of("L3-4 is unremarkable, as is L2-3.")
    assert found["L2-L3 canal_stenosis"] == found["L3-L4 canal_stenosis"] == "none"


@pytest.mark.parametrize("text", [
    "Bulges at L3-4 and L4-5, the upper mild and the lower moderate.",
    "Bulges at L3-4 and L4-5. The lower is moderate.",
    "Bulges at L3-4 and L4-5. The latter is moderate.", "Bulges at L3-4 and L4-5. It is moderate at the latter.",
    "Bulges at L3-4 and L4-5. The upper bulge is mild and the lower bulge is moderate.",
])  # fmt: skip
def test_the_upper_and_the_lower_of_two_have_their_degrees(text: str) -> None:
    found = told(text, "bulge")
    assert found["L4-L5"] == "moderate"
    assert found["L3-L4"] == ("mild" if "mild" in text else PRESENT)


@pytest.mark.parametrize("text", [
    "Stenosis at L3-4, L4-5 and L5-S1, severe at the lowest.",
    "Stenosis at L3-4, L4-5 and L5-S1, severe at the lowest level.",
    "Stenosis at L3-4, L4-5 and L5-S1; the lowest is severe.",
])  # fmt: skip
def test_the_lowest_of_several_has_its_degree(text: str) -> None:
    assert told(text, "canal_stenosis") == {"L3-L4": PRESENT, "L4-L5": PRESENT, "L5-S1": "severe"}


@pytest.mark.parametrize(("text", "level"), [
    ("Narrowing of the lowest disc.", "L5-S1"), ("The lowest lumbar disc is narrowed.", "L5-S1"),
    ("Loss of disc height at the lowest level.", "L5-S1"), ("The uppermost lumbar disc is narrowed.", "L1-L2"),
    ("Disc desiccation at the lower three levels, with loss of disc height at the lowest.", "L5-S1"),
])  # fmt: skip
def test_the_lowest_and_the_uppermost_without_a_list_are_those_of_the_spine(text: str, level: str) -> None:
    assert told(text, "disc_height_loss") == {level: PRESENT}


@pytest.mark.parametrize("text", [
    "L4-5, the lowest disc, is narrowed.", "The lowest disc (L4-5) is narrowed.", "The lowest disc, L4-5, is narrowed.",
    "L4-5, which is the lowest mobile segment, shows narrowing of the disc.",
    "The lowest disc is L4-5 and is narrowed.",
])  # fmt: skip
def test_the_lowest_only_describes_a_level_that_is_named(text: str) -> None:
    assert told(text, "disc_height_loss") == {"L4-L5": PRESENT}


@pytest.mark.parametrize("text", ["The lower endplate of L4 is irregular.", "The lowest rib is on T12."])
def test_what_else_is_lower_or_lowest_is_no_level(text: str) -> None:
    assert labels_of(text) == {}


@pytest.mark.parametrize("text", [
    "Canal: severe at L4-5 due to facet hypertrophy, patent elsewhere.",
    "Severe canal stenosis at L4-5 due to facet hypertrophy, patent elsewhere.",
    "Foramina: moderate at L4-5 due to facet hypertrophy, patent elsewhere.",
])  # fmt: skip
def test_the_cause_at_a_level_is_not_elsewhere(text: str) -> None:
    assert told(text, "facet_arthropathy") == {"L4-L5 left": PRESENT, "L4-L5 right": PRESENT}


@pytest.mark.parametrize("text", [
    "L2-3, L3-4 and L4-5 discs are desiccated, the upper two mildly.",
    "Desiccation from L2-3 to L4-5, mild at the upper two levels.",
    "L2-3, L3-4, L4-5: Desiccation, mild at the upper two.",
])  # fmt: skip
def test_the_upper_two_are_those_of_a_list(text: str) -> None:
    found = told(text, "degeneration")
    assert {level: grades for level, grades in found.items() if grades == "mild"} == {"L2-L3": "mild", "L3-L4": "mild"}


def test_the_upper_two_are_those_of_the_spine_where_a_list_has_none_of_them() -> None:
    text = "The L3-4, L4-5 and L5-S1 discs are desiccated, the upper two discs are normal."
    assert told(text, "bulge") == {"L1-L2": "none", "L2-L3": "none"}
