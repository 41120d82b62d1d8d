"""A tiny dataset whose grades can be seen: a bright spot at the canal, and one at each foramen."""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest

from deepspine.data.crops import CropPreset, CropSpec
from deepspine.data.dataset.manifest import Manifest, StudyRecord
from deepspine.data.dataset.sample import Sample, Target
from deepspine.data.dataset.shards import ShardWriter
from deepspine.data.dataset.silence import Silence
from deepspine.data.dataset.splits import split_of
from deepspine.data.findings import FINDINGS, Side
from deepspine.data.geometry import Plane
from deepspine.data.grade_sets import GradeSet
from deepspine.data.label_table import LabelTable
from deepspine.data.levels import Level

PRESET = CropPreset(
    "test",
    CropSpec(Plane.SAGITTAL, (5, 32, 32), (40.0, 64.0, 64.0)),
    CropSpec(Plane.AXIAL, (2, 32, 32), (8.0, 64.0, 64.0)),
)
SEVERITY = FINDINGS["canal_stenosis"].scale
SIDES = {Side.RIGHT: (0, 6), Side.LEFT: (4, 25)}
"""Sagittal slice and axial column of each foramen."""


def make_sample(number: int, *, level: Level = Level.L4_L5) -> Sample:
    """Return a level whose canal and foramina have random grades, painted as spots of that brightness."""
    rng = np.random.default_rng(number + 1000 * abs(level.rank - Level.L4_L5.rank))
    sagittal = rng.normal(scale=0.3, size=(5, 32, 32)).astype(np.float32)
    axial = rng.normal(scale=0.3, size=(2, 32, 32)).astype(np.float32)
    canal = int(rng.integers(4))
    axial[:, 14:18, 14:18] += 1.5 * canal
    labels: dict[Target, GradeSet] = {
        ("canal_stenosis", Side.MIDLINE): GradeSet.of(FINDINGS["canal_stenosis"], SEVERITY[canal])
    }
    for side, (slice_index, column) in SIDES.items():
        grade = int(rng.integers(4))
        sagittal[slice_index, 12:20, 12:20] += 1.5 * grade
        axial[:, 14:18, column - 2 : column + 2] += 1.5 * grade
        labels[("foraminal_stenosis", side)] = GradeSet.of(FINDINGS["foraminal_stenosis"], SEVERITY[grade])
    crops = {"sagittal_t2": sagittal, "axial_t2": axial}
    return Sample(f"s{number}", f"p{number}", f"r{number}", level, crops, labels, reported=True)


@pytest.fixture(scope="session")
def make_dataset(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """Return what writes a dataset of samples straight to shards, without the build's crops."""

    def write(n: int = 40, *, levels: Sequence[Level] = (Level.L4_L5,)) -> Path:
        folder = tmp_path_factory.mktemp("dataset")
        manifest = Manifest(PRESET, Silence.MISSING, {"train": 0.7, "val": 0.1, "test": 0.2}, (), {})
        studies = [[make_sample(number, level=level) for level in levels] for number in range(n)]
        for split in ("train", "val", "test"):
            with ShardWriter(folder, f"{split}-00000.tar", split) as writer:
                for samples in studies:
                    first = samples[0]
                    if split_of(first.patient_key, manifest.shares) == split:
                        writer.add(StudyRecord(first.study_key, first.patient_key, "", len(samples)), samples)
                manifest = manifest.with_shard(writer.close())
        manifest.write(folder)
        return folder

    return write


@pytest.fixture(scope="session")
def truth() -> LabelTable:
    """Return what the pictures of any such dataset have."""
    samples = [make_sample(number) for number in range(200)]
    return LabelTable({s.label_key(target): grades for s in samples for target, grades in s.labels.items()})
