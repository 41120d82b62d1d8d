"""Single statements of a report, each with exactly what it means by the label scheme.

A statement never carries more than its words say: a grade for one side says nothing of the other, "bulge" without a
degree leaves three grades, "no nerve root compression" leaves three, silence has no row.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from deepspine.data.findings import FINDINGS, Side
from deepspine.data.grade_sets import GradeSet
from deepspine.data.levels import LUMBAR_LEVELS, Level
from deepspine.data.phantom.pathology import SEVERITY, StudyGrades
from deepspine.data.phantom.voices import Voice

SaidKey = tuple[Level, str, Side]
Said = dict[SaidKey, GradeSet]

HALF_GRADE_SHARE = 0.14
UNGRADED_SHARE = {"bulge": 0.35, "degeneration": 0.35, "facet_arthropathy": 0.3, "disc_height_loss": 0.3}
UNGRADED_OTHER_SHARE = 0.05
HEDGED_SHARE = 0.05
NOT_SIGNIFICANT_SHARE = 0.12

NORMAL_FINDINGS = (
    "bulge",
    "herniation",
    "degeneration",
    "canal_stenosis",
    "foraminal_stenosis",
    "subarticular_stenosis",
    "nerve_root",
    "thecal_sac",
)
"""What a level called normal has none of."""

SPOILING_FINDINGS = (*NORMAL_FINDINGS, "modic", "spondylolisthesis", "retrolisthesis")
"""No reporter calls a level normal that has one of these."""

MINOR = ("disc_height_loss", "ligamentum_flavum_hypertrophy", "facet_arthropathy")
ROMAN = {"1": "I", "2": "II", "3": "III", "4": "IV"}
ZONE_WORDS = {
    "central": ("central",),
    "subarticular": ("subarticular", "paracentral"),
    "foraminal": ("foraminal",),
    "extraforaminal": ("extraforaminal",),
}


@dataclass(frozen=True)
class Statement:
    """Words without a full stop, and what they mean.

    Attributes
    ----------
    text
        A phrase that can stand alone or in a list.
    said
        The labels that a reader may take from it.
    finding
        What it is about.
    positive
        Whether it asserts an abnormality.
    """

    text: str
    said: Said
    finding: str
    positive: bool = True


class Phrasebook:
    """Puts the told grades of a study into the words of a voice.

    Parameters
    ----------
    rng
        Chooses between words.
    voice
        The vocabulary.
    told
        Grades that the report is to state.
    """

    def __init__(self, rng: np.random.Generator, voice: Voice, told: StudyGrades) -> None:
        self.rng = rng
        self.voice = voice
        self.told = told

    # ---------------------------------------------------------------- questions

    def grade(self, level: Level, finding: str, side: Side = Side.MIDLINE) -> str:
        """Return a told grade; findings that are not drawn count as absent."""
        return self.told[level].get((finding, side), "none")

    def is_clear(self, level: Level, findings: Sequence[str]) -> bool:
        """Whether all of some findings are absent at a level."""
        return all(self.grade(level, name, side) == "none" for name in findings for side in FINDINGS[name].sides)

    def is_normal(self, level: Level) -> bool:
        """Whether a reporter could call the level normal."""
        return self.is_clear(level, SPOILING_FINDINGS)

    def level_name(self, level: Level) -> str:
        """Return a level as this voice writes it."""
        upper, lower = level.value.split("-")
        short = lower if lower[0] != upper[0] else lower[1:]
        return self.voice.level_form.format(upper=upper, lower=lower, short=short)

    def pick(self, words: Sequence[str]) -> str:
        """Choose one of several words."""
        return words[int(self.rng.integers(len(words)))]

    # ---------------------------------------------------------------- positives

    def abnormalities(self, level: Level, *, minor: bool = True) -> list[Statement]:
        """Return statements about everything that is wrong at a level, discs first."""
        makers = (
            self._graded(level, "degeneration"),
            self._graded(level, "disc_height_loss") if minor else None,
            self._graded(level, "bulge"),
            self._herniation(level),
            self._graded(level, "canal_stenosis"),
            self._sac(level),
            self._lateral(level, "subarticular_stenosis"),
            self._lateral(level, "foraminal_stenosis"),
            *self._roots(level),
            self._lateral(level, "facet_arthropathy") if minor else None,
            self._graded(level, "ligamentum_flavum_hypertrophy") if minor else None,
            self._modic(level),
            self._slip(level),
        )
        return [statement for statement in makers if statement is not None]

    def _graded(self, level: Level, name: str) -> Statement | None:
        grade = self.grade(level, name)
        if grade == "none":
            return None
        degree, grades = self._degree(name, grade)
        text = f"{degree} {self.pick(self.voice.nouns[name])}".strip()
        return Statement(text, {(level, name, Side.MIDLINE): grades}, name)

    def _lateral(self, level: Level, name: str) -> Statement | None:
        left, right = self.grade(level, name, Side.LEFT), self.grade(level, name, Side.RIGHT)
        noun = self.pick(self.voice.nouns[name])
        if left == right == "none":
            return None
        if left == right:
            degree, grades = self._degree(name, left)
            text = f"{degree} {self.voice.both} {noun}".strip()
            return Statement(text, {(level, name, Side.LEFT): grades, (level, name, Side.RIGHT): grades}, name)
        parts, said = [], Said()
        for side, word, grade in ((Side.LEFT, self.voice.left, left), (Side.RIGHT, self.voice.right, right)):
            if grade != "none":
                degree, grades = self._degree(name, grade, always=left != "none" and right != "none")
                parts.append(f"{degree} {word}".strip())
                said[level, name, side] = grades
        return Statement(f"{' and '.join(parts)} {noun}", said, name)

    def _degree(self, name: str, grade: str, *, always: bool = False) -> tuple[str, GradeSet]:
        """Return a word for a severity and its meaning; it may be left out, doubled or hedged unless `always`."""
        finding = FINDINGS[name]
        chance = self.rng.random()
        if not always and chance < UNGRADED_SHARE.get(name, UNGRADED_OTHER_SHARE):
            return "", GradeSet.present(finding)
        exact = GradeSet.of(finding, grade)
        if self.rng.random() < HALF_GRADE_SHARE:
            step = 1 if grade == "mild" or (grade == "moderate" and self.rng.random() < 0.5) else -1
            other = SEVERITY[SEVERITY.index(grade) + step]
            low, high = sorted((grade, other), key=SEVERITY.index)
            return f"{low}{self.voice.half}{high}", GradeSet.of(finding, low, high)
        word = self.pick(self.voice.degrees[grade])
        if not always and grade == "mild" and self.rng.random() < HEDGED_SHARE:
            return f"possible {word}", exact | GradeSet.of(finding, "none")
        return word, exact

    def _herniation(self, level: Level) -> Statement | None:
        kind = self.grade(level, "herniation")
        if kind == "none":
            return None
        finding = FINDINGS["herniation"]
        said: Said = {(level, "herniation", Side.MIDLINE): GradeSet.of(finding, kind)}
        nouns = {
            "protrusion": ("disc protrusion",),
            "extrusion": ("disc extrusion",),
            "sequestration": ("sequestered disc fragment", "free disc fragment"),
        }
        noun = self.pick(nouns[kind])
        if kind != "sequestration" and self.rng.random() < 0.12:
            noun = "disc herniation"
            said[level, "herniation", Side.MIDLINE] = GradeSet.present(finding)
        zone = self.told[level].get(("herniation_zone", Side.MIDLINE))
        words = []
        if zone is not None and self.rng.random() < 0.9:
            place, _, side = zone.partition("_")
            words = [side, self.pick(ZONE_WORDS[place])] if side else [place]
            said[level, "herniation_zone", Side.MIDLINE] = GradeSet.of(FINDINGS["herniation_zone"], zone)
        text = " ".join([*words, noun])
        migration = self.told[level].get(("herniation_migration", Side.MIDLINE), "none")
        if migration != "none" and self.rng.random() < 0.8:
            text = f"{text} with {migration} migration"
            said[level, "herniation_migration", Side.MIDLINE] = GradeSet.of(FINDINGS["herniation_migration"], migration)
        return Statement(text, said, "herniation")

    def _modic(self, level: Level) -> Statement | None:
        kind = self.grade(level, "modic")
        if kind == "none":
            return None
        key = (level, "modic", Side.MIDLINE)
        if self.rng.random() < 0.15:
            return Statement(
                "degenerative endplate signal changes", {key: GradeSet.present(FINDINGS["modic"])}, "modic"
            )
        return Statement(self.pick(self.voice.modic[kind]), {key: GradeSet.of(FINDINGS["modic"], kind)}, "modic")

    def _slip(self, level: Level) -> Statement | None:
        above, below = level.vertebra_above.value, level.vertebra_below.value
        forward = self.grade(level, "spondylolisthesis")
        if forward != "none":
            number = forward.removeprefix("grade")
            text = self.pick(self.voice.forward).format(
                grade=self.pick((number, ROMAN[number])), above=above, below=below
            )
            meaning = GradeSet.of(FINDINGS["spondylolisthesis"], forward)
            return Statement(text, {(level, "spondylolisthesis", Side.MIDLINE): meaning}, "spondylolisthesis")
        if self.grade(level, "retrolisthesis") != "none":
            text = self.pick(self.voice.backward).format(above=above, below=below)
            meaning = GradeSet.of(FINDINGS["retrolisthesis"], "present")
            return Statement(text, {(level, "retrolisthesis", Side.MIDLINE): meaning}, "retrolisthesis")
        return None

    def _sac(self, level: Level) -> Statement | None:
        grade = self.grade(level, "thecal_sac")
        if grade == "none":
            return None
        words = {
            "contact": "contact with the",
            "indentation": "indentation of the",
            "compression": "compression of the",
        }
        text = f"{words[grade]} {self.pick(self.voice.nouns['sac'])}"
        meaning = GradeSet.of(FINDINGS["thecal_sac"], grade)
        return Statement(text, {(level, "thecal_sac", Side.MIDLINE): meaning}, "thecal_sac")

    def _roots(self, level: Level) -> list[Statement]:
        words = {
            "contact": "contact with the",
            "displacement": "displacement of the",
            "compression": "compression of the",
        }
        root = level.vertebra_below.value
        found = []
        for side, name in ((Side.LEFT, self.voice.left), (Side.RIGHT, self.voice.right)):
            grade = self.grade(level, "nerve_root", side)
            if grade != "none":
                text = f"{words[grade]} {name} {root} {self.pick(self.voice.nouns['root'])}"
                meaning = GradeSet.of(FINDINGS["nerve_root"], grade)
                found.append(Statement(text, {(level, "nerve_root", side): meaning}, "nerve_root"))
        return found

    # ---------------------------------------------------------------- negatives

    def absences(self, level: Level, *, joint: bool = True) -> list[Statement]:
        """Return statements about what is not there at a level; `joint` ones may deny several findings at once."""
        found = []
        stenoses = ("canal_stenosis", "foraminal_stenosis", "subarticular_stenosis")
        if not joint:
            found.extend(self._stenoses(level))
        elif self.is_clear(level, stenoses):
            found.append(self._none(level, stenoses, ("no stenosis",)))
        elif self.is_clear(level, stenoses[:2]):
            found.append(self._none(level, stenoses[:2], ("no canal or foraminal stenosis",)))
        else:
            found.extend(self._stenoses(level))
        if self.is_clear(level, ("herniation",)):
            words = ("no disc herniation", "no disc protrusion", "no focal disc herniation")
            found.append(self._none(level, ("herniation",), words))
        worst = {self.grade(level, "nerve_root", side) for side in (Side.LEFT, Side.RIGHT)}
        if worst == {"none"} and self.rng.random() < 0.4:
            meaning = GradeSet.below(FINDINGS["nerve_root"], "compression")
            said = {(level, "nerve_root", side): meaning for side in (Side.LEFT, Side.RIGHT)}
            found.append(Statement("no nerve root compression", said, "nerve_root", positive=False))
        return found

    def _stenoses(self, level: Level) -> list[Statement]:
        words = {
            "canal_stenosis": ("no canal stenosis", "no central canal stenosis", "the spinal canal is patent"),
            "foraminal_stenosis": ("no foraminal stenosis", "the neural foramina are patent"),
            "subarticular_stenosis": ("no lateral recess stenosis",),
        }
        found = []
        for name, choices in words.items():
            if not self.is_clear(level, (name,)):
                continue
            if name == "canal_stenosis" and self.rng.random() < NOT_SIGNIFICANT_SHARE:
                meaning = GradeSet.of(FINDINGS[name], "none", "mild")
                said = {(level, name, Side.MIDLINE): meaning}
                found.append(Statement("no significant canal stenosis", said, name, positive=False))
            else:
                found.append(self._none(level, (name,), choices))
        return found

    def _none(self, level: Level, names: Sequence[str], words: Sequence[str]) -> Statement:
        return Statement(self.pick(words), absent([level], names), names[0], positive=False)

    def normal_level(self, level: Level) -> Statement:
        """Return "normal" for a level without abnormality."""
        words = ("normal", "unremarkable", "no significant abnormality", "within normal limits")
        return Statement(self.pick(words), absent([level], NORMAL_FINDINGS), "normal", positive=False)

    # ---------------------------------------------------------------- all levels

    def blanket(self, finding: str, texts: Mapping[str, Sequence[str]]) -> Statement | None:
        """Return a negative for all lumbar levels, where the spine has five and none of them has the finding."""
        if not self.has_usual_levels or not all(self.is_clear(level, (finding,)) for level in LUMBAR_LEVELS):
            return None
        said = absent(LUMBAR_LEVELS, (finding,))
        return Statement(self.pick(texts[finding]), said, finding, positive=False)

    def alignment(self) -> Statement | None:
        """Return a statement that nothing has slipped, where nothing has."""
        slips = ("spondylolisthesis", "retrolisthesis")
        if not self.has_usual_levels or not all(self.is_clear(level, slips) for level in LUMBAR_LEVELS):
            return None
        text = self.pick(("alignment is maintained", "normal alignment", "no subluxation"))
        return Statement(text, absent(LUMBAR_LEVELS, slips), "spondylolisthesis", positive=False)

    @property
    def has_usual_levels(self) -> bool:
        """Whether the spine has the five lumbar levels that "all levels" means."""
        return all(level in self.told for level in LUMBAR_LEVELS) and Level.L5_L6 not in self.told


def absent(levels: Sequence[Level], names: Sequence[str]) -> Said:
    """Return `none` for findings at levels, on both sides where they have sides."""
    return {
        (level, name, side): GradeSet.of(FINDINGS[name], "none")
        for level in levels
        for name in names
        for side in FINDINGS[name].sides
    }
