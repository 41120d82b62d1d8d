"""What "respectively" shares out: "L3-4 and L4-5 show mild and moderate bulging, respectively".

Degrees, sides and lesions are said again, each at its level or of its site, in the order in which both are named.
"""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy

from deepspine.labeling.clauses.frames import Topic
from deepspine.labeling.level_mentions import LevelGroup
from deepspine.labeling.lexicon import Rule
from deepspine.labeling.mentions import HEADS, SIDES, Mention
from deepspine.labeling.number_mentions import read_value

_WORDS = frozenset(("respectively", "resp"))
_DEGREES = frozenset(("grade", "cap", "to", "neg", "number"))
_PLACES = frozenset(("side", "zone", "site"))
_SAID = HEADS | {"grade", "of", "side_post"}
"""Kinds of mentions that tell where, and what a verb says of them."""

_VALUES = _DEGREES | _PLACES
"""Kinds of mentions that may be shared out over what has a head: "mild", "no", "left", "canal"."""

_ZONED = frozenset(("site", "zone"))
_OF_ZONE = frozenset(("side", "site", "zone"))
_OBJECT = frozenset(("of", "side", "side_post", "site"))
_JOINTS = frozenset((",", "and"))
_LEVELS = frozenset(("level", "levelref"))
_CLAUSES = frozenset(("breaker", "conj"))
_POINTING = frozenset(("these", "both"))
_APART = Rule("mark.between_shares", "mark", ";", ())
_LEVEL = Rule("level.of_share", "level", "", (), form="at")
_AT = Rule("of.before_share", "of", "at", ())
_AND = Rule("conj.between_shares", "conj", "and", ())
_SIDE = {side: Rule("side.of_share", "side", side, ()) for side in ("left", "right")}
_STATES = frozenset(("grade", "open", "post_neg"))
_FEWEST = 2


def with_shares(mentions: list[Mention], words: list[str], headed: Sequence[int]) -> list[Mention]:
    """Say each of the degrees, sides or lesions at its level or of its site: "mild bulging at L3-4; moderate at L4-5".

    Parameters
    ----------
    mentions
        Of a sentence, before `settle`.
    words
        Of the whole report.
    headed
        Levels that a heading names, or the sentence before, to which "these levels" point.
    """
    spoken = words[mentions[0].i : mentions[-1].j + 2] if mentions else []
    respectively = not _WORDS.isdisjoint(spoken)
    if (
        not respectively
        and sum(mention.kind == "grade" or mention.value == "pfirrmann" for mention in mentions) < _FEWEST
    ):
        return mentions
    apart = _grades_apart(mentions, words)
    if not respectively:
        return _grades_at(apart) or _degrees_at(mentions, headed) or _degrees_behind(mentions) or mentions
    apart = _without_names_of_roots(apart)
    levels = [level for mention in mentions if mention.group is not None for level in _each_of(mention, mention.group)]
    if not levels and all(mention.value in _POINTING for mention in mentions if mention.kind == "levelref"):
        level = _headed(mentions, headed)
        levels = _each_of(level, level.group) if level.group is not None else []
    place = mentions[0].i + next(place for place, word in enumerate(spoken) if word in _WORDS)
    ahead = [mention for mention in apart if mention.i < place]
    for listed, rest in ((ahead, apart[len(ahead) :]), (apart, [])):
        told = _values_at(_by_side(listed, words), levels) or _lesions_at(listed, levels)
        told = told or _values_of_sites(listed, words)
        if told:
            return [*told, *_of_all(rest, levels)]
    return mentions


def with_shares_of_heading(mentions: list[Mention], words: list[str], topic: Topic | None) -> list[Mention]:
    """Say each of some degrees of its part or side of a heading: "Canal and foramina: | mild and moderate"."""
    if topic is None or topic.finding is not None:
        return mentions
    parts = [[site] for site in topic.sites]
    slashed = len(parts) > _FEWEST  # "mild/moderate" of two parts is a range
    said = [m for m in mentions if not (m.value in _JOINTS or (slashed and words[m.i] == "/"))]
    if len(parts) == 1:
        parts = [[side, *parts[0]] for mention in topic.mentions for side in _sides(mention, words)]
    if len(said) < _FEWEST or len(parts) != len(said) or any(mention.kind not in _STATES for mention in said):
        return mentions
    told = [[Mention(m.rule, value.i, value.i) for m in part] for part, value in zip(parts, said, strict=True)]
    return _apart([[*part, value] for part, value in zip(told, said, strict=True)])


def _without_names_of_roots(mentions: list[Mention]) -> list[Mention]:
    """Leave out which roots are shared out, as their sides are: "the right | L4 | and left | L5 | roots"."""
    if not any(mention.value == "root" for mention in mentions):
        return mentions
    return [mention for mention in mentions if mention.kind != "vertebra"]


def _grades_apart(mentions: list[Mention], words: list[str]) -> list[Mention]:
    """Return mentions with "III and IV" of Pfirrmann's scale as one grade each."""
    found: list[Mention] = []
    for mention in mentions:
        spoken = words[mention.i : mention.j] if mention.value == "pfirrmann" else ()
        found += _each_grade(mention, words, mention.i + spoken.index("and")) if "and" in spoken else (mention,)
    return found


def _each_grade(both: Mention, words: list[str], joint: int) -> tuple[Mention, ...]:
    """Return two grades on both sides of a joint, and what joins them."""
    first, last = (read_value("pfirrmann", words[end - 1 : end], 0) for end in (joint, both.j))
    if first is None or last is None:
        return (both,)
    first.i, first.j = both.i, joint
    last.i, last.j = joint + 1, both.j
    return first, Mention(_AND, joint, joint + 1), last


def _grades_at(mentions: list[Mention]) -> list[Mention]:
    """Return a list of Pfirrmann's grades as those of as many levels behind it: "II, III and IV at L3-4, L4-5, ..."."""
    grades = [place for place, mention in enumerate(mentions) if mention.value == "pfirrmann"]
    levels = [level for mention in mentions if mention.group is not None for level in _each_of(mention, mention.group)]
    if len(grades) <= _FEWEST or len(levels) != len(grades) or _has_levels(mentions[: grades[-1]]):
        return []
    return _lesions_at(mentions, levels)


def _degrees_at(mentions: list[Mention], headed: Sequence[int]) -> list[Mention]:
    """Return a list of different degrees as those of as many levels: "mild, severe and mild bulges at L3-4, ..."."""
    degrees = [place for place, mention in enumerate(mentions) if mention.kind == "grade"]
    if len({mentions[place].bits for place in degrees}) < _FEWEST:
        return []
    named = [mention for mention in mentions if mention.kind in _LEVELS]
    if not named and len(headed) == len(degrees):
        named = [_headed(mentions, headed)]
    listed = mentions[degrees[0] : degrees[-1] + 1]
    joined = all(mention.kind == "grade" or mention.value in _JOINTS for mention in listed)
    if not joined or len(named) != 1 or named[0].group is None or len(named[0].group.levels) != len(degrees):
        return []
    return _values_at(mentions, _each_of(named[0], named[0].group))


def _degrees_behind(mentions: list[Mention]) -> list[Mention]:
    """Return degrees at the end as those of as many levels: "desiccation at L3-4 and L4-5, mild and severe"."""
    named = [place for place, mention in enumerate(mentions) if mention.kind in _LEVELS]
    level = mentions[named[0]] if len(named) == 1 else None
    if level is None or level.group is None:
        return []
    head = [mention for mention in mentions[: named[0]] if mention.kind != "of"]
    degrees = [mention for mention in mentions[named[0] + 1 :] if mention.value not in _JOINTS]
    listed = {mention.kind for mention in degrees} == {"grade"} and len(degrees) == len(level.group.levels) >= _FEWEST
    told = {mention.kind for mention in head}
    if not listed or len({m.bits for m in degrees}) < _FEWEST or not _has_head(head) or told & {"grade", "neg", "mark"}:
        return []
    at = [
        [degree, *head, Mention(_AT, one.i, one.i), one]
        for degree, one in zip(degrees, _each_of(level, level.group), strict=True)
    ]
    return _apart(at)


def _headed(mentions: list[Mention], headed: Sequence[int]) -> Mention:
    """Return the levels that a heading names as though they stood before all."""
    level = Mention(_LEVEL, mentions[0].i, mentions[0].i)
    level.group = LevelGroup(tuple(headed), mentions[0].i)
    return level


def _of_all(rest: list[Mention], levels: Sequence[Mention]) -> list[Mention]:
    """Return what stands behind shares; a denial without a level is of all their levels: ", without root contact"."""
    denial = next((mention for mention in rest if mention.value != ","), None)
    if denial is None or denial.kind != "neg" or _has_levels(rest) or any(m.kind in _CLAUSES for m in rest):
        return rest
    said = [*rest[rest.index(denial) :]]
    return [Mention(_APART, denial.i, denial.i), *_apart([[*said, Mention(_AT, m.i, m.i), m] for m in levels])]


def _by_side(mentions: list[Mention], words: list[str]) -> list[Mention]:
    """Return mentions with "left and right" as one of each."""
    found: list[Mention] = []
    for mention in mentions:
        sides = _sides(mention, words)
        found += [sides[0], Mention(_AND, mention.i, mention.i), sides[1]] if sides else [mention]
    return found


def _sides(mention: Mention, words: list[str]) -> list[Mention]:
    """Return "left and right" as one of each, in their order; nothing for what is no such pair."""
    order = [word for word in words[mention.i : mention.j] if word in _SIDE]
    named = mention.kind in SIDES and len(order) > 1
    return [Mention(_SIDE[side], mention.i, mention.i) for side in order] if named else []


def _each_of(mention: Mention, group: LevelGroup) -> list[Mention]:
    """Return a mention of several levels as one of each, in the order in which they are named."""
    found = []
    for level in group.levels:
        one = Mention(mention.rule, mention.i, mention.j)
        one.group, one.form = group._replace(levels=(level,)), "at"
        found.append(one)
    return found


def _values_at(mentions: list[Mention], levels: Sequence[Mention]) -> list[Mention]:
    """Share degrees, sides or sites before one head out over levels: "no, mild and severe canal stenosis at ..."."""
    for start, mention in enumerate(mentions):
        if mention.kind not in _VALUES or (start and mentions[start - 1].kind in _VALUES):
            continue
        values, end = _values(mentions, start)
        head = _end_of_head(mentions, end)
        if len(values) == len(levels) >= _FEWEST and head > end:
            said = [[*value, *mentions[end:head]] for value in values]
            return _shared_out(mentions, start, head, said, levels)
    return []


def _lesions_at(mentions: list[Mention], levels: Sequence[Mention]) -> list[Mention]:
    """Share lesions out over levels: "a central protrusion and a mild bulge at L4-5 and L5-S1"."""
    heads = [place for place, mention in enumerate(mentions) if mention.kind in HEADS][: len(levels)]
    if len(heads) != len(levels) or len(levels) < _FEWEST:
        return []
    start = heads[0]
    while start and mentions[start - 1].kind in _VALUES:
        start -= 1
    said, begin = [], start
    for place, following in zip(heads, [*heads[1:], heads[-1]], strict=True):
        said.append(mentions[begin : place + 1])
        begin = place + 1 + sum(mention.value in _JOINTS for mention in mentions[place + 1 : place + 3])
        if begin == place + 1 < following or not _is_modified(mentions[begin:following]):
            return []
    return _shared_out(mentions, start, heads[-1] + 1, said, levels)


def _has_levels(mentions: list[Mention]) -> bool:
    return any(mention.kind in _LEVELS for mention in mentions)


def _is_modified(before: list[Mention]) -> bool:
    return all(mention.kind in _VALUES for mention in before)


def _values_of_sites(mentions: list[Mention], words: list[str]) -> list[Mention]:
    """Share degrees out over sites or sides: "the canal and foramina are mildly and severely | narrowed"."""
    for start, mention in enumerate(mentions):
        if mention.kind not in _DEGREES or (start and mentions[start - 1].kind in _VALUES):
            continue
        values, end = _values(mentions, start)
        head = end
        while head < len(mentions) and mentions[head].kind in HEADS:
            head += 1
        said, rest = _said_of_sites(mentions, values, (start, end, head), words)
        if said:
            return [*_apart(said), *rest]
    return []


def _said_of_sites(
    mentions: list[Mention], values: list[list[Mention]], places: tuple[int, int, int], words: list[str]
) -> tuple[list[list[Mention]], list[Mention]]:
    """Return what is said of each site before degrees, of each side between them and a head, or of each site behind.

    Where degrees begin and end and where their head ends are given; what stands behind is returned as well.
    """
    start, end, head = places
    sides = _sides(mentions[end], words) if end < len(mentions) else []
    if len(sides) == len(values):
        said = [[*value, side, *mentions[end + 1 :]] for value, side in zip(values, sides, strict=True)]
        return (said, []) if _has_head(mentions[end:]) else ([], [])
    before, stated = _sites(mentions, 0, words)
    if len(before) == len(values) >= _FEWEST and _has_head([*mentions[stated:start], *mentions[end:head]]):
        verb, state = mentions[stated:start], mentions[end:head]
        return [[*site, *verb, *value, *state] for site, value in zip(before, values, strict=True)], mentions[head:]
    behind, rest = _sites(mentions, head + 1, words)
    if len(behind) == len(values) >= _FEWEST and head > end:
        of = Mention(_AT, mentions[head].i, mentions[head].i)
        said = [[*value, *mentions[end:head], of, *site] for site, value in zip(behind, values, strict=True)]
        return [mentions[:start], *said] if start else said, mentions[rest:]
    return [], []


def _has_head(mentions: list[Mention]) -> bool:
    return any(mention.kind in HEADS for mention in mentions)


def _sites(mentions: list[Mention], start: int, words: list[str]) -> tuple[list[list[Mention]], int]:
    """Return the sites, or the sides of one, that a list names from a place on, and the place behind it."""
    if start and start < len(mentions) and mentions[start - 1].kind == "side_post":
        start -= 1
    sites, place = _items(mentions, start, frozenset(("side", "side_post", "site")))
    if len(sites) == 1 and (sides := _sides(sites[0][0], words)):
        sites = [[side, *sites[0][1:]] for side in sides]
    return [site for site in sites if site[-1].kind == "site"], place


def _values(mentions: list[Mention], start: int) -> tuple[list[list[Mention]], int]:
    """Return the degrees, sides or sites that a list names from a place on, and the place behind it.

    What the last has and the first has not is of the head: "mild and severe | canal stenosis".
    """
    values, place = _items(mentions, start, _VALUES)
    kinds = {mention.kind for mention in values[0]}
    kinds |= _DEGREES if kinds & _DEGREES else _OF_ZONE if kinds & _ZONED else set()
    while len(values) > 1 and values[-1] and values[-1][-1].kind not in kinds:
        values[-1].pop()
        place -= 1
    return values, place


def _items(mentions: list[Mention], start: int, kinds: frozenset[str]) -> tuple[list[list[Mention]], int]:
    """Return runs of mentions of some kinds that commas and "and" join, and the place behind the last."""
    items: list[list[Mention]] = []
    place = start
    while True:
        end = place
        while end < len(mentions) and mentions[end].kind in kinds:
            end += 1
        if end == place:
            break
        items.append(mentions[place:end])
        place = end
        while place < len(mentions) and mentions[place].value in _JOINTS:
            place += 1
        if place == end or place >= len(mentions) or mentions[place].kind not in kinds:
            return items, end
    return items, place


def _end_of_head(mentions: list[Mention], start: int) -> int:
    """Return the place behind a finding, or a site and what is said or found of it; `start` where none stands there."""
    place = start
    while place < len(mentions) and (mentions[place].kind in HEADS or mentions[place].kind in _PLACES):
        place += 1
    if place < len(mentions) and mentions[place].kind == "cop" and not _has_head(mentions[start:place]):
        place += 1
        while place < len(mentions) and mentions[place].kind in _SAID:
            place += 1
    if not _has_head(mentions[start:place]):
        return start
    end = place
    while end < len(mentions) and mentions[end].kind in _OBJECT:
        end += 1
    return end if any(mention.kind == "site" for mention in mentions[place:end]) else place


def _shared_out(
    mentions: list[Mention], start: int, end: int, said: list[list[Mention]], levels: Sequence[Mention]
) -> list[Mention]:
    """Return the mentions with what is said at each of the levels in place of what stands from one place to another.

    Levels that stand before it are those of what they are told of, too; alone they only place: "The L3-4 and L4-5
    discs show ...".
    """
    before, behind = mentions[:start], mentions[end:]
    if not _has_head(before):
        first = next((k for k, mention in enumerate(before) if mention.kind in _LEVELS), len(before))
        first -= bool(first and first < len(before) and before[first - 1].kind == "of")
        before = before[:first]
    if not _has_levels(mentions[:start]):
        place = next((k for k, mention in enumerate(behind) if mention.kind in _LEVELS), -1)
        behind = behind[place + 1 :]
    at = [[*told, Mention(_AT, level.i, level.i), level] for told, level in zip(said, levels, strict=True)]
    return [*before, *_apart(at), *behind]


def _apart(said: list[list[Mention]]) -> list[Mention]:
    """Return what is said of each as clauses of their own."""
    found = [*said[0]]
    for told in said[1:]:
        found += [Mention(_APART, told[0].i, told[0].i), *map(copy, told)]
    return found
