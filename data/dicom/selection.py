"""Which series of a study are THE sagittal T1, sagittal T2 and axial T2, and why the others are not."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from deepspine.data.dicom.series import Series, Study
from deepspine.data.dicom.slab_sets import difference, form_sets, overlap
from deepspine.data.geometry import Plane
from deepspine.data.volume import Weighting

MIN_SAGITTAL_SLICES = 5
"""Fewer sagittal slices do not reach from foramen to foramen (35 to 45 mm apart, slices of 4 mm)."""
MIN_AXIAL_SLICES = 3
"""Fewer axial slices in all do not cover one disc."""
MIN_SAGITTAL_HEIGHT_MM = 150.0
"""The lumbar spine from L1 to S1 measures 180 mm; a field of view below is of something else."""
MIN_SIDE_PIXELS = 64
"""Coarser pictures are thumbnails or localizers."""

_LOCALIZER = re.compile(r"loc(?![a-z])|locali[sz]er|scout|survey|scano|plan(?![a-z])|3[ _-]?pl|calib|smart")
_DERIVED = re.compile(r"\bmpr\b|\bmip\b|subtr|\bsub\b|myelo|\badc\b|screen|compos|stitch")
_OTHER_REGION = re.compile(
    r"c[ _-]?spine|cervical|\bhws\b|brain|\bhead\b|\bhip\b|pelvis|knee|sacro[ _-]?iliac|\bsij?\b"
)
_OTHER_BODY_PARTS = frozenset({"CSPINE", "HEAD", "BRAIN", "NECK", "KNEE", "HIP", "PELVIS", "SHOULDER"})

SLOTS: Mapping[str, tuple[Plane, tuple[Weighting, ...]]] = {
    "sagittal_t1": (Plane.SAGITTAL, (Weighting.T1,)),
    "sagittal_t2": (Plane.SAGITTAL, (Weighting.T2, Weighting.T2_SPACE)),
    "axial_t2": (Plane.AXIAL, (Weighting.T2, Weighting.T2_SPACE)),
}
"""What is looked for: plane, and weightings from the preferred one down."""
_LOCATED_ON = "sagittal_t2"
"""Discs are found on it, so that the others had better lie in its frame of reference."""

_REPEATED = "was repeated later"
_OTHER_FRAME = "is of another frame of reference than the sagittal series"
_FURTHER_PART = "is a further part of the same series"
Preference = tuple[str, Callable[[tuple[Series, ...]], float]]
"""Why the lesser of two sets is left out, and the measure by which it is the lesser."""


@dataclass(frozen=True)
class Selection:
    """The series that a study is read from.

    Attributes
    ----------
    sagittal_t1, sagittal_t2
        The chosen series, None where the study has none.
    axial_t2
        The chosen series: mostly one, several where a scanner stored the slabs of one protocol as a series each; None
        where the study has none.
    reasons
        For each slot why its series was chosen, or why it is empty.
    rejected
        For each series that was not chosen, by its key, the reason.
    """

    sagittal_t1: Series | None
    sagittal_t2: Series | None
    axial_t2: tuple[Series, ...] | None
    reasons: Mapping[str, str]
    rejected: Mapping[str, str]


def select_series(study: Study, *, allow_mismatched_frames: bool = False) -> Selection:
    """Choose the sagittal T1, sagittal T2 and axial T2 of a study.

    Series that cannot serve (localizers, derived pictures, other body regions, too few slices) are out first. Among
    the rest one in the frame of reference of the sagittal T2 goes before others, the plain one before the
    fat-suppressed one, 2D before 3D, more slices before fewer, smaller pixels before larger, and a repeated series
    before its first try. Axial series of one protocol that lie apart count as one, see `slab_sets`.

    Parameters
    ----------
    allow_mismatched_frames
        Take all series for lying in one frame of reference, whatever they say.
    """
    rejected: dict[str, str] = {}
    usable: list[Series] = []
    for series in study.series:
        reason = _unfit(series)
        if reason is None:
            usable.append(series)
        else:
            rejected[series.series_key] = reason
    chosen: dict[str, tuple[Series, ...]] = {}
    reasons: dict[str, str] = {}
    frame = ""
    for slot in sorted(SLOTS, key=lambda slot: slot != _LOCATED_ON):
        chosen[slot], reasons[slot] = _choose(slot, usable, rejected, frame=frame, mixed=allow_mismatched_frames)
        if chosen[slot] and not frame and not allow_mismatched_frames:
            frame = chosen[slot][0].frame_of_reference
    kept = {series.series_key for members in chosen.values() for series in members}
    for series in usable:
        if series.series_key not in kept:
            rejected.setdefault(series.series_key, f"{series.weighting} {series.plane} is not asked for")
    return Selection(
        sagittal_t1=next(iter(chosen["sagittal_t1"]), None),
        sagittal_t2=next(iter(chosen["sagittal_t2"]), None),
        axial_t2=chosen["axial_t2"] or None,
        reasons={slot: reasons[slot] for slot in SLOTS},
        rejected=rejected,
    )


def _choose(
    slot: str, usable: list[Series], rejected: dict[str, str], *, frame: str, mixed: bool
) -> tuple[tuple[Series, ...], str]:
    """Choose one series or set, best in the frame of reference given; `mixed` sets may be of several frames."""
    plane, weightings = SLOTS[slot]
    preferences = _preferences(weightings, frame)
    fitting = [series for series in usable if series.plane is plane and series.weighting in weightings]
    fitting.sort(key=lambda series: ([-measure((series,)) for _, measure in preferences], series.series_key))
    alone: list[tuple[Series, ...]] = [(series,) for series in fitting]
    sets = form_sets(fitting, mixed_frames=mixed) if plane is Plane.AXIAL else alone
    sets = [members for members in sets if _are_enough(members, rejected)]
    if not sets:
        return (), f"no {plane} series of weighting {' or '.join(weightings)}"
    best = max(sets, key=lambda members: [measure(members) for _, measure in preferences])
    for members in sets:
        for series in members:
            if series not in best:
                rejected[series.series_key] = _why_not(series, members, best, preferences)
    return best, f"{plane}; {best[0].weighting} by {best[0].weighting_reason}; {_among(sets, best)}"


def _are_enough(members: tuple[Series, ...], rejected: dict[str, str]) -> bool:
    """Whether axial series have slices enough between them; those that have not are rejected."""
    count = sum(series.n_slices for series in members)
    if members[0].plane is Plane.AXIAL and count < MIN_AXIAL_SLICES:
        rejected |= {series.series_key: _too_few(count, MIN_AXIAL_SLICES) for series in members}
        return False
    return True


def _too_few(count: int, least: int) -> str:
    return f"{count} slice{'s' * (count != 1)}, at least {least} needed"


def _preferences(weightings: tuple[Weighting, ...], frame: str) -> tuple[Preference, ...]:
    """Return what makes one set of series better than another, the weightiest first; members share all settings."""
    return (
        (_OTHER_FRAME, lambda members: not frame or members[0].frame_of_reference in ("", frame)),
        ("is fat-suppressed", lambda members: not members[0].fat_suppressed),
        ("has a less wanted weighting", lambda members: -weightings.index(members[0].weighting)),
        ("has fewer slices", lambda members: sum(series.n_slices for series in members)),
        ("has larger pixels", lambda members: -round(max(members[0].spacing_mm[1:]), 2)),
        (_REPEATED, lambda members: max(series.series_number for series in members)),
        (_FURTHER_PART, lambda members: -max(series.part for series in members)),
    )


def _why_not(
    series: Series, members: tuple[Series, ...], best: tuple[Series, ...], preferences: tuple[Preference, ...]
) -> str:
    """Say why a series of one set was not chosen: beside the chosen one at its place, else beside the chosen set."""
    for other in best:
        if difference(series, other) is None and overlap(series, other):
            reason = _first_worse((series,), (other,), preferences)
            if reason is not None:
                return reason
    reason = _first_worse(members, best, preferences)
    if reason == _REPEATED and series.plane is Plane.AXIAL and not any(overlap(series, other) for other in best):
        return f"lies elsewhere, with {difference(series, best[0])} than {_names(best)}"
    return reason or f"equal to {_names(best)}"


def _first_worse(
    members: tuple[Series, ...], best: tuple[Series, ...], preferences: tuple[Preference, ...]
) -> str | None:
    for name, measure in preferences:
        if measure(members) < measure(best):
            return f"{name} than {_names(best)}" if name.startswith("has ") else name
    return None


def _names(members: tuple[Series, ...]) -> str:
    return f"series {', '.join(str(series.series_number) for series in members)}"


def _among(sets: list[tuple[Series, ...]], best: tuple[Series, ...]) -> str:
    among = "the only one" if len(sets) == 1 else f"best of {len(sets)}"
    return among if len(best) == 1 else f"{among}; slabs of one protocol in {_names(best)}"


def set_aside(series: Series) -> str | None:
    """Return why a series is no diagnostic picture of the lumbar spine: a localizer, derived, or of another region."""
    tokens = {token.upper() for token in series.image_type}
    text = series.description.lower()
    if "LOCALIZER" in tokens or _LOCALIZER.search(text):
        return "localizer"
    if tokens & {"MPR", "PROJECTION IMAGE", "SUBTRACT", "ADC"} or _DERIVED.search(text):
        return "derived from another series"
    if series.body_part in _OTHER_BODY_PARTS or _OTHER_REGION.search(text):
        return "another body region"
    return None


def _unfit(series: Series) -> str | None:
    """Return why a series can serve for nothing, None when it can."""
    reason = set_aside(series)
    if reason is None and min(series.rows, series.columns) < MIN_SIDE_PIXELS:
        return f"only {series.rows} x {series.columns} pixels"
    return reason or _unfit_extent(series)


def _unfit_extent(series: Series) -> str | None:
    if series.plane is not Plane.SAGITTAL:
        return None
    if series.n_slices < MIN_SAGITTAL_SLICES:
        return _too_few(series.n_slices, MIN_SAGITTAL_SLICES)
    if series.extent_mm[0] < MIN_SAGITTAL_HEIGHT_MM:
        return f"only {series.extent_mm[0]:.0f} mm high, the lumbar spine needs {MIN_SAGITTAL_HEIGHT_MM:.0f}"
    if series.n_stacks > 1:
        return f"its slices form {series.n_stacks} stacks, not one; a slice may be missing"
    return None
