"""Left stays left from the scanner's files to the crops of a dataset: one side of a phantom is marked in its files."""

import shutil
from pathlib import Path

import numpy as np
import pytest
from pydicom import Dataset, dcmread

from deepspine.cli import main
from deepspine.data.dataset.shards import stored_samples

MARK = 4000
"""Brighter than any tissue of the phantom."""
FROM_MIDLINE_MM = 12.0
"""How far to the side the mark begins; the spine of a phantom may lie some millimetres off the middle."""


def mark_the_patients_left(dataset: Dataset) -> None:
    """Make all pixels bright that lie to the patient's left, by the standard's own formula (PS3.3, C.7.6.2.1.1)."""
    rows, columns = np.mgrid[: dataset.Rows, : dataset.Columns]
    orientation, spacing = dataset.ImageOrientationPatient, dataset.PixelSpacing
    x = (
        float(dataset.ImagePositionPatient[0])
        + float(orientation[0]) * float(spacing[1]) * columns
        + float(orientation[3]) * float(spacing[0]) * rows
    )
    pixels = dataset.pixel_array.copy()
    pixels[x > FROM_MIDLINE_MM] = MARK
    dataset.PixelData = pixels.tobytes()


@pytest.fixture(scope="module")
def marked(phantom: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a dataset of one study whose files are marked on the patient's left."""
    folder = tmp_path_factory.mktemp("marked")
    study = sorted((phantom / "archive").iterdir())[0]
    shutil.copytree(study, folder / "archive")
    for path in (folder / "archive").rglob("*"):
        if path.is_file():
            dataset = dcmread(path)
            mark_the_patients_left(dataset)
            dataset.save_as(path)
    assert main(["index", str(folder / "archive"), "--out", str(folder / "index.parquet")]) == 0
    inputs = ["--index", str(folder / "index.parquet"), "--levels", str(phantom / "truth")]
    assert main(["build", *inputs, "--out", str(folder / "set")]) == 0
    return folder / "set"


def test_the_marked_side_is_on_the_left_of_every_crop(marked: Path) -> None:
    samples = [stored.read() for stored in stored_samples(marked)]
    assert len(samples) >= 5
    for sample in samples:
        for name in ("sagittal_t1", "sagittal_t2"):
            right, *_, left = np.nanmean(sample.crops[name], axis=(1, 2))
            assert left > right + 1, (sample.level, name)
        if "axial_t2" in sample.crops:
            columns = np.nanmean(sample.crops["axial_t2"], axis=(0, 1))
            assert columns[-10:].mean() > columns[:10].mean() + 1, sample.level
