"""Small DICOM files for tests, written tag by tag so that every trap is in plain sight."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset, FileDataset, FileMetaDataset
from pydicom.uid import ExplicitVRBigEndian, ExplicitVRLittleEndian, generate_uid

MR_IMAGE = "1.2.840.10008.5.1.4.1.1.4"
SAGITTAL = ((0.0, 1.0, 0.0), (0.0, 0.0, -1.0))
"""Directions of growing column and row index: front to back, head to foot."""
AXIAL = ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0))
T1 = {"EchoTime": 9.0, "RepetitionTime": 550.0}
T2 = {"EchoTime": 100.0, "RepetitionTime": 3500.0}


def uid(*names: object) -> str:
    """Return a UID made from names, the same every time."""
    return str(generate_uid(entropy_srcs=[str(name) for name in names]))


@dataclass(frozen=True)
class WrittenSeries:
    """A series to write: where its slices lie, and what its header says."""

    study: str = "study"
    name: str = "series"
    axes: tuple[tuple[float, float, float], tuple[float, float, float]] = SAGITTAL
    positions: tuple[tuple[float, float, float], ...] = tuple((4.0 * number, -100.0, 150.0) for number in range(6))
    pixel_mm: tuple[float, float] = (2.5, 2.0)
    size: tuple[int, int] = (80, 64)
    tags: dict[str, Any] = field(default_factory=lambda: {**T2})

    def pixels(self, number: int) -> NDArray[np.uint16]:
        """Values that tell slice, row and column apart."""
        rows, columns = np.mgrid[: self.size[0], : self.size[1]]
        return (8000 * number + 97 * rows + columns + 1).astype(np.uint16)

    def dataset(self, number: int) -> FileDataset:
        """Return the header and pixels of one slice."""
        dataset = empty_dataset(MR_IMAGE, uid(self.study, self.name, number))
        dataset.Modality = "MR"
        dataset.PatientID = f"patient of {self.study}"
        dataset.PatientName = "Doe^Jane"
        dataset.AccessionNumber = f"A-{self.study}"
        dataset.StudyInstanceUID = uid(self.study)
        dataset.SeriesInstanceUID = uid(self.study, self.name)
        dataset.FrameOfReferenceUID = uid(self.study, "frame")
        dataset.SeriesNumber = 1
        dataset.InstanceNumber = number + 1
        dataset.ImageType = ["ORIGINAL", "PRIMARY", "M"]
        dataset.ScanningSequence = "SE"
        dataset.ImagePositionPatient = list(self.positions[number])
        dataset.ImageOrientationPatient = [*self.axes[0], *self.axes[1]]
        dataset.PixelSpacing = list(self.pixel_mm)
        dataset.SliceThickness = 3.0
        for keyword, value in self.tags.items():
            setattr(dataset, keyword, value)
        set_pixels(dataset, self.pixels(number))
        return dataset

    def write(self, folder: Path, *, name: str = "{number}.dcm") -> list[Path]:
        """Write every slice; returns the files."""
        folder.mkdir(parents=True, exist_ok=True)
        paths = [folder / name.format(number=number) for number in range(len(self.positions))]
        for number, path in enumerate(paths):
            self.dataset(number).save_as(path, enforce_file_format=True)
        return paths


def write_slabs(folder: Path) -> None:
    """Write an axial series of two slabs of three slices each, tilted against each other."""
    folder.mkdir(parents=True)
    cos, sin = np.cos(0.3), np.sin(0.3)
    for slab, (down, tilt) in enumerate(((0.0, (1.0, 0.0)), (40.0, (cos, sin)))):
        series = WrittenSeries(
            name="axial",
            axes=((1.0, 0.0, 0.0), (0.0, *tilt)),
            positions=tuple((0.0, 4.0 * n * tilt[1], -down - 4.0 * n * tilt[0]) for n in range(3)),
        )
        for number in range(3):
            dataset = series.dataset(number)
            dataset.SOPInstanceUID = dataset.file_meta.MediaStorageSOPInstanceUID = uid(slab, number)
            dataset.save_as(folder / f"{slab}{number}.dcm", enforce_file_format=True)


def empty_dataset(sop_class: str, sop_uid: str) -> FileDataset:
    """Return a data set with its file meta and nothing else."""
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = sop_class
    meta.MediaStorageSOPInstanceUID = sop_uid
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    dataset = FileDataset("", Dataset(), file_meta=meta, preamble=b"\0" * 128)
    dataset.SOPClassUID = sop_class
    dataset.SOPInstanceUID = sop_uid
    return dataset


def set_pixels(dataset: Dataset, pixels: NDArray[np.uint16]) -> None:
    """Put unsigned 16-bit grey values into a data set."""
    dataset.Rows, dataset.Columns = pixels.shape[-2:]
    dataset.SamplesPerPixel = 1
    dataset.PhotometricInterpretation = "MONOCHROME2"
    dataset.BitsAllocated = dataset.BitsStored = 16
    dataset.HighBit = 15
    dataset.PixelRepresentation = 0
    dataset.PixelData = pixels.astype("<u2").tobytes()


def enhanced(series: WrittenSeries, *, order: list[int] | None = None) -> FileDataset:
    """Return a series as one enhanced multi-frame file, its frames in the order given."""
    numbers = list(range(len(series.positions))) if order is None else order
    classic = series.dataset(0)
    dataset = empty_dataset("1.2.840.10008.5.1.4.1.1.4.1", uid(series.study, series.name, "enhanced"))
    kept = ("Modality", "PatientID", "StudyInstanceUID", "SeriesInstanceUID", "FrameOfReferenceUID", "SeriesNumber")
    for keyword in (*kept, "AccessionNumber", "ImageType"):
        setattr(dataset, keyword, getattr(classic, keyword))
    set_pixels(dataset, np.stack([series.pixels(number) for number in numbers]))
    dataset.NumberOfFrames = len(numbers)
    shared = Dataset()
    shared.PlaneOrientationSequence = [_item(ImageOrientationPatient=[*series.axes[0], *series.axes[1]])]
    shared.PixelMeasuresSequence = [_item(PixelSpacing=list(series.pixel_mm), SliceThickness=3.0)]
    shared.MRTimingAndRelatedParametersSequence = [_item(RepetitionTime=series.tags["RepetitionTime"])]
    shared.MREchoSequence = [_item(EffectiveEchoTime=series.tags["EchoTime"])]
    dataset.SharedFunctionalGroupsSequence = [shared]
    dataset.PerFrameFunctionalGroupsSequence = [
        _item(PlanePositionSequence=[_item(ImagePositionPatient=list(series.positions[number]))]) for number in numbers
    ]
    return dataset


def in_big_endian(dataset: FileDataset) -> Dataset:
    """Return a data set of 16-bit pixels in the retired big-endian transfer syntax."""
    turned = Dataset()
    turned.update(dataset)
    turned.preamble, turned.file_meta = dataset.preamble, dataset.file_meta
    turned.file_meta.TransferSyntaxUID = ExplicitVRBigEndian
    turned.PixelData = np.frombuffer(dataset.PixelData, "<u2").astype(">u2").tobytes()
    return turned


def _item(**values: object) -> Dataset:
    item = Dataset()
    for keyword, value in values.items():
        setattr(item, keyword, value)
    return item
