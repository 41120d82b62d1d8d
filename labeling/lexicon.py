"""The lexicon: typed phrases read from the rule files, compiled once into a trie over tokens.

Rules are data. Each has an identity, a kind, the phrases that it knows (`(a|b|)` spells alternatives) and examples that
it must and must not match; `deepspine label --check-rules` and the tests hold every rule to its examples.
"""

from __future__ import annotations

import gc
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import yaml

from deepspine.data.errors import ConfigError, VocabularyError
from deepspine.data.findings import FINDINGS
from deepspine.data.grade_sets import GradeSet
from deepspine.labeling.level_order import INDEX
from deepspine.labeling.texts.spelling import Speller, guarded_words
from deepspine.labeling.texts.tokenization import tokenize

KINDS = frozenset(
    [
        "grade",
        "verb_grade",
        "cap",
        "side",
        "side_post",
        "levelref",
        "levels",
        "restword",
        "site",
        "pred",
        "open",
        "finding",
        "modic",
        "infection",
        "zone",
        "nothing",
        "neg",
        "post_neg",
        "hedge",
        "filler",
        "prior",
        "story",
        "likewise",
        "same",
        "numbering",
        "advice",
        "breaker",
        "present",
        "except",
        "focus",
        "change",
        "trend",
        "cop",
        "conj",
        "to",
        "of",
        "section",
        "region",
    ]
)
_REPAIRED_KINDS = frozenset(["grade", "site", "pred", "open", "finding", "modic", "zone"])
_UNREPAIRED_VALUES = frozenset(("other", "spine", "level"))
PHRASE_FILES = ("grades", "sides", "levels", "sites", "predicates", "findings", "context", "sections")
MARKS = (*".,;:()|/+=<>?*-\n&", "->", "-->")
"""Punctuation that the grammar reads; a mention of its own wherever no phrase holds it."""

_CODE = re.compile(r"RID\d+|RDES?\d+")
MAX_SPELLINGS = 6_000
"""Alternatives that one phrase may spell out; more is a slip of the pen."""


@dataclass(frozen=True)
class Rule:
    """One rule of the lexicon.

    Attributes
    ----------
    id
        Unique name; a site's rule of the same id replaces ours.
    kind, value
        What the phrases are (see `KINDS`) and what they mean.
    phrases
        As written, with alternatives.
    must, must_not
        Example sentences that hold, or do not hold, a phrase of the rule.
    origin
        File and line, for messages.
    bits
        Grades on the scale of the finding (or the severity scale), one bit each.
    form
        Part of speech, where that decides how a word binds.
    plural
        Whether the word stands for both sides.
    levels
        Levels named by the phrase, as indices.
    codes
        Concepts of RadLex (RID) and RadElement (RDE) that the phrases name, where they are narrower than the finding's.
    """

    id: str
    kind: str
    value: str
    phrases: tuple[str, ...]
    must: tuple[str, ...] = ()
    must_not: tuple[str, ...] = ()
    origin: str = ""
    bits: int = 0
    form: str = ""
    plural: bool = False
    levels: tuple[int, ...] = ()
    codes: tuple[str, ...] = ()


class Node(dict[str, "Node"]):
    """A node of the trie: next word to next node, and the rule that ends here."""

    __slots__ = ("rule",)

    def __init__(self) -> None:
        super().__init__()
        self.rule: Rule | None = None


@dataclass(frozen=True, eq=False)
class Lexicon:
    """All rules and their trie."""

    rules: tuple[Rule, ...]
    root: Node
    words: frozenset[str]
    speller: Speller


def spell_out(phrase: str) -> list[str]:
    """Return every spelling of a phrase with alternatives.

    Examples
    --------
    >>> spell_out("(mild|slight) (disc|) bulge")
    ['mild disc bulge', 'mild  bulge', 'slight disc bulge', 'slight  bulge']
    """
    spellings = [""]
    rest = phrase
    while rest:
        before, bracket, after = rest.partition("(")
        spellings = [spelling + before for spelling in spellings]
        if not bracket:
            break
        inside, _, rest = after.partition(")")
        spellings = [spelling + choice for spelling in spellings for choice in inside.split("|")]
        if len(spellings) > MAX_SPELLINGS:
            raise ConfigError(f"phrase {phrase!r} spells out more than {MAX_SPELLINGS} alternatives; split it")
    return spellings


@lru_cache(maxsize=4)
def load_lexicon(folder: str | None = None) -> Lexicon:
    """Read and compile our rules and, over them, those of a site's folder.

    Raises
    ------
    ConfigError
        Naming file and line of a rule that is malformed.
    """
    rules = {rule.id: rule for rule in read_rules(_own_files())}
    if folder is not None:
        rules.update({rule.id: rule for rule in read_rules(_site_files(Path(folder)))})
    return compile_rules(tuple(rules.values()))


def keep_lexicon(folder: str | None = None) -> None:
    """Load a lexicon for as long as the process lives: the collector need not walk it again and again.

    For processes of our own alone, the command line and workers: what else is alive then is never collected either.
    """
    load_lexicon(folder)
    gc.freeze()


def _own_files() -> Iterator[tuple[str, str]]:
    room = files("deepspine.labeling") / "rules"
    for name in PHRASE_FILES:
        yield f"{name}.yaml", (room / f"{name}.yaml").read_text(encoding="utf-8")


def _site_files(folder: Path) -> Iterator[tuple[str, str]]:
    if not folder.is_dir():
        raise ConfigError(f"{folder}: no such folder of rules; --rules takes a folder with .yaml files")
    paths = sorted(folder.glob("*.yaml"))
    if not paths:
        raise ConfigError(f"{folder}: no .yaml file there; --rules takes a folder with .yaml files")
    for path in paths:
        yield str(path), path.read_text(encoding="utf-8")


def read_rules(sources: Iterable[tuple[str, str]]) -> Iterator[Rule]:
    """Yield the rules of named YAML texts, each a list of mappings."""
    for name, text in sources:
        try:
            node = yaml.compose(text, Loader=yaml.CBaseLoader)
            entries = yaml.load(text, Loader=yaml.CBaseLoader)
        except yaml.YAMLError as error:
            raise ConfigError(f"{name}: not valid YAML: {error}") from None
        if node is None:
            continue
        if not isinstance(entries, list):
            raise ConfigError(f"{name}: line 1: must be a list of rules")
        for entry, place in zip(entries, node.value, strict=True):
            yield _rule(entry, f"{name}: line {place.start_mark.line + 1}")


def _rule(entry: Any, origin: str) -> Rule:
    if not isinstance(entry, dict) or not isinstance(entry.get("id"), str):
        raise ConfigError(f"{origin}: a rule must be a mapping with an id")
    options = dict(entry)
    identity, kind = options.pop("id"), options.pop("kind", None)
    if kind not in KINDS:
        raise ConfigError(f"{origin}: kind of {identity} must be one of {', '.join(sorted(KINDS))}, got {kind!r}")
    texts = {}
    for key in ("phrases", "must", "must_not", "codes"):
        value = options.pop(key, [])
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise ConfigError(f"{origin}: {key} of {identity} must be a list of texts")
        texts[key] = tuple(item for item in value if item.strip())
    if not texts["phrases"]:
        raise ConfigError(f"{origin}: {identity} has no phrases")
    for code in texts["codes"]:
        if not _CODE.fullmatch(code):
            raise ConfigError(
                f"{origin}: codes of {identity} must be of RadLex (RID1) or RadElement (RDE1), got {code!r}"
            )
    value = str(options.pop("value", ""))
    return Rule(
        identity,
        kind,
        value,
        origin=origin,
        bits=_bits(value, options.pop("grades", None), origin),
        form=str(options.pop("form", "")),
        plural=options.pop("plural", "") == "true",
        levels=tuple(INDEX[level] for level in options.pop("levels", [])),
        **texts,
    )


def _bits(value: str, grades: str | None, origin: str) -> int:
    if grades is None:
        return 0
    try:
        return GradeSet.parse(FINDINGS.get(value, FINDINGS["canal_stenosis"]), grades).bits
    except VocabularyError as error:
        raise ConfigError(f"{origin}: {error}") from None


def compile_rules(rules: tuple[Rule, ...]) -> Lexicon:
    """Build the trie; of two rules with the same phrase the later one counts."""
    root = Node()
    words: set[str] = set()
    repaired: set[str] = set()
    for rule in rules:
        for phrase in rule.phrases:
            for spelling in spell_out(phrase):
                tokens = tokenize(spelling).words
                words.update(tokens)
                if rule.kind in _REPAIRED_KINDS and rule.value not in _UNREPAIRED_VALUES:
                    repaired.update(tokens)
                node = root
                for token in tokens:
                    node = node.setdefault(token, Node())
                if node is not root and (node.rule is None or rule.kind not in ("section", "region")):
                    node.rule = rule
    for mark in MARKS:
        node = root.setdefault(mark, Node())
        node.rule = node.rule or Rule(f"mark {mark!r}", "mark", mark, ())
    return Lexicon(rules, root, frozenset(words), Speller(repaired, words | guarded_words()))
