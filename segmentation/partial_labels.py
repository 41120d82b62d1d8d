"""What each public data set's annotation leaves possible, pixel by pixel.

None of the real sets has all six classes. A mask of whole vertebrae leaves body or posterior elements, a box holds a
disc somewhere and ends where it ends, nothing marks the sacrum. Each becomes a map of sets (`AllowedMap`), and one loss
learns from all of them.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from deepspine.data.spine_classes import SpineClass
from deepspine.segmentation.classes import ANY, AllowedMap, class_set, without

BACKGROUND, BODY, POSTERIOR = SpineClass.BACKGROUND, SpineClass.BODY, SpineClass.POSTERIOR
DISC, CANAL, SACRUM = SpineClass.DISC, SpineClass.CANAL, SpineClass.SACRUM

CORE_ALONG_DISC = 0.30
"""Half length of the part of a box that is surely disc, as a share of the box's width."""
CORE_ACROSS_DISC = 0.07
"""Its half height, as a share of the distance to the next disc: discs are 0.2 to 0.35 of it high."""
BODY_ALONG_SPINE = 0.22
"""Half height of the part between two discs that is surely vertebral body, as a share of their distance."""
BODY_ACROSS_SPINE = 0.30
"""Its half length, as a share of the boxes' width."""
SACRUM_TURN_DEG = 42.0
"""How far S1 lies behind the line of the lowest two discs: the sacral slope (Vialle 2005: mean 41 degrees)."""
SACRUM_DISTANCE = 0.62
"""From the lowest disc to the middle of S1, as a share of the distance of the lowest two discs."""
SACRUM_RADIUS = 0.16
"""Of the part of S1 that is surely sacrum, as the same share."""
BEHIND_BOX = 0.20
"""Discs may bulge out of a box, and the canal begins: this share of its width behind a box stays open."""
FRONT_OF_BOX = 0.40
"""Farther in front of a box than this share of its width lies neither spine nor canal."""


LEAST_PROBABILITY = 0.2
"""Classes that a teacher holds for less probable than this are taken out of a set; at a border two may be left."""
NEAR_CANAL_ROWS = 6
"""Borders of the canal are taken over to rows without it that are this near to rows with it."""
FRONT_OF_MASK_PIXELS = 8
"""The sacrum does not reach farther to the front than the lowest vertebra by more than this."""


@dataclass(frozen=True, eq=False)
class CanalBorders:
    """First and last column of the canal in each row of a sagittal slice, NaN where it shows none; shapes (rows,)."""

    front: NDArray[np.float64]
    back: NDArray[np.float64]


@dataclass(frozen=True)
class DiscBox:
    """A disc's box in pixels: columns `x`, rows `y`, from the picture's upper left corner."""

    x0: float
    y0: float
    x1: float
    y1: float

    @property
    def center(self) -> NDArray[np.float64]:
        """Column and row of the middle."""
        return np.array([(self.x0 + self.x1) / 2, (self.y0 + self.y1) / 2])

    @property
    def width(self) -> float:
        """Extent in columns."""
        return self.x1 - self.x0


def from_vertebra_masks(
    vertebra: NDArray[np.bool_],
    canal: NDArray[np.bool_],
    disc: NDArray[np.bool_],
    canal_borders: CanalBorders | None = None,
) -> AllowedMap:
    """Return the sets of masks of whole vertebrae, canal and discs, sacrum not marked (SPIDER).

    What lies in front of the canal in its own rows is body, behind it posterior elements; beside the canal either. In a
    slice beside the canal the patient's borders tell: the pedicles begin where the canal does. Unmarked pixels below
    the lowest marked vertebra may be sacrum, but for those in front of the spine.

    Parameters
    ----------
    vertebra, canal, disc
        Masks of one sagittal slice, front of the body at column 0.
        *Shape:* (rows, columns)
    canal_borders
        Of the patient, see `canal_borders_of`; without them a slice that shows no canal keeps both classes.
    """
    labels = np.full(vertebra.shape, class_set(BACKGROUND), dtype=np.uint8)
    rows, columns = np.indices(vertebra.shape)
    marked_rows = np.flatnonzero((vertebra | disc).any(axis=1))
    if len(marked_rows):
        lowest = marked_rows[-1]
        reach = max(int(0.12 * (marked_rows[-1] - marked_rows[0])), 8)
        front = (vertebra | disc)[max(lowest - 2 * reach, 0) :].any(axis=0).argmax()
        labels[(rows > lowest - reach) & (columns >= front - FRONT_OF_MASK_PIXELS)] = class_set(BACKGROUND, SACRUM)
    labels[vertebra] = class_set(BODY, POSTERIOR)
    own = _borders(canal)
    if own is not None:
        labels[vertebra & (columns < own.front[:, None])] = class_set(BODY)
        labels[vertebra & (columns > own.back[:, None])] = class_set(POSTERIOR)
    elif canal_borders is not None:
        labels[vertebra & (columns < canal_borders.front[:, None])] = class_set(BODY)
        labels[vertebra & (columns >= canal_borders.front[:, None])] = class_set(POSTERIOR)
    labels[canal] = class_set(CANAL)
    labels[disc] = class_set(DISC)
    return labels


def canal_borders_of(canals: Sequence[NDArray[np.bool_]]) -> CanalBorders | None:
    """Return the median borders of the canal over one patient's slices; None when no slice shows it."""
    borders = [found for found in map(_borders, canals) if found is not None]
    if not borders:
        return None
    with warnings.catch_warnings():
        # Rows above and below the canal of every slice stay unknown.
        warnings.simplefilter("ignore", category=RuntimeWarning)
        front, back = (np.nanmedian([getattr(one, side) for one in borders], axis=0) for side in ("front", "back"))
    return CanalBorders(front, back)


def _borders(canal: NDArray[np.bool_]) -> CanalBorders | None:
    index = np.flatnonzero(canal.any(axis=1))
    if len(index) < 2:
        return None
    lines = np.arange(len(canal))
    last_columns = canal.shape[1] - 1 - canal[:, ::-1].argmax(axis=1)
    first, last = (np.interp(lines, index, columns[index]) for columns in (canal.argmax(axis=1), last_columns))
    # A curved spine leaves the slice and comes back: nothing is known of the rows between.
    far = np.abs(lines[:, None] - index[None, :]).min(axis=1) > NEAR_CANAL_ROWS
    return CanalBorders(np.where(far, np.nan, first), np.where(far, np.nan, last))


def narrowed(allowed: AllowedMap, probabilities: NDArray[np.float32]) -> AllowedMap:
    """Return sets without the classes that a trained network holds for improbable (a teacher's second look).

    What is less probable than `LEAST_PROBABILITY` is taken out.

    A pixel whose annotation says one class keeps it; one that would lose all its classes keeps them all, for then the
    teacher contradicts the annotation.

    Parameters
    ----------
    allowed
        *Shape:* (rows, columns)
    probabilities
        Of each class.
        *Shape:* (6, rows, columns)
    """
    bits = (1 << np.arange(len(probabilities), dtype=np.uint8))[:, None, None]
    likely = ((probabilities >= LEAST_PROBABILITY) * bits).sum(axis=0).astype(np.uint8)
    left = allowed & likely
    return np.where(left == 0, allowed, left)


def from_disc_boxes(shape: tuple[int, int], boxes: Sequence[DiscBox]) -> AllowedMap:
    """Return the sets of boxes around the discs of a mid-sagittal picture, the lowest at L5-S1.

    Parameters
    ----------
    shape
        Rows, columns of the picture; front of the body at column 0.
    boxes
        One box a disc, three or more, in any order.
    """
    ordered = sorted(boxes, key=lambda box: -box.center[1])
    centers = np.array([box.center for box in ordered])
    width = float(np.median([box.width for box in ordered]))
    rows, columns = np.indices(shape)
    labels = np.full(shape, without(DISC), dtype=np.uint8)
    labels[rows < ordered[-1].y0] = ANY
    _close_front_and_back(labels, ordered, width)
    for box in ordered:
        inside = (columns >= box.x0) & (columns <= box.x1 + BEHIND_BOX * width) & (rows >= box.y0) & (rows <= box.y1)
        labels[inside] = without(SACRUM)
    lowest = ordered[0]
    labels[(columns >= lowest.x0) & (columns <= lowest.x1) & (rows >= lowest.y0) & (rows <= lowest.y1)] = ANY
    spacing = np.linalg.norm(np.diff(centers, axis=0), axis=1)
    for index, box in enumerate(ordered):
        tangent = _tangent(centers, index)
        near = spacing[max(index - 1, 0) : index + 1].mean()
        core = _ellipse(rows, columns, box.center, tangent, CORE_ACROSS_DISC * near, CORE_ALONG_DISC * box.width)
        labels[core] = class_set(DISC)
    for upper, lower, distance in zip(centers[1:], centers[:-1], spacing, strict=True):
        core = _ellipse(
            rows, columns, (upper + lower) / 2, (upper - lower) / distance,
            BODY_ALONG_SPINE * distance, BODY_ACROSS_SPINE * width,
        )  # fmt: skip
        labels[core] = class_set(BODY)
    down = _turn((centers[0] - centers[1]) / spacing[0], SACRUM_TURN_DEG)
    sacrum = _ellipse(
        rows, columns, centers[0] + SACRUM_DISTANCE * spacing[0] * down, down,
        SACRUM_RADIUS * spacing[0], SACRUM_RADIUS * spacing[0],
    )  # fmt: skip
    labels[sacrum] = class_set(SACRUM)
    return labels


def _close_front_and_back(labels: AllowedMap, ordered: Sequence[DiscBox], width: float) -> None:
    """Between the uppermost and the lowest disc: background in front of the spine, no body far behind it."""
    row_of = [box.center[1] for box in reversed(ordered)]
    lines = np.arange(labels.shape[0])
    front = np.interp(lines, row_of, [box.x0 for box in reversed(ordered)]) - FRONT_OF_BOX * width
    back = np.interp(lines, row_of, [box.x1 for box in reversed(ordered)]) + 1.2 * width
    between = (lines >= row_of[0]) & (lines <= row_of[-1])
    columns = np.arange(labels.shape[1])
    labels[between[:, None] & (columns[None, :] < front[:, None])] = class_set(BACKGROUND)
    labels[between[:, None] & (columns[None, :] > back[:, None])] = class_set(BACKGROUND, POSTERIOR)
    # Below it, in front of the sacrum: bladder and bowel.
    pelvis = lines > row_of[-1]
    labels[pelvis[:, None] & (columns[None, :] < front[-1])] = class_set(BACKGROUND)
    above_lowest = lines < row_of[-1] - width / 2
    middle = (columns[None, :] < back[:, None]) & (columns[None, :] >= front[:, None])
    labels[(between & above_lowest)[:, None] & middle] &= without(SACRUM)


def _tangent(centers: NDArray[np.float64], index: int) -> NDArray[np.float64]:
    step = centers[min(index + 1, len(centers) - 1)] - centers[max(index - 1, 0)]
    if index == 0:
        # The lowest disc tilts half as far again as the line of discs turns towards S1.
        step = _turn(step, SACRUM_TURN_DEG / 2)
    return np.asarray(step / np.linalg.norm(step))


def _turn(vector: NDArray[np.float64], degrees: float) -> NDArray[np.float64]:
    """Turn a (column, row) vector; positive turns a vector that points down towards the back."""
    angle = np.deg2rad(degrees)
    x, y = vector
    return np.array([x * np.cos(angle) + y * np.sin(angle), -x * np.sin(angle) + y * np.cos(angle)])


def _ellipse(
    rows: NDArray[np.int64],
    columns: NDArray[np.int64],
    center: NDArray[np.float64],
    along: NDArray[np.float64],
    half_along: float,
    half_across: float,
) -> NDArray[np.bool_]:
    dx, dy = columns - center[0], rows - center[1]
    u = (dx * along[0] + dy * along[1]) / max(half_along, 1.0)
    v = (dx * -along[1] + dy * along[0]) / max(half_across, 1.0)
    return np.asarray(u**2 + v**2 <= 1.0)
