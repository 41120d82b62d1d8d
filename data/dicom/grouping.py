"""From instances to series: files of one DICOM series that belong on one grid, duplicates and strays set aside."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np

from deepspine.data.dicom.frame_headers import Frame
from deepspine.data.dicom.headers import Instance, pseudonymous_key
from deepspine.data.dicom.series import Series
from deepspine.data.dicom.stacks import Stack, split_stacks
from deepspine.data.dicom.weighting import guess_weighting
from deepspine.data.errors import GeometryError

ECHO_DIGITS = 0
"""Echo times are told apart by whole milliseconds: echoes of one train are 5 ms and more apart."""
PLACE_DIGITS = 2
"""Slices whose position (mm) and axes agree to so many digits lie at one place."""
PIXEL_DIGITS = 3
"""Pixel sizes are told apart by micrometres."""
DEFAULT_GAP_MM = 4.0
"""Slice distance assumed for a single slice whose header claims none: the usual lumbar slice."""

Reject = Callable[[str, object], None]
Slice = tuple[Instance, Frame]


def series_of(instances: Iterable[Instance], *, root: Path, reject: Reject) -> list[Series]:
    """Form the series of instances that share a series UID.

    Parameters
    ----------
    instances
        All files of one DICOM series, in any order and from any folder.
    root
        Folder that the instances' paths are relative to.
    reject
        Called with a path and a reason for what is left out.
    """
    slices = [(instance, frame) for instance in _unique(instances, reject) for frame in instance.frames]
    parts: dict[tuple[object, ...], list[Slice]] = defaultdict(list)
    for instance, frame in slices:
        parts[_part_key(instance, frame)].append((instance, frame))
    found: list[Series] = []
    for members in parts.values():
        for members_of_one in _apart_when_at_one_place(members):
            try:
                found.append(_series(members_of_one, part=len(found), root=root))
            except GeometryError as error:
                for path in sorted({instance.path for instance, _ in members_of_one}):
                    reject(path, error)
    return found


def _unique(instances: Iterable[Instance], reject: Reject) -> list[Instance]:
    """Keep one file of each SOP instance: the first by path, so that the choice does not depend on the order read."""
    kept: dict[str, Instance] = {}
    for instance in sorted(instances, key=lambda instance: instance.path):
        key = instance.sop_uid or instance.path
        other = kept.setdefault(key, instance)
        if other is instance:
            continue
        if other._replace(path="") == instance._replace(path=""):
            reject(instance.path, "duplicate: the same SOP instance as another file")
        else:
            reject(instance.path, "the same SOP instance UID as another file, but other content; the first is kept")
    return list(kept.values())


def _part_key(instance: Instance, frame: Frame) -> tuple[object, ...]:
    echo = frame.parameters.echo_time_ms
    return (
        instance.patient_key,
        instance.study_uid,
        instance.frame_of_reference,
        instance.rows,
        instance.columns,
        round(frame.pixel_mm[0], PIXEL_DIGITS),
        round(frame.pixel_mm[1], PIXEL_DIGITS),
        None if echo is None or not np.isfinite(echo) else round(echo, ECHO_DIGITS),
        frame.parameters.image_type,
        frame.plane.plane,
    )


def _apart_when_at_one_place(members: list[Slice]) -> list[list[Slice]]:
    """Split slices that repeat their places: by acquisition number, else into equal rounds in the order of files."""
    if _most_at_one_place(members) == 1:
        return [members]
    acquisitions: dict[int, list[Slice]] = defaultdict(list)
    for instance, frame in members:
        acquisitions[instance.acquisition].append((instance, frame))
    return [one for number in sorted(acquisitions) for one in _rounds(acquisitions[number])]


def _most_at_one_place(members: list[Slice]) -> int:
    return max(len(slices) for slices in _by_place(members).values())


def _by_place(members: list[Slice]) -> dict[tuple[float, ...], list[Slice]]:
    places: dict[tuple[float, ...], list[Slice]] = defaultdict(list)
    for instance, frame in members:
        plane = frame.plane
        numbers = (*plane.position_lps, *plane.column_axis_lps, *plane.row_axis_lps)
        places[tuple(round(number, PLACE_DIGITS) for number in numbers)].append((instance, frame))
    return places


def _rounds(members: list[Slice]) -> list[list[Slice]]:
    """Split slices that repeat their places (time points, or slices sent again, that no tag tells apart) into rounds.

    The first round has a slice at every place, the next one those places again that were met twice, and so on.
    """
    ordered = [sorted(slices, key=_instance_order) for slices in _by_place(members).values()]
    most = max(map(len, ordered))
    return [[slices[number] for slices in ordered if len(slices) > number] for number in range(most)]


def _instance_order(member: Slice) -> tuple[str, int]:
    return (member[0].path, member[1].number)


def _series(members: list[Slice], *, part: int, root: Path) -> Series:
    stacks = split_stacks([frame.plane for _, frame in members])
    ordered = [members[index] for stack in stacks for index in stack.members]
    instance, frame = ordered[0]
    guess = guess_weighting(frame.parameters)
    size = (instance.rows, instance.columns)
    return Series(
        series_uid=instance.series_uid,
        part=part,
        study_uid=instance.study_uid,
        series_key=pseudonymous_key(f"series:{instance.patient_key}:{instance.series_uid}:{part}"),
        study_key=pseudonymous_key(f"study:{instance.patient_key}:{instance.study_uid}"),
        patient_key=instance.patient_key,
        report_id=instance.report_id,
        description=frame.parameters.description,
        series_number=instance.series_number,
        body_part=instance.body_part,
        image_type=frame.parameters.image_type,
        plane=frame.plane.plane,
        weighting=guess.weighting,
        weighting_reason=guess.reason,
        fat_suppressed=guess.fat_suppressed,
        echo_time_ms=frame.parameters.echo_time_ms,
        repetition_time_ms=frame.parameters.repetition_time_ms,
        frame_of_reference=instance.frame_of_reference,
        n_slices=len(ordered),
        n_stacks=len(stacks),
        rows=instance.rows,
        columns=instance.columns,
        spacing_mm=(slice_gap_mm(stacks, frame), *frame.pixel_mm),
        centers_lps=tuple(one.plane.center_lps(size=size, pixel_mm=one.pixel_mm) for _, one in ordered),
        normals_lps=tuple(one.plane.unit_normal for _, one in ordered),
        paths=tuple(root / instance.path for instance, _ in ordered),
        frames=tuple(frame.number for _, frame in ordered),
    )


def slice_gap_mm(stacks: list[Stack], frame: Frame) -> float:
    """Return the distance of slices in the largest stack; for single slices what the header claims."""
    largest = max(stacks, key=lambda stack: len(stack.members))
    if len(largest.members) == 1:
        return frame.gap_mm or DEFAULT_GAP_MM
    return float(abs(largest.step_lps @ frame.plane.normal_lps))
