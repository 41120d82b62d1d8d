"""What each component of the labeler contributes: scores on gold labels with it switched off."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager
from typing import Any
from unittest.mock import patch

from deepspine.experiments.benchmarks.labeling.gold_sets import GoldSet
from deepspine.labeling import attachment, pipeline, tables
from deepspine.labeling.aggregation import Key, Label
from deepspine.labeling.attachment import ClauseReader
from deepspine.labeling.discourse import reader
from deepspine.labeling.discourse.carrying import Carrying
from deepspine.labeling.discourse.headings import Headings
from deepspine.labeling.discourse.sections import Sections
from deepspine.labeling.statements import Statement

Switch = Callable[[], AbstractContextManager[object]]


def _nothing(*_: Any, **__: Any) -> None:
    """Stand in for a component that is switched off."""


def _without(owner: object, name: str) -> Switch:
    return lambda: patch.object(owner, name, _nothing)


def _deaf_to(*kinds: str) -> Switch:
    """Let the clause grammar pass over mentions of some kinds."""
    return lambda: patch.dict(attachment.HANDLERS, dict.fromkeys(kinds, _nothing))


def _last_mention(statements: list[Statement]) -> dict[Key, Label]:
    """Return labels of which the last statement counts, in place of the table of aggregation."""
    labels: dict[Key, Label] = {}
    for statement in statements:
        for level in statement.levels:
            for side in [s for s in (1, 2) if statement.sides & s] or [0]:
                labels[level, statement.finding, side] = Label(statement.bits, [statement], False)
    return labels


@contextmanager
def _without_carried_levels() -> Iterator[None]:
    with ExitStack() as stack:
        for name in ("remember", "note_levels"):
            stack.enter_context(patch.object(Carrying, name, _nothing))
        yield


SWITCHES: Mapping[str, Switch] = {
    "nothing": lambda: ExitStack(),
    "spelling repair": _without(pipeline, "repair"),
    "joining of grades, caps, the past": lambda: patch.object(reader, "settle", lambda mentions, *_: mentions),
    "sections": _without(Sections, "section_of"),
    "negation": _deaf_to("neg", "post_neg"),
    "hedging": _deaf_to("hedge"),
    "exceptions": _deaf_to("except"),
    "phrases that point to levels": _deaf_to("levelref"),
    "sides": _deaf_to("side", "side_post"),
    "headings of findings": _without(Headings, "set_topic"),
    'ellipsis ("severe on the left, moderate on the right")': _without(ClauseReader, "_elliptic"),
    "levels carried from sentence to sentence": _without_carried_levels,
    "the table of aggregation (the last mention counts)": lambda: patch.object(pipeline, "aggregate", _last_mention),
}
"""How to switch a component off, by its name in the docs; `nothing` is the labeler as it is."""


def component_scores(sets: Collection[GoldSet]) -> Iterator[tuple[str, dict[str, float]]]:
    """Yield each switch with the micro F1 of every set of reports while it is off."""
    for name, switch in SWITCHES.items():
        with switch():
            scores = {one.name: one.score(tables.label_texts(one.texts)).micro_f1 for one in sets}
        yield name, scores
