"""What a reference to levels means: "this level", "the latter", "all four of these"."""

from __future__ import annotations

from collections.abc import Collection

from deepspine.labeling.clauses.frames import LevelRef
from deepspine.labeling.discourse.context import Context
from deepspine.labeling.level_order import LUMBAR, PAIR, beyond, next_to, one_of_pair
from deepspine.labeling.mentions import Mention


def ref_of(mention: Mention) -> LevelRef:
    """Return the levels that a mention names or points to; a single vertebra is outside of them."""
    if mention.group is not None:
        return LevelRef(
            mention.group.levels,
            "",
            mention.i,
            mention.j,
            mention.group.slip,
            mention.group.outside and not mention.group.levels,
        )
    if mention.kind == "levels":
        return LevelRef(mention.rule.levels, "", mention.i, mention.j)
    return LevelRef((), mention.value, mention.i, mention.j, outside=mention.kind == "vertebra")


def resolve(ref: LevelRef | None, context: Context, words: list[str]) -> tuple[int, ...]:
    """Return the levels of a reference; empty when it points to all, the rest, or nowhere."""
    if ref is None:
        return ()
    if ref.levels or ref.outside:
        return ref.levels
    current = context.level.levels if context.level is not None else ()
    last = context.just_named or current or (context.recent[-1] if context.recent else ())
    match ref.ref:
        case "these":
            return _these(ref, last, context, words)
        case "this":
            return last
        case "both":
            return last if len(last) > 1 else _last_two(context) or _each_of_all(words[ref.i : ref.j])
        case "former" | "upper" | "latter" | "lower":
            pair = last if len(last) == PAIR else _last_two(context)
            return one_of_pair(ref.ref, pair) if pair else ()
        case "above" | "below" | "discs_above" | "discs_below":
            return _beside(ref.ref, last, context)
        case "intervening":
            return _between(context.slip_levels)
    return ()


def _last_two(context: Context) -> tuple[int, ...]:
    """Return the levels that were named in the last two places."""
    return tuple(dict.fromkeys(level for group in context.recent[-2:] for level in group))


def _each_of_all(words: list[str]) -> tuple[int, ...]:
    """Return all levels for "at each level" where none has been named yet; "both levels" needs two."""
    return LUMBAR if "each" in words else ()


def _beside(which: str, last: tuple[int, ...], context: Context) -> tuple[int, ...]:
    if not last:
        return ()
    if which in ("discs_above", "discs_below"):
        return beyond(last, which.removeprefix("discs_"))
    levels = next_to(last, which)
    # "L3-4 bulges. The disc above is normal. The one below ...": seen from the first, of which all is told.
    return next_to(levels, which) if levels and levels in context.recent[-2:-1] else levels


def _between(levels: Collection[int]) -> tuple[int, ...]:
    """Return the lumbar levels between the outermost of some."""
    return tuple(level for level in LUMBAR if min(levels) < level < max(levels)) if levels else ()


def _these(ref: LevelRef, last: tuple[int, ...], context: Context, words: list[str]) -> tuple[int, ...]:
    """Resolve "these levels", and "all four of these levels" by counting back."""
    counts = {"two": 2, "three": 3, "four": 4, "both": 2}
    wanted = next((counts[w] for w in words[ref.i : ref.j] if w in counts), 0)
    if not wanted and len(last) > 1:
        return last
    found: list[int] = []
    for group in reversed(context.recent):
        found += [level for level in group if level not in found]
        if len(found) >= (wanted or 2):
            break
    return tuple(sorted(found[:wanted] if wanted else found)) or last
