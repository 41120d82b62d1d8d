"""Styles of radiological reports: which words, in which order, under which headings.

What the text says is collected from the statements that go into it, so it is right by construction.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from deepspine.data.levels import LUMBAR_LEVELS, Level
from deepspine.data.phantom.phrases import MINOR, NORMAL_FINDINGS, Phrasebook, Said, Statement, absent
from deepspine.data.phantom.voices import AMERICAN, AMERICAN_SHORT, BRITISH, GERMAN, TELEGRAPHIC, Voice

BLANKET_SHARE = 0.5
REMAINING_SHARE = 0.6

BLANKETS: Mapping[str, Sequence[str]] = {
    "herniation": ("no disc herniation at any level", "no disc herniation"),
    "canal_stenosis": ("no canal stenosis at any level", "the spinal canal is adequate at all levels"),
}

INDICATIONS = (
    "Low back pain, evaluate for stenosis.",
    "Left leg pain. ? disc herniation.",
    "Chronic low back pain.",
    "Right-sided sciatica for six weeks.",
    "Neurogenic claudication, question of severe canal stenosis.",
)
INCIDENTALS = (
    "The conus terminates at L1.",
    "Vertebral body heights are maintained.",
    "Marrow signal is normal.",
    "Normal lumbar lordosis.",
    "The visualised kidneys appear normal.",
)


@dataclass
class Draft:
    """A report in the making: lines, and what they have said so far."""

    book: Phrasebook
    omission: float
    lines: list[str] = field(default_factory=list)
    said: Said = field(default_factory=dict)

    def note(self, statement: Statement) -> str:
        """Take over what a statement says and return its words; what stands twice leaves what both admit."""
        for key, grades in statement.said.items():
            before = self.said.get(key)
            self.said[key] = grades if before is None else (before & grades) or (before | grades)
        return statement.text

    def sentence(self, statement: Statement) -> str:
        """Note a statement and return it as a sentence."""
        return sentence(self.note(statement))

    def add(self, *lines: str) -> None:
        """Add lines of text."""
        self.lines.extend(lines)

    @property
    def rng(self) -> np.random.Generator:
        """The report's source of chance."""
        return self.book.rng

    def chance(self, share: float) -> bool:
        """Return True with a given probability."""
        return bool(self.rng.random() < share)

    def kept(self, statements: Sequence[Statement]) -> list[Statement]:
        """Leave out some negatives."""
        return [statement for statement in statements if statement.positive or not self.chance(self.omission)]

    def of_level(self, level: Level, *, minor: bool = True) -> list[Statement]:
        """Return what is said of one level, negatives last."""
        if self.book.is_normal(level) and self.chance(0.7):
            return [self.book.normal_level(level)]
        return self.kept([*self.book.abnormalities(level, minor=minor), *self.book.absences(level)])


def sentence(text: str) -> str:
    """Return words as a sentence: first letter upper case, full stop at the end."""
    return f"{text[:1].upper()}{text[1:]}."


def listed(words: Sequence[str], last: str = "and") -> str:
    """Return "a, b and c"."""
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} {last} {words[-1]}"


def with_article(text: str) -> str:
    """Put "a" before words that need one to stand behind "there is"."""
    countable = ("bulge", "protrusion", "extrusion", "herniation", "fragment", "migration")
    if not text.endswith(countable):
        return text
    return f"{'an' if text[0] in 'aeiou' else 'a'} {text}"


# ------------------------------------------------------------------ styles


def _level_headers(draft: Draft, levels: Sequence[Level]) -> None:
    draft.add(
        "EXAM: MRI LUMBAR SPINE WITHOUT CONTRAST", "", f"INDICATION: {draft.book.pick(INDICATIONS)}", "", "FINDINGS:"
    )
    _general(draft)
    for level in levels:
        statements = draft.of_level(level)
        if statements:
            words = " ".join(draft.sentence(statement) for statement in statements)
            draft.add(f"{draft.book.level_name(level)}: {words}")
    _impression(draft, levels)


def _by_finding(draft: Draft, levels: Sequence[Level]) -> None:
    draft.add("MRI lumbar spine", "")
    _general(draft)
    groups = (
        ("Discs", ("degeneration", "disc_height_loss", "bulge", "herniation")),
        ("Endplates and alignment", ("modic", "spondylolisthesis", "retrolisthesis")),
        ("Canal and recesses", ("canal_stenosis", "thecal_sac", "subarticular_stenosis")),
        ("Foramina and nerve roots", ("foraminal_stenosis", "nerve_root")),
        ("Facet joints", ("facet_arthropathy", "ligamentum_flavum_hypertrophy")),
    )
    statements = {level: draft.book.abnormalities(level) for level in levels}
    for title, names in groups:
        words = [text for name in names for text in _everywhere(draft, statements, name)]
        if words:
            draft.add(f"{title}: {' '.join(words)}", "")


def _everywhere(draft: Draft, statements: Mapping[Level, Sequence[Statement]], name: str) -> list[str]:
    """Return sentences about one finding: equal words for several levels are told once."""
    places: dict[str, list[Level]] = {}
    for level, found in statements.items():
        for statement in found:
            if statement.finding == name:
                draft.note(statement)
                places.setdefault(statement.text, []).append(level)
    sentences = []
    for text, levels in places.items():
        if name in ("spondylolisthesis", "retrolisthesis"):
            sentences.append(sentence(text))
        else:
            sentences.append(sentence(f"{text} at {listed([draft.book.level_name(level) for level in levels])}"))
    negated = {
        "herniation": "disc herniation",
        "canal_stenosis": "canal stenosis",
        "foraminal_stenosis": "foraminal stenosis",
    }
    clear = [level for level in statements if draft.book.is_clear(level, (name,))]
    if name in negated and clear and not draft.chance(draft.omission):
        draft.said.update(absent(clear, (name,)))
        where = listed([draft.book.level_name(level) for level in clear], "or")
        sentences.append(sentence(f"no {negated[name]} at {where}"))
    return sentences


def _prose(draft: Draft, levels: Sequence[Level]) -> None:
    _general(draft)
    book = draft.book
    quiet = [level for level in levels if book.is_normal(level)]
    for level in levels:
        if level in quiet:
            continue
        found = book.abnormalities(level, minor=draft.chance(0.5))
        if found:
            words = listed([with_article(draft.note(statement)) for statement in found])
            draft.add(f"At {book.level_name(level)} there is {words}.")
        for statement in draft.kept(book.absences(level)):
            if found and draft.chance(0.6):
                draft.add(sentence(f"{draft.note(statement)} at {book.level_name(level)}"))
    _remaining(draft, levels, quiet)
    draft.add("")
    _impression(draft, levels)


def _impression_only(draft: Draft, levels: Sequence[Level]) -> None:
    draft.add("IMPRESSION:")
    number = 0
    for level in levels:
        found = draft.book.abnormalities(level, minor=False)
        if found:
            number += 1
            words = ", ".join(draft.note(statement) for statement in found)
            draft.add(f"{number}. {draft.book.level_name(level)}: {sentence(words)}")
    if not number:
        usual = draft.book.has_usual_levels
        names = listed([draft.book.level_name(level) for level in levels])
        draft.add("No significant abnormality at any lumbar level." if usual else f"{names} are normal.")
        draft.said.update(absent(levels, NORMAL_FINDINGS))


def _telegraphic(draft: Draft, levels: Sequence[Level]) -> None:
    draft.add("MRI LS spine", "Hx: LBP", "")
    for level in levels:
        statements = draft.of_level(level, minor=draft.chance(0.5))
        if statements:
            draft.add(f"{draft.book.level_name(level)}: {', '.join(draft.note(statement) for statement in statements)}")


def _template_rows(draft: Draft, levels: Sequence[Level]) -> None:
    draft.add("LUMBAR SPINE MRI - STRUCTURED REPORT", "")
    rows = (
        ("Disc", ("degeneration", "disc_height_loss", "bulge", "herniation")),
        ("Canal", ("canal_stenosis", "thecal_sac")),
        ("Recesses", ("subarticular_stenosis",)),
        ("Foramina", ("foraminal_stenosis",)),
        ("Roots", ("nerve_root",)),
        ("Facets", ("facet_arthropathy", "ligamentum_flavum_hypertrophy")),
        ("Endplates", ("modic",)),
        ("Alignment", ("spondylolisthesis", "retrolisthesis")),
    )
    for level in levels:
        statements = draft.kept([*draft.book.abnormalities(level), *draft.book.absences(level, joint=False)])
        cells = []
        for title, names in rows:
            words = [draft.note(statement) for statement in statements if statement.finding in names]
            if words:
                cells.append(f"{title}: {'; '.join(words)}")
        if cells:
            # One line a level: a negative on a line of its own behind the last level would speak of all levels.
            draft.add(f"{draft.book.level_name(level)} | {' | '.join(cells)}")


def _british(draft: Draft, levels: Sequence[Level]) -> None:
    book = draft.book
    draft.add(f"Clinical information: {book.pick(INDICATIONS)}", "", "Report:")
    _general(draft)
    quiet = [level for level in levels if book.is_normal(level)]
    for level in levels:
        if level in quiet:
            continue
        found = book.abnormalities(level)
        if found:
            first, *rest = (draft.note(statement) for statement in found)
            text = f"At {book.level_name(level)} there is {with_article(first)}"
            if rest:
                text = f"{text} with {listed(rest)}"
            draft.add(f"{text}.")
        for statement in draft.kept(book.absences(level)):
            draft.add(sentence(f"{draft.note(statement)} at {book.level_name(level)}"))
    _remaining(draft, levels, quiet)
    draft.add("", "Conclusion:")
    _key_points(draft, levels, numbered=False)


def _german(draft: Draft, levels: Sequence[Level]) -> None:
    draft.add("MRI of the lumbar spine (translated)", "", "Findings:")
    for level in levels:
        statements = draft.of_level(level)
        if statements:
            words = "; ".join(draft.note(statement) for statement in statements)
            draft.add(f"Segment {draft.book.level_name(level)}: {sentence(words)}")
    _general(draft)
    draft.add("", "Assessment:")
    _key_points(draft, levels, numbered=False)


def _numbered(draft: Draft, levels: Sequence[Level]) -> None:
    draft.add("Findings of the lumbar MRI:")
    number = 0
    for level in reversed(levels):
        statements = draft.of_level(level, minor=False)
        if statements:
            number += 1
            words = ", ".join(draft.note(statement) for statement in statements)
            draft.add(f"{number}) {draft.book.level_name(level)} - {words}")


def _dashed(draft: Draft, levels: Sequence[Level]) -> None:
    draft.add("LUMBAR MRI", "")
    for level in levels:
        statements = draft.of_level(level)
        if statements:
            draft.add(draft.book.level_name(level).upper())
            draft.add(*(f"- {draft.note(statement)}" for statement in statements), "")


STYLES: Mapping[str, tuple[Voice, Callable[[Draft, Sequence[Level]], None]]] = {
    "level_headers": (AMERICAN, _level_headers),
    "by_finding": (AMERICAN, _by_finding),
    "prose": (AMERICAN_SHORT, _prose),
    "impression_only": (AMERICAN_SHORT, _impression_only),
    "telegraphic": (TELEGRAPHIC, _telegraphic),
    "template_rows": (AMERICAN, _template_rows),
    "british": (BRITISH, _british),
    "german": (GERMAN, _german),
    "numbered": (AMERICAN_SHORT, _numbered),
    "dashed": (AMERICAN_SHORT, _dashed),
}
"""All reporting styles: the words and the arrangement of each."""


def _general(draft: Draft) -> None:
    """Say something of no level: alignment, blanket negatives, incidental normal things."""
    words = [draft.book.pick(INCIDENTALS)] if draft.chance(0.7) else []
    alignment = draft.book.alignment()
    if alignment is not None and not draft.chance(draft.omission):
        words.append(draft.sentence(alignment))
    for finding in BLANKETS:
        statement = draft.book.blanket(finding, BLANKETS)
        if statement is not None and draft.chance(BLANKET_SHARE):
            words.append(draft.sentence(statement))
    if words:
        draft.add(" ".join(words))


def _remaining(draft: Draft, levels: Sequence[Level], quiet: Sequence[Level]) -> None:
    """Sum up the levels of which nothing was said."""
    book = draft.book
    if not quiet or draft.chance(1.0 - REMAINING_SHARE):
        return
    others = [level for level in quiet if level in LUMBAR_LEVELS]
    if others and book.has_usual_levels and len(quiet) < len(levels):
        if draft.chance(0.5):
            draft.add(book.pick(("The remaining levels are unremarkable.", "Other levels are normal.")))
            draft.said.update(absent(others, NORMAL_FINDINGS))
        else:
            draft.add("The remaining discs are unremarkable.")
            draft.said.update(absent(others, ("bulge", "herniation", "degeneration")))
    elif others:
        names = listed([book.level_name(level) for level in quiet])
        draft.add(f"{names} {'is' if len(quiet) == 1 else 'are'} normal.")
        draft.said.update(absent(quiet, NORMAL_FINDINGS))


def _impression(draft: Draft, levels: Sequence[Level]) -> None:
    draft.add("", "IMPRESSION:")
    _key_points(draft, levels, numbered=True)


def _key_points(draft: Draft, levels: Sequence[Level], *, numbered: bool) -> None:
    """Repeat the worst: what is said here leaves, with the findings, what both admit."""
    points = []
    for level in levels:
        for statement in draft.book.abnormalities(level, minor=False):
            agrees = all(draft.said.get(key, grades).compatible(grades) for key, grades in statement.said.items())
            if statement.finding in ("canal_stenosis", "herniation") and agrees and statement.finding not in MINOR:
                points.append(sentence(f"{draft.note(statement)} at {draft.book.level_name(level)}"))
    if not points:
        points = ["See above."]
    for number, text in enumerate(points, start=1):
        draft.add(f"{number}. {text}" if numbered else text)
