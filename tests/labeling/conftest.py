"""One labeler for all tests: the lexicon takes a moment to compile."""

import pytest

from deepspine.labeling.pipeline import Labeler
from deepspine.labeling.tables import label_texts

PRESENT = "mild|moderate|severe"
"""A finding that is there, without a degree."""


@pytest.fixture(scope="session")
def labeler() -> Labeler:
    return Labeler()


def labels_of(text: str) -> dict[str, str]:
    """Return the labels of a text as {"L4-L5 canal_stenosis": "mild", "L4-L5 nerve_root left": ...}."""
    return {
        " ".join(part for part in (key.level, key.finding, key.side) if part): str(grades)
        for key, grades in label_texts([text]).items()
    }


def told(text: str, finding: str) -> dict[str, str]:
    """Return the labels of one finding, as {"L4-L5 left": "mild", ...}."""
    return {key.replace(f" {finding}", ""): grades for key, grades in labels_of(text).items() if finding in key.split()}


def at_l45(finding: str, grades: str) -> dict[str, str]:
    """Return what `told` returns for L4-L5, on both sides where the finding has sides."""
    lateral = finding in ("foraminal_stenosis", "subarticular_stenosis", "nerve_root")
    return {f"L4-L5 {side}": grades for side in ("left", "right")} if lateral else {"L4-L5": grades}
