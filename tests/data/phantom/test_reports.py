"""What a report says is what its words mean by the label scheme: read again here, statement by statement."""

import re

import numpy as np
import pytest
from tests.data.phantom.conftest import healthy_level

from deepspine.data.findings import FINDINGS, Side
from deepspine.data.grade_sets import GradeSet
from deepspine.data.levels import LUMBAR_LEVELS, REPORTED_LEVELS, Level
from deepspine.data.phantom.pathology import StudyGrades, draw_grades
from deepspine.data.phantom.phrases import NORMAL_FINDINGS, Phrasebook, Statement
from deepspine.data.phantom.report_styles import STYLES
from deepspine.data.phantom.reports import Report, with_label_noise, write_report
from deepspine.data.phantom.voices import AMERICAN, BRITISH, GERMAN, TELEGRAPHIC, Voice

VOICES = {"american": AMERICAN, "british": BRITISH, "german": GERMAN, "telegraphic": TELEGRAPHIC}
DEGREE_OF = {
    **dict.fromkeys(("mild", "minimal", "min", "slight", "minor", "low-grade"), "mild"),
    **dict.fromkeys(("moderate", "mod"), "moderate"),
    **dict.fromkeys(("severe", "sev", "marked", "high-grade", "pronounced"), "severe"),
}
"""The grade of each word, written down again from the label scheme."""

SEVERITY_FINDINGS = [f.name for f in FINDINGS.values() if "moderate" in f.scale]
SIDE_OF = {"left": "left", "lt": "left", "left-sided": "left", "right": "right", "rt": "right", "right-sided": "right"}


def grades_of_seed(seed: int) -> StudyGrades:
    return draw_grades(np.random.default_rng(seed), REPORTED_LEVELS)


def meaning_of(words: str, finding: str) -> GradeSet:
    """Read the degree of one finding on one side from words alone."""
    degrees = [
        DEGREE_OF[word] for word in re.split(r"[\s,]+|(?<!low)(?<!high)-(?!sided)", words.lower()) if word in DEGREE_OF
    ]
    scale = FINDINGS[finding]
    meaning = GradeSet.of(scale, *degrees) if degrees else GradeSet.present(scale)
    return meaning | GradeSet.of(scale, "none") if "possible" in words else meaning


def statements(voice: Voice, seeds: range) -> list[tuple[Level, Statement]]:
    found = []
    for seed in seeds:
        told = grades_of_seed(seed)
        book = Phrasebook(np.random.default_rng(seed), voice, told)
        found += [(level, statement) for level in told for statement in book.abnormalities(level)]
    return found


@pytest.mark.parametrize("voice", VOICES)
def test_degrees_mean_what_their_words_mean(voice: str) -> None:
    checked = 0
    for level, statement in statements(VOICES[voice], range(60)):
        if statement.finding not in SEVERITY_FINDINGS:
            continue
        parts = (
            statement.text.split(" and ") if len({str(g) for g in statement.said.values()}) > 1 else [statement.text]
        )
        for (place, name, side), grades in statement.said.items():
            assert (place, name) == (level, statement.finding)
            words = next((p for p in parts if any(SIDE_OF.get(w.lower()) == side for w in p.split())), parts[0])
            assert grades == meaning_of(words, name), statement.text
            checked += 1
    assert checked > 200


@pytest.mark.parametrize("voice", VOICES)
def test_a_statement_about_one_side_says_nothing_of_the_other(voice: str) -> None:
    for _, statement in statements(VOICES[voice], range(60)):
        if FINDINGS[statement.finding].lateral:
            words = {SIDE_OF.get(word.lower()) for word in statement.text.split()} - {None}
            sides = {side.value for _, _, side in statement.said}
            assert sides == (words or {"left", "right"}), statement.text


@pytest.mark.parametrize("voice", VOICES)
def test_what_a_truthful_statement_says_admits_the_picture(voice: str) -> None:
    for seed in range(40):
        told = grades_of_seed(seed)
        book = Phrasebook(np.random.default_rng(seed), VOICES[voice], told)
        for level in told:
            for statement in [*book.abnormalities(level), *book.absences(level)]:
                for (place, name, side), grades in statement.said.items():
                    assert grades.admits(told[place].get((name, side), "none")), statement.text


def report(style: str, seed: int, told: StudyGrades | None = None, omission: float = 0.15) -> Report:
    return write_report(np.random.default_rng(seed), told or grades_of_seed(seed), style=style, omission=omission)


@pytest.mark.parametrize("style", STYLES)
def test_a_truthful_report_admits_the_picture(style: str) -> None:
    for seed in range(40):
        told = grades_of_seed(seed)
        for (level, name, side), grades in report(style, seed).said.items():
            assert grades.admits(told[level].get((name, side), "none")), (style, seed, level, name)


@pytest.mark.parametrize("style", STYLES)
def test_a_report_names_every_level_that_it_finds_something_at(style: str) -> None:
    for seed in range(20):
        told = grades_of_seed(seed)
        written = report(style, seed)
        book = Phrasebook(np.random.default_rng(0), STYLES[style][0], told)
        for (level, name, _), grades in written.said.items():
            if name not in ("spondylolisthesis", "retrolisthesis", "herniation_zone") and not grades.admits("none"):
                assert book.level_name(level) in written.text


def test_there_are_at_least_eight_styles_and_they_differ() -> None:
    texts = {report(style, 3).text for style in STYLES}
    assert len(texts) == len(STYLES) >= 8


def test_a_normal_level_is_none_for_eight_findings_and_silent_on_the_rest() -> None:
    told = {level: healthy_level() for level in LUMBAR_LEVELS}
    book = Phrasebook(np.random.default_rng(0), AMERICAN, told)
    said = book.normal_level(Level.L1_L2).said
    assert {name for _, name, _ in said} == set(NORMAL_FINDINGS)
    assert len(said) == 11
    assert all(str(grades) == "none" for grades in said.values())


def test_no_stenosis_without_a_site_covers_canal_foramina_and_recesses() -> None:
    told = {level: healthy_level() for level in LUMBAR_LEVELS}
    book = Phrasebook(np.random.default_rng(0), AMERICAN, told)
    (statement,) = [s for s in book.absences(Level.L3_L4) if s.text == "no stenosis"]
    assert sorted({name for _, name, _ in statement.said}) == [
        "canal_stenosis",
        "foraminal_stenosis",
        "subarticular_stenosis",
    ]
    assert len(statement.said) == 5


def test_no_root_compression_leaves_contact_and_displacement() -> None:
    told = {level: healthy_level() for level in LUMBAR_LEVELS}
    for seed in range(20):
        book = Phrasebook(np.random.default_rng(seed), AMERICAN, told)
        for statement in book.absences(Level.L3_L4):
            if statement.text == "no nerve root compression":
                assert {str(grades) for grades in statement.said.values()} == {"none|contact|displacement"}
                return
    pytest.fail("the phrase never came")


def test_blanket_negatives_cover_the_five_lumbar_levels_and_no_other() -> None:
    told = {level: healthy_level() for level in REPORTED_LEVELS}
    book = Phrasebook(np.random.default_rng(0), AMERICAN, told)
    statement = book.blanket("herniation", {"herniation": ("no disc herniation",)})
    assert statement is not None
    assert {level for level, _, _ in statement.said} == set(LUMBAR_LEVELS)


def test_no_blanket_negative_where_one_level_has_the_finding() -> None:
    told = {level: healthy_level() for level in LUMBAR_LEVELS}
    told[Level.L5_S1]["herniation", Side.MIDLINE] = "protrusion"
    book = Phrasebook(np.random.default_rng(0), AMERICAN, told)
    assert book.blanket("herniation", {"herniation": ("no disc herniation",)}) is None


def test_spines_with_other_numbers_of_levels_get_no_blanket_statements() -> None:
    told = {level: healthy_level() for level in (*LUMBAR_LEVELS[:4], Level.L5_L6, Level.L6_S1)}
    book = Phrasebook(np.random.default_rng(0), AMERICAN, told)
    assert book.alignment() is None
    assert book.blanket("herniation", {"herniation": ("no disc herniation",)}) is None


def test_full_omission_leaves_every_negative_out() -> None:
    told = grades_of_seed(4)
    for found in told.values():
        found["bulge", Side.MIDLINE] = "mild"
    silent = report("numbered", 4, told, omission=1.0).said
    talkative = report("numbered", 4, told, omission=0.0).said
    assert not any(str(grades) == "none" for grades in silent.values())
    assert any(str(grades) == "none" for grades in talkative.values())


@pytest.mark.parametrize("share", [0.0, 0.2])
def test_label_noise_changes_that_share_of_core_grades(share: float) -> None:
    changed = total = 0
    for seed in range(30):
        told = grades_of_seed(seed)
        noisy = with_label_noise(np.random.default_rng(seed), told, share)
        for level, found in told.items():
            for key, grade in found.items():
                if FINDINGS[key[0]].core:
                    total += 1
                    changed += noisy[level][key] != grade
    assert changed / total == pytest.approx(share, abs=0.02)


def test_the_same_seed_writes_the_same_text() -> None:
    assert report("prose", 8) == report("prose", 8)
