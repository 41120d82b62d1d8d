"""What must not matter does not, and what is renamed moves along."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.labeling.conftest import labels_of

from deepspine.experiments.benchmarks.labeling.corpus import reports
from deepspine.labeling.tables import label_texts

GOLDEN = Path(__file__).parents[1] / "golden" / "labeling"
UNRELATED = "A 2 cm cyst of the left kidney is noted incidentally."
INVENTED = reports(12, seed=5)


def swapped(text: str) -> str:
    words = {"left": "right", "right": "left", "Left": "Right", "Right": "Left"}
    return re.sub("|".join(words), lambda match: words[match.group()], text)


def swapped_grades(grades: str) -> str:
    """Zones are named by side; a set keeps the order of the scale."""
    return "|".join(sorted(swapped(grades).split("|"))) if "_" in grades else grades


@pytest.mark.parametrize("number", range(len(INVENTED)))
def test_upper_case_changes_nothing(number: int) -> None:
    assert labels_of(INVENTED[number].upper()) == labels_of(INVENTED[number])


@pytest.mark.parametrize("number", range(len(INVENTED)))
def test_swapping_left_and_right_swaps_the_labels(number: int) -> None:
    expected = {swapped(key): swapped_grades(grades) for key, grades in labels_of(INVENTED[number]).items()}
    assert labels_of(swapped(INVENTED[number])) == expected


@pytest.mark.parametrize("number", range(len(INVENTED)))
def test_an_unrelated_sentence_changes_nothing(number: int) -> None:
    assert labels_of(f"{INVENTED[number]}\n\n{UNRELATED}") == labels_of(INVENTED[number])


@pytest.mark.parametrize(
    "sentence", ["{}: Mild canal stenosis and left foraminal narrowing.", "At {} there is a bulge."]
)
def test_renaming_a_level_moves_its_labels(sentence: str) -> None:
    before, after = labels_of(sentence.format("L3-L4")), labels_of(sentence.format("L2-L3"))
    assert {key.replace("L3-L4", "L2-L3"): grades for key, grades in before.items()} == after


@pytest.mark.parametrize(
    "spelling", ["L4-5", "L4/5", "L4/L5", "L4-L5", "L45", "l4-l5", "L4–L5", "L4 L5", "L4_L5", "LV4-LV5"]
)
def test_every_spelling_of_a_level_is_the_same_level(spelling: str) -> None:
    assert labels_of(f"{spelling}: mild bulge.") == {"L4-L5 bulge": "mild"}


REWRITINGS = {
    "at the level of": (r"\b([Aa])t (?=L\d)", r"\1t the level of "),
    "spelt disk": (r"\bdisc", "disk"),
    "I see": (r"\bThere (?:is|are)\b", "I see"),
    "slashes": (r"\b(L\d)\s?-\s?(?=[LS]?\d)", r"\1/"),
    "windows line ends": (r"\n", "\r\n"),
    "two spaces": (r"\. ", ".  "),
}
"""What leaves the meaning of a report alone: a pattern and what stands in its place."""


@pytest.mark.parametrize("rewriting", REWRITINGS)
@pytest.mark.parametrize("path", sorted(GOLDEN.glob("*.txt")), ids=lambda path: path.stem)
def test_another_wording_of_a_whole_report_changes_nothing(path: Path, rewriting: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert labels_of(re.sub(*REWRITINGS[rewriting], text)) == labels_of(text)


@given(
    st.permutations(["L2-3: mild bulge.", "L3-4: no stenosis.", "L4-5: severe canal stenosis.", "L5-S1: extrusion."])
)
def test_the_order_of_headed_lines_does_not_matter(lines: list[str]) -> None:
    assert labels_of("\n".join(lines)) == labels_of("\n".join(sorted(lines)))


@given(st.text(max_size=300))
def test_no_text_breaks_the_labeler(text: str) -> None:
    label_texts([text])


WORDS = [
    "no",
    "mild",
    "severe",
    "left",
    "both",
    "canal",
    "foramina",
    "stenosis",
    "bulge",
    "protrusion",
    "at",
    "L4-5",
    "L5-S1",
    "and",
    ",",
    ".",
    ";",
    "with",
    "but",
    "not",
    "compressing",
    "the",
    "thecal",
    "sac",
    "nerve",
    "root",
    "is",
    "patent",
    "possible",
    "except",
    "elsewhere",
    "previously",
    "from",
    "to",
    "at",
    "least",
    ":",
    "(",
    ")",
    "-",
    "|",
    "normal",
    "disc",
    "Modic",
    "type",
    "II",
    "grade",
    "1",
    "slip",
    "worst",
    "remaining",
    "this",
    "level",
    "impression",
    "addendum",
]


@given(st.lists(st.sampled_from([*WORDS, "\n"]), max_size=40))
def test_no_order_of_domain_words_breaks_the_labeler(words: list[str]) -> None:
    label_texts([" ".join(words)])


LISTED = (
    "Lateral recess stenosis: L1-2 on both sides and L2-3 on the left",
    "Disc bulging at L3-4 mild, at L4-5 moderate to severe; L5-S1 bilaterally",
    "Foraminal narrowing: L3-4 left, L4-5 (both), L5-S1",
    "Reactive oedema in the inferior endplate of L5, Schmorl's node at L4",
    "Small left paracentral L4-5 and right foraminal L5-S1 protrusions with root contact",
)
"""Sentences of many parts; the last word ends the text."""


@given(
    st.sampled_from([*LISTED, *(sentence for text in INVENTED for sentence in text.splitlines() if sentence)]),
    st.lists(st.tuples(st.integers(0, 60), st.sampled_from(["", *WORDS, "\n"])), max_size=6),
)
def test_no_damage_to_a_sentence_breaks_the_labeler(sentence: str, damages: list[tuple[int, str]]) -> None:
    words = sentence.split(" ")
    for place, word in damages:
        words[place % len(words)] = word
    label_texts([" ".join(words)])
