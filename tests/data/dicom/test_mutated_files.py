"""Damaged files lead to a reject or to a correct volume: never to a crash, a hang or a silently wrong geometry.

The oracle reads each file by itself with plain pydicom and computes corners and voxels from its tags alone.
"""

import io
import time
import warnings
from collections.abc import Callable
from pathlib import Path

import jpeg_lossless
import numpy as np
import pytest
from dicom_files import WrittenSeries, enhanced, in_big_endian
from pydicom import dcmread
from pydicom.dataset import Dataset
from pydicom.encaps import encapsulate
from pydicom.uid import (
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ImplicitVRLittleEndian,
    JPEG2000Lossless,
    JPEGLossless,
    RLELossless,
)

from deepspine.data.dicom.archive_index import ArchiveIndex, index_archive
from deepspine.data.dicom.parse_errors import PARSE_ERRORS
from deepspine.data.dicom.reading import read_stacks
from deepspine.data.errors import DeepspineError, InputError
from deepspine.data.rejects import Rejects
from deepspine.data.volume import Volume

pytestmark = pytest.mark.filterwarnings("ignore:Unknown encoding")

LONGEST_S = 10.0
"""A case that takes longer counts as a hang; usual are 10 ms."""
TOLERANCE_MM = 0.25
"""Rounding of positions that a grid may even out, at the far corner of a slice."""
MIDDLE = 1

SERIES = WrittenSeries(size=(40, 36), positions=tuple((4.0 * number, -20.0, 30.0) for number in range(3)))
ABSURD = (
    "",
    "0",
    "-1",
    "1e30",
    "nan",
    "inf",
    "-inf",
    "abc",
    "65535",
    "1\\2",
    "9" * 16,
    "0\\0\\0\\0\\0\\0",
    "1\\0\\0\\0\\0\\1",
)
TAGS = (
    "ImagePositionPatient", "ImageOrientationPatient", "PixelSpacing", "Rows", "Columns", "BitsAllocated", "BitsStored",
    "HighBit", "PixelRepresentation", "SamplesPerPixel", "PhotometricInterpretation", "EchoTime", "RepetitionTime",
    "SeriesNumber", "AcquisitionNumber", "NumberOfFrames", "RescaleSlope", "RescaleIntercept", "ImageType", "PatientID",
    "SOPInstanceUID", "SeriesInstanceUID", "StudyInstanceUID", "FrameOfReferenceUID", "Modality", "SliceThickness",
    "SpecificCharacterSet", "SeriesDescription", "ScanningSequence",
)  # fmt: skip


def as_bytes(dataset: Dataset) -> bytes:
    buffer = io.BytesIO()
    dataset.save_as(buffer, enforce_file_format=True)
    return buffer.getvalue()


def in_syntax(syntax: str) -> bytes:
    dataset = SERIES.dataset(MIDDLE)
    if syntax in (RLELossless, JPEG2000Lossless):
        dataset.compress(syntax, generate_instance_uid=False)
        return as_bytes(dataset)
    if syntax == JPEGLossless:
        dataset.PixelData = encapsulate([jpeg_lossless.encode(SERIES.pixels(MIDDLE))])
        dataset["PixelData"].VR = "OB"
    if syntax == ExplicitVRBigEndian:
        return as_bytes(in_big_endian(dataset))
    dataset.file_meta.TransferSyntaxUID = syntax
    return as_bytes(dataset)


@pytest.fixture(scope="module")
def originals() -> list[bytes]:
    """Give one slice in several transfer syntaxes, and a whole series as one enhanced file."""
    plain = (ImplicitVRLittleEndian, ExplicitVRBigEndian, DeflatedExplicitVRLittleEndian)
    syntaxes = (*plain, RLELossless, JPEG2000Lossless, JPEGLossless)
    return [as_bytes(SERIES.dataset(MIDDLE)), *map(in_syntax, syntaxes), as_bytes(enhanced(SERIES))]


def truncated(content: bytes, rng: np.random.Generator) -> bytes:
    return content[: rng.integers(len(content))]


def flipped(content: bytes, rng: np.random.Generator) -> bytes:
    changed = bytearray(content)
    for place in rng.integers(128, len(changed), size=rng.integers(1, 24)):
        changed[place] ^= 1 << int(rng.integers(8))
    return bytes(changed)


def flipped_in_the_header(content: bytes, rng: np.random.Generator) -> bytes:
    end = min(len(content), 1400)
    return flipped(content[:end], rng) + content[end:]


def cut_or_stuffed(content: bytes, rng: np.random.Generator) -> bytes:
    place, length = int(rng.integers(128, len(content))), int(rng.integers(1, 64))
    middle = b"" if rng.integers(2) else rng.bytes(length)
    return content[:place] + middle + content[place + length * int(rng.integers(2)) :]


def absurd(content: bytes, rng: np.random.Generator) -> bytes:
    dataset = dcmread(io.BytesIO(content))
    for _ in range(rng.integers(1, 4)):
        tag = TAGS[rng.integers(len(TAGS))]
        if rng.integers(4) == 0:
            if tag in dataset:
                delattr(dataset, tag)
            continue
        value = ABSURD[rng.integers(len(ABSURD))]
        dataset.add_new(tag, "LO", value)
    return as_bytes(dataset)


MUTATIONS: tuple[Callable[[bytes, np.random.Generator], bytes], ...] = (
    truncated,
    flipped,
    flipped_in_the_header,
    cut_or_stuffed,
    absurd,
)


def corners_of_frames(path: Path) -> list[tuple[np.ndarray, np.ndarray]]:
    """Return corners (4, 3) in LPS mm and the voxels at them, of every frame, from a file's own tags."""
    dataset = dcmread(path, force=True)
    if not dataset.get("SamplesPerPixel"):
        dataset.SamplesPerPixel = 1  # a grey picture has no other number
    if dataset.get("PixelRepresentation") in ("0", "1"):
        dataset.PixelRepresentation = int(dataset.PixelRepresentation)
    if "NumberOfFrames" in dataset and dataset.NumberOfFrames in ("", None):
        del dataset.NumberOfFrames
    pixels = np.asarray(dataset.pixel_array, dtype=np.float64).reshape(-1, dataset.Rows, dataset.Columns)
    frames = []
    groups = dataset.get("PerFrameFunctionalGroupsSequence")
    shared = dataset.get("SharedFunctionalGroupsSequence")
    for number, voxels in enumerate(pixels):
        if groups:
            position = groups[number].PlanePositionSequence[0].ImagePositionPatient
            orientation = shared[0].PlaneOrientationSequence[0].ImageOrientationPatient
            spacing = shared[0].PixelMeasuresSequence[0].PixelSpacing
        else:
            position, orientation = dataset.ImagePositionPatient, dataset.ImageOrientationPatient
            spacing = dataset.PixelSpacing
        column_axis, row_axis = np.array(orientation, dtype=float).reshape(2, 3)
        last = np.array(voxels.shape) - 1
        places = [(0, 0), (0, last[1]), (last[0], 0), (last[0], last[1])]
        corners = [
            np.array(position, dtype=float)
            + row * float(spacing[0]) * row_axis
            + column * float(spacing[1]) * column_axis
            for row, column in places
        ]
        values = np.array([voxels[place] for place in places])
        slope, intercept = dataset.get("RescaleSlope"), dataset.get("RescaleIntercept")
        if slope not in (None, "") and intercept not in (None, ""):
            values = values * float(slope) + float(intercept)
        if dataset.PhotometricInterpretation == "MONOCHROME1":
            values = np.full(4, np.nan)  # turned over: the test of headers holds its values
        frames.append((np.array(corners), values))
    return frames


def corners_of_slices(volume: Volume) -> list[tuple[np.ndarray, np.ndarray]]:
    last = np.array(volume.grid.shape) - 1
    slices = []
    for number in range(volume.grid.shape[0]):
        places = [(number, 0, 0), (number, 0, last[2]), (number, last[1], 0), (number, last[1], last[2])]
        slices.append((volume.grid.lps_from_ijk(places), np.array([volume.voxels[place] for place in places])))
    return slices


def is_the_same_slice(one: tuple[np.ndarray, np.ndarray], other: tuple[np.ndarray, np.ndarray]) -> bool:
    """Whether every corner of one slice lies at a corner of the other with the same voxel."""
    for corner, value in zip(*one, strict=True):
        distances = np.linalg.norm(other[0] - corner, axis=1)
        there = other[1][distances <= TOLERANCE_MM]
        if not any(np.isnan(expected) or np.isclose(value, expected, rtol=1e-5) for expected in there):
            return False
    return True


def check_volumes(index: ArchiveIndex) -> int:
    """Compare every slice that can be read with the tags of its files; return how many were compared."""
    compared = 0
    for series in index.series:
        try:
            volumes = read_stacks(series)
        except DeepspineError:
            continue
        try:
            expected = [frame for path in sorted(set(series.paths)) for frame in corners_of_frames(path)]
        except (NotImplementedError, AttributeError):
            continue  # a value representation was hit, which only pydicom by itself stumbles over: nothing to compare
        for volume in volumes:
            for one in corners_of_slices(volume):
                assert any(is_the_same_slice(one, other) for other in expected), "a slice that no header explains"
                compared += 1
    return compared


def run_cases(folder: Path, originals: list[bytes], count: int, seed: int) -> int:
    """Index and read archives with one mutated file each; return the number of slices that came out right."""
    SERIES.write(folder)
    compared = 0
    for case in range(count):
        rng = np.random.default_rng([seed, case])
        content = MUTATIONS[case % len(MUTATIONS)](originals[rng.integers(len(originals))], rng)
        mutated = folder / f"{MIDDLE}.dcm"
        mutated.write_bytes(content)
        started = time.monotonic()
        rejects = Rejects()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                index = index_archive(folder, rejects=rejects)
                used = {path for series in index.series for path in series.paths}
                left_out = {source for source, _ in rejects.rows}
                accounted = len(used) + len(left_out - {path.name for path in used}) + sum(index.passed_over.values())
                assert accounted == 3, f"case {case}: a file is neither used nor listed"
                compared += check_volumes(index)
            except InputError:
                pass
            except PARSE_ERRORS as error:
                raise AssertionError(f"case {case} of seed {seed} raised {error!r}") from error
        assert time.monotonic() - started < LONGEST_S, f"case {case} of seed {seed} hangs"
    return compared


def test_mutated_files_are_rejected_or_right(tmp_path: Path, originals: list[bytes]) -> None:
    assert run_cases(tmp_path, originals, count=200, seed=1) > 200


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_two_thousand_mutated_files_are_rejected_or_right(tmp_path: Path, originals: list[bytes]) -> None:
    assert run_cases(tmp_path, originals, count=2000, seed=2) > 2000
