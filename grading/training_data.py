"""The levels that a grader trains on: every argument is a key of the config and a flag."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

import torch
from torch import Tensor
from torch.utils.data import DataLoader

from deepspine.data.dataset.manifest import Manifest
from deepspine.data.dataset.shards import StoredSample, stored_samples
from deepspine.data.dataset.silence import Silence
from deepspine.data.errors import ConfigError
from deepspine.data.findings import Finding
from deepspine.data.label_table import LabelTable
from deepspine.data.training_options import check_not_negative, check_positive
from deepspine.data.training_order import EpochOrder
from deepspine.grading.doubt import read_doubts
from deepspine.grading.heads import findings_of, target_name, targets_of
from deepspine.grading.inputs import INPUT_NAMES, LevelBatch, LevelDataset, StudyDataset, joined
from deepspine.grading.prediction import patients_of, samples_of_folds


class GradingData(EpochOrder):
    """Levels of a dataset, by its splits.

    Parameters
    ----------
    dataset
        Folder of `deepspine build`.
    inputs
        Inputs to use, of `sagittal_t1`, `sagittal_t2`, `axial_t2`; all that there are by default.
    silence
        What a report's silence means; as the dataset was built by default.
    normalise_crops
        Standardise every crop on its own as well.
    batch_size, workers
        Of the loaders, levels; a network that compares takes as many studies as have about so many levels.
    seed
        Of the order of samples.
    in_memory
        Keep decoded samples in memory; for datasets that fit.
    labels
        Label table in place of the labels that the dataset was built with.
    only_labelled
        Train on levels of which something is known alone (for a network that compares, on studies with such a level);
        others teach nothing but take their time.
    doubt
        Table of evidence (`deepspine label --evidence`), whose doubts `model.smoothing` uses.
    folds, held_fold
        Cross-validation instead of the dataset's splits: patients whose hashed key falls into `held_fold` of `folds`
        are held back (split `val`), all others train.
    held_folds
        Several folds to hold back, in place of `held_fold`.
    """

    def __init__(
        self,
        dataset: Path,
        inputs: Sequence[str] = INPUT_NAMES,
        silence: Literal["missing", "normal"] | None = None,
        normalise_crops: bool = False,
        batch_size: int = 16,
        workers: int = 0,
        seed: int = 0,
        in_memory: bool = False,
        labels: Path | None = None,
        only_labelled: bool = False,
        doubt: Path | None = None,
        folds: int = 0,
        held_fold: int = 0,
        held_folds: Sequence[int] = (),
    ) -> None:
        super().__init__()
        check_positive(batch_size=batch_size)
        check_not_negative(workers=workers, folds=folds)
        held = frozenset(held_folds or (held_fold,))
        if held != {0} and not folds:
            raise ConfigError(f"held_fold {', '.join(map(str, sorted(held)))} wants data.folds, the number of folds")
        if folds and not held <= frozenset(range(folds)):
            raise ConfigError(f"held_fold must be in [0, {folds}), got {', '.join(map(str, sorted(held)))}")
        if folds and len(held) == folds:
            raise ConfigError(f"all {folds} folds are held back; leave at least one to learn from")
        if unknown := set(inputs) - set(INPUT_NAMES):
            raise ConfigError(f"inputs must be of {', '.join(INPUT_NAMES)}, got {', '.join(sorted(unknown))}")
        self.folder = Path(dataset)
        self.findings = findings_of(None)
        self.inputs, self.normalise_crops = tuple(inputs), normalise_crops
        self.silence = None if silence is None else Silence(silence)
        self.batch_size, self.workers, self.seed, self.in_memory = batch_size, workers, seed, in_memory
        self.doubt = read_doubts(Path(doubt)) if doubt is not None else {}
        self.only_labelled = only_labelled
        self.labels: LabelTable | None = None
        self.open_labels = ""
        if labels is not None:
            self.labels = LabelTable.read(labels)
            self.open_labels = self.labels.note_of_unsettled(labels)
        self.folds, self.held_folds = folds, held
        self.whole_studies = False
        self._splits: dict[str, tuple[LevelDataset, list[StoredSample]]] = {}

    def setup(self, stage: str) -> None:
        """Tell of labels that have not been settled."""
        if stage == "fit" and self.open_labels and (self.trainer is None or self.trainer.is_global_zero):
            sys.stderr.write(f"{self.open_labels}\n")

    def serve(self, findings: Sequence[Finding], *, whole_studies: bool) -> None:
        """Give a network the findings that it grades, and whole studies if it compares their levels."""
        self.findings, self.whole_studies = tuple(findings), whole_studies

    def level_dataset(self, split: str) -> LevelDataset:
        """Return the levels of a split."""
        return self._levels_and_places(split)[0]

    def _levels_and_places(self, split: str) -> tuple[LevelDataset, list[StoredSample]]:
        """Return the levels of a split and where they lie."""
        if split not in self._splits:
            manifest = Manifest.read(self.folder)
            stored = self.stored(split, manifest)
            dataset = self._dataset_of(stored, manifest)
            if self.only_labelled and split == "train":
                stored = self._worth_it(stored, dataset)
                dataset = self._dataset_of(stored, manifest)
            self._splits[split] = dataset, stored
        return self._splits[split]

    def _worth_it(self, stored: Sequence[StoredSample], dataset: LevelDataset) -> list[StoredSample]:
        """Return the levels of which something is known, or the studies with such a level."""
        labelled = [one for one in stored if _says_something(dataset.allowed(one.read_without_crops()))]
        if not self.whole_studies:
            return labelled
        studies = {one.study_key for one in labelled}
        return [one for one in stored if one.study_key in studies]

    def _dataset_of(self, stored: Sequence[StoredSample], manifest: Manifest) -> LevelDataset:
        return LevelDataset(
            [one.read for one in stored],
            preset=manifest.preset,
            findings=self.findings,
            silence=self.silence or manifest.silence,
            inputs=self.inputs,
            normalise_crops=self.normalise_crops,
            labels=self.labels,
            doubt=self.doubt,
            keep=self.in_memory,
        )

    def stored(self, split: str, manifest: Manifest | None = None) -> list[StoredSample]:
        """Return where the samples of a split lie."""
        if not self.folds:
            return stored_samples(self.folder, split, manifest)
        manifest = manifest or Manifest.read(self.folder)
        chosen = self.held_folds if split != "train" else set(range(self.folds)) - self.held_folds
        return samples_of_folds(stored_samples(self.folder, "all", manifest), manifest, self.folds, chosen)

    @cached_property
    def learned(self) -> list[str]:
        """Patients of the training split, as checkpoints name them."""
        manifest = Manifest.read(self.folder)
        return sorted(set(patients_of(self.stored("train", manifest), manifest)))

    def training_labels(self) -> dict[str, Tensor]:
        """Return what the labels of the training split allow, by target; (labels, grades) each. No crop is read.

        Raises
        ------
        ConfigError
            When no level is left to learn from, or the doubts are of other reports.
        """
        dataset, stored = self._levels_and_places("train")
        if not stored:
            raise ConfigError(
                f"{self.folder}: no level {'with a label ' * self.only_labelled}falls to training; it takes more "
                "patients, or labels of these"
            )
        samples = [one.read_without_crops() for one in stored]
        if self.doubt and {key.report_id for key in self.doubt}.isdisjoint(sample.report_id for sample in samples):
            raise ConfigError(
                f"{self.folder}: --data.doubt has no report of the levels of training; name the table of "
                "evidence of these reports"
            )
        rows = [dataset.allowed(sample) for sample in samples]
        names = [target_name(target) for target in targets_of(self.findings)]
        allowed = {name: torch.stack([row[name] for row in rows]) for name in names}
        if not _says_something(allowed):
            raise ConfigError(
                f"{self.folder}: no label of any of these findings is known of the levels of training; are the labels "
                "those of its reports?"
            )
        return allowed

    def train_dataloader(self) -> DataLoader[LevelBatch]:
        """Return the training levels in an order given by seed and epoch alone."""
        dataset, options = self._batched("train")
        return self._loader(
            dataset, sampler=self.order(dataset), drop_last=len(dataset) > options["batch_size"], **options
        )

    def val_dataloader(self) -> DataLoader[LevelBatch] | list[Any]:
        """Return the validation levels, none when no patient falls into that split."""
        if not self.validates():
            return []
        dataset, options = self._batched("val")
        return self._loader(dataset, **options)

    def validates(self) -> bool:
        """Whether any patient falls into the split `val`."""
        if self.folds:
            return len(self.level_dataset("val")) > 0
        return any(shard.studies for shard in Manifest.read(self.folder).of_split("val"))

    def _batched(self, split: str) -> tuple[LevelDataset | StudyDataset, dict[str, Any]]:
        """Return levels or whole studies, and how a loader makes batches of them."""
        levels, stored = self._levels_and_places(split)
        if not self.whole_studies:
            return levels, {"batch_size": self.batch_size}
        dataset = StudyDataset(levels, [one.study_key for one in stored])
        return dataset, {"batch_size": dataset.studies_of(self.batch_size), "collate_fn": joined}

    def _loader(self, dataset: LevelDataset | StudyDataset, **options: Any) -> DataLoader[LevelBatch]:
        return DataLoader(dataset, num_workers=self.workers, persistent_workers=self.workers > 0, **options)


def _says_something(allowed: Mapping[str, Tensor]) -> bool:
    """Whether any label leaves out a grade; (grades,) or (labels, grades) by target."""
    return not all(bool(sets.all()) for sets in allowed.values())
