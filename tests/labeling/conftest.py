"""One labeler for all tests: the lexicon takes a moment to compile."""

import pytest

from deepspine.labeling.pipeline import Labeler
from deepspine.labeling.tables import label_texts


@pytest.fixture(scope="session")
def labeler() -> Labeler:
    return Labeler()


def labels_of(text: str) -> dict[str, str]:
    """Return the labels of a text as {"L4-L5 canal_stenosis": "mild", "L4-L5 nerve_root left": ...}."""
    return {
        " ".join(part for part in (key.level, key.finding, key.side) if part): str(grades)
        for key, grades in label_texts([text]).items()
    }
