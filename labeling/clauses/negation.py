"""What is denied or doubted: "no", "without" and "may" before it, "none" and "is not seen" behind."""

from __future__ import annotations

from deepspine.labeling.clauses.frames import LATERAL, NONE, Frame
from deepspine.labeling.clauses.leftovers import Leftovers
from deepspine.labeling.clauses.lesions_ahead import ARTICLES
from deepspine.labeling.clauses.normality import LIGHT
from deepspine.labeling.mentions import HEADS, Mention

ANSWERS = frozenset(("no", "yes", "absent", "present"))
"""What stands behind what it is said of, alone."""

_DOUBTS = frozenset(("?", "??", "debatable", "doubtful", "equivocal", "possible", "questionable", "suspected"))
"""Doubts that may stand behind what they are of."""

VALUES_OF_NONE = frozenset(("none", "nil"))
_OF_SUBJECTS = frozenset(("none", "neither"))
_DENIED = frozenset(("finding", "pred", "site", "grade", "zone", "restword"))
"""Kinds of mentions that "nil" denies where it stands before them."""

_SUBJECTS = frozenset(("finding", "pred", "site", "side"))
"""Kinds of mentions that "nil" denies where it stands behind them."""

_OTHER_LEVELS = frozenset(("rest", "rest_named", "elsewhere"))
_SINGULAR = frozenset(("has", "is", "was"))
_VERBS = _SINGULAR | {"have", "are", "were", "remains", "remain", "persists", "persist"}
_DEFINITE = frozenset(("the", "its", "this", "that", "previous", "previously", "prior", "earlier", "former"))
_MAX_SUBJECT = 16
"""Mentions between the beginning of a subject and the verb that says that it is gone."""


class Negation(Leftovers):
    """What is denied or doubted: "no", "without" and "may" before it, "none" and "is not seen" behind."""

    def on_neg(self, mention: Mention) -> None:
        """Open the scope of a negation."""
        previous = self._peek(-1)
        if mention.value == "not" and previous is not None and previous.kind == "cap":
            return
        if mention.value == "nothing" and not self._verb_follows():
            return
        if self._joins_object(mention):
            self._push("or")
            return
        if self.open is not None and (
            self.cur.sites or any(c.sites for c in self.conjuncts) or self.open.form == "noun"
        ):
            self._close_open()
        if mention.value == "not" and self._is_elliptic_side():
            self.cur.neg = "not"
            return
        rest = self.cur.rest if self.cur.empty else ""
        if self._degrees_alone() or self._is_further_place():
            if self.cur.grade:
                self.cur.level = self.cur.level or self.level
            self.flush()
        self._push()
        self.excepting = False
        self.neg = "no" if mention.value in ("these", "nothing") else mention.value
        self.of_these = mention.value == "these" or (self.words[mention.i] in _OF_SUBJECTS and self._verb_follows())
        self.neg_heads = 0
        self.neg_grade = (0, "")
        self.neg_of_lesion = len(self.frames) > self.clause_start and (not self.frames[-1].neg or self.neg_of_lesion)
        self.neg_article = bool(ARTICLES.intersection(self.words[mention.j : mention.j + 1]))
        self.neg_frees = self.words[mention.i] in ("clear", "free") and mention.j - mention.i == 2
        self._fresh()
        self.cur.rest = self.neg_rest = rest
        if self.words[mention.i] in _OF_SUBJECTS and (having := self._words_of_having()):
            self.of_these = True
            self.index += having

    def _joins_object(self, nor: Mention) -> bool:
        """Whether "nor" adds an object to what is denied: "contacts neither the sac | nor the roots"."""
        denied = self.words[nor.i] == "nor" and bool(self.neg) and bool(self.cur.sites or self.cur.sides)
        if not denied or self.open is None or self.open.kind != "pred":
            return False
        behind = [m for m in self.mentions[self.index + 1 :] if m.kind not in ("side", "vertebra")]
        return bool(behind) and behind[0].kind == "site" and not any(m.kind in ("pred", "cop") for m in behind[1:2])

    def on_post_neg(self, mention: Mention) -> None:
        """Deny what was said before ("is not seen", "has resolved", "none")."""
        previous = self._peek(-1)
        if self._is_still_there(mention):
            self.neg = self.cur.neg = ""
            return
        if self._denies_what_follows(mention):
            self.on_neg(mention)
            return
        at_start = self.cur.empty and (
            previous is None
            or previous.kind in ("conj", "level", "breaker", "levelref", "restword", "of")
            or (previous.kind == "mark")
            or previous.kind == "cop"
        )
        single = mention.j == mention.i + 1 and mention.value == "no"
        waits = bool(self.cur.sides) and not self.cur.sites and self._is_side(self._side_before(previous))
        if waits and mention.value == "no":
            self._value_of_none(mention)
            return
        if (
            self._is_none_of_side(mention)
            or self._is_none_of_level(mention)
            or (
                single
                and (
                    self.cur.level
                    or (self._is_valued_site() and self.words[mention.i] in VALUES_OF_NONE)
                    or (
                        at_start and (self.topic or self.last) and not (previous is not None and previous.kind == "cop")
                    )
                )
            )
        ):
            self._value_of_none(mention)
            return
        if self.open is not None:
            self._close_open()
        elif not self.cur.empty and self.cur.sites:
            self._fresh()
        if self._is_of_unknown_subject(mention):
            return
        self._deny_before(gone=mention.value == "gone")

    def _deny_before(self, *, gone: bool) -> None:
        """Deny the heads just read; what is gone is all that the clause has told of, up to a subject of its own."""
        targets = self.frames[self.clause_start :] if gone or not self.last else self._alternatives()
        if gone:
            targets = self._of_own_subject(targets)
        for frame in targets or self.last:
            if gone:
                frame.gone = True
            if not frame.neg:
                frame.neg = "no"
                frame.hedge = False

    def _of_own_subject(self, frames: list[Frame]) -> list[Frame]:
        """Return what alone is gone: "mild bulge, and the stenosis | has resolved", not "bulge and stenosis | have"."""
        if not frames or _SINGULAR.isdisjoint(self.words[frames[-1].head.j : self.mentions[self.index].j]):
            return frames
        for joint in reversed(self.mentions[max(self.index - _MAX_SUBJECT, 0) : self.index]):
            if joint.value in ("and", ",") and self._opens_subject(joint, frames[0]):
                own = [frame for frame in frames if frame.head.i >= joint.j]
                if own:
                    return own
        return frames

    def _opens_subject(self, joint: Mention, first: Frame) -> bool:
        """Whether what follows a joint is a subject by itself: not that of "the bulge | and the stenosis has"."""
        words = self.words
        if words[joint.j] not in _DEFINITE:
            return False
        parted = "," in words[joint.i - 1 : joint.j] or not _VERBS.isdisjoint(words[first.head.j : joint.i])
        return parted or words[first.i - 1] != "the"

    def _value_of_none(self, mention: Mention) -> None:
        """Let a denial be the degree of the level or side before it; an answer never speaks of what follows."""
        answer = self.words[mention.i] in ANSWERS and not self._is_none_of_level(mention)
        self._mark(mention)
        self.cur.grade = NONE
        if answer and not self._is_side(self._peek()):
            self.flush()

    def _is_none_of_side(self, mention: Mention) -> bool:
        """Whether "none" is the degree of one side: "mild on the left, | none on the right foraminal narrowing".

        So is "not seen" behind a comma or "and".
        """
        if not self.cur.empty or not self._is_side(self._peek()):
            return False
        goes_on = mention.value == "no" and bool(self.last) and self._is_joint(self._peek(-1))
        return goes_on or self.words[mention.i] in VALUES_OF_NONE

    def _is_none_of_level(self, mention: Mention) -> bool:
        """Whether a denial is the degree of the level behind it: "stenosis is mild at L4-5 and | not seen at L5-S1"."""
        place, joint = self._peek(), self._peek(-1)
        if place is not None and place.kind == "of":
            place = self._peek(2)
        if joint is not None and joint.kind == "cop":
            joint = self._peek(-2)
        named = place is not None and (place.kind == "level" or place.value in _OTHER_LEVELS)
        return named and mention.value == "no" and self.cur.empty and bool(self.last) and self._is_joint(joint)

    def _is_still_there(self, mention: Mention) -> bool:
        """Whether something is denied to be gone: "the stenosis has not | been relieved"."""
        return mention.value == "gone" and self.neg == "not" and not self.neg_heads and bool(self.last)

    def _denies_what_follows(self, mention: Mention) -> bool:
        """Whether "nil", "absent" or "resolved" opens for "no", or "none" is a subject: "bulges, | none narrowing it".

        "Mild bulge with | nil significant stenosis", not "stenosis | nil, ...".
        """
        if mention.value == "gone" and mention.j - mention.i == 1 and self._peek(-1) is None:
            return True
        if self.words[mention.i : mention.j] == ["none"]:
            has = self._words_of_having() > 0 and (bool(self.last) or self._peek(-1) is None)
            return has or self._verb_follows() or self._is_lesion_denied()
        if self.words[mention.i : mention.j] not in (["nil"], ["absent"]):
            return False
        previous, following = self._peek(-1), self._peek()
        if following is not None and following.kind == "side":
            following = self._peek(2)
        if following is None or following.kind not in _DENIED:
            return False
        return previous is None or previous.j < mention.i or previous.kind not in _SUBJECTS

    def _words_of_having(self) -> int:
        """Return how many mentions say that lesions have what follows: "none | with", "neither | is | associated with".

        What "with" opens is denied here.
        """
        verb = self._next_is("cop")
        having = self._peek(1 + verb)
        return 1 + verb if having is not None and having.kind == "breaker" and having.value == "with" else 0

    def _is_lesion_denied(self) -> bool:
        """Whether a disc's lesion has "none" as its subject: "none | has herniated", "none | is bulging"."""
        verb = self._next_is("cop")
        lesion = self._peek(1 + verb)
        if lesion is None or not (lesion.kind == "finding" or (lesion.kind == "pred" and lesion.form == "part")):
            return False
        return verb or self.words[lesion.i] in _VERBS

    def _side_before(self, previous: Mention | None) -> Mention | None:
        """Return the mention before a denial, a pronoun or mark left out: "on the right it | is absent"."""
        left_out = previous is not None and self.words[previous.i] in ("it", "they", "-", ":")
        return self._peek(-2) if left_out else previous

    def _degrees_alone(self) -> bool:
        """Whether degrees can only be those of heads already read.

        "Mild at L3-4 and moderate at L4-5 | without"; with sides where these heads have sides: "foraminal narrowing,
        mild on the left and severe on the right | without", or below a heading: "Foramina: mild left, | no contact".
        """
        waiting = [*self.conjuncts, self.cur]
        graded = self.open is None and any(conjunct.grade for conjunct in waiting)
        if not graded or any(conjunct.sites for conjunct in waiting):
            return False
        if any(conjunct.sides for conjunct in waiting):
            return self.topic is not None or self._is_behind_sides()
        before = self._peek(-1)
        return before is not None and before.kind in ("level", "grade", "mark")

    def _is_further_place(self) -> bool:
        """Whether another level and side of the heads just read waits: "protrusions at L3-4, L4-5 (left), | no"."""
        placed = [conjunct for conjunct in self.conjuncts if conjunct.level and conjunct.sides and not conjunct.sites]
        return self.open is None and bool(self.last) and bool(placed) and self.cur.empty

    def _is_behind_sides(self) -> bool:
        """Whether a side behind a degree stands just before, and the heads before them have sides."""
        side = self._peek(-1)
        if side is not None and side.kind in ("mark", "conj"):
            side = self._peek(-2)
        behind = side is not None and side.kind == "side_post"
        return behind and bool(self.last) and all(frame.finding in LATERAL for frame in self.last)

    def _is_valued_site(self) -> bool:
        """Whether a canal, foramen or recess, and at most its side, stands just before: "Canal | nil"."""
        previous = self._peek(-1)
        if previous is not None and previous.kind == "side":
            previous = self._peek(-2)
        return (
            previous is not None
            and previous.kind == "site"
            and previous.value in ("canal", "foramen", "recess")
            and self.open is None
            and self.cur.sites == [previous]
        )

    def _is_of_unknown_subject(self, mention: Mention) -> bool:
        """Whether something that is no finding is denied: "Modic type 1; infection | is unlikely"."""
        previous = self._peek(-1)
        if any(m is not None and m.kind == "infection" for m in (previous, self._peek(-2))):
            return True
        if previous is None or previous.kind != "breaker" or self.frames[self.clause_start :]:
            return False
        return any(word.isalpha() and word not in LIGHT for word in self.words[previous.j : mention.i])

    def _doubts_before(self, mention: Mention) -> bool:
        """Whether a doubt ends what it is of: "bulge | questionable", "bulge (questionable)", "bulge | ?"."""
        previous, following = self._peek(-1), self._peek()
        if previous is None or previous.j != mention.i or self.words[mention.i] not in _DOUBTS:
            return False
        if previous.value == "(":
            return following is not None and following.value == ")"
        return previous.kind in HEADS and (following is None or following.value in (",", ";", ")"))

    def on_hedge(self, mention: Mention) -> None:
        """Open the scope of a hedge, or hedge what was said before."""
        if mention.value == "post" or self._doubts_before(mention):
            self._finish_open()
            denied = "suspected" in self.words[mention.i : mention.j]
            for frame in self.last:
                if not (denied and frame.neg):
                    frame.hedge, frame.neg = True, ""
            return
        self._push()
        self.hedge = True
        self.hedge_heads = 0
        self.cur.hedge = True
