"""Every rule holds its examples; what is wrong with a site's rules is told by file and line."""

from collections import Counter
from pathlib import Path

import pytest

from deepspine.data.errors import ConfigError
from deepspine.labeling.lexicon import load_lexicon, read_rules, spell_out
from deepspine.labeling.pipeline import Labeler
from deepspine.labeling.rule_check import check, failures_of

RULES = load_lexicon(None).rules


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_a_rule_holds_its_examples(rule) -> None:
    assert not failures_of(rule, load_lexicon(None))


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_a_rule_has_examples_of_both_kinds(rule) -> None:
    assert rule.must
    assert rule.must_not


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_no_phrase_says_only_what_others_of_its_rule_say(rule) -> None:
    spellings = [{" ".join(spelling.split()) for spelling in spell_out(phrase)} for phrase in rule.phrases]
    said = Counter(spelling for own in spellings for spelling in own)
    needless = [p for p, own in zip(rule.phrases, spellings, strict=True) if all(said[one] > 1 for one in own)]
    assert not needless


def test_rules_have_names_of_their_own() -> None:
    assert len({rule.id for rule in RULES}) == len(RULES)


def write(folder: Path, text: str) -> str:
    (folder / "site.yaml").write_text(text, encoding="utf-8")
    return str(folder)


def test_a_site_adds_a_rule(tmp_path: Path) -> None:
    folder = write(
        tmp_path, "- {id: site.grade, kind: grade, grades: severe, phrases: [whopping], must: [A whopping bulge.]}\n"
    )
    found = Labeler(folder).label("L4-5: whopping bulge.").labels
    assert [str(label.grades) for label in found] == ["severe"]
    assert check(folder) == len(RULES) + 1


@pytest.mark.parametrize(("text", "told"), [
    ("- {id: a, kind: wrong, phrases: [x]}\n", "line 1: kind of a must be one of"),
    ("- {id: a, kind: filler, phrases: [x], codes: [SCT1]}\n", "line 1: codes of a must be of RadLex"),
    ("\n- {kind: grade, phrases: [x]}\n", "line 2: a rule must be a mapping with an id"),
    ("- {id: a, kind: grade, grades: huge, phrases: [x]}\n", "line 1: grade of canal_stenosis must be one of"),
    ("- {id: a, kind: grade, phrases: x}\n", "line 1: phrases of a must be a list of texts"),
    ("- {id: a, kind: grade}\n", "line 1: a has no phrases"),
    ("- [unclosed\n", "not valid YAML"),
    ("id: a\n", "must be a list of rules"),
])  # fmt: skip
def test_a_malformed_rule_is_told_by_file_and_line(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(ConfigError, match=told):
        load_lexicon(write(tmp_path, text))


def test_a_failing_example_is_told(tmp_path: Path) -> None:
    folder = write(tmp_path, "- {id: a.b, kind: grade, grades: mild, phrases: [wee], must: [A large bulge.]}\n")
    with pytest.raises(ConfigError, match=r"site\.yaml: line 1: a\.b must match 'A large bulge.' and does not"):
        check(folder)


def test_a_missing_folder_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no such folder of rules"):
        load_lexicon(str(tmp_path / "none"))


def test_a_phrase_with_too_many_spellings_is_told() -> None:
    with pytest.raises(ConfigError, match="split it"):
        spell_out("(a|b|c|d|e|f|g|h|i|j)" * 5)


def test_yaml_reads_no_words_as_truth_values() -> None:
    [rule] = read_rules([("x.yaml", "- {id: a, kind: neg, phrases: [no, off, on]}\n")])
    assert rule.phrases == ("no", "off", "on")


def test_a_folder_without_rules_is_refused(tmp_path: Path) -> None:
    (tmp_path / "mentions.yml").write_text("[]", encoding="utf-8")
    with pytest.raises(ConfigError, match=r"no \.yaml file there"):
        load_lexicon(str(tmp_path))
