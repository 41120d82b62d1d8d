"""Many statements become one label, by one table (`rules/aggregation.yaml`, docs/labels.md)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from importlib.resources import files

import yaml

from deepspine.data.findings import FINDINGS
from deepspine.labeling.statements import Statement

Key = tuple[int, str, int]
"""Level index, finding, side (0 none, 1 left, 2 right)."""

LEFT, RIGHT = 1, 2
_SIDES_OF = ((0,), (LEFT,), (RIGHT,), (LEFT, RIGHT))
"""Sides of the keys of a statement, by the sides that it names."""

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


def aggregate(statements: list[Statement]) -> dict[Key, Label]:
    """Return one label for each level, finding and side that is spoken of."""
    statements = _corrected(statements)
    local = _by_key(statement for statement in statements if statement.scope != "blanket")
    blanket = _blanket_by_key(statements)
    labels = {}
    for key, here in local.items():
        everywhere = blanket.pop(key, [])
        if everywhere or len(here) > 1:
            label = _one(key, here, everywhere)
            if label is not None:
                labels[key] = label
        else:
            labels[key] = Label(here[0].bits, here, False)
    for key, everywhere in blanket.items():
        if len(everywhere) == 1:
            labels[key] = Label(everywhere[0].bits, everywhere, False)
        else:
            labels[key] = _with_blanket(key[1], Label(0, [], False), everywhere)
    return labels


def _by_key(statements: Iterable[Statement]) -> dict[Key, list[Statement]]:
    found: dict[Key, list[Statement]] = {}
    for statement in statements:
        for key in _keys(statement):
            if key in found:
                found[key].append(statement)
            else:
                found[key] = [statement]
    return found


def _blanket_by_key(statements: list[Statement]) -> dict[Key, list[Statement]]:
    """Spread what is said of all levels over the keys that it does not leave out."""
    found: dict[Key, list[Statement]] = {}
    blankets = [statement for statement in statements if statement.scope == "blanket"]
    abnormal = _abnormal_levels(statements) if blankets else {}
    for statement in blankets:
        for key in _keys(statement):
            if not _left_out(statement, key, abnormal):
                found.setdefault(key, []).append(statement)
    return found


def _abnormal_levels(statements: list[Statement]) -> dict[int, set[str]]:
    """Return the findings that are asserted of each level by itself: "the remaining levels" are none of these."""
    abnormal: dict[int, set[str]] = {}
    for statement in statements:
        if statement.scope == "blanket" or statement.certainty == "negated" or statement.bits == 1:
            continue
        for level, *_ in _keys(statement):
            abnormal.setdefault(level, set()).add(statement.finding)
    return abnormal


def _corrected(statements: list[Statement]) -> list[Statement]:
    """Apply an addendum that moves a finding to the other side: it takes the grade along and leaves nothing behind."""
    moves = [s for s in statements if s.mode == "correction" and s.sides in (LEFT, RIGHT) and s.bits != 1]
    if not moves:
        return statements
    added = [s for s in statements if s.section == "addendum" and s.bits != 1]
    said = {(s.finding, level, s.sides) for s in added for level in s.levels}
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
    finding, sides = statement.finding, _SIDES_OF[statement.sides]
    keys = [(level, finding, side) for level in statement.levels for side in sides]
    return [key for key in keys if not _is_excepted(statement, key)] if statement.exclude else keys


def _is_excepted(statement: Statement, key: Key) -> bool:
    level, _, side = key
    return any(excepted == level and (not side or sides & side) for excepted, sides in statement.exclude)


def _left_out(statement: Statement, key: Key, abnormal: dict[int, set[str]]) -> bool:
    level, finding, _ = key
    mode = statement.mode
    if mode == "elsewhere":
        alone = FINDINGS[finding].core and not any(finding in found for found in abnormal.values())
        mode = "rest_named" if alone else "rest"
    if mode == "rest_named":
        return any(FINDINGS[found].core for found in abnormal.get(level, ()))
    if mode == "rest":
        found = abnormal.get(level, set())
        return finding in found or (finding in SLIPS and bool(found & set(SLIPS)))
    return False


def _one(key: Key, local: list[Statement], blanket: list[Statement]) -> Label | None:
    """Combine what is said of one key: an addendum replaces, sections join, "normal" and "at all levels" narrow."""
    finding = key[1]
    positive = [s for s in local if s.scope == "level"]
    addenda = [s for s in positive if s.section in REPLACING]
    if addenda:
        bits, disagreed = _within(finding, addenda)
        return Label(bits, addenda, disagreed)
    label = _of_sections(finding, positive)
    normal = [s for s in local if s.scope == "normal"]
    if normal:
        meant, _ = _within(finding, normal)
        if not label.bits or label.bits & meant:
            label.bits = label.bits & meant or meant
            label.statements += normal
    if blanket:
        label = _with_blanket(finding, label, blanket)
    return label if label.bits else None


def _of_sections(finding: str, statements: list[Statement]) -> Label:
    """Combine findings and impression: what both leave possible, else what either does, as a disagreement."""
    label = Label(0, [], False)
    for section in SECTIONS:
        said = [s for s in statements if s.section == section]
        if not said:
            continue
        bits, quarrel = _within(finding, said)
        contradicts = bool(label.bits) and not label.bits & bits
        label.bits = label.bits & bits or label.bits | bits
        label.disagreed |= quarrel or contradicts
        label.statements += said
    return label


def _with_blanket(finding: str, label: Label, blanket: list[Statement]) -> Label:
    """Narrow a label by what is said of all levels, unless that denies what was hedged here."""
    bits, _ = _within(finding, blanket)
    if not label.bits:
        return Label(bits, blanket, False)
    common = label.bits & bits
    denies = common == 1 and label.bits != 1
    if not common or (denies and any(s.certainty == "hedged" for s in label.statements)):
        return label
    return Label(common, label.statements + blanket, label.disagreed)


def _within(finding: str, statements: list[Statement]) -> tuple[int, bool]:
    """Combine statements of one section: intersection, else the higher lesion, else the union."""
    if len(statements) == 1:
        return statements[0].bits, False
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
