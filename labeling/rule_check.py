"""Holds every rule to its own examples."""

from __future__ import annotations

from deepspine.data.errors import ConfigError
from deepspine.labeling.lexicon import Lexicon, Rule, load_lexicon
from deepspine.labeling.scanning import scan
from deepspine.labeling.texts.tokenization import tokenize


def check(folder: str | None = None) -> int:
    """Check our rules and a site's; returns how many there are.

    Raises
    ------
    ConfigError
        Naming file and line of the first rules whose examples fail, one clause each.
    """
    lexicon = load_lexicon(folder)
    failures = [failure for rule in lexicon.rules for failure in failures_of(rule, lexicon)]
    if failures:
        raise ConfigError("; ".join(failures[:10]))
    return len(lexicon.rules)


def failures_of(rule: Rule, lexicon: Lexicon) -> list[str]:
    """Return what is wrong with a rule's examples."""
    name = f"{rule.origin}: {rule.id}"
    missed = [sentence for sentence in rule.must if not matches(rule, sentence, lexicon)]
    wrong = [sentence for sentence in rule.must_not if matches(rule, sentence, lexicon)]
    return [f"{name} must match {sentence!r} and does not" for sentence in missed] + [
        f"{name} must not match {sentence!r} and does" for sentence in wrong
    ]


def matches(rule: Rule, sentence: str, lexicon: Lexicon) -> bool:
    """Whether a rule finds a phrase of its own in a sentence."""
    words = tokenize(sentence).words
    return any(
        mention.rule.id == rule.id or mention.rule.id.startswith(f"{rule.id}.") for mention in scan(words, lexicon.root)
    )
