"""The public data sets and phantom archives as training slices: pixels, and for each pixel its possible classes."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from PIL import Image

from deepspine.data.convert.sudirman_boxes import Picture, read_disc_boxes
from deepspine.data.errors import InputError
from deepspine.data.pictures import DEFAULT_HEIGHT_MM
from deepspine.data.spine_classes import SpineClass
from deepspine.segmentation.classes import ANY, AllowedMap, definite
from deepspine.segmentation.partial_labels import (
    DiscBox,
    canal_borders_of,
    from_disc_boxes,
    from_vertebra_masks,
)
from deepspine.segmentation.weights_file import PIXEL_MM

SATURATION_GAPS_MM = (8.0, 18.0, 30.0, 45.0)
"""From the front of a disc to the saturation band in axial pictures; `SATURATION_EDGE_MM` is how soft its edge is."""
SATURATION_EDGE_MM = 8.0
MIN_BOXES = 4
"""Pictures with fewer boxed discs are not used: what is not boxed there may be disc all the same."""


@dataclass(frozen=True, eq=False)
class TrainingSlice:
    """A sagittal slice with its neighbours and what is known of its pixels.

    Attributes
    ----------
    pixels
        The slice between its two neighbours, grey levels of any range; a single picture three times.
        *Shape:* (3, rows, columns), head up, front of the body at column 0
    allowed
        Set of possible classes of each pixel, as bits.
        *Shape:* (rows, columns)
    patient_key
        The patient, with the data set's name before it.
    pixel_mm
        Size of a (square) pixel, as far as it is known.
    n_discs
        Number of discs in the picture, where that is all that is known of it.
    """

    pixels: NDArray[np.float32]
    allowed: AllowedMap
    patient_key: str
    pixel_mm: float
    n_discs: int | None = None

    @property
    def zoom(self) -> float:
        """Pixels of the network's size for each pixel."""
        return self.pixel_mm / PIXEL_MM


def segmentation_fold_of(patient_key: str, n_folds: int) -> int:
    """Return the fold of a patient by hashed key: the same for every run and every order of files.

    Not that of `dataset.splits.fold_of`: by these words the patients were held back from the networks that are shipped.
    """
    digest = hashlib.sha256(f"fold:{patient_key}".encode()).hexdigest()
    return int(digest, 16) % n_folds


def read_training_slices(root: Path, sources: Sequence[str]) -> list[TrainingSlice]:
    """Read the named sets below `root`.

    Parameters
    ----------
    root
        Folder with the public sets (`spider_space`, `spider_mid`, `sudirman`) or phantom archives.
    sources
        Names of folders in `root`; the public sets are read in their layouts, any other as the output of
        `deepspine phantom`, of which `phantom_axial` gives the axial slices. A name that comes twice gives the same
        slices twice.

    Raises
    ------
    InputError
        When a folder is missing.
    """
    by_source: dict[str, list[TrainingSlice]] = {}
    for source in dict.fromkeys(sources):
        folder = root / source
        if not folder.is_dir():
            raise InputError(f"{folder}: no such folder; training wants one folder for each of --data.sources")
        readers = {
            "spider_space": read_spider_space,
            "sudirman": read_sudirman,
            "spider_mid": read_spider_mid,
            "phantom_axial": read_axial_phantom,
        }
        by_source[source] = list(readers.get(source, read_phantom)(folder))
    return [one for source in sources for one in by_source[source]]


def read_spider_space(folder: Path) -> Iterator[TrainingSlice]:
    """Yield T2 SPACE slices with masks of vertebrae, canal and discs."""
    table = pd.read_csv(folder / "slices.csv", dtype={"patient": str})
    for patient, rows in table.groupby("patient"):
        names = rows.sort_values("slice")["file"].tolist()
        pictures = [_read_gray(folder / "images" / name) for name in names]
        masks = [np.asarray(Image.open(folder / "masks" / name)) for name in names]
        borders = canal_borders_of([mask == 2 for mask in masks])
        for index, mask in enumerate(masks):
            allowed = from_vertebra_masks(mask == 1, mask == 2, mask == 3, borders)
            pixel_mm = DEFAULT_HEIGHT_MM / len(mask)
            yield TrainingSlice(_with_neighbours(pictures, index), allowed, f"spider:{patient}", pixel_mm)


def read_sudirman(folder: Path) -> Iterator[TrainingSlice]:
    """Yield mid-sagittal pictures with a box for each disc."""
    boxes = sudirman_disc_boxes(folder)
    table = pd.read_csv(folder / "images.csv", dtype=str)
    for row in table.itertuples(index=False):
        of_picture = boxes.get((str(row.patient), str(row.modality)), [])
        if len(of_picture) < MIN_BOXES:
            continue
        picture = _read_gray(folder / "images" / str(row.file))
        allowed = from_disc_boxes(picture.shape, of_picture)
        yield _of_picture(picture, allowed, f"sudirman:{row.patient}", DEFAULT_HEIGHT_MM / len(picture))


def read_spider_mid(folder: Path) -> Iterator[TrainingSlice]:
    """Yield mid-sagittal pictures of which the number of discs is known, and nothing of a pixel (see `taught`)."""
    for row in pd.read_csv(folder / "images.csv", dtype=str).itertuples(index=False):
        picture = _read_gray(folder / "images" / f"{row.patient}_{row.modality}.png")
        # Written as a list of two equal numbers, some as `.46875`, which is no JSON.
        pixel_mm = float(str(row.PixelSpacing).strip("[]").split(",")[0])
        height_mm = pixel_mm * int(str(row.source_height))
        allowed = np.full(picture.shape, ANY, dtype=np.uint8)
        one = _of_picture(picture, allowed, f"spider:{row.patient}", height_mm / len(picture))
        yield replace(one, n_discs=int(float(str(row.num_discs))))


def sudirman_disc_boxes(folder: Path) -> dict[Picture, list[DiscBox]]:
    """Return the disc boxes of each (patient, modality), from the lowest up, one a disc."""
    return {
        picture: [DiscBox(one.x0, one.y0, one.x1, one.y1) for one in discs]
        for picture, discs in read_disc_boxes(folder / "boxes.csv").items()
    }


def read_phantom(folder: Path) -> Iterator[TrainingSlice]:
    """Yield the sagittal T1 and T2 slices of a phantom archive with its complete masks."""
    from deepspine.data.dicom.archive_index import index_archive
    from deepspine.data.dicom.reading import read_series
    from deepspine.data.dicom.selection import select_series
    from deepspine.data.files import read_volume
    from deepspine.data.rejects import Rejects

    for study in index_archive(folder / "archive", rejects=Rejects()).studies():
        mask = read_volume(folder / "truth" / study.report_id / "mask.nii.gz").voxels.astype(np.uint8)
        selection = select_series(study)
        for series in (selection.sagittal_t1, selection.sagittal_t2):
            if series is None:
                continue
            # T1 and T2 of the phantom lie in one grid, that of its mask.
            volume = read_series(series)
            for index in range(len(mask)):
                pixels = _with_neighbours(volume.voxels, index)
                pixel_mm = float(volume.spacing_mm[1])
                yield TrainingSlice(pixels, definite(mask[index]), f"phantom:{study.patient_key}", pixel_mm)


def read_axial_phantom(folder: Path) -> Iterator[TrainingSlice]:
    """Yield the axial T2 slices of a phantom archive, with the ellipse of the slab's disc."""
    from deepspine.data.dicom.archive_index import index_archive
    from deepspine.data.dicom.reading import read_stacks
    from deepspine.data.dicom.selection import select_series
    from deepspine.data.frames import LevelFrame
    from deepspine.data.rejects import Rejects

    for study in index_archive(folder / "archive", rejects=Rejects()).studies():
        known = json.loads((folder / "truth" / study.report_id / "levels.json").read_text(encoding="utf-8"))
        frames = [LevelFrame.from_json(one) for one in known["levels"]]
        chosen = select_series(study).axial_t2
        for volume in read_stacks(chosen) if chosen else []:
            middle = volume.grid.lps_from_ijk((np.array(volume.grid.shape) - 1) / 2)
            frame = min(frames, key=lambda one: float(np.linalg.norm(one.center_lps - middle)))
            for index, picture in enumerate(volume.voxels):
                points = volume.grid.lps_from_ijk(_indices_of_slice(index, picture.shape)) - frame.center_lps
                across, along, _ = np.moveaxis(points @ frame.axes_lps.T, -1, 0)
                inside = (across / (frame.width_mm / 2)) ** 2 + (along / (frame.depth_mm / 2)) ** 2 <= 1
                allowed = definite(np.where(inside, SpineClass.DISC, SpineClass.BACKGROUND).astype(np.uint8))
                # Half of them behind a dark band: without it, whatever is dark in front was taken for a disc.
                gap_mm = SATURATION_GAPS_MM[index % len(SATURATION_GAPS_MM)]
                dark = picture * _ramp(-along - frame.depth_mm / 2, gap_mm).astype(np.float32)
                pixel_mm = float(volume.spacing_mm[1])
                for shown in (picture, dark):
                    pixels = _with_neighbours([shown], 0)
                    yield TrainingSlice(pixels, allowed, f"phantom:{study.patient_key}", pixel_mm)


def _ramp(in_front_mm: NDArray[np.float64], gap_mm: float) -> NDArray[np.float64]:
    """Return the share of signal left in front of a disc: all near it, none behind the band's soft edge."""
    return np.asarray(np.clip((gap_mm + SATURATION_EDGE_MM - in_front_mm) / SATURATION_EDGE_MM, 0.03, 1.0))


def _indices_of_slice(index: int, shape: tuple[int, ...]) -> NDArray[np.float64]:
    """Return the voxel indices of a slice, *Shape:* (rows, columns, 3)."""
    rows, columns = np.indices(shape)
    return np.stack([np.full(shape, index), rows, columns], axis=-1).astype(float)


def _of_picture(picture: NDArray[np.float32], allowed: AllowedMap, key: str, pixel_mm: float) -> TrainingSlice:
    return TrainingSlice(np.broadcast_to(picture, (3, *picture.shape)), allowed, key, pixel_mm)


def _read_gray(path: Path) -> NDArray[np.float32]:
    return np.asarray(Image.open(path).convert("L"), dtype=np.float32)


def _with_neighbours(pictures: Sequence[NDArray[np.float32]] | NDArray[np.float32], index: int) -> NDArray[np.float32]:
    last = len(pictures) - 1
    return np.stack([pictures[max(index - 1, 0)], pictures[index], pictures[min(index + 1, last)]])
