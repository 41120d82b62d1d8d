"""What a located spine comes with when it should be looked at: one line each, with what to do."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from deepspine.data.errors import NamingError
from deepspine.data.frames import LevelFrame
from deepspine.data.levels import Level
from deepspine.data.volume import Volume
from deepspine.segmentation.chain import LUMBAR_DISCS
from deepspine.segmentation.level_naming import MIN_CONFIDENCE, DiscEvidence, confidence_of, name_discs
from deepspine.segmentation.spine_lean import SpineLean

COARSE_PIXEL_MM = 2.0
"""Pixels wider than this hide what readers grade: bulges, slips, recesses."""
USUAL_STEPS_MM = (25.0, 46.0)
"""Median distance of lumbar discs in adults of any height, with a margin."""
MAX_HEIGHT_MM = 18.0
"""Of a lumbar disc. Six of 953 pictures show a higher one: two melted into one, bone or a black hole taken for disc, or
pixels that are not square. Higher up, where a curve ends, heights are less sure, and nobody reads them."""
SMALL_LOWEST_DISC = 0.6
"""A lowest disc with less than this share of the median's area may be rudimentary: L5 sacralised, or S1-S2 (O'Driscoll
1996), and radiologists differ in how they count then."""


def of_sizes(step_mm: float) -> list[str]:
    """Tell of discs that lie farther apart, or nearer, than in any adult."""
    low, high = USUAL_STEPS_MM
    if low <= step_mm <= high:
        return []
    return [f"lumbar discs are {step_mm:.0f} mm apart, {low:g} to {high:g} is usual: is the pixel size right?"]


def of_picture(volume: Volume, n_discs: int) -> list[str]:
    """Tell of a pixel size that few discs speak for, and of coarse pixels."""
    warnings = []
    if volume.origin.spacing_is_assumed and n_discs < LUMBAR_DISCS:
        warnings.append(
            f"the pixel size is taken from {n_discs} discs: lengths may be off by a fifth; say it if you know it"
        )
    coarsest = float(volume.grid.spacing_mm[1:].max())
    if coarsest > COARSE_PIXEL_MM:
        warnings.append(f"pixels are {coarsest:.1f} mm wide: too coarse for what is a matter of millimetres")
    return warnings


def of_lean(lean: SpineLean) -> list[str]:
    """Tell of a spine that leans as no upright one does."""
    if not lean.is_unusual:
        return []
    way = "front" if lean.off_usual_deg > 0 else "back"
    return [f"the spine leans {abs(lean.off_usual_deg):.0f} degrees farther to the {way} than usual: is it turned?"]


def of_heights(frames: Sequence[LevelFrame]) -> list[str]:
    """Tell of discs that are higher than a lumbar disc can be."""
    asked = [one for one in frames if one.level >= Level.T12_L1]
    high = [f"{one.level} ({one.height_mm:.0f} mm)" for one in asked if one.height_mm > MAX_HEIGHT_MM]
    return [f"higher than a disc can be: {', '.join(high)}; look at the mask there"] if high else []


def of_override(
    lowest: Level, evidence: Sequence[DiscEvidence], sacrum_one_body_down: bool, field_mm: tuple[float, float]
) -> list[str]:
    """Tell where the picture speaks clearly against the name that the user gave to the lowest disc."""
    try:
        own = name_discs(evidence, sacrum_one_body_down=sacrum_one_body_down, field_mm=field_mm)
    except NamingError:
        return []
    confidence = confidence_of(own)
    if own[0].levels[-1] is lowest or confidence < MIN_CONFIDENCE:
        return []
    return [f"the lowest disc is {lowest} as you say; the picture shows {own[0].levels[-1]} ({confidence:.2f})"]


def of_names(frames: Sequence[LevelFrame], evidence: Sequence[DiscEvidence], *, missed_junction: bool) -> list[str]:
    """Tell of names that are uncertain, and why."""
    warnings = []
    if missed_junction:
        warnings.append("no lumbosacral disc was found: the sacrum begins one body below the lowest disc")
    for upper, lower in pairwise(frame.level for frame in frames):
        if upper.vertebra_below is not lower.vertebra_above and upper is not lower:
            warnings.append(f"no disc was found between {upper} and {lower}: a level was counted by its distance")
    if evidence[-1].area_ratio < SMALL_LOWEST_DISC and frames[-1].level is not Level.S1_S2:
        warnings.append("the lowest disc is small: transitional anatomy is possible, see the hypotheses")
    if frames and min(frame.confidence for frame in frames) < MIN_CONFIDENCE:
        warnings.append(f"names are uncertain: the least confidence is {min(f.confidence for f in frames):.2f}")
    if sum(frame.level is Level.S1_S2 for frame in frames) > 1:
        warnings.append("two discs bear the name S1-S2: discs inside the sacrum, or false ones")
    return warnings
