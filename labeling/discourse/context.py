"""Where the reading of a report stands, and what comes out of it."""

from __future__ import annotations

from dataclasses import dataclass, field

from deepspine.labeling.clauses.frames import LevelRef, Topic
from deepspine.labeling.mentions import Mention
from deepspine.labeling.statements import Statement


@dataclass(slots=True)
class Context:
    """Where the reading stands.

    Attributes
    ----------
    section, region
        `findings`, `impression`, `addendum` or `skip`; `lumbar` or `other`.
    skip, skip_inline
        Whether the section is passed over, and whether only to the end of the line.
    skip_ends
        Sentence that says that the section has nothing to say, so that it ends with it; -1 without one.
    skip_open
        Last sentence that is of the section for certain, where no heading of findings ends it, so that a line about
        pictures does; -1 else.
    level, level_standalone, level_line, level_item
        Levels that a sentence without levels of its own is about, whether they were a heading on a line of their own,
        the line, and the kind of list item that it was.
    from_header, anchored, wide
        How they were given: by a heading; at the front of a sentence; more than one.
    left_line, sum_line
        Line on which the text behind a level's heading has gone on to the whole spine, and one that opens so.
    level_nests
        Whether a site's heading stood behind the level's on one line, so that further ones may follow on lines of
        their own.
    topic, topic_standalone, topic_told, level_of_topic
        What a heading announced ("Foramina:"), whether it stood on a line of its own, whether it was told of without a
        level, and whether the levels carried over were named behind it.
    side, side_standalone, side_sentence, side_of_level
        Side that a heading announced ("Right:"), whether it stood on a line of its own, the sentence, and whether it
        stood under a level's heading.
    recent, slip_levels, just_named, lesion_levels, herniation
        Levels named before, oldest first; those of slips; those that "this level" points to though what follows is not
        about them (of a slip, or of one finding under a heading of several levels); those of several lesions in the
        sentence before, of which "they" are; the side of the herniation at a level.
    excepted
        Levels of an exception just made, of which lesions without a level are: "normal but for L5-S1, where ...".
    previous_site, previous_opening, previous_finding, previous_side
        Foramen, recess or root of the sentence before, and the last of these that is no root; its finding, where it
        has only one; the sides last spoken of.
    table_line, columns, columns_skip
        Line of the head of a table, the topics or levels of its columns, and the columns of an earlier examination.
    row_topic, cell
        What the first cell of a row announced, and the cell being read.
    addendum_line
        Line where the addendum begins, or 0.
    """

    section: str = "findings"
    region: str = "lumbar"
    skip: bool = False
    skip_inline: bool = False
    skip_ends: int = -1
    skip_open: int = -1
    level: LevelRef | None = None
    level_standalone: bool = False
    level_line: int = -1
    level_item: str = ""
    left_line: int = -1
    sum_line: int = -1
    from_header: bool = False
    anchored: bool = False
    wide: bool = False
    topic: Topic | None = None
    topic_standalone: bool = False
    topic_told: bool = False
    level_of_topic: bool = False
    side: int = 0
    side_standalone: bool = False
    side_sentence: int = -1
    side_of_level: bool = False
    level_nests: bool = False
    recent: list[tuple[int, ...]] = field(default_factory=list)
    excepted: tuple[int, ...] = ()
    slip_levels: tuple[int, ...] = ()
    just_named: tuple[int, ...] = ()
    lesion_levels: tuple[int, ...] = ()
    herniation: dict[int, int] = field(default_factory=dict)
    previous_site: Mention | None = None
    previous_opening: Mention | None = None
    previous_finding: str = ""
    previous_side: int = 0
    table_line: int = -1
    columns: list[Topic | Mention | None] = field(default_factory=list)
    columns_skip: set[int] = field(default_factory=set)
    row_topic: Topic | None = None
    cell: int = -1
    addendum_line: int = 0

    def leave_skipped(self) -> None:
        """Read on, as findings, behind a section that was passed over."""
        self.skip = self.skip_inline = False
        self.skip_ends = self.skip_open = -1
        if self.section == "skip":
            self.section = "findings"


@dataclass(slots=True)
class Reading:
    """What a report says, and where the reading was unsure of itself.

    Attributes
    ----------
    statements
        In the order of the text.
    puzzles
        Token ranges and weights: sentences that speak of findings but gave no statement, findings without a level,
        phrases that point back.
    """

    statements: list[Statement]
    puzzles: list[tuple[int, int, float]]
