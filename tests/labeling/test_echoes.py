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
