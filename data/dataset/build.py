"""Build a dataset: join studies, level frames and labels into shards; only what is new."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from enum import Enum, auto
from pathlib import Path
from typing import Any

import numpy as np

from deepspine.data.crops import INPUTS, Crop, CropPreset, axial_crop, sagittal_crop, stack_of_level
from deepspine.data.csv_rows import csv_text
from deepspine.data.dataset.manifest import MANIFEST, REJECTS, Manifest, StudyRecord
from deepspine.data.dataset.sample import Sample, Target
from deepspine.data.dataset.shards import ShardWriter
from deepspine.data.dataset.silence import Silence
from deepspine.data.dataset.splits import DEFAULT_SHARES, check_shares, split_of
from deepspine.data.dataset.storage import Folder, Location
from deepspine.data.dataset.studies import StudyImages, StudySource
from deepspine.data.deidentify.secret import keyed
from deepspine.data.errors import ConfigError, DeepspineError, InputError
from deepspine.data.findings import FINDINGS
from deepspine.data.frames import LevelFrame
from deepspine.data.geometry import Plane
from deepspine.data.grade_sets import GradeSet
from deepspine.data.label_table import LabelTable
from deepspine.data.levels import Level
from deepspine.data.provenance import provenance
from deepspine.data.rejects import COLUMNS as REJECT_COLUMNS
from deepspine.data.rejects import Rejects
from deepspine.data.volume import Volume

NAMED_BY_INDEX = "as in the index"
"""What a manifest says of its keys when no secret replaced them."""
MIN_COVERED = 0.5
"""A crop of which the picture covers less than this share is left out."""
FIRST_LEVEL, LAST_LEVEL = Level.T12_L1, Level.L6_S1
"""The levels that lumbar reports speak of."""
LevelLabels = Mapping[Level, Mapping[Target, GradeSet]]
"""The labels of one report by level."""


@dataclass(frozen=True)
class BuildResult:
    """What a build did.

    Attributes
    ----------
    manifest
        Of the dataset as it is now.
    added, kept
        Keys of the studies added now, and of those that were there before.
    stale
        Of `kept`, those whose labels or frames have changed since: build into a new folder to take them up.
    failed
        Keys of studies of which nothing could be used.
    rejects
        Studies and inputs left out, with reasons.
    labelled
        Studies with a row in the label table.
    reports_without_study
        Reports of the label table that no study names; `rejects.csv` has them beside the rejects.
    """

    manifest: Manifest
    added: tuple[str, ...]
    kept: tuple[str, ...]
    stale: tuple[str, ...]
    failed: tuple[str, ...] = ()
    rejects: Rejects = field(default_factory=Rejects)
    labelled: int = 0
    reports_without_study: int = 0


def build_dataset(
    studies: Iterable[StudySource],
    labels: LabelTable,
    out: Location,
    *,
    preset: CropPreset,
    silence: Silence = Silence.MISSING,
    shares: Mapping[str, float] = DEFAULT_SHARES,
    secret: str | None = None,
    inputs: Sequence[Path | str] = (),
    advance: Callable[[int], None] = lambda n: None,
) -> BuildResult:
    """Build a dataset, or add to one what is new.

    A build that is stopped, by hand or by storage that fails, keeps the studies that were whole.

    Parameters
    ----------
    studies
        Where volumes and frames come from, for example `archive_studies`.
    labels
        Joined by report id; studies without a report are kept, with nothing known.
    out
        Folder of the dataset, a path or a URL of object storage; one that is there must have the same crops, silence,
        shares and secret.
    secret
        Keys of studies and patients and report ids are replaced by what follows from it (`deidentify.secret.keyed`);
        without one they are those of the index.
    inputs
        Names of the input files, for the record.
    advance
        Called with the number of studies done since its last call.

    Raises
    ------
    ConfigError
        When the folder holds a dataset of other options.
    InputError
        When storage fails.
    """
    check_shares(shares)
    made_by = provenance(inputs, keys=NAMED_BY_INDEX if secret is None else keyed(secret, NAMED_BY_INDEX))
    manifest = _claim(out, Manifest(preset, silence, dict(shares), (), made_by))
    known = {study.study_key: study.fingerprint for study in manifest.studies}
    reports = _Reports(labels)
    rejects = Rejects()
    outcomes: list[tuple[str, _Outcome]] = []
    with _Shards(out, manifest) as shards:
        for found in studies:
            source = found if secret is None else _renamed(found, secret)
            own = reports.taken_by(found, rejects, study_key=source.study_key)
            joined = _join(source, own, known, preset, rejects)
            if joined.record is not None:
                # What goes wrong here is no fault of the study's: storage fails for all of them.
                shards.add(joined.record, joined.samples)
                known[source.study_key] = joined.record.fingerprint
            outcomes.append((source.study_key, joined.outcome))
            advance(1)
    unused = {report if secret is None else keyed(secret, report) for report in reports.without_study}
    _write_rejects(out, rejects, unused)
    added, kept, stale, failed = (
        tuple(key for key, outcome in outcomes if outcome in counted)
        for counted in ({_Outcome.ADDED}, {_Outcome.KEPT, _Outcome.STALE}, {_Outcome.STALE}, {_Outcome.FAILED})
    )
    return BuildResult(
        shards.manifest, added, kept, stale, failed, rejects,
        labelled=reports.n_labelled, reports_without_study=len(reports.without_study),
    )  # fmt: skip


class _Reports:
    """The labels of a table by report, which studies take; what is left belongs to none.

    Attributes
    ----------
    n_labelled
        Studies that took labels.
    without_study
        Ids of the reports that no study has named.
    """

    def __init__(self, labels: LabelTable) -> None:
        self._labels = labels_by_report(labels)
        self.n_labelled = 0
        self.without_study = set(self._labels)

    def taken_by(self, study: StudySource, rejects: Rejects, *, study_key: str) -> LevelLabels:
        """Return the labels of a study's report; none, and a reject under `study_key`, where two patients have it."""
        self.without_study.discard(study.report_id)
        own = self._labels.get(study.report_id, {}) if study.report_id else {}
        if own and study.shares_report:
            rejects.add(f"{study_key} labels", "another patient's study has the same report id")
            return {}
        self.n_labelled += bool(own)
        return own


def _write_rejects(out: Location, rejects: Rejects, unused_reports: Iterable[str]) -> None:
    unused = [(report, "a report of the label table that belongs to no study") for report in sorted(unused_reports)]
    Folder(out).write(REJECTS, csv_text([*rejects.rows, *unused], REJECT_COLUMNS).encode())


class _Outcome(Enum):
    """What became of a study; one that is stale is kept as it was."""

    ADDED = auto()
    KEPT = auto()
    STALE = auto()
    FAILED = auto()


@dataclass(frozen=True)
class _Joined:
    """What the inputs give of one study: its record and samples, where there is something to add."""

    outcome: _Outcome
    record: StudyRecord | None = None
    samples: Sequence[Sample] = ()


def _join(
    source: StudySource, labels: LevelLabels, known: Mapping[str, str], preset: CropPreset, rejects: Rejects
) -> _Joined:
    """Join the frames, labels and pictures of a study, unless it is there already.

    Parameters
    ----------
    known
        Fingerprints by study of what is there.
    rejects
        Takes what cannot be used.
    """
    try:
        frames = [frame for frame in source.frames() if FIRST_LEVEL <= frame.level <= LAST_LEVEL]
        fingerprint = _fingerprint(frames, labels)
        if source.study_key in known:
            return _Joined(_Outcome.KEPT if known[source.study_key] == fingerprint else _Outcome.STALE)
        samples = cut_study(source, frames, labels, preset, rejects)
    except DeepspineError as error:
        rejects.add(source.study_key, error)
        return _Joined(_Outcome.FAILED)
    record = StudyRecord(source.study_key, source.patient_key, fingerprint, len(samples))
    return _Joined(_Outcome.ADDED, record, samples)


def cut_study(
    source: StudySource,
    frames: Sequence[LevelFrame],
    labels: LevelLabels,
    preset: CropPreset,
    rejects: Rejects,
) -> list[Sample]:
    """Cut the samples of one study, one a level.

    Raises
    ------
    InputError
        When no picture can be read or no level has any crop.
    """
    images = source.images()
    for name, reason in images.missing.items():
        rejects.add(f"{source.study_key} {name}", reason)
    samples = [
        Sample(
            study_key=source.study_key,
            patient_key=source.patient_key,
            report_id=source.report_id,
            level=frame.level,
            crops=crops,
            labels=labels.get(frame.level, {}),
            reported=bool(labels),
            confidence=frame.confidence,
        )
        for frame in sorted(frames, key=lambda frame: frame.level)
        if (crops := _crops(images, frame, preset))
    ]
    if not samples and not images.volumes and images.missing:
        raise InputError("none of its pictures can be read")
    if not samples:
        raise InputError("no level of this study lies inside its pictures")
    return samples


def _renamed(source: StudySource, secret: str) -> StudySource:
    return replace(
        source,
        study_key=keyed(secret, f"study:{source.study_key}"),
        patient_key=keyed(secret, f"patient:{source.patient_key}"),
        report_id=keyed(secret, source.report_id),
    )


def labels_by_report(labels: LabelTable) -> dict[str, dict[Level, dict[Target, GradeSet]]]:
    """Return the labels by report and level; what is left open leaves all grades, whatever silence means."""
    found: dict[str, dict[Level, dict[Target, GradeSet]]] = defaultdict(lambda: defaultdict(dict))
    for key, grades in labels.items():
        found[key.report_id][key.level][(key.finding, key.side)] = grades
    for key in labels.unsettled:
        found[key.report_id][key.level][(key.finding, key.side)] = GradeSet.unknown(FINDINGS[key.finding])
    return {report: dict(levels) for report, levels in found.items()}


def keyed_labels(labels: LabelTable, secret: str) -> LabelTable:
    """Return a label table with the report ids of a dataset that was built with a secret."""
    return labels.with_report_ids(lambda report_id: keyed(secret, report_id))


class _Shards:
    """The open shards of a build, one a split, and the manifest that grows with each that is closed."""

    def __init__(self, folder: Location, manifest: Manifest) -> None:
        self._folder = folder
        self.manifest = manifest
        self._open: dict[str, ShardWriter] = {}

    def add(self, study: StudyRecord, samples: Sequence[Sample]) -> None:
        split = split_of(study.patient_key, self.manifest.shares)
        if split not in self._open:
            number = len(self.manifest.of_split(split))
            self._open[split] = ShardWriter(self._folder, f"{split}-{number:05d}.tar", split)
        self._open[split].add(study, samples)
        if self._open[split].is_full:
            self._close(split)

    def _close(self, split: str) -> None:
        with self._open.pop(split) as writer:
            shard = writer.close()
        self.manifest = self.manifest.with_shard(shard)
        self.manifest.write(self._folder)

    def __enter__(self) -> _Shards:
        return self

    def __exit__(self, kind: type[BaseException] | None, *rest: Any) -> None:
        """Close the open shards; when the run was stopped those with a whole study, as far as storage takes them."""
        try:
            for split in sorted(self._open):
                if self._open[split].is_empty:
                    continue
                with suppress(*(() if kind is None else (DeepspineError, OSError))):
                    self._close(split)
        finally:
            for writer in self._open.values():
                writer.discard()


def _claim(out: Location, wanted: Manifest) -> Manifest:
    """Return the manifest to go on from: that of the folder, or a new one."""
    Folder(out).make()
    if not Folder(out).exists(MANIFEST):
        others = [name for name in Folder(out).names() if name != REJECTS]
        if others:
            raise ConfigError(f"{out}: holds other files, such as {others[0]}, and no dataset; choose another --out")
        wanted.write(out)
        return wanted
    found = Manifest.read(out)
    own = (found.preset, found.silence, dict(found.shares))
    if own != (wanted.preset, wanted.silence, dict(wanted.shares)):
        raise ConfigError(
            f"{out}: holds a dataset of other options (crops {found.preset.name}, silence {found.silence}); "
            "choose another --out"
        )
    if found.made_by.get("keys", NAMED_BY_INDEX) != wanted.made_by["keys"]:
        raise ConfigError(f"{out}: its keys follow from another secret, or from none; choose another --out")
    return found


def _crops(images: StudyImages, frame: LevelFrame, preset: CropPreset) -> dict[str, Crop]:
    """Return the crops that the pictures cover."""
    crops: dict[str, Crop] = {}
    for name, stacks in images.volumes.items():
        crop = _crop(name, stacks, frame, preset)
        if crop is not None and np.isfinite(crop).mean() >= MIN_COVERED:
            crops[name] = crop
    return crops


def _crop(name: str, stacks: Sequence[Volume], frame: LevelFrame, preset: CropPreset) -> Crop | None:
    spec = preset.spec_of(name)
    if INPUTS[name][0] is Plane.AXIAL:
        return axial_crop(stacks, frame, spec) if stack_of_level(stacks, frame) is not None else None
    inside = [stack for stack in stacks if stack.grid.contains(frame.center_lps)]
    return sagittal_crop(inside[0], frame, spec) if inside else None


def _fingerprint(frames: Sequence[LevelFrame], labels: LevelLabels) -> str:
    values = [
        [frame.to_json() for frame in frames],
        sorted([level, *target, str(grades)] for level, own in labels.items() for target, grades in own.items()),
    ]
    return hashlib.sha256(json.dumps(values).encode()).hexdigest()[:16]
