"""Items of a list: each noun keeps its own site, and negatives may say their levels last."""

import pytest

from deepspine.data.findings import Side
from deepspine.data.label_table import LabelKey
from deepspine.data.levels import LUMBAR_LEVELS, Level
from deepspine.labeling.tables import label_texts


def labels(text: str) -> dict[tuple[str, str], str]:
    """Return the labels of L4-L5 by finding and side."""
    table = label_texts([text])
    return {(key.finding, key.side.value): str(grades) for key, grades in table.items() if key.level is Level.L4_L5}


@pytest.mark.parametrize("joint", [" and", ","])
def test_a_second_noun_does_not_take_the_site_of_the_first(joint: str) -> None:
    found = labels(f"L4-5: indentation of the thecal sac{joint} severe left and mild right lateral recess narrowing.")
    assert found == {
        ("thecal_sac", ""): "indentation",
        ("subarticular_stenosis", "left"): "severe",
        ("subarticular_stenosis", "right"): "mild",
    }


@pytest.mark.parametrize(
    "text",
    [
        "No abnormality at any level.",
        "IMPRESSION:\nNo significant abnormality at any lumbar level.",
        "No significant abnormality is seen at the lumbar levels.",
    ],
)
def test_no_abnormality_at_any_level_is_normal_at_all_five(text: str) -> None:
    table = label_texts([text])
    assert {key.level for key in table} == set(LUMBAR_LEVELS)
    assert {str(grades) for grades in table.values()} == {"none"}
    assert LabelKey("1", Level.L2_L3, "nerve_root", Side.RIGHT) in table
