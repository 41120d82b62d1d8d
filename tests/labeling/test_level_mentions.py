"""Levels, lists, ranges; roots and vertebrae are none."""

import pytest

from deepspine.labeling.level_mentions import read_group
from deepspine.labeling.level_order import LEVELS
from deepspine.labeling.texts.tokenization import tokenize


@pytest.mark.parametrize(("text", "levels"), [
    ("L4-5", "L4-L5"),
    ("L5/S1", "L5-S1"),
    ("L45", "L4-L5"),
    ("L51", "L5-S1"),
    ("D12-L1", "T12-L1"),
    ("Th12-L1", "T12-L1"),
    ("Th12/L1 to L2/L3", "T12-L1 L1-L2 L2-L3"),
    ("Th12 to L2", "T12-L1 L1-L2"),
    ("L3-4, L4-5 and L5-S1", "L3-L4 L4-L5 L5-S1"),
    ("L2-3 through L4-5", "L2-L3 L3-L4 L4-L5"),
    ("L3 to S1", "L3-L4 L4-L5 L5-S1"),
    ("L4-S1", "L4-L5 L5-S1"),
    ("L3-4-5", "L3-L4 L4-L5"),
    ("L4-5/L5-S1", "L4-L5 L5-S1"),
    ("L3-4 and 4-5", "L3-L4 L4-L5"),
    ("L5, S1", "L5-S1"),
    ("L-5, S-1", "L5-S1"),
    ("L-4 L-5", "L4-L5"),
    ("L-4 to L-5", "L4-L5"),
    ("L-1 through L-3", "L1-L2 L2-L3"),
    ("L-4 on L-5", "L4-L5"),
    ("L5-S-1", "L5-S1"),
    ("T-12/L-1", "T12-L1"),
    ("T-12toL1", "T12-L1"),
    ("L5-6", "L5-L6"),
    ("L6-S1", "L6-S1"),
    ("L1-L2 to L6-S1", "L1-L2 L2-L3 L3-L4 L4-L5 L5-L6 L6-S1"),
    ("L4 & L5 disc", "L4-L5"),
    ("L4 on L5", "L4-L5"),
    ("L4 -- L5", "L4-L5"),
    ("L5-SI", "L5-S1"),
    ("L4-5 > L5-S1", "L4-L5 L5-S1"),
    ("L4-5 more than L3-4", "L4-L5 L3-L4"),
    ("L4-5, followed by L5-S1", "L4-L5 L5-S1"),
    ("L4-5 and to a lesser extent at L5-S1", "L4-L5 L5-S1"),
    ("L4-5 and less so at L3-4", "L4-L5 L3-L4"),
    ("L1 to L3-4", "L1-L2 L2-L3 L3-L4"),
    ("T12 through L1-2", "T12-L1 L1-L2"),
    ("L3/L4 L4/L5 & L5/S1 levels", "L3-L4 L4-L5 L5-S1"),
    ("L4-5 L5-S1 protrusion", "L4-L5"),
    ("L2-3 up to L5-S1", "L2-L3 L3-L4 L4-L5 L5-S1"),
    ("L5-S1 to L3-4", "L5-S1 L4-L5 L3-L4"),
    ("L2 down to L4/L5", "L2-L3 L3-L4 L4-L5"),
    ("L4 to L5/S1", "L4-L5 L5-S1"),
    ("C5-6", ""),
    ("T11-12", ""),
    ("Th11/Th12", ""),
])  # fmt: skip
def test_a_group_of_levels_is_read(text: str, levels: str) -> None:
    group = read_group(tokenize(text).words, 0)
    assert group is not None
    assert " ".join(LEVELS[index].value for index in group.levels) == levels


@pytest.mark.parametrize(
    "text",
    [
        "L5 root",
        "L4 and L5",
        "S1",
        "L3 vertebral body",
        "L4 & L5 vertebral bodies: normal",
        "L4.5 mm",
        "L3 and L5: normal",
    ],
)
def test_roots_and_vertebrae_are_no_levels(text: str) -> None:
    assert read_group(tokenize(text).words, 0) is None


@pytest.mark.parametrize("text", ["stenosis at 4/5", "the 4/5 disc", "the 4-5 level", "bulge. 4/5: stenosis"])
def test_numbers_alone_are_a_level_where_they_can_be_nothing_else(text: str) -> None:
    words = tokenize(text).words
    group = read_group(words, words.index("4"))
    assert group is not None
    assert [LEVELS[index].value for index in group.levels] == ["L4-L5"]


@pytest.mark.parametrize(
    "text", ["protrusion at 4/5 mm", "power reduced at 4/5", "power of 4/5", "images 4/5", "Pfirrmann 4/5 discs"]
)
def test_numbers_of_sizes_and_ratings_are_no_levels(text: str) -> None:
    words = tokenize(text).words
    assert read_group(words, words.index("4")) is None


@pytest.mark.parametrize("text", ["L3-4 - 5 mm protrusion", "L3/4 - 5 x 4 mm protrusion", "L3-L4 - 5 cm"])
def test_a_size_behind_a_dash_is_no_third_vertebra(text: str) -> None:
    group = read_group(tokenize(text).words, 0)
    assert group is not None
    assert [LEVELS[index].value for index in group.levels] == ["L3-L4"]
