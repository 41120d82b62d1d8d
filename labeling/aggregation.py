"""Many statements become one label, by one table (`rules/aggregation.yaml`, docs/labels.md)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from importlib.resources import files

import yaml

from deepspine.data.findings import FINDINGS
from deepspine.labeling.statements import Statement

Key = tuple[int, str, int]
"""Level index, finding, side (0 none, 1 left, 2 right)."""

LEFT, RIGHT = 1, 2
TABLE = yaml.load(
    (files("deepspine.labeling") / "rules" / "aggregation.yaml").read_text(encoding="utf-8"), Loader=yaml.CBaseLoader
)
"""The table; its comments are its documentation."""

HIGHER_OF_TWO = frozenset(TABLE["higher_of_two"])
REPLACING = frozenset(TABLE["replacing_sections"])
SECTIONS = tuple(TABLE["combined_sections"])
SLIPS = ("spondylolisthesis", "retrolisthesis")


@dataclass(slots=True)
class Label:
    """Grades of one key with the statements behind them."""

    bits: int
    statements: list[Statement]
    disagreed: bool


def aggregate(statements: list[Statement]) -> dict[Key, Label]:  # noqa: C901 - one grammar decision after another
    """Return one label for each level, finding and side that is spoken of."""
    statements = _corrected(statements)
    local: dict[Key, list[Statement]] = {}
    abnormal: dict[int, set[str]] = {}
    for statement in statements:
        if statement.scope == "blanket":
            continue
        for key in _keys(statement):
            local.setdefault(key, []).append(statement)
        if statement.certainty != "negated" and statement.bits != 1 and FINDINGS[statement.finding].core:
            for level in statement.levels:
                abnormal.setdefault(level, set()).add(statement.finding)
    blanket: dict[Key, list[Statement]] = {}
    for statement in statements:
        if statement.scope == "blanket":
            for key in _keys(statement):
                if not _left_out(statement, key, abnormal):
                    blanket.setdefault(key, []).append(statement)
    labels = {}
    for key in local.keys() | blanket.keys():
        here, everywhere = local.get(key, []), blanket.get(key, [])
        if len(here) + len(everywhere) == 1:
            labels[key] = Label((here or everywhere)[0].bits, here or everywhere, False)
            continue
        label = _one(key, here, everywhere)
        if label is not None:
            labels[key] = label
    return labels


def _corrected(statements: list[Statement]) -> list[Statement]:
    """Apply an addendum that moves a finding to the other side: it takes the grade along and leaves nothing behind."""
    moves = [s for s in statements if s.mode == "correction" and s.sides in (LEFT, RIGHT) and s.bits != 1]
    if not moves:
        return statements
    said = {(s.finding, level, s.sides) for s in statements if s.section == "addendum" for level in s.levels}
    kept = []
    for statement in statements:
        if statement.section == "addendum" or statement.scope != "level" or not statement.sides:
            kept.append(statement)
            continue
        for move in moves:
            if _is_moved(statement, move, said):
                if move.bits & statement.bits:
                    move.bits &= statement.bits
                statement = replace(statement, sides=statement.sides & ~(3 - move.sides))
        if statement.sides:
            kept.append(statement)
    return kept


def _is_moved(statement: Statement, move: Statement, said: set[tuple[str, int, int]]) -> bool:
    other = 3 - move.sides
    return (
        statement.finding == move.finding
        and bool(statement.sides & other)
        and statement.bits != 1
        and set(statement.levels) == set(move.levels)
        and not any((move.finding, level, other) in said for level in move.levels)
    )


def _keys(statement: Statement) -> list[Key]:
    finding = statement.finding
    if statement.sides:
        return [(level, finding, side) for level in statement.levels for side in (1, 2) if statement.sides & side]
    return [(level, finding, 0) for level in statement.levels]


def _left_out(statement: Statement, key: Key, abnormal: dict[int, set[str]]) -> bool:
    level, finding, side = key
    for excluded, sides in statement.exclude:
        if excluded == level and (not side or sides & side):
            return True
    if statement.mode == "rest_named":
        return level in abnormal
    if statement.mode == "rest":
        found = abnormal.get(level, set())
        return finding in found or (finding in SLIPS and bool(found & set(SLIPS)))
    return False


def _one(key: Key, local: list[Statement], blanket: list[Statement]) -> Label | None:  # noqa: C901 - one grammar decision after another
    finding = key[1]
    positive = [s for s in local if s.scope == "level"]
    normal = [s for s in local if s.scope == "normal"]
    addenda = [s for s in positive if s.section in REPLACING]
    if addenda:
        bits, disagreed = _within(finding, addenda)
        return Label(bits, addenda, disagreed)
    used: list[Statement] = []
    bits = 0
    disagreed = False
    for section in SECTIONS:
        said = [s for s in positive if s.section == section]
        if not said:
            continue
        here, quarrel = _within(finding, said)
        disagreed |= quarrel
        used += said
        if not bits:
            bits = here
        elif bits & here:
            bits &= here
        else:
            disagreed = True
            bits |= here
    if normal:
        meant, _ = _within(finding, normal)
        if not bits:
            bits = meant
            used += normal
        elif bits & meant:
            bits &= meant
            used += normal
    if blanket:
        all_bits, _ = _within(finding, list(blanket))
        if not bits:
            return Label(all_bits, list(blanket), False)
        if bits & all_bits and not (bits & all_bits == 1 and bits != 1 and any(s.certainty == "hedged" for s in used)):
            bits &= all_bits
            used = used + list(blanket)
    return Label(bits, used, disagreed) if bits else None


def _within(finding: str, statements: list[Statement]) -> tuple[int, bool]:
    """Combine statements of one section: intersection, else the higher lesion, else the union."""
    asserted, *others = ([s.bits for s in statements if s.certainty == certainty] for certainty in TABLE["certainties"])
    quarrel = False
    bits = 0
    if asserted:
        bits, quarrel = _combine(finding, asserted)
    for group in others:
        if not group:
            continue
        other, _ = _combine(finding, group)
        if not bits:
            bits = other
        elif bits & other:
            bits &= other
        else:
            quarrel = True
    return bits, quarrel


def _combine(finding: str, sets: list[int]) -> tuple[int, bool]:
    common = sets[0]
    for bits in sets[1:]:
        common &= bits
    if common:
        return common, False
    if finding in HIGHER_OF_TWO:
        return max(sets, key=lambda bits: (bits.bit_length(), -bits.bit_count())), True
    union = 0
    for bits in sets:
        union |= bits
    if FINDINGS[finding].absent is not None and union & 1 and union != 1:
        union &= ~1
    return union, True
