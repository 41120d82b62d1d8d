"""A header is taken when it can be trusted, and refused with the reason when it cannot."""

from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import jpeg_lossless
import numpy as np
import pydicom
import pytest
from dicom_files import T2, WrittenSeries, empty_dataset, enhanced, uid
from pydicom.dataset import Dataset, FileDataset
from pydicom.encaps import encapsulate
from pydicom.uid import JPEGLossless, JPEGLosslessSV1

from deepspine.data.dicom.headers import Instance, NotForUsError, pseudonymous_key, read_instance, read_pixels
from deepspine.data.errors import DeepspineError, GeometryError, InputError

PYDICOM_FILES = Path(pydicom.__file__).parent / "data" / "test_files"


def as_bytes(dataset: FileDataset) -> bytes:
    buffer = BytesIO()
    dataset.save_as(buffer, enforce_file_format=True)
    return buffer.getvalue()


def read(content: bytes) -> Instance:
    return read_instance(BytesIO(content), path="file", size=len(content))


def without(*keywords: str) -> Callable[[FileDataset], None]:
    def change(dataset: FileDataset) -> None:
        for keyword in keywords:
            delattr(dataset, keyword)

    return change


def having(**values: object) -> Callable[[FileDataset], None]:
    def change(dataset: FileDataset) -> None:
        for keyword, value in values.items():
            setattr(dataset, keyword, value)

    return change


def test_patients_appear_only_as_keys() -> None:
    instance = read(as_bytes(WrittenSeries().dataset(0)))
    assert instance.patient_key == pseudonymous_key("patient:patient of study")
    assert "Doe" not in repr(instance)
    assert "patient of" not in repr(instance)


def test_without_a_patient_id_the_study_is_its_own_patient() -> None:
    dataset = WrittenSeries().dataset(0)
    dataset.PatientID = ""
    assert read(as_bytes(dataset)).patient_key == pseudonymous_key(f"study:{uid('study')}")


@pytest.mark.parametrize(
    ("change", "kind", "words"),
    [
        (without("ImagePositionPatient"), InputError, "ImagePositionPatient is missing"),
        (without("ImageOrientationPatient"), InputError, "ImageOrientationPatient is missing"),
        (without("PixelSpacing"), InputError, "PixelSpacing is missing"),
        (without("SeriesInstanceUID"), InputError, "no study or series UID"),
        (without("StudyInstanceUID"), InputError, "no study or series UID"),
        (without("PixelData"), InputError, "no pixel data"),
        (without("Rows"), InputError, "damaged DICOM header"),
        (having(ImagePositionPatient=[1, 2]), InputError, "ImagePositionPatient is missing or malformed"),
        (having(ImagePositionPatient=[1e7, 0, 0]), GeometryError, "outside of any scanner"),
        (having(ImageOrientationPatient=[1, 0, 0, 1, 0, 0]), GeometryError, "perpendicular"),
        (having(ImageOrientationPatient=[0.9, 0, 0, 0, 1, 0]), GeometryError, "perpendicular"),
        (having(PixelSpacing=[0, 0.5]), GeometryError, r"PixelSpacing must be 0\.05 to 10"),
        (having(PixelSpacing=[0.5, 900]), GeometryError, r"PixelSpacing must be 0\.05 to 10"),
        (having(Rows=60000), InputError, "expected for its rows and columns|truncated"),
        (having(NumberOfFrames=3), InputError, "truncated|expected"),
        (having(Modality="CT"), NotForUsError, "modality CT, not MR"),
        (having(PhotometricInterpretation="RGB", SamplesPerPixel=3), NotForUsError, "colour"),
        (having(SOPClassUID="1.2.840.10008.5.1.4.1.1.7"), NotForUsError, "a secondary capture"),
        (having(SOPClassUID="1.2.840.10008.5.1.4.1.1.7.2"), NotForUsError, "a secondary capture"),
    ],
)
def test_what_cannot_be_trusted_is_refused_with_the_reason(
    change: Callable[[FileDataset], None], kind: type[DeepspineError], words: str
) -> None:
    dataset = WrittenSeries().dataset(0)
    change(dataset)
    with pytest.raises(kind, match=words):
        read(as_bytes(dataset))


@pytest.mark.parametrize("share", [0.0, 0.02, 0.1, 0.5, 0.9, 0.999])
def test_a_truncated_file_is_refused_wherever_it_ends(share: float) -> None:
    content = as_bytes(WrittenSeries().dataset(0))
    with pytest.raises(InputError, match=r"empty|not a DICOM|truncated|damaged|missing|no pixel|neither|no study"):
        read(content[: int(share * len(content))])


def test_a_dicom_object_without_a_picture_is_passed_over() -> None:
    dataset = empty_dataset("1.2.840.10008.5.1.4.1.1.4.2", uid("spectroscopy"))
    dataset.Modality = "MR"
    with pytest.raises(NotForUsError, match="without a picture"):
        read(as_bytes(dataset))


def test_a_file_without_preamble_is_read() -> None:
    content = as_bytes(WrittenSeries().dataset(0))
    assert read(content[132:]).rows == 80


@pytest.mark.parametrize(
    "name",
    [
        "MR_small.dcm",
        "MR_small_RLE.dcm",
        "MR_small_bigendian.dcm",
        "MR_small_implicit.dcm",
        "MR_small_jp2klossless.dcm",
        "MR_small_jpeg_ls_lossless.dcm",
        "MR_small_padded.dcm",
    ],
)
def test_every_transfer_syntax_gives_the_same_picture(name: str) -> None:
    with (PYDICOM_FILES / "MR_small.dcm").open("rb") as stream:
        plain = read_pixels(stream, path=name)
    path = PYDICOM_FILES / name
    with path.open("rb") as stream:
        assert read_instance(stream, path=name, size=path.stat().st_size) == plain[0]._replace(path=name)
        stream.seek(0)
        assert np.array_equal(read_pixels(stream, path=name)[1], plain[1])


@pytest.mark.parametrize("syntax", [JPEGLossless, JPEGLosslessSV1])
def test_lossless_jpeg_gives_the_same_picture(syntax: str) -> None:
    dataset = WrittenSeries().dataset(3)
    dataset.file_meta.TransferSyntaxUID = syntax
    dataset.PixelData = encapsulate([jpeg_lossless.encode(WrittenSeries().pixels(3))])
    dataset["PixelData"].is_undefined_length = True
    _, voxels = read_pixels(BytesIO(as_bytes(dataset)), path="file")
    assert np.array_equal(voxels[0], WrittenSeries().pixels(3))


def test_truncated_compressed_pixels_are_noticed_without_decoding() -> None:
    content = (PYDICOM_FILES / "MR_small_jp2klossless.dcm").read_bytes()
    with pytest.raises(InputError, match="truncated"):
        read(content[:-500])


def test_rescaling_gives_the_scanners_units() -> None:
    dataset = WrittenSeries().dataset(0)
    dataset.RescaleSlope, dataset.RescaleIntercept = 2.5, -100
    _, voxels = read_pixels(BytesIO(as_bytes(dataset)), path="file")
    assert np.allclose(voxels[0], WrittenSeries().pixels(0) * 2.5 - 100)


def test_a_picture_with_white_for_low_is_turned_over() -> None:
    dataset = WrittenSeries().dataset(0)
    dataset.PhotometricInterpretation = "MONOCHROME1"
    dataset.BitsStored, dataset.HighBit = 13, 12
    _, voxels = read_pixels(BytesIO(as_bytes(dataset)), path="file")
    assert np.array_equal(voxels[0], 8191 - WrittenSeries().pixels(0).astype(float))


def test_twelve_of_sixteen_bits_leave_an_overlay_out() -> None:
    dataset = WrittenSeries().dataset(0)
    dataset.BitsStored, dataset.HighBit = 12, 11
    stored = WrittenSeries().pixels(0) & 0x0FFF
    dataset.PixelData = (stored | 0x8000).tobytes()
    _, voxels = read_pixels(BytesIO(as_bytes(dataset)), path="file")
    assert np.array_equal(voxels[0], stored)


def test_signed_values_stay_signed() -> None:
    dataset = WrittenSeries().dataset(0)
    dataset.PixelRepresentation = 1
    stored = WrittenSeries().pixels(0).astype(np.int16) - 4000
    dataset.PixelData = stored.tobytes()
    _, voxels = read_pixels(BytesIO(as_bytes(dataset)), path="file")
    assert np.array_equal(voxels[0], stored)


def test_bits_at_an_unusual_place_are_refused_rather_than_misread() -> None:
    dataset = WrittenSeries().dataset(0)
    dataset.BitsStored, dataset.HighBit = 12, 15
    content = as_bytes(dataset)
    with pytest.raises(InputError, match="12 of 16 bits stored up to bit 15"):
        read(content)
    with pytest.raises(InputError, match="not sure"):
        read_pixels(BytesIO(content), path="file")


def test_several_windows_and_lookups_for_display_change_no_value() -> None:
    dataset = WrittenSeries().dataset(0)
    dataset.WindowCenter, dataset.WindowWidth = [100, 40], [200, 80]
    _, voxels = read_pixels(BytesIO(as_bytes(dataset)), path="file")
    assert np.array_equal(voxels[0], WrittenSeries().pixels(0))


@pytest.mark.parametrize("slope", [0, float("nan"), float("inf")])
def test_an_impossible_rescale_is_refused(slope: float) -> None:
    dataset = WrittenSeries().dataset(0)
    dataset.RescaleIntercept = 0
    dataset.add_new("RescaleSlope", "DS", "1")
    content = as_bytes(dataset).replace(
        b"\x28\x00\x53\x10DS\x02\x001 ", b"\x28\x00\x53\x10DS\x04\x00" + f"{slope:<4}".encode()
    )
    with pytest.raises(InputError, match="damaged"):
        read_pixels(BytesIO(content), path="file")


def test_private_tags_do_not_matter() -> None:
    dataset = WrittenSeries().dataset(0)
    block = dataset.private_block(0x0019, "SOME SCANNER", create=True)
    block.add_new(0x01, "UN", b"\x00\xff" * 500)
    assert read(as_bytes(dataset)).rows == 80


@pytest.mark.parametrize("character_set", ["ISO_IR 100", "ISO_IR 192"])
def test_descriptions_are_read_in_their_character_set(character_set: str) -> None:
    dataset = WrittenSeries().dataset(0)
    dataset.SpecificCharacterSet = character_set
    dataset.SeriesDescription = "T2 sag Lendenwirbelsäule"
    assert read(as_bytes(dataset)).frames[0].parameters.description == "T2 sag Lendenwirbelsäule"


def test_a_file_cut_anywhere_is_never_passed_over_as_sound() -> None:
    content = as_bytes(WrittenSeries().dataset(0))
    for length in range(1100):
        with pytest.raises(InputError):
            read(content[:length])


@pytest.mark.parametrize(("agent", "given"), [("Gadovist", True), ("NONE", False), ("No contrast", False), ("", False)])
def test_only_an_agent_that_was_given_counts(agent: str, given: bool) -> None:
    dataset = WrittenSeries().dataset(0)
    dataset.ContrastBolusAgent = agent
    assert read(as_bytes(dataset)).frames[0].parameters.contrast_agent is given


def test_an_enhanced_file_tells_its_sequence_in_its_own_words() -> None:
    file = enhanced(WrittenSeries())
    plain = read(as_bytes(file)).frames[0].parameters
    assert (plain.scanning_sequence, plain.scan_options, plain.contrast_agent) == ((), (), False)
    modifier, agent = Dataset(), Dataset()
    modifier.SpectrallySelectedSuppression, modifier.InversionTimes = "FAT", [150.0]
    agent.CodeMeaning = "gadobutrol"
    file.SharedFunctionalGroupsSequence[0].MRModifierSequence = [modifier]
    file.ContrastBolusAgentSequence, file.EchoPulseSequence = [agent], "GRADIENT"
    parameters = read(as_bytes(file)).frames[0].parameters
    assert (parameters.scanning_sequence, parameters.scan_options) == (("GR",), ("FS",))
    assert (parameters.contrast_agent, parameters.inversion_time_ms) == (True, 150.0)


def test_a_header_value_that_would_fill_the_memory_is_not_read() -> None:
    content = as_bytes(WrittenSeries(tags={**T2, "SeriesDescription": "t2 sag"}).dataset(0))
    place = content.index(b"\x08\x00\x3e\x10LO")
    bomb = content[:place] + b"\x08\x00\x3e\x10UT\0\0" + (2**30).to_bytes(4, "little") + content[place + 8 :]
    with pytest.raises(InputError, match="claims 1073741824 bytes"):
        read(bomb)
