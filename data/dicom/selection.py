"""Which series of a study are THE sagittal T1, sagittal T2 and axial T2, and why the others are not."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from deepspine.data.dicom.series import Series, Study
from deepspine.data.geometry import Plane
from deepspine.data.volume import Weighting

MIN_SAGITTAL_SLICES = 5
"""Fewer sagittal slices do not reach from foramen to foramen (35 to 45 mm apart, slices of 4 mm)."""
MIN_AXIAL_SLICES = 3
"""Fewer axial slices do not cover one disc."""
MIN_SAGITTAL_HEIGHT_MM = 150.0
"""The lumbar spine from L1 to S1 measures 180 mm; a field of view below is of something else."""
MIN_SIDE_PIXELS = 64
"""Coarser pictures are thumbnails or localizers."""

_LOCALIZER = re.compile(r"loc(?![a-z])|locali[sz]er|scout|survey|scano|plan(?![a-z])|3[ _-]?pl|calib|smart")
_DERIVED = re.compile(r"\bmpr\b|\bmip\b|subtr|\bsub\b|myelo|\badc\b|screen|compos|stitch")
_OTHER_REGION = re.compile(r"c[ _-]?spine|cervical|\bhws\b|brain|\bhead\b|\bhip\b|pelvis|knee|sacro-?iliac|\bsij?\b")
_OTHER_BODY_PARTS = frozenset({"CSPINE", "HEAD", "BRAIN", "NECK", "KNEE", "HIP", "PELVIS", "SHOULDER"})

SLOTS: Mapping[str, tuple[Plane, tuple[Weighting, ...]]] = {
    "sagittal_t1": (Plane.SAGITTAL, (Weighting.T1,)),
    "sagittal_t2": (Plane.SAGITTAL, (Weighting.T2, Weighting.T2_SPACE)),
    "axial_t2": (Plane.AXIAL, (Weighting.T2, Weighting.T2_SPACE)),
}
"""What is looked for: plane, and weightings from the preferred one down."""


@dataclass(frozen=True)
class Selection:
    """The series that a study is read from.

    Attributes
    ----------
    sagittal_t1, sagittal_t2, axial_t2
        The chosen series, None where the study has none.
    reasons
        For each slot why its series was chosen, or why it is empty.
    rejected
        For each series that was not chosen, by its key, the reason.
    """

    sagittal_t1: Series | None
    sagittal_t2: Series | None
    axial_t2: Series | None
    reasons: Mapping[str, str]
    rejected: Mapping[str, str]


def select_series(study: Study) -> Selection:
    """Choose the sagittal T1, sagittal T2 and axial T2 of a study.

    Series that cannot serve (localizers, derived pictures, other body regions, too few slices) are out first. Among
    the rest the plain one goes before the fat-suppressed one, 2D before 3D, more slices before fewer, smaller pixels
    before larger, and a repeated series before its first try.
    """
    rejected: dict[str, str] = {}
    usable: list[Series] = []
    for series in study.series:
        reason = _unfit(series)
        if reason is None:
            usable.append(series)
        else:
            rejected[series.series_key] = reason
    chosen: dict[str, Series | None] = {}
    reasons: dict[str, str] = {}
    for slot in SLOTS:
        chosen[slot], reasons[slot] = _choose(slot, usable, rejected)
    kept = {series.series_key for series in chosen.values() if series is not None}
    for series in usable:
        if series.series_key not in kept:
            rejected.setdefault(series.series_key, f"{series.weighting} {series.plane} is not asked for")
    return Selection(**chosen, reasons=reasons, rejected=rejected)


def _choose(slot: str, usable: list[Series], rejected: dict[str, str]) -> tuple[Series | None, str]:
    plane, weightings = SLOTS[slot]
    fitting = [series for series in usable if series.plane is plane and series.weighting in weightings]
    if not fitting:
        return None, f"no {plane} series of weighting {' or '.join(weightings)}"
    best = max(fitting, key=lambda series: [measure(series) for _, measure in _preferences(weightings)])
    for series in fitting:
        if series is not best:
            rejected[series.series_key] = _why_not(series, best, weightings)
    return best, f"{plane}; {best.weighting} by {best.weighting_reason}; {_among(fitting)}"


def _preferences(weightings: tuple[Weighting, ...]) -> tuple[tuple[str, Callable[[Series], float]], ...]:
    return (
        ("is fat-suppressed", lambda series: not series.fat_suppressed),
        ("has a less wanted weighting", lambda series: -weightings.index(series.weighting)),
        ("has fewer slices", lambda series: series.n_slices),
        ("has larger pixels", lambda series: -round(max(series.spacing_mm[1:]), 2)),
        ("was repeated later", lambda series: series.series_number),
        ("is a further part of the same series", lambda series: -series.part),
    )


def _why_not(series: Series, best: Series, weightings: tuple[Weighting, ...]) -> str:
    for name, measure in _preferences(weightings):
        if measure(series) < measure(best):
            return f"{name} than series {best.series_number}" if name.startswith("has") else name
    return f"equal to series {best.series_number}"


def _among(fitting: list[Series]) -> str:
    return "the only one" if len(fitting) == 1 else f"best of {len(fitting)}"


def _unfit(series: Series) -> str | None:
    """Return why a series can serve for nothing, None when it can."""
    tokens = {token.upper() for token in series.image_type}
    text = series.description.lower()
    if "LOCALIZER" in tokens or _LOCALIZER.search(text):
        return "localizer"
    if tokens & {"MPR", "PROJECTION IMAGE", "SUBTRACT", "ADC"} or _DERIVED.search(text):
        return "derived from another series"
    if series.body_part in _OTHER_BODY_PARTS or _OTHER_REGION.search(text):
        return "another body region"
    if min(series.rows, series.columns) < MIN_SIDE_PIXELS:
        return f"only {series.rows} x {series.columns} pixels"
    return _unfit_extent(series)


def _unfit_extent(series: Series) -> str | None:
    least = MIN_AXIAL_SLICES if series.plane is Plane.AXIAL else MIN_SAGITTAL_SLICES
    if series.n_slices < least:
        return f"{series.n_slices} slices, at least {least} needed"
    if series.plane is Plane.SAGITTAL and series.extent_mm[0] < MIN_SAGITTAL_HEIGHT_MM:
        return f"only {series.extent_mm[0]:.0f} mm high, the lumbar spine needs {MIN_SAGITTAL_HEIGHT_MM:.0f}"
    if series.plane is Plane.SAGITTAL and series.n_stacks > 1:
        return f"its slices form {series.n_stacks} stacks, not one"
    return None
