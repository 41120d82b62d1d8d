"""How a finding has changed: "from mild to moderate" leaves moderate, the degree of "slightly progressed" is none."""

from __future__ import annotations

from deepspine.labeling.arranging.degree_words import is_adverb, last_grade
from deepspine.labeling.arranging.present import drop_degrees_of_last_head
from deepspine.labeling.arranging.priors import is_former_type, skip_operated, skip_prior
from deepspine.labeling.lexicon import Rule
from deepspine.labeling.mentions import DEGREES, HEADS, MODIFIED, Mention
from deepspine.labeling.number_mentions import last_of_numbers

_NUMBERED = frozenset(("modic.type", "grade.pfirrmann"))
_TYPED = frozenset(("modic.type", "modic.fatty", "modic.edema", "modic.sclerotic"))
_OF_DISC = frozenset(("bulge", "herniation"))
_MODIFYING = frozenset(("grade", "side", "zone", "site"))
_DENIED_AGAIN = frozenset(("new", "additional", "recurrent"))
"""Words behind "or" that name what a denied change does not hold: "no progression or | new stenosis"."""

_CHANGES = frozenset(("change", "changes", "progression", "difference"))
"""Last words of the phrases that deny a change and have no degree: "no interval | change"."""

_MODIC = Rule("modic.type", "finding", "modic", ())
_AUXILIARIES = frozenset(("has", "have"))
_IS = Rule("cop.has_changed", "cop", "", ())
_COMMA = Rule("mark.next_level", "mark", ",", ())
_NO = Rule("neg.no_change_or_new", "neg", "no", ())


def without_changes(mentions: list[Mention], words: list[str]) -> list[Mention]:
    """Return the mentions without changes and their degrees, and without what words for the past take along."""
    kept: list[Mention] = []
    index, n = 0, len(mentions)
    denies = False
    while index < n:
        mention = mentions[index]
        if mention.value == "operated":
            index = skip_operated(mentions, index, kept)
            continue
        if mention.kind == "prior":
            index = skip_prior(mentions, index, kept, words)
            continue
        if mention.kind == "trend":
            denied, index = _skip_change(mentions, index, kept, words)
            denies = denies or denied
            continue
        if mention.kind == "to" and _goes_on(mentions, index, kept):
            index += 1
            continue
        if mention.kind == "change" and (behind := _behind_change(mentions, index, kept, words)):
            index = behind
            continue
        denies = denies or (mention.kind == "filler" and words[mention.j - 1] in _CHANGES)
        if denies and mention.value == "or" and words[mention.j : mention.j + 1] and words[mention.j] in _DENIED_AGAIN:
            mention = Mention(_NO, mention.i, mention.j + 1)
        kept.append(mention)
        index += 1
    return kept


def _behind_change(mentions: list[Mention], index: int, kept: list[Mention], words: list[str]) -> int:
    """Keep but what a finding has changed to, "from mild | to moderate"; returns where to read on, 0 if nowhere."""
    change = mentions[index]
    following = mentions[index + 1] if index + 1 < len(mentions) else None
    if following is None:
        return 0
    if change.value == "to":
        if following.kind in DEGREES and _is_of_next_level(mentions, index, kept):
            kept.append(Mention(_COMMA, change.i, change.j))
            return index + 1
        lesion = next((mention for mention in mentions[index + 1 :] if mention.kind not in _MODIFYING), following)
        dropped = _drop_earlier(kept, lesion, words)
        if dropped and following.kind == "number":
            kept.append(_typed(following))
            return index + 2
        if following.kind in DEGREES:
            drop_degrees_of_last_head(kept)
            if kept and words[kept[-1].i] in _AUXILIARIES:
                kept[-1] = Mention(_IS, kept[-1].i, kept[-1].j)
        return index + 1
    if following.kind == "grade":
        return _latest(mentions, index, kept, words)
    if _changed_from_type(following, change, kept):
        return index + 2
    if not _is_numbered(following):
        return 0
    latest, behind = _latest_number(mentions, index + 1, words)
    kept += latest
    return behind


def _goes_on(mentions: list[Mention], index: int, kept: list[Mention]) -> bool:
    """Whether a change is told of one more level: "at L3-4 has progressed to moderate, and at L4-5 | to severe"."""
    if not kept or kept[-1].kind != "level" or index + 1 >= len(mentions) or mentions[index + 1].kind not in DEGREES:
        return False
    return any(mention.kind == "change" and mention.value == "to" for mention in mentions[:index])


def _is_of_next_level(mentions: list[Mention], index: int, kept: list[Mention]) -> bool:
    """Whether a degree grows from level to level, not with time: "mild at L3-4 progressing to | severe at L4-5"."""
    before = next((mention for mention in reversed(kept[-2:]) if mention.kind != "mark"), None)
    behind = next((mention for mention in mentions[index + 2 : index + 4] if mention.kind != "of"), None)
    if before is None or before.group is None or behind is None or behind.group is None:
        return False
    return before.group.levels != behind.group.levels and any(mention.kind in HEADS for mention in kept)


def _skip_change(mentions: list[Mention], index: int, kept: list[Mention], words: list[str]) -> tuple[bool, int]:
    """Leave out a change with its degree and its denial: "slightly | progressed", "no further | increase".

    Returns whether it was denied, and where to read on. An adjective before a participle is that of the noun behind
    both ("mild | worsening stenosis").
    """
    change = mentions[index]
    following = mentions[index + 1] if index + 1 < len(mentions) else None
    attributive = following is not None and following.i == change.j and following.kind in MODIFIED
    of_noun = change.form == "part" or attributive
    place = change.i
    while kept and kept[-1].j == place and _qualifies_change(kept[-1], words, of_noun=of_noun):
        place = kept.pop().i
    denied = bool(kept) and kept[-1].j == place and _denies_change(kept[-1], change, attributive=attributive)
    if denied:
        kept.pop()
    if following is not None and following.kind == "grade" and following.i == change.j and not attributive:
        behind = mentions[index + 2] if index + 2 < len(mentions) else None
        of_next = behind is not None and behind.i == following.j and behind.kind in MODIFIED
        if is_adverb(words[following.i : following.j]) and not of_next:
            index += 1
    return denied, index + 1


def _qualifies_change(mention: Mention, words: list[str], *, of_noun: bool) -> bool:
    """Whether a word before a change is its own; `of_noun` where an adjective would be that of the noun behind."""
    if mention.kind == "restword":
        return True
    return mention.kind == "grade" and (not of_noun or is_adverb(words[mention.i : mention.j]))


def _denies_change(neg: Mention, change: Mention, *, attributive: bool) -> bool:
    """Whether a change is denied and no finding: "no | increase", "has not | progressed"; not "no | larger bulge"."""
    if neg.kind != "neg" or neg.value == "gone" or attributive:
        return False
    return neg.value == "not" or change.form == "noun"


def _drop_earlier(kept: list[Mention], latest: Mention, words: list[str]) -> bool:
    """Drop the Modic types, or the lesions of discs, that a clause says have changed to another; whether it has some.

    "The type 1 changes have converted to | type 2", "the bulge has turned into | an extrusion".
    """
    clause = max((mention.j for mention in kept if words[mention.i] == ";"), default=0)
    of_disc = latest.kind == "finding" and latest.value in _OF_DISC
    dropped = [
        mention
        for mention in kept
        if mention.i >= clause and (mention.rule.id in _TYPED or (of_disc and mention.value in _OF_DISC))
    ]
    kept[:] = [mention for mention in kept if mention not in dropped]
    return bool(dropped)


def _typed(number: Mention) -> Mention:
    """Return a type without its noun as changes of that type."""
    changes = Mention(_MODIC, number.i, number.j)
    changes.bits = number.bits
    return changes


def _latest(mentions: list[Mention], index: int, kept: list[Mention], words: list[str]) -> int:
    """Keep moderate of "from mild to moderate", nothing of "from mild"."""
    grade = mentions[index + 1]
    if grade.value == "latest":
        kept.append(grade)
    elif grade.value == "range":
        latest = Mention(grade.rule, grade.j - 1, grade.j)
        latest.bits = last_grade(grade, words)
        kept.append(latest)
    return index + 2


def _is_numbered(mention: Mention) -> bool:
    """Whether a mention is a grade, a type or a size in numbers: "grade 1", "type 1 to type 2", "4 mm"."""
    return mention.kind in ("number", "mm") or mention.rule.id in _NUMBERED


def _latest_number(mentions: list[Mention], index: int, words: list[str]) -> tuple[list[Mention], int]:
    """Return grade 2 of "from | grade 1 to grade 2", nothing of "from | grade 1", and where to read on."""
    last = last_of_numbers(mentions[index], words)
    if last is not None:
        return [last], index + 1
    joint, behind = [*mentions[index + 1 : index + 3], None, None][:2]
    if joint is None or joint.kind != "to" or behind is None or not _is_numbered(behind):
        return [], index + 1
    return [behind], index + 3


def _changed_from_type(following: Mention, change: Mention, kept: list[Mention]) -> bool:
    """Whether one Modic type is what the present one was before: "type 2, matured from | type 1"."""
    return following.bits.bit_count() == 1 and is_former_type(following, change, kept)
