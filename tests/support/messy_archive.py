"""One archive with every trap that a PACS export holds, written study by study."""

from __future__ import annotations

import shutil
import tarfile
import zipfile
from pathlib import Path
from typing import Any

import jpeg_lossless
import numpy as np
from dicom_files import AXIAL, SAGITTAL, T1, T2, WrittenSeries, empty_dataset, enhanced, in_big_endian, uid
from pydicom import dcmread
from pydicom.dataset import FileDataset
from pydicom.encaps import encapsulate
from pydicom.fileset import FileSet
from pydicom.pixels import get_encoder
from pydicom.uid import DeflatedExplicitVRLittleEndian, JPEG2000Lossless, JPEGLossless, JPEGLSLossless, RLELossless

TILTS_DEG = (-8.0, 4.0, 25.0)
"""Of the three axial slabs of the first study."""
DISC_HEIGHTS_MM = (60.0, 24.0, -12.0)
"""Of the discs that the third study's axial series were planned on, from head to foot."""
MM_BETWEEN_SLICES = 4.0


def write_messy_archive(root: Path) -> None:
    """Write all studies, and what else lies on such discs."""
    write_study_in_pieces(root)
    write_study_of_all_syntaxes(root)
    write_study_of_mixed_series(root)
    write_other_patient_under_the_same_uid(root)
    write_unusable_files(root / "odd")
    write_companions(root)


def write_study_in_pieces(root: Path) -> None:
    """Write T1 in a zip, T2 over two folders without suffixes and twice, axial slabs, a localizer, a screen capture."""
    paths = WrittenSeries("pieces", "t1", tags={**T1, "SeriesNumber": 2}).write(root / "tmp")
    with zipfile.ZipFile(root / "part1.zip", "w") as archive:
        for path in paths:
            archive.write(path, f"DICOM/{path.stem}")
        archive.writestr("../../outside", b"x")
    shutil.rmtree(root / "tmp")
    t2 = WrittenSeries("pieces", "t2", tags={**T2, "SeriesNumber": 3})
    t2.write(root / "A", name="IM{number}")
    (root / "B").mkdir()
    for number in (1, 4):
        (root / "A" / f"IM{number}").rename(root / "B" / f"{number}")
    shutil.copy(root / "A" / "IM0", root / "B" / "copy of IM0")
    for number in range(3):
        write_part(tilted_slab(number), root / f"slab{number}", part=number)
    localizer = {**T2, "SeriesNumber": 1, "ImageType": ["ORIGINAL", "PRIMARY", "LOCALIZER"]}
    WrittenSeries("pieces", "localizer", tags=localizer).write(root / "A" / "loc")
    capture = WrittenSeries("pieces", "capture").dataset(0)
    capture.PhotometricInterpretation, capture.SamplesPerPixel = "RGB", 3
    capture.save_as(root / "capture.dcm", enforce_file_format=True)


def tilted_slab(number: int) -> WrittenSeries:
    """Return one of the axial slabs of a study, oblique along its disc; all belong to one DICOM series."""
    angle = np.deg2rad(TILTS_DEG[number])
    row_axis, normal = (0.0, np.cos(angle), np.sin(angle)), np.array([0.0, -np.sin(angle), np.cos(angle)])
    top = np.array([-64.0, -70.0, 60.0 - 40.0 * number])
    positions = tuple(tuple(top - MM_BETWEEN_SLICES * step * normal) for step in range(3))
    return WrittenSeries("pieces", "axial", (AXIAL[0], row_axis), positions, tags={**T2, "SeriesNumber": 4})


def write_study_of_all_syntaxes(root: Path) -> None:
    """Write an enhanced T2, a T1 in six transfer syntaxes, and in a tar file an axial of a tilted gantry with a gap."""
    enhanced(WrittenSeries("syntaxes", "t2"), order=[4, 2, 0, 5, 1, 3]).save_as(root / "A" / "enhanced")
    t1 = WrittenSeries("syntaxes", "t1", tags={**T1, "SeriesNumber": 2})
    for number in range(6):
        in_syntax(t1, number).save_as(root / "A" / f"t1 {number}", enforce_file_format=True)
    positions = tuple((-64.0, -70.0 + 0.5 * step, 40.0 - MM_BETWEEN_SLICES * step) for step in (0, 1, 2, 3, 5, 6, 7))
    axial = WrittenSeries("syntaxes", "axial", AXIAL, positions, tags={**T2, "SeriesNumber": 3})
    with tarfile.open(root / "part2.tar.gz", "w:gz") as archive:
        for path in axial.write(root / "tmp"):
            archive.add(path, f"./axial/{path.name}")
    shutil.rmtree(root / "tmp")


def in_syntax(series: WrittenSeries, number: int) -> Any:
    """Return a slice in the transfer syntax that is its number's."""
    dataset = series.dataset(number)
    if number in (1, 2, 3):
        # Every decoder is installed, the encoder of JPEG-LS only where another package brings it.
        third = JPEGLSLossless if get_encoder(JPEGLSLossless).is_available else RLELossless
        dataset.compress((JPEG2000Lossless, RLELossless, third)[number - 1], generate_instance_uid=False)
    elif number == 4:
        return in_big_endian(dataset)
    elif number == 5:
        dataset.file_meta.TransferSyntaxUID = DeflatedExplicitVRLittleEndian
    else:
        dataset.PixelData = encapsulate([jpeg_lossless.encode(series.pixels(number))])
        dataset["PixelData"].VR = "OB"
        dataset.file_meta.TransferSyntaxUID = JPEGLossless
    return dataset


def write_study_of_mixed_series(root: Path) -> None:
    """Write a three-plane localizer, a double echo, a T1 whose other tags are wrong, and an axial series for each disc.

    All lies on a disc with a DICOMDIR, from which one file is missing.
    """
    source = root / "tmp"
    for number, axes in enumerate((SAGITTAL, ((1.0, 0.0, 0.0), (0.0, 0.0, -1.0)), AXIAL)):
        places = tuple((10.0 * step, 10.0 * step, 10.0 * step) for step in range(3))
        localizer = WrittenSeries("mixed", "localizer", axes, places, tags=numbered(1, SeriesDescription="3-plane loc"))
        write_part(localizer, source / f"localizer{number}", part=number)
    for echo, time_ms in enumerate((20.0, 90.0)):
        double = WrittenSeries("mixed", "double echo", tags=numbered(2, EchoTime=time_ms))
        write_part(double, source / f"echo{echo}", part=echo)
    wrong = {"SeriesDescription": "T2 sag", "SliceThickness": 9.0, "SpacingBetweenSlices": 1.0, "EchoNumbers": 7}
    t1 = WrittenSeries("mixed", "t1", tags=numbered(3, **T1, **wrong))
    for number, path in enumerate(t1.write(source / "t1")):
        give_misleading_tags(path, number)
    for number, height_mm in enumerate(DISC_HEIGHTS_MM):
        disc_slab(number, height_mm).write(source / f"disc{number}")
    disc_slab(3, DISC_HEIGHTS_MM[1] + 1.0).write(source / "disc 1 again")
    write_disc(source, root / "disc", missing=t1.dataset(5).SOPInstanceUID)


def disc_slab(number: int, height_mm: float) -> WrittenSeries:
    """Return an axial series of four slices centred on a disc."""
    positions = tuple((-64.0, -70.0, height_mm + MM_BETWEEN_SLICES * (1.5 - step)) for step in range(4))
    return WrittenSeries("mixed", f"disc {number}", AXIAL, positions, tags=numbered(4 + number))


def numbered(series_number: int, **tags: Any) -> dict[str, Any]:
    """Return tags of a T2 series on a disc with a DICOMDIR, which wants date, time and id."""
    study = {"StudyDate": "20200101", "StudyTime": "101500", "StudyID": "1"}
    return {**T2, **study, "SeriesNumber": series_number, **tags}


def give_misleading_tags(path: Path, number: int) -> None:
    """Turn the instance numbers round and add a private block that repeats standard names with other values."""
    dataset = dcmread(path)
    dataset.InstanceNumber = 6 - number
    block = dataset.private_block(0x0019, "SCANNER HEADER", create=True)
    block.add_new(0x10, "DS", [1.0, 2.0, 3.0])
    block.add_new(0x11, "UN", b"\x00\x01\xff")
    dataset.save_as(path)


def write_disc(source: Path, disc: Path, *, missing: str) -> None:
    """Write files as a disc with a DICOMDIR and remove one of them."""
    files = FileSet()
    for path in sorted(source.rglob("*.dcm")):
        files.add(path)
    files.write(disc)
    shutil.rmtree(source)
    (lost,) = [path for path in disc.rglob("*") if path.is_file() and dcmread(path).get("SOPInstanceUID") == missing]
    lost.unlink()


def write_other_patient_under_the_same_uid(root: Path) -> None:
    """Write someone else's study under the UID of the third: no preambles, and slabs that overlap in one series."""
    other = {"PatientID": "someone else", "AccessionNumber": "A-other"}
    sagittal = WrittenSeries("mixed", "other t2", tags={**T2, **other, "SeriesNumber": 1})
    (root / "other").mkdir()
    for number in range(6):
        dataset = sagittal.dataset(number)
        dataset.preamble = None
        dataset.save_as(root / "other" / f"{number}", enforce_file_format=False)
    slabs = [
        tuple((-64.0 + 20.0 * slab, -70.0, 30.0 - 10.0 * slab - MM_BETWEEN_SLICES * step) for step in range(4))
        for slab in range(2)
    ]
    axial = WrittenSeries(
        "mixed", "other axial", AXIAL, (*slabs[0], *slabs[1]), tags={**T2, **other, "SeriesNumber": 2}
    )
    axial.write(root / "other")


def write_unusable_files(folder: Path) -> None:
    """Write one file for each way in which a file cannot be used."""
    folder.mkdir()
    for name, change in {
        "no position": {"ImagePositionPatient": None},
        "no orientation": {"ImageOrientationPatient": None},
        "no pixel size": {"PixelSpacing": None},
        "no series": {"SeriesInstanceUID": None},
        "skew axes": {"ImageOrientationPatient": [1, 0, 0, 0.5, 0.5, 0]},
        "far away": {"ImagePositionPatient": [1e6, 0, 0]},
        "huge pixels": {"PixelSpacing": [100, 100]},
        "no rows": {"Rows": 0},
    }.items():
        changed(WrittenSeries("odd", name).dataset(0), change).save_as(folder / name, enforce_file_format=True)
    whole = folder / "whole"
    WrittenSeries("odd", "cut").dataset(0).save_as(whole, enforce_file_format=True)
    content = whole.read_bytes()
    whole.unlink()
    (folder / "cut in pixels").write_bytes(content[:-100])
    (folder / "cut in header").write_bytes(content[:400])
    (folder / "empty").write_bytes(b"")
    (folder / "text").write_bytes(b"Thank you for using our PACS")
    (folder / "damaged.zip").write_bytes(b"PK\x03\x04 nonsense")


def changed(dataset: FileDataset, change: dict[str, Any]) -> FileDataset:
    """Return a data set with tags changed, or removed where the value is None."""
    for keyword, value in change.items():
        if value is None:
            del dataset[keyword]
        else:
            setattr(dataset, keyword, value)
    return dataset


def write_companions(root: Path) -> None:
    """Write what is sound and no picture: a report, a CT slice, a viewer, a hidden file."""
    report = empty_dataset("1.2.840.10008.5.1.4.1.1.88.11", uid("report"))
    report.Modality = "SR"
    report.save_as(root / "A" / "SR001", enforce_file_format=True)
    WrittenSeries("pieces", "ct", positions=((0.0, 0.0, 0.0),), tags={"Modality": "CT"}).write(root / "ct")
    (root / "viewer.exe").write_bytes(b"MZ")
    (root / ".hidden").write_bytes(b"x")


def write_part(series: WrittenSeries, folder: Path, *, part: int) -> None:
    """Write some slices of a DICOM series that has others: under SOP instance UIDs of their own."""
    for path in series.write(folder):
        dataset = dcmread(path)
        sop_uid = f"{dataset.SOPInstanceUID[:50]}.{part}"
        dataset.SOPInstanceUID = dataset.file_meta.MediaStorageSOPInstanceUID = sop_uid
        dataset.save_as(path)
