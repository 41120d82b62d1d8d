"""What an earlier examination showed, and how a finding has changed since: taken out before attachment.

"Previously mild" leaves nothing, "from mild to moderate" and "was mild, now moderate" leave moderate. The degree of a
change ("slightly progressed") is none of the finding, and "no increase in the stenosis" leaves the stenosis.
"""

from __future__ import annotations

from deepspine.labeling.arranging.changes import without_changes
from deepspine.labeling.arranging.present import NOW, TURNS, with_changed_side, with_present_degree
from deepspine.labeling.arranging.priors import EXAMINATIONS, FORMERLY, STOPS, is_year
from deepspine.labeling.mentions import SIDES, Mention

_TELLING = frozenset(("prior", "change", "trend"))
"""Kinds of mentions that tell of the past, or of a change."""

_OPERATIONS = ("ctomy", "otomy", "decompression", "fusion", "surgery")
"""How words of operations end."""

_DATED = frozenset(("grade", "post_neg"))
_WAS = frozenset(("was", "were", "had"))
_SUBJECTS = frozenset(("it", "they", "this"))
_PRESENT_VERBS = NOW | {"is", "are", "has", "have", "remains", "remain", "persists", "persist"}
"""Words of clauses that tell of today as well."""

_VALUES = frozenset(("grade", "number", "open", "post_neg", "neg", "cap", "mm"))


def without_past(mentions: list[Mention], words: list[str], kinds: set[str]) -> list[Mention]:
    """Return the mentions of a sentence, of these kinds, without what they say of the past and of change."""
    joined = "cop" in kinds or "breaker" in kinds
    spoken = words[mentions[0].i : mentions[-1].j] if joined else []
    turns = not TURNS.isdisjoint(spoken)
    if turns:
        mentions = _without_what_was(mentions, words)
    if "of" in kinds and ("grade" in kinds or "cop" in kinds):
        mentions = _without_years(mentions, words)
    if "grade" in kinds and (turns or not kinds.isdisjoint(_TELLING)) and not kinds.isdisjoint(SIDES):
        mentions = with_changed_side(mentions, words)
    if "of" in kinds and "for" in words[mentions[0].i : mentions[-1].j]:
        mentions = _without_reasons(mentions, words)
    if "prior" in kinds and "pred" in kinds:
        mentions = _without_past_clauses(mentions, words)
    if "when" in spoken or "where" in spoken:
        mentions = _without_past_times(mentions, words)
    if turns:
        mentions = with_present_degree(mentions, words)
    if not kinds.isdisjoint(_TELLING) or ("filler" in kinds and "conj" in kinds):
        mentions = without_changes(mentions, words)
    return mentions


def _without_reasons(mentions: list[Mention], words: list[str]) -> list[Mention]:
    """Leave out what an operation was for: "left hemilaminectomy at L5-S1 for | a herniation"."""
    found: list[Mention] = []
    operated = told = False
    for mention in mentions:
        if mention.kind in ("breaker", "conj", "mark"):
            operated = told = False
        elif words[mention.j - 1].endswith(_OPERATIONS):
            operated = True
        elif mention.kind == "of" and words[mention.i] == "for":
            told = operated
        if not told:
            found.append(mention)
    return found


def _without_past_clauses(mentions: list[Mention], words: list[str]) -> list[Mention]:
    """Leave out clauses of what something did: "contacts the root; | previously it compressed it", ", which it ..."."""
    found: list[Mention] = []
    index = 0
    while index < len(mentions):
        end = index
        if mentions[index].kind == "prior" and words[mentions[index].i : mentions[index].j] in FORMERLY:
            while end < len(mentions) and not _ends_clause(mentions[end], words):
                end += 1
        if end > index and _tells_of_the_past(found, mentions[index + 1 : end], words):
            index = end
            continue
        found.append(mentions[index])
        index += 1
    return found


def _without_past_times(mentions: list[Mention], words: list[str]) -> list[Mention]:
    """Leave out what was at a time: "progressed since 2018 when | it was mild", "... the last MRI, where | it was"."""
    places = range(mentions[0].i, mentions[-1].j)
    for place in places:
        if not (words[place] == "when" or (words[place] == "where" and _names_time(words, place))):
            continue
        end = next((end for end in range(place, places.stop) if words[end] in STOPS or words[end] == ")"), places.stop)
        clause = words[place:end]
        if not _WAS.isdisjoint(clause) and _PRESENT_VERBS.isdisjoint(clause):
            mentions = [mention for mention in mentions if not place <= mention.i < end]
    return mentions


def _names_time(words: list[str], place: int) -> bool:
    """Whether an examination or a year stands before a place: "the last MRI, | where", "in 2018 | where"."""
    before = words[place - 2 if words[place - 1] == "," else place - 1]
    return before in EXAMINATIONS or is_year(before)


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
    return words[mention.i] in STOPS


def _without_what_was(mentions: list[Mention], words: list[str]) -> list[Mention]:
    """Leave out what something was where the sentence tells what it is now: "was | mild, now moderate"."""
    start, end = mentions[0].i, mentions[-1].j
    now = next((place for place in range(start, end - 1) if words[place] in NOW and words[place + 1].isalpha()), start)
    for place in range(start, now):
        if words[place] in _WAS:
            return [mention for mention in mentions if not (place < mention.i < now and _tells_state(mention))]
        if _is_year(words, place):
            return [mention for mention in mentions if mention.i > place or not _tells_state(mention)]
    return mentions


def _tells_state(mention: Mention) -> bool:
    """Whether a mention says what is true of a finding or site, and does not name it."""
    return mention.kind in _VALUES or (mention.kind == "pred" and mention.form == "part")


def _without_years(mentions: list[Mention], words: list[str]) -> list[Mention]:
    """Leave out degrees of a year but those of the last of several: "| mild in 2018 and moderate in 2021".

    Behind "was" a state goes with its degree: "; it was | mildly narrowed in 2018".
    """
    mentions = _without_states_of_years(mentions, words)
    dated = [mention for mention in mentions if mention.kind in _DATED and _is_year(words, mention.j)]
    past = dated[:-1] if len(dated) > 1 else dated
    return [mention for mention in mentions if mention not in past] if past else mentions


def _without_states_of_years(mentions: list[Mention], words: list[str]) -> list[Mention]:
    kept: list[Mention] = []
    for mention in mentions:
        kept.append(mention)
        if mention.kind not in ("open", "pred") or not _is_year(words, mention.j):
            continue
        start = len(kept) - 1
        if start and kept[start - 1].kind == "grade":
            start -= 1
        if start and kept[start - 1].kind == "cop" and words[kept[start - 1].i] in _WAS:
            del kept[start:]
    return kept


def _is_year(words: list[str], place: int) -> bool:
    """Whether "in 2018" stands at a place."""
    return words[place : place + 1] == ["in"] and is_year("".join(words[place + 1 : place + 2]))
