"""Names of discs, as probabilities.

A lumbar field of view is named by counting up from the lumbosacral junction. So the question is which of the discs is
the junction's. Every disc is asked what lies below it: sacrum or another body; how it tilts; and how it compares in
size with its neighbours (a rudimentary S1-S2 disc is small). Each hypothesis (the junction is the lowest disc, the
second lowest ..., or out of view) is scored by the product of these over the whole chain, by how well the field of
view would be centred, and against the prior of transitional anatomy. A gap in the chain counts as a missed disc. What
remains is a distribution over hypotheses, and a name's confidence is the probability of the hypothesis that gives it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from deepspine.data.errors import NamingError
from deepspine.data.levels import USUAL_VERTEBRAE, Level, Vertebra
from deepspine.segmentation.chain import LUMBAR_DISCS

PRIOR_TRANSITIONAL = 0.04
"""Share of people with six or four lumbar-type vertebrae in whom counting up from the sacrum misnames (Apazidis 2011:
lumbosacral transition in 4 to 35 %, mostly without a change of count)."""
PRIOR_JUNCTION_BELOW_LOWEST = 0.03
"""Share of lumbar fields of view that end above the lumbosacral junction."""
PRIOR_MISSED_JUNCTION = 0.3
"""Probability that it was missed where a body and then the sacrum follow the lowest disc: so in 2 of the 7 pictures of
Sudirman outside the held fold where they do."""
PRIOR_DISC_IN_SACRUM = 0.06
"""Share in which a disc of the sacrum (S1-S2) is found as a disc."""
MOST_SACRUM_ABOVE_JUNCTION = 0.5
"""So large a share of sacrum in the bone under a disc above the junction is not seen. Of 685 mid-sagittal Sudirman
pictures it was .01 at most under the disc above the one that readers counted as L5-S1; of SPIDER's .2, above slips."""
EVIDENCE_FLOOR = 0.02
"""No single look at a picture is more certain than this."""
JUNCTION_TILT_DEG, JUNCTION_TILT_SD_DEG = 32.0, 14.0
"""Tilt of the lumbosacral disc from the axial plane, supine (Been 2010; front end down)."""
OTHER_TILT_DEG, OTHER_TILT_SD_DEG = 4.0, 13.0
"""Tilt of the discs above it."""
PRIOR_RUDIMENTARY = 0.01
USUAL_LOWEST_DISC = np.array([0.03, 0.22, 30.0, 8.5]), np.array([0.07, 0.21, 7.4, 5.7])
RUDIMENTARY_DISC = np.array([-0.25, -0.7, 45.0, 20.6]), np.array([0.2, 0.41, 6.6, 5.0])
"""Mean and deviation of: logarithms of the lowest disc's depth and area over the median's, its tilt, and that of the
disc above, degrees. Measured on the 685 mid-sagittal Sudirman pictures used for development, where readers counted the
lowest disc as L5-S1 (666) and where they did not (19)."""
MOST_OF_SMALL_AREA = 1.0
"""Logarithm of the odds that a small area may add for a rudimentary disc: a usual one that has collapsed is as small,
but as deep as others."""
FIELD_CENTER_STEPS, FIELD_CENTER_SD_STEPS = 0.4, 0.5
"""How far the middle of L3 lies above the middle of a lumbar field of view, in distances of lumbar discs. Mean and
deviation over 570 mid-sagittal Sudirman pictures: .49, .28; over 265 of SPIDER, of several hospitals: .41, .56; over 27
volumes of other scanners: .18, .47."""
FIELD_FLOOR = 0.2
"""A field of view is set by hand: it weighs odds of five at most."""
L3_ABOVE_JUNCTION_STEPS = 2.5
"""The middle of L3, in distances of discs."""
LUMBAR_FIELD_STEPS = (5.5, 12.5)
"""Height of a lumbar field of view, in distances of lumbar discs (5.8 to 11.6 on the same): a picture that is cut to a
few discs, or shows the whole spine, is centred on something else."""
TILT_WEIGHT = 0.5
"""Tilt and sacrum are seen in the same pixels: their evidence is not independent."""
GAP_RATIO = 1.6
"""A distance this many times the median of its neighbours holds a disc that was missed."""
MIN_CONFIDENCE = 0.9
"""Names below this confidence come with a warning."""
MIN_SACRUM_SEEN = 0.03
"""With less sacrum than this share below every disc, tilt alone would name the spine: too little to count from."""
MIN_DISCS = 3
"""Fewer discs are no chain that could be counted."""


@dataclass(frozen=True)
class DiscEvidence:
    """What naming knows of one disc.

    Attributes
    ----------
    height_mm
        Position along the spine, growing towards the head.
    sacrum_below
        Probability, from the picture, that the bone under the disc is sacrum.
    tilt_deg
        Angle of the disc to the axial plane, positive with the front end down; of a turned spine without its turn.
    area_ratio
        Sagittal area over the median of all discs.
    depth_ratio
        Extent from front to back over the median of all discs; nan where it is not known (blocks for discs).
    """

    height_mm: float
    sacrum_below: float
    tilt_deg: float
    area_ratio: float
    depth_ratio: float


@dataclass(frozen=True)
class NamingHypothesis:
    """One way to name the chain.

    Attributes
    ----------
    levels
        A name for each disc, cranial to caudal.
    probability
        Of this hypothesis among those considered.
    reason
        What would make it true.
    """

    levels: tuple[Level, ...]
    probability: float
    reason: str


def name_discs(
    discs: Sequence[DiscEvidence],
    *,
    lowest: Level | None = None,
    sacrum_one_body_down: bool = False,
    field_mm: tuple[float, float] | None = None,
) -> list[NamingHypothesis]:
    """Name a chain of discs.

    Parameters
    ----------
    discs
        Cranial to caudal.
    lowest
        Name of the lowest disc when the user knows it; then the only hypothesis.
    sacrum_one_body_down
        Whether the sacrum is seen below the body under the lowest disc: the lumbosacral disc was missed, should none of
        those found be it.
    field_mm
        Caudal and cranial end of the field of view, as `DiscEvidence.height_mm`; None says nothing of where it lies.

    Returns
    -------
    Hypotheses, the most probable first; probabilities sum to 1.

    Raises
    ------
    NamingError
        When there are too few discs, or no lumbosacral junction is in view and `lowest` was not given.
    """
    if len(discs) < MIN_DISCS:
        raise NamingError(
            f"found {len(discs)} discs, a chain to count needs {MIN_DISCS}; check plane and field of view"
        )
    steps = count_steps([disc.height_mm for disc in discs])
    if lowest is not None:
        return [NamingHypothesis(_named(steps, lowest), 1.0, "the lowest disc was named by the user")]
    junction = _junction_probabilities(discs)
    if junction[-1] == max(junction) or max(disc.sacrum_below for disc in discs) < MIN_SACRUM_SEEN:
        if not sacrum_one_body_down:
            raise NamingError(
                "no lumbosacral junction in view (no sacrum below the lowest disc); say where to count from, "
                "for example --lowest L4-L5"
            )
        missed = _missed_probability(discs[-1])
        junction = [1 - missed, missed]
    rudimentary = junction[0] * rudimentary_probability(discs[-1], discs[-2])
    ways = [(0, junction[0] - rudimentary), (1, rudimentary), *list(enumerate(junction))[1:-1], (-1, junction[-1])]
    weights = np.array([probability * _fits_field(discs, steps, place, field_mm) for place, probability in ways])
    hypotheses = []
    for (place, _), probability in zip(ways, weights / weights.sum(), strict=True):
        hypotheses += _named_ways(steps, place, float(probability))
    return sorted(hypotheses, key=lambda one: -one.probability)


def rudimentary_probability(lowest: DiscEvidence, above: DiscEvidence) -> float:
    """Return the probability that the lowest disc, with sacrum below it, is S1-S2 under an S1 that looks lumbar.

    A rudimentary disc is short from front to back, small and steep, and the disc above it is steep already (O'Driscoll
    1996): Gaussians for the logarithms of its depth and area and for both tilts. It may be as short and small as it
    likes. A usual disc that has collapsed is as small, but not as short. Nor does a tilt alone decide: a usual disc may
    stand on a steep sacrum.
    """
    sizes = np.log(np.maximum([lowest.depth_ratio, lowest.area_ratio], 1e-3))
    (usual_mean, usual_sd), (rudimentary_mean, rudimentary_sd) = USUAL_LOWEST_DISC, RUDIMENTARY_DISC
    seen = np.array([*sizes, lowest.tilt_deg, min(above.tilt_deg, rudimentary_mean[3])])
    usual = np.maximum(-0.5 * ((seen - usual_mean) / usual_sd) ** 2, np.log(EVIDENCE_FLOOR))
    off = seen - rudimentary_mean
    off[:2] = np.maximum(off[:2], 0.0)
    rudimentary = -0.5 * (off / rudimentary_sd) ** 2
    speaks_for_it = rudimentary - np.log(rudimentary_sd) - usual + np.log(usual_sd)
    speaks_for_it[1] = min(speaks_for_it[1], MOST_OF_SMALL_AREA)
    if np.isnan(lowest.depth_ratio):
        speaks_for_it[0] = 0.0
    log_odds = np.log(PRIOR_RUDIMENTARY / (1 - PRIOR_RUDIMENTARY)) + speaks_for_it.sum()
    return float(1 / (1 + np.exp(-np.clip(log_odds, -50, 50))))


def count_steps(heights_mm: Sequence[float]) -> list[int]:
    """Return for each disc, cranial to caudal, how many levels it lies above the lowest; a gap counts as missed discs.

    Examples
    --------
    >>> count_steps([140.0, 105.0, 35.0, 0.0])
    [4, 3, 1, 0]
    """
    distances = -np.diff(np.asarray(heights_mm, dtype=float))
    steps = [0]
    for index in range(len(distances) - 1, -1, -1):
        near = np.delete(distances, index)[max(index - 2, 0) : index + 2]
        ratio = distances[index] / np.median(near) if len(near) else 1.0
        steps.append(steps[-1] + (max(round(ratio), 1) if ratio > GAP_RATIO else 1))
    return steps[::-1]


def confidence_of(hypotheses: Sequence[NamingHypothesis]) -> float:
    """Return the probability of the names: of all hypotheses that give the same ones."""
    return min(sum(one.probability for one in hypotheses if one.levels == hypotheses[0].levels), 1.0)


def _missed_probability(lowest: DiscEvidence) -> float:
    """Return the probability that the lumbosacral disc lies, missed, below the lowest one.

    For a lowest disc that a body and then the sacrum follow. The tilt decides: that no sacrum lies just below is known.
    """
    missed, found = np.log(PRIOR_MISSED_JUNCTION), np.log(1 - PRIOR_MISSED_JUNCTION)
    missed += _log_tilt(lowest, OTHER_TILT_DEG, OTHER_TILT_SD_DEG)
    found += _log_tilt(lowest, JUNCTION_TILT_DEG, JUNCTION_TILT_SD_DEG)
    return float(1 / (1 + np.exp(found - missed)))


def _log_tilt(disc: DiscEvidence, mean_deg: float, deviation_deg: float) -> float:
    return float(-0.5 * ((disc.tilt_deg - mean_deg) / deviation_deg) ** 2 - np.log(deviation_deg))


def _junction_probabilities(discs: Sequence[DiscEvidence]) -> list[float]:
    """Return the probability that the junction is the lowest disc, the one above ..., and last that it is below all."""
    from_below = list(reversed(discs))
    scores = []
    n_candidates = min(len(from_below) - 1, 3)
    for position in range(n_candidates):
        score = position * np.log(PRIOR_DISC_IN_SACRUM)
        score += _log_is_junction(from_below[position], True)
        score += sum(_log_is_junction(disc, False) for disc in from_below[position + 1 :])
        score += sum(_log_in_sacrum(disc) for disc in from_below[:position])
        scores.append(score)
    scores.append(np.log(PRIOR_JUNCTION_BELOW_LOWEST) + sum(_log_is_junction(disc, False) for disc in from_below))
    weights = np.exp(np.array(scores) - max(scores))
    return [float(weight) for weight in weights / weights.sum()]


def _log_is_junction(disc: DiscEvidence, is_junction: bool) -> float:
    fits = disc.sacrum_below if is_junction else 1 - disc.sacrum_below / MOST_SACRUM_ABOVE_JUNCTION
    sacrum = float(np.clip(fits, EVIDENCE_FLOOR, 1 - EVIDENCE_FLOOR))
    mean, deviation = (JUNCTION_TILT_DEG, JUNCTION_TILT_SD_DEG) if is_junction else (OTHER_TILT_DEG, OTHER_TILT_SD_DEG)
    tilt = _log_tilt(disc, mean, deviation)
    return float(np.log(sacrum) + TILT_WEIGHT * max(tilt, np.log(EVIDENCE_FLOOR)))


def _log_in_sacrum(disc: DiscEvidence) -> float:
    """Return how well a disc fits one inside the sacrum: small, sacrum below it."""
    small = float(np.clip(1.3 - disc.area_ratio, EVIDENCE_FLOOR, 1.0))
    sacrum = float(np.clip(disc.sacrum_below, EVIDENCE_FLOOR, 1 - EVIDENCE_FLOOR))
    return float(np.log(small) + np.log(sacrum) - TILT_WEIGHT * np.log(JUNCTION_TILT_SD_DEG))


def _fits_field(
    discs: Sequence[DiscEvidence], steps: Sequence[int], junction_from_below: int, field_mm: tuple[float, float] | None
) -> float:
    """Return how likely the field of view is where it is, should this disc be the junction; 1 of other fields.

    A junction of -1 lies one disc below the lowest. Lumbar fields of view are centred on L3 or just below.
    """
    if field_mm is None:
        return 1.0
    lowest = slice(-LUMBAR_DISCS, None)
    step_mm, lowest_mm = np.polyfit(steps[lowest], [disc.height_mm for disc in discs[lowest]], 1)
    if not LUMBAR_FIELD_STEPS[0] <= (field_mm[1] - field_mm[0]) / step_mm <= LUMBAR_FIELD_STEPS[1]:
        return 1.0
    junction = -1 if junction_from_below < 0 else steps[-1 - junction_from_below]
    above_center_steps = (lowest_mm - np.mean(field_mm)) / step_mm + junction + L3_ABOVE_JUNCTION_STEPS
    off = (above_center_steps - FIELD_CENTER_STEPS) / FIELD_CENTER_SD_STEPS
    return float(max(np.exp(-0.5 * off**2), FIELD_FLOOR))


def _named_ways(steps: Sequence[int], junction_from_below: int, probability: float) -> list[NamingHypothesis]:
    """Return the names that a junction gives in usual and transitional anatomy; -1 lies below the lowest disc."""
    if junction_from_below < 0:
        reason = "the lumbosacral disc lies below the lowest one found"
        return [NamingHypothesis(_named(steps, Level.L4_L5), probability, reason)]
    below = f"{junction_from_below} disc(s) lie in the sacrum"
    if junction_from_below == 0:
        below = "the lowest disc is the lumbosacral one"
    half = PRIOR_TRANSITIONAL / 2
    counts = (
        (Level.L5_S1, 1 - PRIOR_TRANSITIONAL, "five lumbar vertebrae"),
        (Level.L6_S1, half, "six lumbar vertebrae (lumbarised S1)"),
        (Level.L4_L5, half, "four free lumbar vertebrae (sacralised L5)"),
    )
    return [
        NamingHypothesis(
            _named(steps, base, junction_from_below=junction_from_below), probability * share, f"{below}; {why}"
        )
        for base, share, why in counts
    ]


def _named(steps: Sequence[int], lowest: Level, *, junction_from_below: int = 0) -> tuple[Level, ...]:
    """Name discs by steps above a base; discs under the junction are the sacrum's."""
    chain = _chain_upwards(lowest)
    base = steps[len(steps) - 1 - junction_from_below]
    names = []
    for step in steps:
        above = step - base
        if above < 0:
            names.append(Level.S1_S2)
        elif above < len(chain):
            names.append(chain[above])
        else:
            raise NamingError(f"the chain of {steps[0] + 1} discs reaches above {chain[-1]}; is this a lumbar spine?")
    return tuple(names)


def _chain_upwards(lowest: Level) -> list[Level]:
    """Return the levels from `lowest` towards the head, in usual anatomy apart from L6."""
    vertebrae: list[Vertebra] = [*USUAL_VERTEBRAE]
    if Vertebra.L6 in (lowest.vertebra_above, lowest.vertebra_below):
        vertebrae.insert(vertebrae.index(Vertebra.S1), Vertebra.L6)
    top = vertebrae.index(lowest.vertebra_below)
    return [Level.between(vertebrae[i - 1], vertebrae[i]) for i in range(top, 0, -1)]
