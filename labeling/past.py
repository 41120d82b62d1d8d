"""What an earlier examination showed, and how a finding has changed since: taken out before attachment.

"Previously mild" leaves nothing, "from mild to moderate" and "was mild, now moderate" leave moderate. The degree of a
change ("slightly progressed") is none of the finding, and "no increase in the stenosis" leaves the stenosis.
"""

from __future__ import annotations

from deepspine.labeling.clauses.frames import MILD, MODERATE, SEVERE
from deepspine.labeling.lexicon import Rule
from deepspine.labeling.markup import NEWLINE
from deepspine.labeling.mentions import Mention
from deepspine.labeling.number_mentions import last_of_numbers

_TELLING = frozenset(("prior", "change", "trend"))
"""Kinds of mentions that tell of the past, or of a change."""

_HEADS = frozenset(("finding", "pred"))
_DEGREES = frozenset(("grade", "number", "mm"))
_NUMBERED = frozenset(("modic.type", "grade.pfirrmann"))
_BEFORE_OPERATED = frozenset(("level", "site", "side", "zone", "of", "grade"))
"""Kinds of mentions between "operated" and what was operated on."""

_NAMED = _HEADS | {"site", "zone"}
_MODIFIED = _NAMED | {"side"}
_EXAMINATIONS = frozenset(("study", "examination", "exam", "scan", "mri"))
_CLAUSE_ENDS = frozenset(",;:(")
_BEHIND_VALUE = frozenset(("previously", "formerly", "earlier", "before", "past", "time", "historically"))
"""Last words of phrases for the past that may stand behind a value: "moderate | previously"."""

_DATED = frozenset(("grade", "post_neg"))
_WAS = frozenset(("was", "were", "had"))
_NOW = frozenset(("now", "currently", "presently", "today"))
_PRESENT = _NOW | {"to"}
_TURNS = _NOW | {"become", "becomes", "became"}
_UNCHANGED = frozenset(("persist", "persists", "persisting", "stable", "unaltered", "unchanged"))
_STOPS = frozenset((".", ";", ",", NEWLINE, "but"))
_FORMERLY = (["previously"], ["formerly"], ["earlier"], ["before"])
_SUBJECTS = frozenset(("it", "they", "this"))
_PRESENT_VERBS = _NOW | {"is", "are", "has", "have", "remains", "remain", "persists", "persist"}
"""Words of clauses that tell of today as well."""

_MAX_CLAUSE = 24
"""Words between what was and whether it is still so."""

_VALUES = frozenset(("grade", "number", "open", "post_neg", "neg", "cap", "mm"))
_DENIED_AGAIN = frozenset(("new", "additional", "recurrent"))
"""Words behind "or" that name what a denied change does not hold: "no progression or | new stenosis"."""

_CHANGES = frozenset(("change", "changes", "progression", "difference"))
"""Last words of the phrases that deny a change and have no degree: "no interval | change"."""

_NO = Rule("neg.no_change_or_new", "neg", "no", ())
_SIDES = frozenset(("side", "side_post"))
_JOINTS = frozenset(("breaker", "conj", "cop", "mark", "to"))
"""Kinds of mentions between the side of a change and what it is now: "increased on the right | and it is now"."""

CHANGED_SIDE = Rule("change.of_side", "breaker", "but", ())
"""What stands before the present degree of the side that has changed; the other side keeps the degree before."""


def without_past(mentions: list[Mention], words: list[str], kinds: set[str]) -> list[Mention]:
    """Return the mentions of a sentence, of these kinds, without what they say of the past and of change."""
    joined = "cop" in kinds or "breaker" in kinds
    spoken = words[mentions[0].i : mentions[-1].j] if joined else []
    turns = not _TURNS.isdisjoint(spoken)
    if turns:
        mentions = _without_what_was(mentions, words)
    if "grade" in kinds and "of" in kinds:
        mentions = _without_years(mentions, words)
    if "grade" in kinds and (turns or not kinds.isdisjoint(_TELLING)) and not kinds.isdisjoint(_SIDES):
        mentions = _with_changed_side(mentions, words)
    if turns:
        mentions = _with_present_degree(mentions, words)
    if "prior" in kinds and "pred" in kinds:
        mentions = _without_past_clauses(mentions, words)
    if not kinds.isdisjoint(_TELLING) or ("filler" in kinds and "conj" in kinds):
        mentions = _without_changes(mentions, words)
    return mentions


def _without_past_clauses(mentions: list[Mention], words: list[str]) -> list[Mention]:
    """Leave out clauses of what something did: "contacts the root; | previously it compressed it", ", which it ..."."""
    found: list[Mention] = []
    index = 0
    while index < len(mentions):
        end = index
        if mentions[index].kind == "prior" and words[mentions[index].i : mentions[index].j] in _FORMERLY:
            while end < len(mentions) and not _ends_clause(mentions[end], words):
                end += 1
        if end > index and _tells_of_the_past(found, mentions[index + 1 : end], words):
            index = end
            continue
        found.append(mentions[index])
        index += 1
    return found


def _tells_of_the_past(before: list[Mention], clause: list[Mention], words: list[str]) -> bool:
    """Whether a clause behind "previously" has a subject of its own and a verb, and nothing that is so now."""
    if not any(mention.kind == "pred" for mention in clause):
        return False
    if not _PRESENT_VERBS.isdisjoint(words[clause[0].i : clause[-1].j]):
        return False
    if before and before[-1].kind == "breaker" and words[before[-1].i] in _SUBJECTS:
        return True  # "which it previously | compressed"
    first = clause[0]
    subject = first.kind in ("site", "finding") or (first.kind == "breaker" and words[first.i] in _SUBJECTS)
    return subject and (not before or _ends_clause(before[-1], words))


def _ends_clause(mention: Mention, words: list[str]) -> bool:
    return words[mention.i] in _STOPS


def _with_changed_side(mentions: list[Mention], words: list[str]) -> list[Mention]:
    """Set off the degree that one side has now: "mild bilateral narrowing has increased | on the right, now severe".

    The side is put behind the degree, as in "progressed to severe on the right".
    """
    found: list[Mention] = []
    index = 0
    while index < len(mentions):
        mention = mentions[index]
        if _turns_to_present(mention, words) and _is_degree_of_side(mentions, index + 1):
            mention = Mention(CHANGED_SIDE, mention.i, mention.j)
        elif mention.kind in _SIDES and found and _is_change(found, words):
            end = _present_degree(mentions, index + 1, words)
            if end:
                found += [Mention(CHANGED_SIDE, mention.i, mention.i), mentions[end]]
                index = end
        found.append(mention)
        index += 1
    return found


def _turns_to_present(mention: Mention, words: list[str]) -> bool:
    """Whether a mention leads from what was to what is: "now", "is now", "has become", "progressed to"."""
    if mention.kind == "change":
        return mention.value == "to"
    return mention.kind in ("breaker", "cop") and not _TURNS.isdisjoint(words[mention.i : mention.j])


def _is_degree_of_side(mentions: list[Mention], index: int) -> bool:
    """Whether a degree and the one side that has it stand at a place: "now | severe on the right"."""
    if index + 1 >= len(mentions) or mentions[index].kind != "grade":
        return False
    side = mentions[index + 1]
    return side.kind == "side_post" and side.value in ("left", "right") and side.i == mentions[index].j


def _is_change(before: list[Mention], words: list[str]) -> bool:
    """Whether a change, at most with its degree, stands just before a side: "increased | slightly on the right"."""
    change = before[-1]
    if change.kind == "grade" and len(before) > 1 and is_adverb(words[change.i : change.j]):
        change = before[-2]
    return change.kind == "trend"


def _present_degree(mentions: list[Mention], index: int, words: list[str]) -> int:
    """Return the place of the degree of "and is | now severe", right behind the side of a change; 0 without one."""
    now = False
    while index < len(mentions) and mentions[index].kind in _JOINTS:
        now = now or not _PRESENT.isdisjoint(words[mentions[index].i : mentions[index].j])
        index += 1
    if not now or index == len(mentions) or _is_degree_of_side(mentions, index):
        return 0
    return index if mentions[index].kind == "grade" else 0


def _without_changes(mentions: list[Mention], words: list[str]) -> list[Mention]:
    kept: list[Mention] = []
    index, n = 0, len(mentions)
    denies = False
    while index < n:
        mention = mentions[index]
        if mention.value == "operated":
            index = _skip_operated(mentions, index, kept)
            continue
        if mention.kind == "prior":
            index = _skip_prior(mentions, index, kept, words)
            continue
        if mention.kind == "trend":
            denied, index = _skip_change(mentions, index, kept, words)
            denies = denies or denied
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
        _drop_types(kept, words)
        if following.kind in _DEGREES:
            _drop_degrees_of_last_head(kept)
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


def _skip_change(mentions: list[Mention], index: int, kept: list[Mention], words: list[str]) -> tuple[bool, int]:
    """Leave out a change with its degree and its denial: "slightly | progressed", "no further | increase".

    Returns whether it was denied, and where to read on. An adjective before a participle is that of the noun behind
    both ("mild | worsening stenosis").
    """
    change = mentions[index]
    following = mentions[index + 1] if index + 1 < len(mentions) else None
    attributive = following is not None and following.i == change.j and following.kind in _MODIFIED
    of_noun = change.form == "part" or attributive
    place = change.i
    while kept and kept[-1].j == place and _qualifies_change(kept[-1], words, of_noun=of_noun):
        place = kept.pop().i
    denied = bool(kept) and kept[-1].j == place and _denies_change(kept[-1], change, attributive=attributive)
    if denied:
        kept.pop()
    if following is not None and following.kind == "grade" and following.i == change.j and not attributive:
        behind = mentions[index + 2] if index + 2 < len(mentions) else None
        of_next = behind is not None and behind.i == following.j and behind.kind in _MODIFIED
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


def is_adverb(spoken: list[str]) -> bool:
    """Whether words of degree grade a verb, a state or a place, and no noun."""
    return spoken[-1].endswith("ly") or spoken == ["a", "little"]


def is_value(mention: Mention, words: list[str]) -> bool:
    """Whether a mention says how much there is: a degree, or "none"."""
    return mention.kind == "grade" or (mention.kind == "post_neg" and words[mention.i] in ("nil", "none", "absent"))


def _without_what_was(mentions: list[Mention], words: list[str]) -> list[Mention]:
    """Leave out what something was where the sentence tells what it is now: "was | mild, now moderate"."""
    start, end = mentions[0].i, mentions[-1].j
    now = next((place for place in range(start, end - 1) if words[place] in _NOW and words[place + 1].isalpha()), start)
    for place in range(start, now):
        if words[place] in _WAS:
            return [mention for mention in mentions if not (place < mention.i < now and _tells_state(mention))]
        if _is_year(words, place):
            return [mention for mention in mentions if mention.i > place or not _tells_state(mention)]
    return mentions


def _with_present_degree(mentions: list[Mention], words: list[str]) -> list[Mention]:
    """Leave out the degree that a head had before: "severe stenosis is now | mild", "severe stenosis, now | mild"."""
    kept: list[Mention] = []
    for index, mention in enumerate(mentions):
        is_degree = mention.kind in ("grade", "number") and not _is_attribute(mentions, index)
        if is_degree and _ends_in_the_present(kept, words) and not _is_degree_of_side(mentions, index):
            _drop_degrees_of_last_head(kept)
        kept.append(mention)
    return kept


def _ends_in_the_present(kept: list[Mention], words: list[str]) -> bool:
    """Whether what was read ends in "now", "is now only", "now appears" or "has become", said of no part of it."""
    start = len(kept)
    while start and kept[start - 1].kind in ("breaker", "cop"):
        start -= 1
    of_part = any(mention.rule is CHANGED_SIDE for mention in kept[start:]) or (
        start and kept[start - 1].kind == "levelref"
    )
    return start < len(kept) and not of_part and not _TURNS.isdisjoint(words[kept[start].i : kept[-1].j])


def _is_attribute(mentions: list[Mention], index: int) -> bool:
    """Whether a mention stands right before the noun that it modifies: "there is now | severe stenosis"."""
    following = mentions[index + 1] if index + 1 < len(mentions) else None
    return following is not None and following.kind in _MODIFIED and following.i == mentions[index].j


def _tells_state(mention: Mention) -> bool:
    """Whether a mention says what is true of a finding or site, and does not name it."""
    return mention.kind in _VALUES or (mention.kind == "pred" and mention.form == "part")


def _without_years(mentions: list[Mention], words: list[str]) -> list[Mention]:
    """Leave out degrees of a year but those of the last of several: "| mild in 2018 and moderate in 2021"."""
    dated = [mention for mention in mentions if mention.kind in _DATED and _is_year(words, mention.j)]
    past = dated[:-1] if len(dated) > 1 else dated
    return [mention for mention in mentions if mention not in past] if past else mentions


def _is_year(words: list[str], place: int) -> bool:
    """Whether "in 2018" stands at a place."""
    if words[place : place + 1] != ["in"]:
        return False
    year = "".join(words[place + 1 : place + 2])
    return len(year) == len("2018") and year.isdigit() and year[:2] in ("19", "20")


def _drop_types(kept: list[Mention], words: list[str]) -> None:
    """Drop the Modic types that a clause says have changed."""
    clause = max((mention.j for mention in kept if words[mention.i] == ";"), default=0)
    kept[:] = [mention for mention in kept if mention.i < clause or mention.rule.id != "modic.type"]


def _drop_degrees_of_last_head(kept: list[Mention]) -> None:
    """Drop what a head was before it changed: "moderate stenosis at L4-5 has progressed | to severe"."""
    head = next((k for k in range(len(kept) - 1, -1, -1) if kept[k].kind in _HEADS), -1)
    start = head
    while start > 0 and kept[start - 1].kind not in _HEADS and kept[start - 1].value not in _CLAUSE_ENDS:
        start -= 1
    kept[:] = [mention for k, mention in enumerate(kept) if not (start <= k and mention.kind in _DEGREES)]


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


def last_grade(grade: Mention, words: list[str]) -> int:
    """Return the degree that a range ends in."""
    last = words[grade.j - 1]
    if last.startswith(("mild", "min", "slight")):
        return MILD
    if last.startswith(("mod",)):
        return MODERATE
    return SEVERE if grade.bits & SEVERE else grade.bits


def _skip_prior(mentions: list[Mention], index: int, kept: list[Mention], words: list[str]) -> int:
    """Remove the grade that belongs to the past: behind "previously", or before "before"."""
    following = mentions[index + 1] if index + 1 < len(mentions) else None
    if following is not None and _is_former_type(following, mentions[index], kept):
        return index + 2
    if following is not None and _is_of_past(following, mentions[index], words):
        index += 2
        behind = index
        while behind < len(mentions) and mentions[behind].kind in _SIDES:
            behind += 1
        # "Previously | mild left stenosis" still has its side; the one of "previously | moderate on the left" goes.
        return index if behind < len(mentions) and mentions[behind].kind in _NAMED else behind
    if kept and kept[-1].kind == "post_neg" and kept[-1].value == "no" and kept[-1].j == mentions[index].i:
        kept.pop()  # What was not seen before is new.
        return index + 1
    if _is_behind_value(mentions, index, kept, words):
        kept.pop()
        return index + 1
    start = len(kept)
    while start and not (
        kept[start - 1].kind in ("breaker", "conj")
        or (kept[start - 1].kind == "mark" and kept[start - 1].value in _CLAUSE_ENDS)
    ):
        start -= 1
    clause = kept[start:]
    begin = kept[start - 1].i if start else mentions[0].i
    past = any(word in ("was", "were", "absent", "been") for word in words[begin : mentions[index].i])
    heads = any(mention.kind in ("pred", "finding") for mention in clause)
    if past and any(mention.kind in ("grade", "post_neg") for mention in clause):
        if not heads:
            del kept[start:]
        elif words[mentions[index].i].startswith(("pre", "before")):
            kept[start:] = [mention for mention in clause if mention.kind in ("site", "side", "level")]
    examination = following is not None and following.value == "other" and words[following.i] in _EXAMINATIONS
    return index + (2 if examination else 1)


def _is_of_past(following: Mention, prior: Mention, words: list[str]) -> bool:
    """Whether a degree is but what something was: "previously | mild"."""
    return following.i - prior.j <= 1 and _was_told(following, words) and not _is_unchanged(prior, words)


def _is_unchanged(prior: Mention, words: list[str]) -> bool:
    """Whether what was is still so: "the previously | noted severe stenosis persists"."""
    for word in words[prior.j : prior.j + _MAX_CLAUSE]:
        if word in _STOPS:
            return False
        if word in _UNCHANGED:
            return True
    return False


def _skip_operated(mentions: list[Mention], index: int, kept: list[Mention]) -> int:
    """Leave out what was operated on, but its level: "operated | L4-5 disc herniation", "surgery for | stenosis"."""
    place = index + 1
    while place < len(mentions) and mentions[place].kind in _BEFORE_OPERATED:
        place += 1
    if place == len(mentions) or mentions[place].kind not in _HEADS or mentions[place].form in ("verb", "part"):
        return index + 1
    kept.extend(mention for mention in mentions[index + 1 : place] if mention.kind == "level")
    return place + 1


def _is_former_type(following: Mention, prior: Mention, kept: list[Mention]) -> bool:
    """Whether a Modic type is that of the past, and another the present one: "type 2 (formerly | type 1)"."""
    told = following.rule.id == "modic.type" and following.i - prior.j <= 1
    return told and any(mention.rule.id == "modic.type" for mention in kept)


def _changed_from_type(following: Mention, change: Mention, kept: list[Mention]) -> bool:
    """Whether one Modic type is what the present one was before: "type 2, matured from | type 1"."""
    return following.bits.bit_count() == 1 and _is_former_type(following, change, kept)


def _was_told(mention: Mention, words: list[str]) -> bool:
    """Whether a mention behind "previously" says how it was: "mild", "absent", "not present"."""
    return is_value(mention, words) or (mention.kind == "post_neg" and words[mention.i] == "not")


def _is_behind_value(mentions: list[Mention], index: int, kept: list[Mention], words: list[str]) -> bool:
    """Whether the past ends an item behind its value: "stenosis, moderate | previously, is severe"."""
    prior = mentions[index]
    if words[prior.j - 1] not in _BEHIND_VALUE or not kept or kept[-1].j != prior.i or not is_value(kept[-1], words):
        return False
    following = mentions[index + 1] if index + 1 < len(mentions) else None
    return following is None or following.kind in ("mark", "breaker")
