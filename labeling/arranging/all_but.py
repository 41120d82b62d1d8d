"""All levels but some: "all but L1-2 are bulging", "all discs except L5-S1 are desiccated", "L5-S1 excepted"."""

from __future__ import annotations

from deepspine.labeling.clauses.frames import DISC_WORDS, DISCS, names_discs
from deepspine.labeling.level_mentions import LevelGroup, follows_preposition
from deepspine.labeling.level_order import LUMBAR
from deepspine.labeling.lexicon import Rule
from deepspine.labeling.mentions import Mention

_BEFORE_LEVEL = frozenset(("at", "for", "the"))
_GOES_ON = frozenset(
    (".", ";", "\n", "are", "is", "were", "was", "appear", "remain", "retain", "show", "demonstrate", "reveal",
     "have", "has", "bulge", "shows", "demonstrates", "reveals")
)  # fmt: skip
"""What stands behind levels that are left out and no more is said of; others may go on with them: "..., where"."""


_EXCEPTED = (
    ["excepted"], ["aside"], ["apart"], ["the", "exception"], ["being", "the", "exception"],
    ["the", "only", "exception"], ["being", "the", "only", "exception"],
)  # fmt: skip
_BEGINS_EXCEPTED = frozenset(phrase[0] for phrase in _EXCEPTED)
"""What stands behind levels that it leaves out, and how it begins."""

_EXCEPT = Rule("except.behind", "except", "", ())


def take_excepted_behind(level: Mention, mentions: list[Mention], words: list[str]) -> None:
    """Let levels that words behind them leave out read as though "except" stood before: "L4-5 | excepted".

    Parameters
    ----------
    level
        Made to end behind those words.
    mentions
        All before it; an exception is put behind them.
    words
        Of the text.
    """
    if words[level.j : level.j + 1] == [] or words[level.j] not in _BEGINS_EXCEPTED:
        return
    for phrase in _EXCEPTED:
        end = level.j + len(phrase)
        if words[level.j : end] == phrase and words[end : end + 1] != ["from"]:
            mentions.append(Mention(_EXCEPT, level.i, level.i))
            level.j = end
            return


def take_all_but_before(level: Mention, mentions: list[Mention], words: list[str]) -> None:
    """Let levels that are left out of all, with nothing else said of them, read as those that remain.

    Parameters
    ----------
    level
        Those left out; made those that remain.
    mentions
        All before it; what only says "all but" is taken away, and discs that it names are put there.
    words
        Of the text.
    """
    levels = level.group.levels if level.group is not None else level.rule.levels
    if not levels or not mentions or not _excepts(mentions[-1]):
        return
    but, before = mentions[-1], mentions[:-1]
    set_off = before != [] and before[-1].value == "," and before[-1].j == but.i
    if set_off:
        before.pop()
    start = _start_of_all(before, but.i - set_off, words)
    if start is None or not _BEFORE_LEVEL.issuperset(words[but.j : level.i]) or not _ends(level, words, set_off):
        return
    spoken = words[start : but.i]
    if before and before[-1].i == start:
        before.pop()
    if names_discs(spoken):
        before.append(Mention(DISCS, start, but.i))
    mentions[:] = before
    level.kind, level.i = "level", but.i
    level.group = LevelGroup(tuple(other for other in LUMBAR if other not in levels), level.j)
    level.form = "at" if follows_preposition(words, start) else ""


def _excepts(mention: Mention) -> bool:
    """Whether a mention leaves something out."""
    return (mention.kind == "except" and not mention.value) or (mention.kind, mention.value) == ("breaker", "but")


def _start_of_all(before: list[Mention], end: int, words: list[str]) -> int | None:
    """Return where "all levels" or a bare "all" begins that ends at a token; None where there is none."""
    if before and (before[-1].kind, before[-1].value, before[-1].j) == ("levelref", "all", end):
        return before[-1].i
    return end - 1 if words[end - 1 : end] == ["all"] else None


def _ends(level: Mention, words: list[str], set_off: bool) -> bool:
    """Whether nothing is said of levels alone: a verb of all stands behind them, or no word of their sentence."""
    place = level.j
    while words[place : place + 1] and words[place] in DISC_WORDS:
        place += 1
    if set_off and words[place : place + 1] == [","]:
        place += 1
    return place == len(words) or words[place] in _GOES_ON
