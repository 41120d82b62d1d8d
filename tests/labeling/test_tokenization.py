"""Markup goes, offsets stay."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.labeling.conftest import PRESENT, at_l45, labels_of, told

from deepspine.labeling.texts.markup import normalise
from deepspine.labeling.texts.tokenization import lower, tokenize


@given(st.text(max_size=200))
def test_normalising_moves_no_character(text: str) -> None:
    assert len(normalise(text)) == len(text)
    assert len(lower(text)) == len(text)


@given(st.text(alphabet="ab L45-/.,\n~<>&;", max_size=80))
def test_tokens_keep_their_place(text: str) -> None:
    tokens = tokenize(text)
    for word, start, end in zip(tokens.words, tokens.starts, tokens.ends, strict=True):
        assert lower(tokens.text[start:end]) == word


@pytest.mark.parametrize("text", [
    "L4-5:<br/>Mild bulge.<p>L5-S1: Normal.</p>",
    "L4-5:\\.br\\Mild bulge.\\.br\\L5-S1: Normal.",
    "L4-5: Mild bulge.~L5-S1: Normal.",
    "L4-5: Mild bulge./// L5-S1: Normal.",
    "{\\rtf1\\ansi{\\fonttbl{\\f0 Arial;}}\\b L4-5:\\b0  Mild bulge.\\par L5-S1: Normal.\\par}",
    "L4-5: Mild&nbsp;bulge.&#10;L5-S1: Normal.",
])  # fmt: skip
def test_remains_of_markup_are_blanked_out(text: str) -> None:
    words = [word for word in tokenize(text).words if word.isalnum()]
    assert words == ["l4", "5", "mild", "bulge", "l5", "s1", "normal"]


def test_a_line_filled_by_an_editor_is_one_sentence() -> None:
    line = "There is a broad based disc protrusion at this level with moderate narrowing of the"
    assert "\n" not in tokenize(f"{line}\nleft neural foramen.").words


def test_a_line_of_its_own_stays_one() -> None:
    assert tokenize("Mild bulge\nNo stenosis").words.count("\n") == 1


def test_line_ends_of_windows_are_one_line_end() -> None:
    text = "FINDINGS:\r\nL4-5: Mild bulge.\r\n\r\nL5-S1: normal."
    assert tokenize(text).words == tokenize(text.replace("\r\n", "\n")).words
    assert len(normalise(text)) == len(text)


@pytest.mark.parametrize("text", [
    "L4-5: mod. DDD.", "L4-5: Mild bulge, mod. DDD.", "L4-5: bulge / mod. disc degeneration", "L4-5 Mod. desiccation.",
    "L4-5 - mod. DDD, no HNP", "L4-5: mod. disc desiccation; canal patent",
])  # fmt: skip
def test_the_stop_of_a_shortened_degree_ends_no_sentence(text: str) -> None:
    assert labels_of(text)["L4-L5 degeneration"] == "moderate"


@pytest.mark.parametrize("side", ["L", "Lt", "lt.", "left"])
def test_a_shortened_degree_stands_before_or_behind_its_side(side: str) -> None:
    for text in (f"mod. {side} facet hypertrophy", f"{side} mod. facet hypertrophy"):
        assert told(f"L4-5: {text}, no HNP", "facet_arthropathy") == {"L4-L5 left": "moderate"}


def test_a_shortened_degree_ends_a_field_before_the_next() -> None:
    found = labels_of("L4-5: Canal stenosis: mod. Foraminal stenosis: mild.")
    assert (found["L4-L5 canal_stenosis"], found["L4-L5 foraminal_stenosis left"]) == ("moderate", "mild")


@pytest.mark.parametrize("both", ["bil", "bil.", "bilat", "b/l"])
def test_shortened_bilateral_is_both_sides(both: str) -> None:
    found = told(f"L4-5: Left protrusion, mild {both} foraminal stenosis.", "foraminal_stenosis")
    assert found == {"L4-L5 left": "mild", "L4-L5 right": "mild"}


def test_a_heading_stands_behind_shortened_bilateral_at_the_end_of_a_sentence() -> None:
    text = "Facet hypertrophy L4-5 bilat. Foramina: L4-5 mild bilat. Canal: normal."
    assert told(text, "facet_arthropathy") == {"L4-L5 left": PRESENT, "L4-L5 right": PRESENT}
    assert told(text, "foraminal_stenosis") == {"L4-L5 left": "mild", "L4-L5 right": "mild"}


@pytest.mark.parametrize(("short", "finding"), [
    ("Mild CS", "canal_stenosis"), ("Mild NF sten", "foraminal_stenosis"), ("Mild LR sten", "subarticular_stenosis"),
])  # fmt: skip
def test_shortened_stenoses(short: str, finding: str) -> None:
    assert told(f"L4-5: Protrusion abutting the left L5 root, {short}.", finding) == at_l45(finding, "mild")


@pytest.mark.parametrize("coding", ["cp1252", "latin-1"])
def test_utf8_that_was_read_as_another_coding_is_what_it_was(coding: str) -> None:
    text = "L4\u20135: severe canal stenosis \u2014 \u201cold\u201c. L5\u2013S1: \u2022 patient\u2019s bulge \u2264 3."
    misread = text.encode().decode(coding)
    assert len(normalise(misread)) == len(misread)
    assert labels_of(misread) == labels_of(text) == {"L4-L5 canal_stenosis": "severe", "L5-S1 bulge": PRESENT}
