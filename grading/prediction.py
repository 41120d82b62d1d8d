"""From a checkpoint to the probability of every grade. Needs torch, not Lightning."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from pickle import UnpicklingError
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.utils.data import DataLoader

from deepspine.data.crops import CropPreset
from deepspine.data.csv_rows import csv_text
from deepspine.data.dataset.manifest import Manifest
from deepspine.data.dataset.sample import Target
from deepspine.data.dataset.shards import StoredSample, stored_samples
from deepspine.data.dataset.splits import fold_of
from deepspine.data.errors import InputError
from deepspine.data.findings import get_finding
from deepspine.data.geometry import FloatArray
from deepspine.data.grade_sets import GradeSet
from deepspine.data.label_table import COLUMNS, LabelKey
from deepspine.data.whole_files import write_whole
from deepspine.grading.heads import findings_of, target_name, targets_of
from deepspine.grading.inputs import INPUT_NAMES, LevelBatch, LevelDataset, StudyDataset, joined
from deepspine.grading.network import GradingNetwork

HELD = "held"
"""In place of a split: the patients that a run did not learn from."""

DIGEST_LENGTH = 16
"""Hexadecimal digits of a patient in a checkpoint."""

PREPARATION = "deepspine_preparation"
"""Key of a checkpoint that says how crops were prepared."""
CHECKPOINTS = ("best*.ckpt", "last*.ckpt")
"""What is looked for in a run's folder, in this order; Lightning numbers them when a run is repeated."""
BATCH_SIZE = 16
Shift = tuple[int, int]
"""Rows down and columns to the right, pixels of a crop."""
UNMOVED: Shift = (0, 0)
AROUND: tuple[Shift, ...] = (UNMOVED, (2, 0), (0, 2), (-2, -2))
"""Places a little around."""


@dataclass(frozen=True, eq=False)
class Prediction:
    """What the grader says of one finding at one level and side.

    Attributes
    ----------
    key
        As in label tables; `report_id` is the study's key where it has no report.
    patient_key
        The unit of intervals.
    probabilities
        One for each grade of the finding's scale, 1 in sum.
        *Shape:* (grades,)
    """

    key: LabelKey
    patient_key: str
    probabilities: FloatArray

    @property
    def grade(self) -> GradeSet:
        """The most probable grade."""
        finding = get_finding(self.key.finding)
        return GradeSet.of(finding, finding.scale[int(np.argmax(self.probabilities))])


@dataclass(frozen=True)
class Predictions:
    """Predictions of a split, in the order of label tables."""

    rows: tuple[Prediction, ...]

    def write(self, path: Path) -> None:
        """Write a label table of the most probable grades with a column more: `none=0.910|mild=0.070|...`."""
        lines = [
            (row.key.report_id, row.key.level.value, row.key.finding, row.key.side.value, str(row.grade), _text(row))
            for row in self.rows
        ]
        write_whole(path, csv_text(lines, (*COLUMNS, "probabilities")))


@dataclass(frozen=True, eq=False)
class Grader:
    """A trained network, and how its crops have to be prepared.

    Attributes
    ----------
    preset
        Sizes of the crops that it learned from; None where the checkpoint does not say.
    learned
        Patients that it learned from, see `patients_of`; empty where the checkpoint does not say.
    """

    network: GradingNetwork
    inputs: tuple[str, ...]
    normalise_crops: bool
    preset: CropPreset | None = None
    learned: frozenset[str] = frozenset()

    def check_crops(self, preset: CropPreset) -> None:
        """Raise when crops are cut otherwise than those that the network learned from.

        Raises
        ------
        InputError
            Then.
        """
        own = self.preset
        if own is not None and any(own.spec_of(name) != preset.spec_of(name) for name in self.inputs):
            raise InputError(
                f"the crops of the dataset are {preset.name!r}, the network learned from {own.name!r} of other sizes; "
                "build a dataset with the options of the one that it learned from"
            )


def load_grader(checkpoint: Path) -> Grader:
    """Load the network of a checkpoint.

    Parameters
    ----------
    checkpoint
        A `.ckpt` file, or the folder of a run; of a run the best checkpoint, where there is none the last.

    Raises
    ------
    InputError
        When there is no checkpoint, or it is not one of the grader.
    """
    content = read_checkpoint(find_checkpoint(checkpoint))
    prepared = content.get(PREPARATION, {})
    inputs = tuple(prepared.get("inputs", INPUT_NAMES))
    preset = CropPreset.from_json(prepared["preset"]) if "preset" in prepared else None
    return Grader(
        checkpoint_network(content).eval(),
        inputs,
        prepared.get("normalise_crops", False),
        preset,
        frozenset(prepared.get("learned", ())),
    )


def read_checkpoint(path: Path) -> dict[str, Any]:
    """Return the content of a checkpoint of the grader: `hyper_parameters`, `state_dict`, `PREPARATION`.

    Raises
    ------
    InputError
        When the file is not one of the grader.
    """
    try:
        content: dict[str, Any] = torch.load(path, map_location="cpu", weights_only=True)
        checkpoint_network(content)
    except (LookupError, TypeError, RuntimeError, EOFError, ValueError, UnpicklingError) as error:
        raise InputError(f"{path}: no checkpoint of `deepspine train grading` ({type(error).__name__})") from None
    return content


def checkpoint_network(content: Mapping[str, Any]) -> GradingNetwork:
    """Return the network of a checkpoint's content."""
    options = dict(content["hyper_parameters"])
    network = GradingNetwork(findings_of(options.pop("findings")), **options)
    prefix = "network."
    weights = {name.removeprefix(prefix): w for name, w in content["state_dict"].items() if name.startswith(prefix)}
    network.load_state_dict(weights)
    return network


def find_checkpoint(place: Path) -> Path:
    """Return the checkpoint file of a run.

    Raises
    ------
    InputError
        When there is none.
    """
    if place.is_file():
        return place
    for name in CHECKPOINTS:
        found = sorted(place.rglob(name), key=lambda path: path.stat().st_mtime)
        if found:
            return found[-1]
    raise InputError(f"{place}: no checkpoint ({' or '.join(CHECKPOINTS)}); train with `deepspine train grading`")


def predict(dataset: Path, checkpoint: Path, *, split: str = "test") -> Predictions:
    """Grade every level of a split.

    Parameters
    ----------
    split
        `train`, `val`, `test` or `all`; `held` for the patients that the run did not learn from, as one by folds.

    Raises
    ------
    InputError
        When dataset or checkpoint are not what they claim or do not belong together, the split is empty, or the run
        learned from patients of `val` or `test`.
    """
    grader = load_grader(checkpoint)
    manifest = Manifest.read(dataset)
    stored = stored_samples(dataset, "all" if split == HELD else split, manifest)
    learned = [patient in grader.learned for patient in patients_of(stored, manifest)]
    if split == HELD:
        stored = [one for one, known in zip(stored, learned, strict=True) if not known]
    elif split in ("val", "test") and any(learned):
        raise InputError(
            f"{checkpoint}: learned from patients of the split {split}; grade those that it did not (--split {HELD})"
        )
    if not stored:
        raise InputError(f"{checkpoint}: learned from all patients of {dataset}")
    return predict_samples(grader, stored, manifest)


def patients_of(samples: Sequence[StoredSample], manifest: Manifest) -> list[str]:
    """Return the patient of each sample as a digest, by which a run knows whom it learned from."""
    keys = {study.study_key: study.patient_key for study in manifest.studies}
    return [hashlib.sha256(keys[one.study_key].encode()).hexdigest()[:DIGEST_LENGTH] for one in samples]


def samples_of_folds(
    samples: Sequence[StoredSample], manifest: Manifest, folds: int, chosen: Collection[int]
) -> list[StoredSample]:
    """Return the samples of patients whose hashed key falls into some folds; no crop is decoded for it."""
    fold = {study.study_key: fold_of(study.patient_key, folds) for study in manifest.studies}
    return [one for one in samples if fold[one.study_key] in chosen]


def predict_samples(
    grader: Grader, stored: Sequence[StoredSample], manifest: Manifest, *, shifts_px: Sequence[Shift] = (UNMOVED,)
) -> Predictions:
    """Grade some samples of a dataset.

    Parameters
    ----------
    shifts_px
        Each level is graded in all of these places, and its probabilities are averaged: a disc is not found to the
        pixel.

    Raises
    ------
    InputError
        When the crops are of other sizes than those that the network learned from.
    """
    grader.check_crops(manifest.preset)
    rows = sorted(_grade(grader, stored, manifest, shifts_px), key=lambda row: row.key.sort_key)
    return Predictions(tuple(rows))


@torch.inference_mode()
def _grade(
    grader: Grader, stored: Sequence[StoredSample], manifest: Manifest, shifts_px: Sequence[Shift]
) -> Iterator[Prediction]:
    findings = grader.network.findings
    levels = LevelDataset(
        [one.read for one in stored],
        preset=manifest.preset,
        findings=findings,
        inputs=grader.inputs,
        normalise_crops=grader.normalise_crops,
    )
    targets = targets_of(findings)
    studies = StudyDataset(levels, [one.study_key for one in stored])
    order = iter(studies.order)
    for batch in DataLoader(studies, batch_size=studies.studies_of(BATCH_SIZE), collate_fn=joined):
        moved = [checked(grader.network(_shifted(batch, shift))) for shift in shifts_px]
        probabilities = {
            name: np.mean([scores[name].softmax(-1).double().numpy() for scores in moved], axis=0) for name in moved[0]
        }
        for row in range(len(batch.level)):
            yield from _rows(stored[next(order)], targets, {name: p[row] for name, p in probabilities.items()})


def checked(scores: dict[str, Tensor]) -> dict[str, Tensor]:
    """Return a network's scores by target as they are.

    Raises
    ------
    InputError
        When one is no number.
    """
    lost = next((name for name, values in scores.items() if not torch.isfinite(values).all()), None)
    if lost is not None:
        raise InputError(f"the network's answer for {lost} is no number: its training has diverged; train it anew")
    return scores


def _shifted(batch: LevelBatch, shift: Shift) -> LevelBatch:
    """Move pictures within their crops; what leaves at one edge comes in at the other, a pixel or two of it."""
    if shift == UNMOVED:
        return batch
    return batch._replace(sagittal=batch.sagittal.roll(shift, (-2, -1)), axial=batch.axial.roll(shift, (-2, -1)))


def _rows(
    stored: StoredSample, targets: Sequence[Target], probabilities: dict[str, FloatArray]
) -> Iterator[Prediction]:
    sample = stored.read_without_crops()
    for finding, side in targets:
        key = LabelKey(sample.report_id or sample.study_key, sample.level, finding, side)
        yield Prediction(key, sample.patient_key, probabilities[target_name((finding, side))])


def _text(row: Prediction) -> str:
    scale = get_finding(row.key.finding).scale
    return "|".join(f"{grade}={p:.4f}" for grade, p in zip(scale, row.probabilities, strict=True))
