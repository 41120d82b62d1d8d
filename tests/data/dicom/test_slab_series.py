"""Slabs that a scanner stored as a series each give every disc its axial crop, as slabs of one series do."""

import re
import shutil
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from pydicom import dcmread

from deepspine.data.crops import get_preset
from deepspine.data.dataset.build import build_dataset
from deepspine.data.dataset.shards import stored_samples
from deepspine.data.dataset.studies import archive_studies, read_images
from deepspine.data.dicom.archive_index import ArchiveIndex, index_archive
from deepspine.data.dicom.selection import select_series
from deepspine.data.label_table import LabelTable
from deepspine.data.levels import LUMBAR_LEVELS
from deepspine.data.phantom.archive import write_archive
from deepspine.data.phantom.options import PhantomOptions


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write a phantom study whose axial slabs, one a disc and each tilted along it, are one series."""
    root = tmp_path_factory.mktemp("phantom")
    write_archive(PhantomOptions(studies=1, seed=4, scoliosis=0.0), root)
    return root


@pytest.fixture
def phantom(written: Path, tmp_path: Path) -> Path:
    """Give a copy of the phantom study."""
    shutil.copytree(written, tmp_path / "phantom")
    return tmp_path / "phantom"


def store_slabs_as_series(folder: Path) -> int:
    """Give the slices of each slab a series UID and number of their own; returns the number of slabs."""
    slabs: dict[tuple[float, ...], int] = {}
    for path in sorted(folder.glob("*.dcm")):
        dataset = dcmread(path)
        number = slabs.setdefault(tuple(dataset.ImageOrientationPatient), len(slabs))
        dataset.SeriesInstanceUID = f"{dataset.SeriesInstanceUID[:50]}.{number}"
        dataset.SeriesNumber = 10 + number
        dataset.save_as(path)
    return len(slabs)


def axial_crops(index: ArchiveIndex, levels: Path, out: Path) -> dict[str, NDArray[np.floating]]:
    build_dataset(archive_studies(index, levels), LabelTable({}), out, preset=get_preset("small"))
    samples = [stored.read() for stored in stored_samples(out)]
    return {one.level.value: one.crops["axial_t2"] for one in samples if "axial_t2" in one.crops}


def test_every_disc_gets_the_axial_crop_of_its_own_slab(phantom: Path, tmp_path: Path) -> None:
    together = axial_crops(index_archive(phantom / "archive"), phantom / "truth", tmp_path / "together")
    (folder,) = (phantom / "archive").glob("*/ax_t2")
    assert store_slabs_as_series(folder) == 5
    index = index_archive(phantom / "archive")
    (study,) = index.studies()
    selection = select_series(study)
    assert [one.series_number for one in selection.axial_t2 or ()] == [10, 11, 12, 13, 14]
    assert selection.rejected == {}
    apart = axial_crops(index, phantom / "truth", tmp_path / "apart")
    assert set(apart) == set(together) == {level.value for level in LUMBAR_LEVELS}
    for level, voxels in apart.items():
        assert np.array_equal(voxels, together[level], equal_nan=True)


def test_a_damaged_slab_costs_its_own_disc_only(phantom: Path, tmp_path: Path) -> None:
    (folder,) = (phantom / "archive").glob("*/ax_t2")
    store_slabs_as_series(folder)
    index = index_archive(phantom / "archive")
    damaged = folder / "0001.dcm"
    damaged.write_bytes(damaged.read_bytes()[:-1000])
    (study,) = index.studies()
    images = read_images(study)
    assert len(images.volumes["axial_t2"]) == 4
    assert re.match(r"series \d+ \(T2 axial, 5 slices\): file \d of 5: damaged", images.missing["axial_t2"])
    assert str(phantom) not in images.missing["axial_t2"], "paths may spell names"
    heights = [stack.grid.lps_from_ijk((0, 0, 0))[2] for stack in images.volumes["axial_t2"]]
    assert heights == sorted(heights, reverse=True)
    crops = axial_crops(index, phantom / "truth", tmp_path / "dataset")
    assert len(crops) == 4
