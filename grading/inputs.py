"""From samples to batches: crops with what is missing masked, labels as the sets of grades they allow."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn.functional import affine_grid, grid_sample
from torch.utils.data import Dataset, default_collate

from deepspine.data.crops import Crop, CropPreset
from deepspine.data.dataset.build import labels_by_report
from deepspine.data.dataset.sample import Sample, Target
from deepspine.data.dataset.silence import Silence, filled
from deepspine.data.findings import Finding, get_finding
from deepspine.data.label_table import LabelKey, LabelTable
from deepspine.grading.heads import LEVELS, target_name, targets_of

SAGITTAL_INPUTS = ("sagittal_t1", "sagittal_t2")
"""Channels of the sagittal branch; cut on one grid, they lie voxel on voxel."""
AXIAL_INPUTS = ("axial_t2",)
"""Channels of the axial branch."""
INPUT_NAMES = (*SAGITTAL_INPUTS, *AXIAL_INPUTS)


class LevelBatch(NamedTuple):
    """Levels as the network takes them.

    Attributes
    ----------
    sagittal, axial
        Crops, zero where the picture does not reach.
        *Shape:* (batch, channels, slices, rows, columns)
    present
        Which inputs of `INPUT_NAMES` are there.
        *Shape:* (batch, 3)
    level
        Index in `heads.LEVELS`.
        *Shape:* (batch,)
    allowed
        For each target by name the grades that its label leaves possible, all where nothing is known.
        *Shape:* (batch, grades)
    doubt
        For each target by name the labeler's doubt, in [0, 1]; None where nobody asks.
        *Shape:* (batch,)
    number
        Of the samples in their dataset; None outside of training.
        *Shape:* (batch,)
    study
        Equal for levels of one study; None when each is of its own.
        *Shape:* (batch,)
    """

    sagittal: Tensor
    axial: Tensor
    present: Tensor
    level: Tensor
    allowed: dict[str, Tensor]
    doubt: dict[str, Tensor] | None = None
    number: Tensor | None = None
    study: Tensor | None = None


class LevelDataset(Dataset[LevelBatch]):
    """Samples as single-level batches without the first axis.

    Parameters
    ----------
    samples
        One reader for each sample, called when it is needed.
    preset
        Sizes of the crops, for those that are missing.
    findings
        What to give labels of.
    silence
        How a report's silence is read.
    inputs
        Inputs to use; others are treated as missing.
    normalise_crops
        Standardise each crop on its own as well; for pictures whose grey levels were stretched one by one.
    labels
        In place of the samples' own labels.
    doubt
        The labeler's doubt of labels, for smoothing; labels that are not named have none.
    keep
        Keep what was read in memory.
    """

    def __init__(
        self,
        samples: Sequence[Callable[[], Sample]],
        *,
        preset: CropPreset,
        findings: Sequence[Finding],
        silence: Silence = Silence.MISSING,
        inputs: Sequence[str] = INPUT_NAMES,
        normalise_crops: bool = False,
        labels: LabelTable | None = None,
        doubt: Mapping[LabelKey, float] = MappingProxyType({}),
        keep: bool = False,
    ) -> None:
        self._samples = samples
        self._preset = preset
        self._targets = targets_of(findings)
        self._silence = silence
        self._inputs = frozenset(inputs)
        self._normalise = normalise_crops
        self._labels = None if labels is None else labels_by_report(labels)
        self._doubt = doubt
        self._kept: dict[int, LevelBatch] | None = {} if keep else None
        self._studies: dict[str, int] = {}

    def __len__(self) -> int:
        return len(self._samples)

    def __getitem__(self, index: int) -> LevelBatch:
        if self._kept is None:
            return self._read(index)
        if index not in self._kept:
            self._kept[index] = self._read(index)
        return self._kept[index]

    def allowed(self, sample: Sample) -> dict[str, Tensor]:
        """Return the grades that a sample's labels, or the table's in their place, leave possible; (grades,) each."""
        labels = filled(self._relabelled(sample), self._silence)
        return {target_name(target): _allowed(target, labels) for target in self._targets}

    def _read(self, index: int) -> LevelBatch:
        sample = self._samples[index]()
        crops = {name: crop for name, crop in sample.crops.items() if name in self._inputs}
        return LevelBatch(
            sagittal=self._channels(crops, SAGITTAL_INPUTS),
            axial=self._channels(crops, AXIAL_INPUTS),
            present=torch.tensor([name in crops for name in INPUT_NAMES]),
            level=torch.tensor(LEVELS.index(sample.level)),
            allowed=self.allowed(sample),
            doubt={
                target_name(target): torch.tensor(self._doubt.get(sample.label_key(target), 0.0))
                for target in self._targets
            },
            number=torch.tensor(index),
            study=torch.tensor(self._studies.setdefault(sample.study_key, len(self._studies))),
        )

    def _relabelled(self, sample: Sample) -> Sample:
        if self._labels is None:
            return sample
        own = self._labels.get(sample.report_id, {})
        return replace(sample, labels=own.get(sample.level, {}), reported=bool(own))

    def _channels(self, crops: Mapping[str, Crop], names: Sequence[str]) -> Tensor:
        shape = self._preset.spec_of(names[0]).pixels
        stacked = [self._values(crops[name]) if name in crops else np.zeros(shape, np.float32) for name in names]
        return torch.from_numpy(np.stack(stacked))

    def _values(self, crop: Crop) -> NDArray[np.float32]:
        if self._normalise:
            crop = (crop - np.nanmean(crop)) / (np.nanstd(crop) + 1e-3)
        return np.nan_to_num(crop, nan=0.0)


class StudyDataset(Dataset[LevelBatch]):
    """Whole studies as batches, for networks that see a level beside its study's others; `joined` makes one of several.

    Parameters
    ----------
    levels
        Of all studies.
    studies
        The study of each level; those of one need not follow each other.
    """

    def __init__(self, levels: LevelDataset, studies: Sequence[str]) -> None:
        groups: dict[str, list[int]] = {}
        for index, study in enumerate(studies):
            groups.setdefault(study, []).append(index)
        self._levels = levels
        self._groups = list(groups.values())

    def __len__(self) -> int:
        return len(self._groups)

    def __getitem__(self, index: int) -> LevelBatch:
        batch: LevelBatch = default_collate([self._levels[level] for level in self._groups[index]])
        return batch

    @property
    def order(self) -> list[int]:
        """Indices of the levels in the order in which the studies give them."""
        return [index for group in self._groups for index in group]

    def studies_of(self, n_levels: int) -> int:
        """Return how many studies hold about so many levels, one at least."""
        return max(1, round(n_levels * len(self._groups) / len(self._levels)))


def joined(studies: Sequence[LevelBatch]) -> LevelBatch:
    """Return several studies of a `StudyDataset` as one batch."""
    fields: list[Any] = []
    for parts in zip(*studies, strict=True):
        if isinstance(parts[0], dict):
            fields.append({name: torch.cat([part[name] for part in parts]) for name in parts[0]})
        else:
            fields.append(torch.cat(parts))
    return LevelBatch(*fields)


def _allowed(target: Target, labels: Mapping[Target, object]) -> Tensor:
    grades = labels.get(target)
    mask = getattr(grades, "mask", None) or (True,) * len(get_finding(target[0]).scale)
    return torch.tensor(mask)


class Augmentation(NamedTuple):
    """Random changes of a batch: those that a level's grades survive.

    Attributes
    ----------
    rotation_deg, shift, scale
        Largest turn, shift (share of the crop) and change of size within the plane of the slices; T1 and T2 alike.
    gain, offset, noise
        Largest change of contrast and brightness, and deviation of the noise, in deviations of the series.
    drop_input
        Probability that an input is taken away, as long as another is left (modality dropout).
    """

    rotation_deg: float = 8.0
    shift: float = 0.06
    scale: float = 0.1
    gain: float = 0.2
    offset: float = 0.2
    noise: float = 0.05
    drop_input: float = 0.15


def augmented(batch: LevelBatch, options: Augmentation) -> LevelBatch:
    """Return a batch changed at random; draws from torch's global generator."""
    present = dropped(batch.present, options.drop_input)
    return batch._replace(
        sagittal=_changed(batch.sagittal, options) * _as_channels(present[:, :2]),
        # Pictures have no axial series: nothing to change.
        axial=_changed(batch.axial, options) * _as_channels(present[:, 2:]) if present[:, 2:].any() else batch.axial,
        present=present,
    )


def dropped(present: Tensor, probability: float) -> Tensor:
    """Return which inputs are left after modality dropout; a level never loses its last one.

    Shapes: (batch, inputs) to (batch, inputs)
    """
    kept = present & (torch.rand(present.shape, device=present.device) >= probability)
    return torch.where(kept.any(dim=1, keepdim=True), kept, present)


def branches_alone(batch: LevelBatch) -> list[LevelBatch]:
    """Return the batch once with its sagittal and once with its axial inputs alone.

    Levels that do not have both say nothing in either: they are learned from as they are.
    """
    of_branch = torch.tensor([name in AXIAL_INPUTS for name in INPUT_NAMES], device=batch.present.device)
    both = (batch.present & of_branch).any(1) & (batch.present & ~of_branch).any(1)
    if not both.any():
        return []
    allowed = {name: sets | ~both[:, None] for name, sets in batch.allowed.items()}
    return [batch._replace(present=batch.present & left, allowed=allowed) for left in (~of_branch, of_branch)]


def _changed(crops: Tensor, options: Augmentation) -> Tensor:
    batch, channels, slices, rows, columns = crops.shape

    def draw(largest: float) -> Tensor:
        return (torch.rand(batch, device=crops.device) * 2 - 1) * largest

    turn, grow = draw(np.radians(options.rotation_deg)), 1 + draw(options.scale)
    cos, sin, aspect = torch.cos(turn) * grow, torch.sin(turn) * grow, rows / columns
    matrix = torch.stack(
        [
            torch.stack([cos, -sin * aspect, draw(options.shift * 2)], dim=1),
            torch.stack([sin / aspect, cos, draw(options.shift * 2)], dim=1),
        ],
        dim=1,
    )
    flat = crops.reshape(batch, channels * slices, rows, columns)
    moved = grid_sample(flat, affine_grid(matrix, list(flat.shape), align_corners=False), align_corners=False)
    moved = moved.reshape(crops.shape)
    each = (batch, channels, 1, 1, 1)
    gain = 1 + (torch.rand(each, device=crops.device) * 2 - 1) * options.gain
    offset = (torch.rand(each, device=crops.device) * 2 - 1) * options.offset
    return moved * gain + offset + torch.randn_like(moved) * options.noise


def _as_channels(present: Tensor) -> Tensor:
    return present[:, :, None, None, None].float()
