"""Which heads of a sentence make up its last item: "bulge at L3-4 indenting the sac and | protrusion at L4-5"."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from deepspine.labeling.clauses.frames import Frame
from deepspine.labeling.mentions import Mention

_LINKS = frozenset(("cause", "which", "with"))


def brought_about(frames: Sequence[Frame], place: int, mentions: Sequence[Mention]) -> list[Frame]:
    """Return the heads that go on with a lesion before the last item begins, so that a level behind is not theirs.

    Parameters
    ----------
    frames
        Heads behind a lesion that has its level, in their order.
    place
        Token behind that level.
    mentions
        Of the sentence, up to the level in hand.
    """
    groups = [list(group) for _, group in groupby(frames, key=lambda frame: frame.head.i)]
    if len(groups) < 2 or not _goes_on(groups[0], place, mentions):
        return []
    new = [k for k in range(1, len(groups)) if _opens_item(groups[k], _end(groups[k - 1]), mentions)]
    lesions = [k for k in new if groups[k][0].head.kind == "finding"]
    set_off = len(groups) - 1 if _is_set_off(groups[-1], _end(groups[-2]), mentions) else 0
    begin = (lesions or new or [set_off])[0]
    return [frame for group in groups[:begin] for frame in group]


def last_item(frames: Sequence[Frame], mentions: Sequence[Mention]) -> list[Frame]:
    """Return the heads of the last item of a list: "narrowing of the canal, and | a protrusion indenting the sac".

    What one denial or an "or" joins is one item: "no bulge or protrusion", "no bulge, protrusion and stenosis".
    """
    groups = [list(group) for _, group in groupby(frames, key=lambda frame: frame.head.i)]
    begin = len(groups) - 1
    while begin > 0 and _is_same_item(groups[begin - 1], groups[begin], mentions):
        begin -= 1
    return [frame for group in groups[max(begin, 0) :] for frame in group]


def _is_same_item(before: Sequence[Frame], group: Sequence[Frame], mentions: Sequence[Mention]) -> bool:
    """Whether heads belong to the item of those before them."""
    between = _between(mentions, _end(before), _start(group))
    if any(mention.value == "or" for mention in between):
        return True
    denied_anew = any(mention.kind == "neg" for mention in between)
    one_denial = bool(before[-1].neg and group[0].neg) and not denied_anew
    return one_denial or not _opens_item(group, _end(before), mentions)


def _start(group: Sequence[Frame]) -> int:
    return min(min(frame.i, frame.head.i) for frame in group)


def _end(group: Sequence[Frame]) -> int:
    return max(max(frame.j, frame.head.j) for frame in group)


def _goes_on(group: Sequence[Frame], place: int, mentions: Sequence[Mention]) -> bool:
    """Whether heads are what the lesion before them does or has: "at L3-4, | compressing ...", "at L3-4 with | ..."."""
    between = _between(mentions, place, _start(group))
    return any(_links(mention) for mention in between) or _links(group[0].head)


def _opens_item(group: Sequence[Frame], place: int, mentions: Sequence[Mention]) -> bool:
    """Whether heads are an item of their own, behind a comma, "and" or nothing: not "and | causing"."""
    between = _between(mentions, place, _start(group))
    joined = any(mention.kind == "conj" or mention.value == "," for mention in between) or _start(group) == place
    return joined and not _goes_on(group, place, mentions)


def _is_set_off(group: Sequence[Frame], place: int, mentions: Sequence[Mention]) -> bool:
    """Whether heads before a level of their own are set off: ", with | stenosis at", "leading to | stenosis at"."""
    between = _between(mentions, place, _start(group))
    links = [mention.value for mention in between if mention.kind == "breaker"]
    comma = any(mention.value == "," for mention in between)
    return "cause" in links or (comma and "with" in links)


def _between(mentions: Sequence[Mention], start: int, end: int) -> list[Mention]:
    return [mention for mention in mentions if start <= mention.i < end]


def _links(mention: Mention) -> bool:
    """Whether a word ties what follows to the lesion before it."""
    return (mention.kind == "breaker" and mention.value in _LINKS) or (
        mention.kind == "pred" and mention.form == "verb"
    )
