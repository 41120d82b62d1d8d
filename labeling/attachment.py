"""Which finding is said of which site, with which grade, side, level and certainty: a small grammar of clauses.

One pass over a sentence's mentions. Words of degree, side and site gather in *conjuncts* until a head takes them
("mild canal and moderate bilateral foraminal | narrowing"); a verb head takes what follows it; what is left over at a
boundary modifies the heads before ("stenosis, severe on the left and moderate on the right"). `clauses/` holds the
parts; this is where they meet.
"""

from __future__ import annotations

from collections.abc import Callable

from deepspine.labeling.arranging.present import CHANGED_SIDE
from deepspine.labeling.clauses.epidural_fat import leave_fat_of_free_sac
from deepspine.labeling.clauses.finding_heads import FindingHeads
from deepspine.labeling.clauses.frames import BOTH, LATERAL, NORMAL, STENOSES, Conjunct, Frame, LevelRef, clone
from deepspine.labeling.clauses.level_phrases import LevelPhrases
from deepspine.labeling.clauses.marrow import Marrow
from deepspine.labeling.clauses.modifiers import Modifiers
from deepspine.labeling.clauses.negation import VALUES_OF_NONE, Negation
from deepspine.labeling.clauses.predicates import Predicates
from deepspine.labeling.clauses.scope import Scope
from deepspine.labeling.clauses.vertebrae import Vertebrae
from deepspine.labeling.lexicon import Rule
from deepspine.labeling.mentions import Mention
from deepspine.labeling.texts.markup import NEWLINE

LIST_KINDS = frozenset(("level", "levels", "levelref", "conj", "mark", "of", "to", "filler"))

_NEGATIVE = frozenset(("neg", "negative"))
_FINDINGS = frozenset(("finding", "pred"))
_ENDS = frozenset((".", ",", ";", ")", NEWLINE))
_NAMING = _FINDINGS | {"site", "side"}
_NIL = frozenset(("nil", "none", "nothing"))
_BEFORE_LEVEL = frozenset(("breaker", "of", "site"))
_MAX_TO_LEVEL = 4
"""Kinds of mentions between "as does" and a level, "the disc at", and how many with it."""

_SIGNIFICANT = frozenset(("significant", "significance"))
_NO = Rule("neg.by_position", "neg", "no", ())
_NARROWING = Rule("pred.narrowing_disc", "pred", "narrow", (), form="verb")
_NEURAL = frozenset(("root", "roots", "sac", "cauda"))
_NARROWABLE = frozenset(("canal", "foramen", "recess"))
_DECOMPRESSIBLE = frozenset((*STENOSES, "stenosis", "nerve_root", "thecal_sac"))
_LEFT = frozenset(("leaving", "now", "today"))
_GONE = Rule("neg.gone_by_surgery", "post_neg", "gone", ())
_ABSENT = Rule("neg.post_by_position", "post_neg", "no", ())


class ClauseReader(Modifiers, Negation, Scope, LevelPhrases, Vertebrae, Predicates, FindingHeads, Marrow):
    """Reads one sentence into frames."""

    def read(self, mentions: list[Mention]) -> list[Frame]:
        """Read the mentions of a sentence; return what it asserts."""
        self.mentions = mentions
        handlers = HANDLERS
        count = len(mentions)
        while self.index < count:
            mention = mentions[self.index]
            handler = handlers.get(mention.kind)
            if handler is not None:
                handler(self, mention)
            self.index += 1
        self.flush()
        self._finish()
        if self.vertebrae:
            self._slip_levels()
            self._root_levels()
        if self.story:
            return self._told_of_today()
        return [frame for frame in self.frames if frame.finding]

    def _told_of_today(self) -> list[Frame]:
        """Return what a sentence on an earlier examination says of this one: what is gone, and what that leaves."""
        gone = [frame for frame in self.frames if frame.gone]
        behind = range(gone[-1].head.j if gone else len(self.words), self.mentions[-1].j)
        left = next((place for place in behind if self.words[place] in _LEFT), len(self.words))
        return [*gone, *(frame for frame in self.frames if frame.finding and frame.head.i > left)]

    def on_finding(self, mention: Mention) -> None:
        """Take a word that names a finding; "disc | narrowing the canal" names what a disc does."""
        if mention.value == "disc_height_loss" and self._narrows_object(mention):
            self.on_head(Mention(_NARROWING, mention.j - 1, mention.j))
        else:
            super().on_finding(mention)

    def _narrows_object(self, mention: Mention) -> bool:
        """Whether a site with its article or side stands behind "disc narrowing": "disc | narrowing both foramina"."""
        site = self._peek()
        if site is not None and site.kind == "side":
            site = self._peek(2)
        named = site is not None and site.kind == "site" and site.value in _NARROWABLE and site.form != "adj"
        between = self.words[mention.j : site.i] if site is not None else []
        return named and self.words[mention.j - 1] == "narrowing" and _ENDS.isdisjoint(between)

    def on_open(self, mention: Mention) -> None:
        """Take a state ("patent", "normal"); "negative" beside a finding denies it: "HNP | neg", "neg | HNP"."""
        if self.words[mention.j - 1] == "decompressed" and self._is_of_narrowing():
            self.on_post_neg(Mention(_GONE, mention.i, mention.j))
            return
        denial = self._denial(mention) if self.words[mention.i] in _NEGATIVE and mention.j == mention.i + 1 else ""
        if denial == "behind":
            self.on_post_neg(Mention(_ABSENT, mention.i, mention.j))
        elif denial == "before":
            self.on_neg(Mention(_NO, mention.i, mention.j))
        else:
            self.on_head(mention)

    def _is_of_narrowing(self) -> bool:
        """Whether a state is that of a narrowing or compression, and no site's: "the stenosis is | decompressed"."""
        verb = self._peek(-1)
        if verb is None or verb.kind != "cop" or not self.last or self.cur.sites or self.conjuncts:
            return False
        return all(frame.finding in _DECOMPRESSIBLE for frame in self.last)

    def on_breaker(self, mention: Mention) -> None:
        """End a clause where a linking word opens another; note where one opens what a side has changed to."""
        if mention.rule is CHANGED_SIDE and not self.changed_side:
            self.changed_side = mention.i
        super().on_breaker(mention)

    def on_vertebra(self, mention: Mention) -> None:
        """Take a single vertebra: the levels above or below it ("Above | L4, ..."), or what else it may spell."""
        if not self.take_beyond_vertebra(mention):
            super().on_vertebra(mention)

    def on_neg(self, mention: Mention) -> None:
        """Open the scope of a negation; "no" with nothing behind it denies the finding before: "Listhesis | no"."""
        if self._is_answer(mention):
            self.on_post_neg(Mention(_ABSENT, mention.i, mention.j))
        else:
            super().on_neg(mention)

    def _is_answer(self, mention: Mention) -> bool:
        """Whether "no" stands at the end of an item, directly behind the name of a finding."""
        previous, behind = self._peek(-1), self.words[mention.j : mention.j + 1]
        if self.words[mention.i : mention.j] != ["no"] or not (not behind or behind[0] in _ENDS):
            return False
        return previous is not None and previous.kind in _FINDINGS and previous.j == mention.i

    def on_likewise(self, mention: Mention) -> None:
        """Say the same of what follows; a lesion of the next level: "L4-5 bulges, as does | (the disc at) L5-S1"."""
        super().on_likewise(mention)
        if not self.last or not (self.last[-1].head.kind == "finding" or self.last[-1].finding == "normal_level"):
            return
        ahead = self.mentions[self.index + 1 : self.index + 1 + _MAX_TO_LEVEL]
        place = next((place for place, other in enumerate(ahead, 1) if other.kind == "level"), 0)
        if place and all(other.kind in _BEFORE_LEVEL for other in ahead[: place - 1]):
            level = ahead[place - 1]
            assert level.group is not None
            self.index += place
            self._repeat_last(LevelRef(level.group.levels, "", level.i, level.j))

    def on_answer(self, mention: Mention) -> None:
        """Assert or deny the heading: "Canal stenosis: | Yes"."""
        self._answer_topic("no" if mention.value == "no" else "")

    def _denial(self, mention: Mention) -> str:
        """Return whether "negative" stands "behind" or "before" the name of a finding; empty for neither."""
        previous = self._peek(-1)
        if previous is not None and previous.kind == "cop":
            previous = self._peek(-2)
        if previous is not None and previous.kind in _FINDINGS:
            return "behind"
        place = mention.j
        for following in self.mentions[self.index + 1 :]:
            if following.i != place or following.kind not in _NAMING:
                break
            if following.kind in _FINDINGS:
                return "before"
            place = following.j
        return ""

    def _finish(self) -> None:
        """Settle what only the end of the sentence decides."""
        if self.neg_frees and not self.neg_heads:
            told = bool(self.frames[self.except_start :])
            for subject in self.subject:
                free = clone(subject)
                free.neg = ""
                for site in subject.sites:
                    if not told or site.value in _NEURAL:  # "the protrusion is | clear of the root"
                        self._emit(NORMAL, site, free)
        if not self.frames and self.topic is not None and self._lists_levels():
            self._answer_topic("")
        if not self.frames and not self.side_in_front and self._is_nil():
            self._frame("normal_level", 1, self.mentions[-1], Conjunct("", False))
        if not self.frames and self.previous_finding:
            self._none_elsewhere()
        self._leave_oedema_of_lesions()
        if self.fat_of_sac:
            leave_fat_of_free_sac(self.frames, self.words)
        self._share_out()
        if self.changed_side:
            self._settle_changed_sides()
        self._settle_exceptions()
        self._settle_worse_places()

    def _settle_worse_places(self) -> None:
        """Leave a degree to the places without one of their own: "mild at L4-5 and L5-S1, | moderate left at L5-S1"."""
        graded = [frame for frame in self.frames if frame.grade and not frame.neg]
        for index, one in enumerate(graded):
            for other in graded[index + 1 :]:
                if other.finding == one.finding and other.grade != one.grade:
                    _leave_to(other, one)

    def _settle_changed_sides(self) -> None:
        """Leave a degree to the side that has not changed: "mild bilateral narrowing, | now severe on the right"."""
        before = [frame for frame in self.frames if frame.head.i < self.changed_side]
        if not before:
            return
        first, *changed = [frame for frame in self.frames if frame.head is before[-1].head]
        for frame in changed:
            if frame.sides and frame.level is first.level:
                first.sides = (first.sides or BOTH) & ~frame.sides if first.finding in LATERAL else 0
                first.finding = first.finding if first.sides else ""

    def _none_elsewhere(self) -> None:
        """Deny the finding of the sentence before: "Modic type 2 at L5-S1. None elsewhere", "None at L4-5"."""
        said = [mention for mention in self.mentions if mention.kind not in ("mark", "of")]
        if len(said) != 2 or said[0].kind != "post_neg" or self.words[said[0].i] not in VALUES_OF_NONE:
            return
        place = said[1]
        conjunct = Conjunct("", False)
        if place.kind == "levelref" and place.value in ("rest", "rest_named"):
            conjunct.level = LevelRef((), place.value, place.i, place.j)
        elif place.kind == "level":
            conjunct.level = self.levels_seen[-1] if self.levels_seen else None
        if conjunct.level is not None:
            self._frame(self.previous_finding, 1, place, conjunct)

    def _is_nil(self) -> bool:
        """Whether nothing is said of a level but "nil", "nil significant" or "nothing of significance"."""
        said = [mention for mention in self.mentions if mention.kind != "mark"]
        if said and said[-1].kind == "grade" and self.words[said[-1].j - 1] in _SIGNIFICANT:
            said.pop()
        if not said or said[-1].j != said[-1].i + 1 or self.words[said[-1].i] not in _NIL:
            return False
        levels = said[:-1]
        return self.topic is None and (bool(levels) or self.at_header) and all(m.kind == "level" for m in levels)

    def _share_out(self) -> None:
        """Give the first degree to the first level: "stenosis at L3-4 and L4-5, mild and severe, respectively"."""
        if len(self.frames) < 2 or not self._is_respective():
            return
        for level in {id(frame.level): frame.level for frame in self.frames}.values():
            frames = [frame for frame in self.frames if frame.level is level]
            same = [frame for frame in frames if frame.finding == frames[-1].finding and frame.grade]
            if level is not None and len(level.levels) > 1 and len(same) == len(level.levels):
                for frame, one in zip(same, level.levels, strict=True):
                    frame.level = LevelRef((one,), "", level.i, level.j)

    def _lists_levels(self) -> bool:
        """Whether the sentence is a bare list of levels, as behind "Disc desiccation:"; a letter or number grades."""
        if not self.levels_seen or any(mention.kind not in LIST_KINDS for mention in self.mentions):
            return False
        ends = [*(mention.i for mention in self.mentions[1:]), len(self.words)]
        behind = [self.words[mention.j] for mention, end in zip(self.mentions, ends, strict=True) if mention.j < end]
        return not any(word.isalnum() and len(word) == 1 for word in behind)


def _leave_to(place: Frame, whole: Frame) -> None:
    """Leave out of a frame what is another's, where that is of fewer levels or sides and of none that this has not."""
    if place.level is None or whole.level is None or not place.level.levels:
        return
    levels, of_whole = set(place.level.levels), set(whole.level.levels)
    sides, sides_of_whole = place.sides or BOTH, whole.sides or BOTH
    if sides & ~sides_of_whole:
        return
    if levels < of_whole:
        whole.exclude = (*whole.exclude, (place.level, place.sides))
    elif levels == of_whole and whole.finding in LATERAL and sides != sides_of_whole:
        whole.sides = sides_of_whole & ~sides


HANDLERS: dict[str, Callable[[ClauseReader, Mention], None]] = {
    "grade": ClauseReader.on_grade,
    "verb_grade": ClauseReader.on_verb_grade,
    "side": ClauseReader.on_side,
    "side_post": ClauseReader.on_side_post,
    "site": ClauseReader.on_site,
    "zone": ClauseReader.on_zone,
    "mm": ClauseReader.on_mm,
    "number": ClauseReader.on_number,
    "neg": ClauseReader.on_neg,
    "post_neg": ClauseReader.on_post_neg,
    "hedge": ClauseReader.on_hedge,
    "conj": ClauseReader.on_conj,
    "mark": ClauseReader.on_mark,
    "breaker": ClauseReader.on_breaker,
    "present": ClauseReader.on_present,
    "except": ClauseReader.on_except,
    "focus": ClauseReader.on_focus,
    "story": ClauseReader.on_story,
    "advice": ClauseReader.on_advice,
    "cop": ClauseReader.on_cop,
    "likewise": ClauseReader.on_likewise,
    "restword": ClauseReader.on_restword,
    "level": ClauseReader.on_level,
    "levels": ClauseReader.on_levels,
    "levelref": ClauseReader.on_levelref,
    "vertebra": ClauseReader.on_vertebra,
    "pred": ClauseReader.on_head,
    "open": ClauseReader.on_open,
    "finding": ClauseReader.on_finding,
    "answer": ClauseReader.on_answer,
}
