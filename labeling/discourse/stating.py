"""Frames become statements: which levels, sides and findings an assertion is about."""

from __future__ import annotations

import itertools
import re

from deepspine.data.findings import FINDINGS
from deepspine.labeling.clauses.frames import BOTH, LATERAL, LEFT, RIGHT, SLIPS, STENOSES, Frame, LevelRef
from deepspine.labeling.discourse.context import Context
from deepspine.labeling.discourse.frame_grades import final_bits, is_negative, is_particular, to_a_lesser_extent
from deepspine.labeling.discourse.references import resolve
from deepspine.labeling.level_order import LUMBAR
from deepspine.labeling.mentions import Mention
from deepspine.labeling.statements import Statement
from deepspine.labeling.texts.sentence import Sentence
from deepspine.labeling.texts.tokenization import Tokens

NORMAL_LEVEL = (
    "bulge", "herniation", "degeneration", "canal_stenosis", "foraminal_stenosis", "subarticular_stenosis",
    "nerve_root", "thecal_sac",
)  # fmt: skip
BUNDLES = {
    "normal_level": NORMAL_LEVEL,
    "normal_disc": ("bulge", "herniation", "degeneration"),
    "normal_contour": ("bulge", "herniation"),
    "disc_lesion": ("bulge", "herniation"),
    "normal_alignment": ("spondylolisthesis", "retrolisthesis"),
    "slip": ("spondylolisthesis", "retrolisthesis"),
    "slip_either": ("spondylolisthesis", "retrolisthesis"),
    "stenosis": STENOSES,
}
"""Findings that one phrase denies together."""

ASSERTED_AS = {"stenosis": ("canal_stenosis",), "slip": ("spondylolisthesis",), "disc_lesion": ()}
"""What the phrase means where it is not denied; a lesion of a disc may be either."""

NORMAL_SCOPE = frozenset(("normal_level", "normal_disc", "normal_contour"))
_CHANGES = "degenerative_changes"
_OF_CHANGES = frozenset(("bulge", "degeneration"))
"""Findings that degenerative changes of a level may be; they are not denied by "otherwise normal"."""

_OF_REST = frozenset(("rest", "rest_named", "elsewhere"))
EVERYWHERE = _OF_REST | {"all", "any"}
NOWHERE = 1 << 30
"""A token behind every text."""

_DENIALS = frozenset(("no", "nil", "nothing", "without", "neither"))
_BEFORE_DENIAL = frozenset(("breaker", "cop", "conj", "hedge", "levelref", "mark", "of", "restword", "to"))
"""Kinds of mentions between "there" and what it denies: "There is also currently no ...", "There appears to be no"."""

_JOINING = frozenset(("and", "but", "with", "without"))
_THESE = frozenset(("these", "those", "this"))
_VERBS = frozenset(("breaker", "cop", "neg", "pred"))
"""Kinds of mentions that begin what "these" do or are; what is not understood may be a noun ("These images ...")."""

_OF_LESION = frozenset(("filler", "grade", "restword", "site", "zone"))
"""Kinds of mentions that describe a lesion before its noun."""

_CORRECTIONS = frozenset(
    ("error", "erroneous", "incorrect", "incorrectly", "wrong", "reversed", "instead", "mistakenly", "transposed",
     "swapped", "typographical", "interchanged", "switched", "inverted", "correction", "corrected", "erratum")
)  # fmt: skip
_BROUGHT_ALONG = frozenset(
    ("accompanying", "associated", "attendant", "concomitant", "consequent", "ensuing", "recurrent", "residual",
     "resultant", "resulting")
)  # fmt: skip
_OPENING_DENIAL = frozenset(("no", "there", "without"))
_MAX_TO_BROUGHT = 6
"""Words for what a lesion brings along or an operation leaves, what opens its denial, and the words that these span."""

_LEADS_TO_SIDE = frozenset(("on", "the", "left", "right"))
_LOUD_SIDE = re.compile(r"[a-z].{0,40}\b(?:LEFT|RIGHT)\b.{0,60}[a-z]", re.DOTALL)


class Stating:
    """Turns the frames of one clause after the other into statements.

    Attributes
    ----------
    statements
        All so far.
    opens_with_denial
        Whether the sentence denies what it opens with.
    bony_from
        Token of the single vertebra whose bone the sentence is about: a negative behind it is about no disc, unless it
        denies a slip.
    lesion_from
        Token of the single vertebra that is broken or has a tumour: what is said behind it without a level of its own
        is not of the disc level mentioned before.
    trailing
        Whether the sentence stands on a line of its own behind the last header's text.
    sums_up
        Whether a sentence on the whole spine stands between the last header and this one on its line.
    headed
        Whether a level's heading opens the sentence.
    of_these
        Whether it denies something of lesions just spoken of ("none of these", "They do not ..."), so never of all
        levels.
    """

    def __init__(self, tokens: Tokens, sentences: list[Sentence], context: Context) -> None:
        self.tokens = tokens
        self.words = tokens.words
        self.sentences = sentences
        self.context = context
        self.statements: list[Statement] = []
        self.opens_with_denial = False
        self.bony_from = self.lesion_from = NOWHERE
        self.trailing = self.sums_up = self.headed = self.of_these = False
        self._corrects: bool | None = None
        self._changed: dict[int, None] = {}
        self._changed_here: tuple[int, ...] = ()

    def state(self, frame: Frame) -> None:
        """Add what a frame states, if it can be told about which levels."""
        negative = is_negative(frame)
        place = self._place(frame, negative)
        if place is None:
            return
        levels, scope, mode = place
        if self.context.section == "addendum" and not mode and self._corrects_side():
            mode = "correction"
        lesser = frame.level.lesser if frame.level is not None and not negative else ()
        if lesser:
            self._expand(to_a_lesser_extent(frame), negative, lesser, scope, mode)
            levels = tuple(level for level in levels if level not in lesser)
        self._expand(frame, negative, levels, scope, mode)
        if not negative:
            self._remember(frame, levels)

    def note_changes(self, frames: list[Frame]) -> None:
        """Keep the levels of degenerative changes of no part; without a level these are of all, for the sentence."""
        self._changed_here = ()
        for frame in frames:
            if frame.head.value == _CHANGES and not frame.finding and not frame.neg:
                levels = resolve(frame.level, self.context, self.words)
                self._changed.update(dict.fromkeys(levels))
                self._changed_here = levels or LUMBAR

    def _place(self, frame: Frame, negative: bool) -> tuple[tuple[int, ...], str, str] | None:
        """Return levels, scope and mode of a frame's statements; None where no level can be meant."""
        ref = None if frame.inherited and frame.exclude and self._is_of_others(frame) else frame.level
        levels: tuple[int, ...] = ()
        scope, mode = "level", ""
        if ref is not None:
            if (ref.outside and not ref.levels) or ref.ref == "vague" or (ref.ref == "multi" and not negative):
                return None
            if frame.inherited and self._is_of_broken_bone(frame):
                return None
            levels = resolve(ref, self.context, self.words)
            if ref.ref == "multi" or ref.ref in EVERYWHERE:
                levels, scope = LUMBAR, "blanket"
                mode = _mode_of_rest(ref, frame)
            elif frame.inherited and negative and not is_particular(frame) and self._is_of_all(frame):
                levels, scope = LUMBAR, "blanket"
            elif not levels:
                return None
        else:
            levels, scope = self._levels_unsaid(frame, negative)
            if not levels:
                return None
        mode = _mode_by_finding(frame, mode, scope)
        if self._is_of_alignment(frame, ref, negative, mode):
            levels, scope = LUMBAR, "blanket"
            mode = _mode_by_finding(frame, mode, scope)
        return levels, scope, mode

    def _is_of_broken_bone(self, frame: Frame) -> bool:
        """Whether a lesion of a single vertebra does what a frame says, and no heading tells at which level."""
        return frame.head.i > self.lesion_from and frame.finding not in SLIPS and not self.context.from_header

    @staticmethod
    def _is_of_others(frame: Frame) -> bool:
        """Whether an exception, of a level that is not among those carried over, tells that others are meant."""
        carried = set(frame.level.levels) if frame.level is not None else set()
        return any(not set(ref.levels) < carried for ref, _ in frame.exclude)

    def _levels_unsaid(self, frame: Frame, negative: bool) -> tuple[tuple[int, ...], str]:
        """Return levels and scope of a frame without levels said or carried over; no levels where it is lost."""
        context = self.context
        if not negative:
            return context.excepted, "level"
        if frame.head.i > self.bony_from and frame.finding not in SLIPS:
            return (), "level"
        if is_particular(frame):
            return context.recent[-1] if context.recent else (), "level"
        return LUMBAR, "blanket"

    def _is_of_alignment(self, frame: Frame, ref: LevelRef | None, negative: bool, mode: str) -> bool:
        """Whether a frame speaks of the alignment of the whole spine."""
        inherited = (ref is None or frame.inherited) and not self.headed
        if frame.finding == "normal_alignment":
            return not mode and (inherited or not resolve(ref, self.context, self.words))
        return negative and inherited and frame.finding in SLIPS

    def _is_of_all(self, frame: Frame) -> bool:
        """Whether a negative of the level carried over is about all levels, or all others ("no other finding")."""
        if self.sums_up and frame.rest and frame.finding == "normal_level":
            return True
        return not self.of_these and (self.trailing or self._is_loose())

    def _is_loose(self) -> bool:
        """Whether the level carried over was only mentioned, not announced, so that a bare negative is about all."""
        context = self.context
        if context.from_header or context.anchored:
            return False
        return context.section != "findings" or context.wide or self.opens_with_denial

    def _remember(self, frame: Frame, levels: tuple[int, ...]) -> None:
        """Keep the side of a herniation, or else of a cyst, for its nerve root, and the levels of a slip."""
        if frame.finding == "herniation" and frame.sides in (LEFT, RIGHT):
            self.context.herniation.update(dict.fromkeys(levels, frame.sides))
        elif frame.finding == "synovial_cyst" and frame.sides in (LEFT, RIGHT):
            self.context.herniation = {**dict.fromkeys(levels, frame.sides), **self.context.herniation}
        elif frame.finding in SLIPS:
            self.context.slip_levels = tuple(sorted({*self.context.slip_levels, *levels}))

    def _corrects_side(self) -> bool:
        """Whether the addendum says that a side was wrong."""
        if self._corrects is None:
            start = next((s.i for s in self.sentences if s.line >= self.context.addendum_line), 0)
            words = self.words[start:]
            self._corrects = (
                not _CORRECTIONS.isdisjoint(words)
                or any(_denies_side(words, k) for k, word in enumerate(words) if word in ("not", "than"))
                or bool(_LOUD_SIDE.search(self.tokens.text[self.tokens.starts[start] :]))
            )
        return self._corrects

    def _sides(self, frame: Frame, levels: tuple[int, ...]) -> int:
        if frame.sides:
            return frame.sides
        if frame.finding == "nerve_root" and not frame.plural and (frame.same or not frame.neg) and levels:
            return self.context.herniation.get(levels[0], 0) or BOTH
        return BOTH

    def _expand(self, frame: Frame, negative: bool, levels: tuple[int, ...], scope: str, mode: str) -> None:
        """Add one statement for each finding that a frame is about."""
        finding = frame.finding
        asserted = not negative and (finding == "slip" or frame.neg in ("", "grade"))
        names = BUNDLES.get(finding, (finding,))
        if asserted:
            names = ASSERTED_AS.get(finding, names)
        if finding in NORMAL_SCOPE and scope == "level":
            scope = "normal"
        certainty = "hedged" if frame.hedge else "negated" if negative else "asserted"
        section = self.context.section if self.context.section != "skip" else "findings"
        exclude: tuple[tuple[int, int], ...] = ()
        if frame.exclude:
            exclude = tuple(
                (level, side or BOTH) for ref, side in frame.exclude for level in resolve(ref, self.context, self.words)
            )
        sides = self._sides(frame, levels)
        rule = frame.head.rule.id
        if finding == "normal_level" and frame.sides in (LEFT, RIGHT):
            names = tuple(name for name in names if name in LATERAL)
        otherwise = finding in ("normal_level", "normal_disc") and (frame.rest or scope == "blanket")
        of_rest = frame.level is not None and frame.level.ref in _OF_REST
        for name in names:
            bits = final_bits(frame, name) if name in FINDINGS else 0
            if asserted and finding == "slip_either":
                bits |= 1
            if bits:
                kept = sides if name in LATERAL else 0
                spared = exclude + self._changed_levels(name, of_rest=of_rest) if otherwise else exclude
                self.statements.append(
                    Statement(name, bits, kept, levels, section, scope, certainty, rule, frame.i, frame.j, spared, mode)
                )

    def _changed_levels(self, finding: str, *, of_rest: bool) -> tuple[tuple[int, int], ...]:
        """Return the levels and sides of degenerative changes of which "otherwise normal" does not deny a finding."""
        levels = (*self._changed, *self._changed_here) if finding in _OF_CHANGES else (*self._changed,)
        return tuple((level, BOTH) for level in levels) if of_rest or finding in _OF_CHANGES else ()


def opens_with_denial(words: list[str], mentions: list[Mention], start: int) -> bool:
    """Whether a sentence denies what it opens with: "No ...", "There is no ...", not "There is a cyst with no ..."."""
    if words[start] != "there":
        return words[start] in _DENIALS
    first = next((mention for mention in mentions if mention.kind not in _BEFORE_DENIAL), None)
    if first is None or first.kind != "neg" or first.value == "gone":
        return False
    return _JOINING.isdisjoint(words[start : first.i + 1])


def opens_with_lesions_before(words: list[str], mentions: list[Mention], start: int) -> bool:
    """Whether a sentence goes on with lesions just spoken of: "They ...", "The bulges ...", "No associated ..."."""
    if words[start] == "they":
        return True
    if words[start] in _OPENING_DENIAL and not _BROUGHT_ALONG.isdisjoint(words[start + 1 : start + _MAX_TO_BROUGHT]):
        return True
    if words[start] in _THESE and any(mention.i == start + 1 and mention.kind in _VERBS for mention in mentions):
        return True
    if words[start] != "the" and words[start] not in _THESE:
        return False
    subject = next((m for m in mentions if m.i > start and m.kind not in _OF_LESION), None)
    return subject is not None and subject.kind == "finding"


def _mode_of_rest(ref: LevelRef, frame: Frame) -> str:
    """Tell "the remaining levels" said before the finding from those said behind what was named."""
    if ref.ref == "rest_named" or (ref.ref == "rest" and frame.i > ref.i):
        return "rest_named"
    return "elsewhere" if ref.ref in ("rest", "elsewhere") else ""


def _mode_by_finding(frame: Frame, mode: str, scope: str) -> str:
    """Say what a negative of all other levels leaves out: levels with this finding, or with any."""
    if not mode and not frame.rest:
        return ""
    finding = frame.finding
    if mode in ("rest_named", "elsewhere") and (finding == "normal_alignment" or finding in SLIPS):
        mode = "rest"
    if frame.rest in ("remaining", "other") and scope == "blanket" and finding == "normal_alignment":
        mode = "rest"
    if frame.rest == "other" and scope == "blanket" and frame.grade:
        mode = "rest"
    if (frame.rest or mode) and finding in ("normal_disc", "normal_level"):
        mode = "rest_named"
    return mode


def _denies_side(words: list[str], index: int) -> bool:
    """Whether a side stands behind a denial: "right, not left-sided", "on the right rather than | the left"."""
    if words[index] == "than" and words[index - 1] != "rather":
        return False
    behind = words[index + 1 : index + 4]
    return any(word in ("left", "right") for word in itertools.takewhile(_LEADS_TO_SIDE.__contains__, behind))
