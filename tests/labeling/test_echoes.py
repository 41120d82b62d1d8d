"""Levels of which a report says but that they are like another one; all texts are invented."""

import pytest
from tests.labeling.conftest import PRESENT, told


@pytest.mark.parametrize("text", [
    "L3-4: Moderate canal stenosis. L4-5: Similar findings.",
    "L3-4: Moderate canal stenosis.\nL4-5: Identical appearances.",
    "L3-4: Moderate canal stenosis.\nL4-5: Ditto.",
    "L2-3: Normal.\nL3-4: Moderate canal stenosis.\nL4-5: Similar to L3-4.\nL2-3: Normal.",
    "L2-3: Normal.\nL3-4: Moderate canal stenosis.\nL4-5: The findings are the same as at L3-4.\nL2-3: Normal.",
    "There is moderate canal stenosis at L3-4. Similar changes are seen at L4-5.",
    "Moderate canal stenosis at L3-4. The same is true of L4-5.",
])  # fmt: skip
def test_a_level_like_another_has_what_that_has(text: str) -> None:
    stenosis = told(text, "canal_stenosis")
    assert {level: stenosis[level] for level in ("L3-L4", "L4-L5")} == {"L3-L4": "moderate", "L4-L5": "moderate"}


def test_all_that_was_said_of_a_level_is_said_again_and_more_may_follow() -> None:
    text = "L3-4: Disc bulge. No canal stenosis.\nL4-5: Similar findings. Mild left foraminal stenosis."
    assert told(text, "bulge") == {"L3-L4": PRESENT, "L4-L5": PRESENT}
    assert told(text, "canal_stenosis") == {"L3-L4": "none", "L4-L5": "none"}
    assert told(text, "foraminal_stenosis") == {"L4-L5 left": "mild"}


@pytest.mark.parametrize("text", [
    "L3-4: Moderate canal stenosis.\nL4-5: Similar findings to the previous study.",
    "L3-4: Moderate canal stenosis.\nL4-5: Disc bulge, similar to L3-4.",
    "L3-4: Moderate canal stenosis.\nFacet changes are similar to L4-5.",
    "L4-5: Similar findings.\nL3-4: Moderate canal stenosis.",
])  # fmt: skip
def test_a_likeness_in_one_respect_or_to_something_else_says_nothing_again(text: str) -> None:
    assert told(text, "canal_stenosis") == {"L3-L4": "moderate"}


@pytest.mark.parametrize("likeness", [
    "Same.", "Same as above.", "As above.", "Likewise.", "Similar.", "As at L3-4.", "Similar to the level above.",
    "As described for L3-4.",
])  # fmt: skip
def test_a_likeness_may_be_all_that_stands_below_a_heading(likeness: str) -> None:
    text = f"L2-3: Normal.\nL3-4: Moderate canal stenosis.\nL4-5: {likeness}\n"
    stenosis = told(text, "canal_stenosis")
    assert stenosis == {"L2-L3": "none", "L3-L4": "moderate", "L4-L5": "moderate"}


@pytest.mark.parametrize("likeness", [
    "As at L3-4, but with severe canal stenosis.", "Similar, but the canal stenosis is severe.",
    "Same as L3-4, although the canal stenosis is severe.", "As for L3-4. The canal stenosis is severe.",
])  # fmt: skip
def test_what_a_level_has_of_its_own_stands_beside_a_likeness(likeness: str) -> None:
    text = f"L3-4: Mild bulge. Mild canal stenosis.\nL4-5: {likeness}"
    assert told(text, "bulge") == {"L3-L4": "mild", "L4-L5": "mild"}
    assert told(text, "canal_stenosis") == {"L3-L4": "mild", "L4-L5": "severe"}


@pytest.mark.parametrize("text", [
    "There is a mild bulge at L3-4 and the same at L4-5.", "Mild bulge at L3-4 and similarly at L4-5.",
])  # fmt: skip
def test_a_likeness_joins_levels(text: str) -> None:
    assert told(text, "bulge") == {"L3-L4": "mild", "L4-L5": "mild"}


@pytest.mark.parametrize("text", [
    "Grade 1 anterolisthesis of L4 on L5.\nL3-4: Mild bulge.\nL4-5: As above. Severe canal stenosis.",
    "L3-4: Mild bulge.\nL4-5: Similar to the previous study.",
    "L3-4: Mild bulge.\nL4-5: Canal: same as on the previous study.",
])  # fmt: skip
def test_a_likeness_to_what_is_not_another_level_says_nothing_again(text: str) -> None:
    assert told(text, "bulge") == {"L3-L4": "mild"}


def test_as_per_another_level() -> None:
    assert told("L3-4: Mild bulge. L4-5: As per L3-4.", "bulge") == {"L3-L4": "mild", "L4-L5": "mild"}


def test_as_and_like_may_stand_right_before_the_level() -> None:
    text = "L1-2: Mild disc bulge.\nL2-3: As L1-2.\nL3-4: Like L2-3.\nL4-5: as L3-4 but with severe canal stenosis."
    assert told(text, "bulge") == dict.fromkeys(("L1-L2", "L2-L3", "L3-L4", "L4-L5"), "mild")
    assert told(text, "canal_stenosis") == {"L4-L5": "severe"}
