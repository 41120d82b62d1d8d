"""What a reference to levels means: "this level", "the latter", "all four of these"."""

from __future__ import annotations

from deepspine.labeling.clauses.frames import LevelRef
from deepspine.labeling.discourse.context import Context
from deepspine.labeling.level_mentions import INDEX, LUMBAR
from deepspine.labeling.mentions import Mention


def ref_of(mention: Mention) -> LevelRef:
    """Return the levels that a mention names or points to."""
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
    return LevelRef((), mention.value, mention.i, mention.j)


def resolve(ref: LevelRef | None, context: Context, words: list[str]) -> tuple[int, ...]:  # noqa: C901 - one grammar decision after another
    """Return the levels of a reference; empty when it points to all, the rest, or nowhere."""
    if ref is None:
        return ()
    if ref.levels or ref.outside:
        return ref.levels
    recent = context.recent
    current = context.level.levels if context.level is not None else ()
    last = current or (recent[-1] if recent else ())
    if ref.ref == "these":
        return _these(ref, last, context, words)
    if ref.ref == "this":
        return last
    if ref.ref == "both":
        if len(last) >= 2:
            return last
        return tuple(dict.fromkeys(level for group in recent[-2:] for level in group))
    pair = last if len(last) == 2 else tuple(dict.fromkeys(level for group in recent[-2:] for level in group))
    if ref.ref in ("former", "upper") and pair:
        return (pair[0],) if ref.ref == "former" else (min(pair),)
    if ref.ref in ("latter", "lower") and pair:
        return (pair[-1],) if ref.ref == "latter" else (max(pair),)
    if ref.ref == "above" and last:
        return tuple(level for level in (_step(last[0], -1),) if level is not None)
    if ref.ref == "below" and last:
        return tuple(level for level in (_step(last[-1], 1),) if level is not None)
    if ref.ref == "discs_above" and last:
        return tuple(level for level in LUMBAR if level < min(last))
    if ref.ref == "intervening" and context.slip_levels:
        low, high = min(context.slip_levels), max(context.slip_levels)
        return tuple(level for level in LUMBAR if low < level < high)
    return ()


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


def _step(level: int, direction: int) -> int | None:
    order = [INDEX["T12-L1"], *LUMBAR]
    if level not in order:
        return None
    position = order.index(level) + direction
    return order[position] if 0 <= position < len(order) else None
