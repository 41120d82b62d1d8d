"""Domain words are repaired, real words are left alone."""

import pytest
from tests.labeling.conftest import labels_of

from deepspine.labeling.lexicon import load_lexicon
from deepspine.labeling.texts.spelling import distance, guarded_words


@pytest.mark.parametrize(("slip", "meant"), [
    ("protrusoin", "protrusion"), ("stensois", "stenosis"), ("compresing", "compressing"), ("foraminel", "foraminal"),
    ("desicated", "desicated"), ("forminal", "foraminal"), ("herniaton", "herniation"), ("narowing", "narrowing"),
    ("extrussion", "extrusion"), ("bulgeing", "bulging"), ("mpinging", "impinging"), ("omderate", "moderate"),
    ("degenrtive", "degenerative"), ("comprresing", "compressing"),
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


@pytest.mark.parametrize("word", [
    "maximally", "wrapping", "infected", "diminution", "severest", "comprising", "comprised", "asymmetrical",
    "presented", "reflected", "rejected", "shared", "files", "trips", "clean", "injected", "tracking", "constructs",
    "preferred", "bridging", "reversal",
])  # fmt: skip
def test_a_word_with_other_letters_is_another_word(word: str) -> None:
    assert load_lexicon(None).speller.repair(word) == word


@pytest.mark.parametrize("text", [
    "L2-3: the canal is maximally narrowed.", "L2-3: diminution of the caliber of the canal.",
    "L2-3: the canal is progressively narrowed.",
])  # fmt: skip
def test_an_unknown_word_grades_nothing(text: str) -> None:
    assert labels_of(text)["L2-L3 canal_stenosis"] == "mild|moderate|severe"


@pytest.mark.parametrize("text", [
    "L2-3: Scar wrapping the right L3 root.", "L2-3: The thecal sac is surrounded by infected tissue.",
    "L2-3: The soft tissue comprises granulation and the right L3 root.",
])  # fmt: skip
def test_an_unknown_verb_does_nothing_to_a_root_or_sac(text: str) -> None:
    assert labels_of(text) == {}


def test_glued_words_are_parted() -> None:
    assert (
        labels_of("L3-4: bulge is notedslightly narrowing the left foramen.")["L3-L4 foraminal_stenosis left"] == "mild"
    )


@pytest.mark.parametrize("text", [
    "L3-4: dehydrated disc. Limbus fragment anterosuperiorly at L4.", "L3-4: dehydrated disc, defect anteroinferiorly.",
    "L3-4: the disc is dehydrated anterosuperiorly.",
])  # fmt: skip
def test_a_direction_is_no_slip(text: str) -> None:
    assert labels_of(text) == {"L3-L4 degeneration": "mild|moderate|severe"}


def test_a_swap_of_neighbours_is_one_edit() -> None:
    assert distance("canla", "canal") == 1
