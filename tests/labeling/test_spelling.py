"""Domain words are repaired, real words are left alone."""

import pytest
from tests.labeling.conftest import labels_of

from deepspine.labeling.lexicon import load_lexicon
from deepspine.labeling.spelling import distance, guarded_words


@pytest.mark.parametrize(("slip", "meant"), [
    ("protrusoin", "protrusion"), ("stensois", "stenosis"), ("compresing", "compressing"), ("foraminel", "foraminal"),
    ("desicated", "desicated"), ("forminal", "foraminal"), ("herniaton", "herniation"), ("narowing", "narrowing"),
    ("extrussion", "extrusion"), ("bulgeing", "bulging"),
])  # fmt: skip
def test_a_slip_of_a_domain_word_is_repaired(slip: str, meant: str) -> None:
    assert load_lexicon(None).speller.repair(slip) == meant


@pytest.mark.parametrize("word", sorted(guarded_words()))
def test_a_guarded_word_is_left_alone(word: str) -> None:
    assert load_lexicon(None).speller.repair(word) == word


@pytest.mark.parametrize(
    "word",
    ["kidneys", "haemangioma", "previously", "contrast", "formation", "osteoporotic", "hydronephrosis", "uterus"],
)
def test_an_ordinary_word_is_left_alone(word: str) -> None:
    assert load_lexicon(None).speller.repair(word) == word


def test_glued_words_are_parted() -> None:
    assert (
        labels_of("L3-4: bulge is notedslightly narrowing the left foramen.")["L3-L4 foraminal_stenosis left"] == "mild"
    )


def test_a_swap_of_neighbours_is_one_edit() -> None:
    assert distance("canla", "canal") == 1
