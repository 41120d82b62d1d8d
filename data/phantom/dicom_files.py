"""Writes scans as DICOM MR Image Storage: one file a slice, explicit VR, nothing that changes from day to day."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from pydicom.dataset import Dataset, FileDataset, FileMetaDataset
from pydicom.uid import UID, ExplicitVRLittleEndian, MRImageStorage

from deepspine.data.phantom.scanner import SLICE_MM, Scan
from deepspine.data.phantom.tissues import Sequence as PulseSequence

UID_ROOT = "2.25."
"""UIDs made of a UUID-sized number need no registered root (ISO/IEC 9834-8)."""

IMPLEMENTATION_UID = UID("2.25.208011345871239871239847120938471239")
STUDY_DATE = "20200101"


def made_uid(*parts: object) -> str:
    """Return a DICOM UID that depends on nothing but the parts.

    Examples
    --------
    >>> made_uid("study", 7) == made_uid("study", 7), made_uid("study", 7) == made_uid("study", 8)
    (True, False)
    """
    digest = hashlib.sha256("/".join(map(str, parts)).encode()).digest()
    return UID_ROOT + str(int.from_bytes(digest[:16], "big") >> 6)


@dataclass(frozen=True)
class StudyTags:
    """What all series of a study share."""

    report_id: str
    patient_id: str
    study_uid: str
    frame_of_reference_uid: str


@dataclass(frozen=True)
class SeriesTags:
    """What all slices of a series share."""

    number: int
    description: str
    sequence: PulseSequence
    folder: str


def write_series(folder: Path, study: StudyTags, series: SeriesTags, scans: Sequence[Scan]) -> None:
    """Write one series of one or more stacks (axial slabs) into a folder of its own."""
    folder.mkdir(parents=True, exist_ok=True)
    series_uid = made_uid(study.study_uid, series.number)
    instance = 0
    for scan in scans:
        for index in range(scan.grid.shape[0]):
            instance += 1
            slice_ = _slice(study, series, series_uid, scan, index, instance)
            slice_.save_as(folder / f"{instance:04d}.dcm", enforce_file_format=True)


def _slice(study: StudyTags, series: SeriesTags, series_uid: str, scan: Scan, index: int, instance: int) -> FileDataset:
    uid = made_uid(series_uid, instance)
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = MRImageStorage
    meta.MediaStorageSOPInstanceUID = UID(uid)
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    meta.ImplementationClassUID = IMPLEMENTATION_UID
    found = FileDataset("", {}, file_meta=meta, preamble=b"\0" * 128)
    found.SpecificCharacterSet = "ISO_IR 192"
    found.SOPClassUID = MRImageStorage
    found.SOPInstanceUID = uid
    found.StudyInstanceUID = study.study_uid
    found.SeriesInstanceUID = series_uid
    found.FrameOfReferenceUID = study.frame_of_reference_uid
    found.StudyDate = STUDY_DATE
    found.StudyTime = "120000"
    found.StudyID = "1"
    found.AccessionNumber = study.report_id
    found.PatientID = study.patient_id
    found.PatientName = f"Phantom^{study.patient_id}"
    found.PatientBirthDate = ""
    found.PatientSex = "O"
    found.PatientPosition = "HFS"
    found.ReferringPhysicianName = ""
    found.PositionReferenceIndicator = ""
    found.Modality = "MR"
    found.Manufacturer = "deepspine phantom"
    found.StudyDescription = "MRI lumbar spine"
    found.BodyPartExamined = "LSPINE"
    found.SeriesNumber = series.number
    found.SeriesDescription = series.description
    found.InstanceNumber = instance
    _describe_sequence(found, series.sequence)
    _describe_pixels(found, scan, index)
    return found


def _describe_sequence(found: Dataset, sequence: PulseSequence) -> None:
    found.ImageType = ["ORIGINAL", "PRIMARY", "M", "SE"]
    found.ScanningSequence = "SE"
    found.SequenceVariant = "SK"
    found.ScanOptions = ""
    found.MRAcquisitionType = "2D"
    found.RepetitionTime = f"{sequence.repetition_ms:.1f}"
    found.EchoTime = f"{sequence.echo_ms:.1f}"
    found.EchoTrainLength = 3 if sequence.repetition_ms < 1000 else 17
    found.FlipAngle = "90"
    found.MagneticFieldStrength = "1.5"


def _describe_pixels(found: Dataset, scan: Scan, index: int) -> None:
    grid = scan.grid
    _, row_axis, column_axis = grid.axes_lps
    spacing = grid.spacing_mm
    position = grid.lps_from_ijk([index, 0, 0])
    found.SliceThickness = f"{SLICE_MM:.1f}"
    found.SpacingBetweenSlices = f"{spacing[0]:.4f}"
    found.ImagePositionPatient = [f"{value:.5f}" for value in position]
    # DICOM's first direction is that of a growing column index.
    found.ImageOrientationPatient = [f"{value:.8f}" for value in (*column_axis, *row_axis)]
    found.SliceLocation = f"{float(position @ grid.normal_lps):.4f}"
    found.PixelSpacing = [f"{spacing[1]:.6f}", f"{spacing[2]:.6f}"]
    pixels = scan.stored[index]
    found.SamplesPerPixel = 1
    found.PhotometricInterpretation = "MONOCHROME2"
    found.Rows, found.Columns = pixels.shape
    found.BitsAllocated = 16
    found.BitsStored = 12
    found.HighBit = 11
    found.PixelRepresentation = 0
    found.WindowCenter = str(int(np.percentile(pixels, 99)) // 2)
    found.WindowWidth = str(max(int(np.percentile(pixels, 99)), 1))
    found.PixelData = np.ascontiguousarray(pixels, dtype="<u2").tobytes()
