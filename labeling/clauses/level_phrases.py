"""Which levels a sentence means: those that it names, counts or points to."""

from __future__ import annotations

from deepspine.labeling.clauses.frames import DISC_WORDS, DISCS, NONE, REST, LevelRef, names_discs
from deepspine.labeling.clauses.level_scope import BEYOND, NAMED, LevelScope
from deepspine.labeling.clauses.places_ahead import BESIDE, VERTEBRAL
from deepspine.labeling.level_order import (
    ENDS,
    LUMBAR,
    OF_PAIR,
    PAIR,
    beyond,
    lumbar_down_to,
    next_to,
    one_of_pair,
    vertebra,
)
from deepspine.labeling.lexicon import Rule
from deepspine.labeling.mentions import Mention

ALONE = "alone"
"""Form of a count of levels that may be one of other things."""

_BEHIND_COUNT = frozenset(("breaker", "conj", "cop", "filler", "finding", "grade", "mark", "neg", "open", "pred"))
"""Kinds of mentions behind a count that is one of discs."""

_OF_DISCS = frozenset(("disc", "disc_height", "disc_signal"))

COUNTS = frozenset(("two", "three", "four", "2", "3", "4"))
_COUNTED = {"both": 2, "either": 2, "two": 2, "three": 3, "four": 4, "each": 9}
"""How many levels phrases point to; each of as many as there are."""

_RESTS = frozenset(("rest", "others", "otherwise", "remainder", "remaining"))
"""Words for what is left, which alone are the other levels."""

_SPARED = Rule("except.not_elsewhere", "except", "spare", ())
_PARTING = (",", ";")
_VALUES = frozenset(("grade", "neg", "post_neg"))
_DEGREES = frozenset(("grade", "number"))
_REST_OF_LIST = frozenset(("rest", "others"))
_DISC_REFS = frozenset(("all", "rest", "discs_above", "discs_below", "both", "above", "below", *OF_PAIR, *ENDS))

_CLOSING_REFS = frozenset(("rest", "any", "this", "former", "latter", "all"))
"""Phrases that close what stands before them with or without a preposition."""

_EXTENDS = ("exten", "migrat", "ris", "reach", "project", "track")
"""How words begin that say how far a lesion reaches: "migrating | above this level"."""


class LevelPhrases(LevelScope):
    """Which levels a sentence means: those that it names, counts or points to."""

    def on_level(self, mention: Mention) -> None:
        """Take levels that are named."""
        group = mention.group
        assert group is not None
        place = self._before_article(mention.i)
        before = self.words[place] if place >= 0 else ""
        if group.levels and self._reaches_down(mention):
            self._on_levels(LevelRef(lumbar_down_to(max(group.levels)), "", mention.i, mention.j), True)
            return
        if before in BESIDE and group.levels and (place == mention.i - 1 or self._speaks_of_levels(place)):
            self._on_levels(LevelRef(beyond(group.levels, before), "", mention.i, mention.j), True)
            return
        self._on_levels(
            LevelRef(
                group.levels, "", mention.i, mention.j, group.slip, group.outside and not group.levels, group.lesser
            ),
            mention.form == "at",
        )

    def _reaches_down(self, level: Mention) -> bool:
        """Whether discs are counted from the top: "discs normal down to | L3-4", not "extends down to L5-S1"."""
        before = self._peek(-1)
        if before is None or before.j != level.i or self.words[before.i] != "down":
            return False
        several = any(self.words[mention.j - 1] in ("discs", "levels") for mention in self.mentions[: self.index])
        return several and not any(ref.levels for ref in self.levels_seen)

    def take_beyond_vertebra(self, mention: Mention) -> bool:
        """Take the levels on one side of a single vertebra, "Above | L4, ...", if they are meant; returns whether.

        What a lesion does or has above a vertebra ("fragment above L4") is but where it lies.
        """
        following = self._peek()
        levels = self._levels_beyond(mention, following)
        if not levels or not self._speaks_of_levels(self._before_article(mention.i)):
            return False
        self.index += following is not None and following.i == mention.j and self.words[mention.j] in VERTEBRAL
        self._on_levels(LevelRef(levels, "", mention.i, mention.j), True)
        return True

    def _speaks_of_levels(self, place: int) -> bool:
        """Whether "above" at a place opens a clause, or stands behind "discs", a denial or a state."""
        before = self._peek(-1)
        if before is not None and before.kind == "cap":
            before = self._peek(-2)
        if before is None or before.value == ";":
            return True
        if before.j > place:
            return before.value in BEYOND
        if self.open is not None:
            return self.open.kind == "open" or bool(self.neg)
        return bool(self.last) and not self.at_header and all(frame.neg or frame.bits == NONE for frame in self.last)

    def on_levels(self, mention: Mention) -> None:
        """Take a phrase that stands for certain levels ("the lower two discs")."""
        ref = LevelRef(self._counted(mention), "", mention.i, mention.j)
        prepositional = self._prepositional(mention)
        if mention.form == ALONE:
            if not self._is_counted_alone(mention):
                return
            if self._speaks_of_discs():
                self._add_discs(mention)
        elif not prepositional and self.words[mention.j - 1] in DISC_WORDS:
            self._add_discs(mention)
        self._on_levels(ref, prepositional)

    def _counted(self, count: Mention) -> tuple[int, ...]:
        """Return "the upper two" of a longer list that the sentence or its heading names, else of the spine.

        With a noun, of a list that has some of them: "L3-S1 are dark, the upper two discs | normal" are L1-L3.
        """
        levels = count.rule.levels
        lists = [ref.levels for ref in self.levels_seen if any(map(vertebra, self.words[ref.i : ref.j]))]
        lists += [self.level.levels] if self.at_header and self.level is not None else []
        named = next((sorted(named) for named in lists if len(named) > len(levels)), [])
        meant = count.form == ALONE or not set(levels).isdisjoint(named)
        if not named or not meant or len(levels) < 2:
            return levels
        if levels[0] == LUMBAR[0]:
            return tuple(named[: len(levels)])
        return tuple(named[-len(levels) :]) if levels[-1] == LUMBAR[-1] else levels

    def _is_counted_alone(self, count: Mention) -> bool:
        """Whether a count has no noun: "the lower two | are desiccated", not "the lower two | thirds"."""
        following = self._peek()
        if following is None or following.i > count.j:
            return self.words[count.j : count.j + 1] in ([], ["."])
        return following.kind in _BEHIND_COUNT

    def _speaks_of_discs(self) -> bool:
        """Whether a count goes on with discs: "the upper discs are normal, | the lower two ..."."""
        if any(self.words[ref.j - 1] in DISC_WORDS for ref in self.levels_seen):
            return True
        before = self.previous_site
        told_of_discs = (before is not None and before.value in _OF_DISCS) or self.previous_finding == "normal_disc"
        return not self.levels_seen and told_of_discs

    def on_levelref(self, mention: Mention) -> None:
        """Take a phrase that points to levels ("this level", "all levels")."""
        value = mention.value
        spoken = self.words[mention.i : mention.j]
        if self._points_to_none(mention, spoken):
            return
        if spoken[0] in ("no", "neither") and value in ("any", "both"):
            self._deny_at(LevelRef((), value, mention.i, mention.j))
            return
        if value == "rest" and self._is_rest_of_site():
            self.cur.rest = "remainder"
            return
        ref = self._pointed(mention)
        if ref.ref == "rest":
            self._settle_before_rest(mention, ref)
        if value in ("multi", "vague"):
            if value == "multi" or not self._is_level_named_behind(mention):
                self._count_levels(ref)
            return
        if value == "all" and (self._are_those_before(mention) or self._means_discs(mention, ref)):
            return
        if value in _DISC_REFS and (names_discs(spoken) or _is_the_others(spoken)):
            self._add_discs(mention)
        closing = (value in _CLOSING_REFS and not self._heads_degree(mention)) or mention.form == "beyond"
        self._on_levels(ref, closing or self._prepositional(mention))

    def _points_to_none(self, mention: Mention, spoken: list[str]) -> bool:
        """Whether a phrase is none of levels here: "the lower | third", "L4-5, | the lowest disc", "extends | ..."."""
        if mention.form == ALONE:
            return not self._is_counted_alone(mention) or self._is_described(mention)
        if mention.value in ENDS and self._is_described(mention):
            if names_discs(spoken):
                self._add_discs(mention)
            return True
        return mention.form == "beyond" and self.words[mention.i - 1].startswith(_EXTENDS)

    def _is_described(self, mention: Mention) -> bool:
        """Whether "the lowest disc" only says which one a level is: "L4-5, | the lowest disc, ...", "is | ..."."""
        before, behind = ([self._peek(step * far) for far in (1, 2)] for step in (-1, 1))
        return _leads_to_level(before) or _leads_to_level(behind) or (before[0] is not None and before[0].kind == "cop")

    def _heads_degree(self, mention: Mention) -> bool:
        """Whether one of two levels stands before its degree: "..., | the former mildly and | the latter severely"."""
        previous, following = self._peek(-1), self._peek()
        if mention.value not in OF_PAIR or previous is None or following is None or previous.j != mention.i:
            return False
        return following.kind == "grade" and (previous.kind == "conj" or previous.value == ",")

    def _are_those_before(self, mention: Mention) -> bool:
        """Whether all are those that open the clause: "below L3 | all discs", "from L3 to S1, | all levels"."""
        before = self.levels_seen[-1] if self.levels_seen else None
        if before is None or before is not self.level or self.last or len(before.levels) == 1:
            return False
        if self.words[before.j : mention.i] not in ([], [","]):
            return False
        if names_discs(self.words[mention.i : mention.j]):
            self._add_discs(mention)
        return True

    def _is_level_named_behind(self, mention: Mention) -> bool:
        """Whether a level is named that is only described so far: "at the operated level | L4-5", "... | (L4-5)"."""
        following = self._peek()
        if following is not None and following.value == "(" and following.i == mention.j:
            following = self._peek(2)
            return following is not None and following.kind == "level" and following.i == mention.j + 1
        return following is not None and following.kind == "level" and following.i == mention.j

    def _settle_before_rest(self, mention: Mention, ref: LevelRef) -> None:
        """Close what stands before the other levels, or deny it of them."""
        if self._spares_the_rest(mention):
            self.on_except(Mention(_SPARED, mention.i, mention.i))
        elif self._closes_list():
            self._boundary()
            ref.ref = "elsewhere"
        elif self._is_denied_place(mention):
            ref.ref = "elsewhere"

    def _spares_the_rest(self, mention: Mention) -> bool:
        """Whether what stands before is denied elsewhere: "thickened at L4-5 but not | elsewhere"."""
        denied = self._is_denied_place(mention) and self.words[mention.i - 1] == "not"
        return denied and bool(self.last) and self._ends_clause()

    def _is_denied_place(self, mention: Mention) -> bool:
        """Whether "no" stands before a place, and so denies what is said of it: "no | other level of herniation"."""
        previous = self._peek(-1)
        return previous is not None and previous.kind == "neg" and previous.j == mention.i

    def on_restword(self, mention: Mention) -> None:
        """Note "other", "remaining", "otherwise"; "further" says so only where it is denied."""
        if self._stands_for_levels(mention):
            self.on_levelref(Mention(REST, mention.i, mention.j))
            return
        if self._closes_list():
            self._boundary()
        if mention.value == "levels" or (self.words[mention.i] == "further" and not self.neg):
            return
        if self._is_what_surgery_left(mention):
            return
        self.cur.rest = self.words[mention.i]
        if self.neg:
            self.neg_rest = self.cur.rest

    def _is_what_surgery_left(self, mention: Mention) -> bool:
        """Whether "remaining" is what is left of one disc: "laminectomy. The | remaining disc is dehydrated"."""
        disc = self._peek()
        one = self.words[mention.i] == "remaining" and disc is not None and disc.i == mention.j and disc.j == disc.i + 1
        return one and self.words[mention.j] == "disc" and self.words[mention.j + 1 : mention.j + 2] != ["are"]

    def _stands_for_levels(self, mention: Mention) -> bool:
        """Whether a rest that is called normal, has a degree, or is denied something, is that of the levels.

        "L4-5: mild bulge. | Rest NAD.", "Canal: L4-5 severe, | others mild", "..., | others no stenosis", "stenosis
        severe at L4-5, | others mild".
        """
        word = self.words[mention.j - 1]
        previous, following = self._peek(-1), self._peek()
        if following is not None and (following.kind == "cop" or self.words[following.i] == "only"):
            following = self._peek(2)
        if following is None or word not in _RESTS:
            return False
        if following.kind in _VALUES and self._closes_list():
            return True
        if following.kind in _DEGREES or following.value == "pfirrmann":
            listed = previous is not None and self.words[previous.i] in _PARTING and bool(self.levels_seen)
            return listed and word in _REST_OF_LIST and self._ends_clause_behind(following)
        if following.kind != "open" or not self._ends_clause_behind(following):
            return False
        if previous is None or (word == "otherwise" and (self.headed or not self.levels_seen)):
            return previous is None and word != "otherwise"
        apart = self.words[previous.i] == ";" or word == "others"
        return self.words[previous.i] in _PARTING and (self._is_headed_by_part() or apart)

    def _closes_list(self) -> bool:
        """Whether the levels listed below a heading end before the mention in hand: "Canal: L4-5 mild, | others"."""
        previous = self._peek(-1)
        if previous is None or self.words[previous.i] not in _PARTING or self.topic is None or not self.levels_seen:
            return False
        return bool(self.topic.findings) or self._is_headed_by_part()

    def _is_headed_by_part(self) -> bool:
        """Whether the heading names a part of each level, as "Foramina:" does, not the alignment of all."""
        return self.topic is not None and any(site.value != "alignment" for site in self.topic.sites)

    def _is_rest_of_site(self) -> bool:
        """Whether a rest is that of a site and not of levels: "the remainder | of the canal"."""
        following, behind = self._peek(), self._peek(2)
        of = following is not None and following.kind == "of"
        return of and behind is not None and behind.kind == "site" and behind.value in ("canal", "foramen", "recess")

    def _deny_at(self, ref: LevelRef) -> None:
        """Read "At no level | is there stenosis"."""
        self._push()
        self.neg = "no"
        self.neg_heads = 0
        self._fresh()
        self.level = ref

    def _pointed(self, mention: Mention) -> LevelRef:
        """Return the levels that a phrase points to, as the sentence named them before, or the phrase itself."""
        named = self._of_named(mention)
        if named:
            return LevelRef(named, "", mention.i, mention.j)
        if mention.value in ("this", "these") and self.levels_seen:
            own = self.levels_seen[-1]
            if own.levels or own.ref not in ("this", "these"):
                return LevelRef(own.levels, own.ref, mention.i, mention.j)
        if mention.value in BEYOND and self.levels_seen and self.levels_seen[-1].levels:
            return LevelRef(beyond(self.levels_seen[-1].levels, BEYOND[mention.value]), "", mention.i, mention.j)
        if mention.value in OF_PAIR and self.levels_seen and len(self.levels_seen[-1].levels) == PAIR:
            return LevelRef(one_of_pair(mention.value, self.levels_seen[-1].levels), "", mention.i, mention.j)
        if mention.value in BESIDE and any(ref.levels for ref in self.levels_seen):
            return LevelRef(self._next_level(mention.value), mention.value, mention.i, mention.j)
        return LevelRef((), mention.value, mention.i, mention.j)

    def _next_level(self, direction: str) -> tuple[int, ...]:
        """Return "the level below" the last one that the sentence names, but not one of which it has told before."""
        told = [ref.levels for ref in self.levels_seen if ref.levels]
        levels = next_to(told[-1], direction)
        while levels in told:
            levels = next_to(levels, direction)
        return levels

    def _count_levels(self, ref: LevelRef) -> None:
        """Take "at multiple levels", which names none: "disc bulges | at several levels"."""
        if self.last and self.cur.empty:
            for frame in self.last:
                if frame.level is None or frame.inherited:
                    frame.level, frame.inherited = ref, False
        self.level = ref

    def _means_discs(self, mention: Mention, ref: LevelRef) -> bool:
        """Whether "the lumbar discs" are a site and no place: "the discs | at L4-5 and L5-S1 are desiccated"."""
        if self._names_levels_next(mention):
            if not self.last or self.last[-1].head.j < mention.i - 1:
                self._add_discs(mention)
            return True
        if self.words[mention.i] not in ("lumbar", "the", "intervertebral", "discs"):
            return False
        if self._prepositional(mention) and not self._are_discs_of_heading(mention):
            return False
        if self.words[mention.j - 1] not in ("discs", "disks"):
            return False
        self._add_discs(mention)
        if self.level is None:
            self.level = ref
        return True

    def _are_discs_of_heading(self, mention: Mention) -> bool:
        """Whether "the discs" are those of the level that heads the sentence: "L3-4: Desiccation of | the discs"."""
        headed = self.at_header and self.level is not None and bool(self.level.levels)
        return headed and self.words[mention.i] == "the"

    def _add_discs(self, mention: Mention) -> None:
        if not self._owns_quality(mention, plural=True):
            discs = self._signal_of(Mention(DISCS, mention.i, mention.j))
            self.cur.sites.append(Mention(discs.rule, mention.j - 1, mention.j))

    def _of_named(self, mention: Mention) -> tuple[int, ...]:
        """Return what "the latter" and "the other two levels" mean among the levels that the sentence named before."""
        if mention.value in ("both", "these"):
            return self._last_named(self.words[mention.i : mention.j])
        named = list(dict.fromkeys(level for ref in self.levels_seen for level in ref.levels))
        if mention.value in ("former", "latter") and len(named) > 1:
            return (named[0] if mention.value == "former" else named[-1],)
        if mention.value in ENDS and (len(named) > 1 or mention.form != ALONE):
            return (ENDS[mention.value](named if len(named) > 1 else LUMBAR),)
        if mention.value in OF_PAIR and len(named) == PAIR:
            return one_of_pair(mention.value, tuple(named))
        if mention.value != "rest" or COUNTS.isdisjoint(self.words[mention.i : mention.j]) or len(self.levels_seen) < 2:
            return ()
        first, *later = self.levels_seen
        taken = {level for ref in later for level in ref.levels}
        return tuple(level for level in first.levels if level not in taken)

    def _last_named(self, spoken: list[str]) -> tuple[int, ...]:
        """Return the last levels of the sentence, as many as a phrase counts: "L2-L5, with ... at L3-4 and L4-5".

        "Each level" are all but a list that those behind it are part of, and so are "these levels" behind a single one.
        """
        wanted = next((_COUNTED[word] for word in spoken if word in _COUNTED), 0)
        if not wanted and "these" in spoken and self.levels_seen and len(self.levels_seen[-1].levels) == 1:
            wanted = len(LUMBAR)
        found: list[int] = []
        for ref in reversed(self.levels_seen) if wanted else ():
            if len(found) >= wanted or (len(found) > 1 and set(found) <= set(ref.levels)):
                break
            found = [*(level for level in ref.levels if level not in found), *found]
        return tuple(found) if len(found) > 1 else ()

    def _names_levels_next(self, mention: Mention) -> bool:
        """Whether "the discs" are those of the levels that follow: "the discs | at L4-5 and L5-S1"."""
        following = self._peek()
        if following is not None and following.kind == "of" and following.i == mention.j:
            following = self._peek(2)
        near = following is not None and following.kind in NAMED and following.i <= mention.j + 2
        spoken = self.words[mention.i : mention.j]
        return near and spoken[-1] in DISC_WORDS and spoken[0] not in ("all", "every", "each")


def _leads_to_level(beside: list[Mention | None]) -> bool:
    """Whether one level is named right beside a phrase, or behind a comma, a bracket or "is"."""
    nearest, next_one = beside
    joined = nearest is not None and (nearest.kind == "cop" or nearest.value in (",", "("))
    level = next_one if joined else nearest
    return level is not None and level.group is not None and len(level.group.levels) == 1


def _is_the_others(spoken: list[str]) -> bool:
    """Whether a phrase reads "the two others", which are discs."""
    return len(spoken) == 3 and spoken[0] == "the" and spoken[-1] == "others"
