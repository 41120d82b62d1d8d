"""Small copies of the published layouts, filled with phantoms."""

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import SimpleITK
from numpy.typing import NDArray

from deepspine.data.convert.spider import COLUMNS, FIRST_DISC
from deepspine.data.convert.spider_gradings import disc_levels
from deepspine.data.geometry import Grid
from deepspine.data.phantom.options import PhantomOptions
from deepspine.data.phantom.study import PhantomStudy, generate_study
from deepspine.data.spine_classes import SpineClass


def phantom_study(seed: int, *, axial: bool = False) -> PhantomStudy:
    return generate_study(seed, PhantomOptions(seed=seed, scoliosis=0.0, axial=axial))


def write_table(path: Path, columns: Sequence[str], rows: Sequence[Mapping[str, object]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, columns, restval="")
        writer.writeheader()
        writer.writerows(rows)


def write_mha(path: Path, voxels: NDArray[np.generic], grid: Grid) -> None:
    """Write a MetaImage as other software would: SimpleITK's own axis order, no help of ours."""
    if np.linalg.det(grid.affine[:3, 2::-1]) < 0:
        voxels, start = voxels[::-1], (grid.shape[0] - 1, 0, 0)
        grid = grid.reindexed(start=start, step=(-1, 1, 1), shape=grid.shape)
    image = SimpleITK.GetImageFromArray(np.ascontiguousarray(voxels))
    image.SetOrigin(grid.affine[:3, 3].tolist())
    image.SetSpacing(grid.spacing_mm[::-1].tolist())
    image.SetDirection(grid.axes_lps[::-1].T.ravel().tolist())
    SimpleITK.WriteImage(image, str(path), useCompression=True)


def spider_mask(study: PhantomStudy) -> NDArray[np.uint8]:
    """Return SPIDER's numbers: vertebrae from the bottom, 100 for the canal, discs from 201."""
    grid = study.sagittal.t2.grid
    numbers = {level: FIRST_DISC + disc for disc, level in disc_levels().items()}
    mask = study.vertebra_mask.astype(np.uint8)
    mask[study.mask == SpineClass.CANAL] = 100
    where = np.argwhere(study.mask == SpineClass.DISC)
    centers = np.array([frame.center_lps for frame in study.frames])
    points = grid.lps_from_ijk(where)
    nearest = np.linalg.norm(points[:, None] - centers, axis=2).argmin(axis=1)
    own = np.linalg.norm(points - centers[nearest], axis=1) < 35.0
    values = np.array([numbers[frame.level] for frame in study.frames])[nearest]
    mask[tuple(where[own].T)] = values[own]
    return mask


def write_spider(folder: Path, studies: Mapping[int, PhantomStudy], rows: Sequence[Mapping[str, object]]) -> None:
    for name in ("images", "masks"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    for patient, study in studies.items():
        grid = study.sagittal.t2.grid
        write_mha(folder / "images" / f"{patient}_t1.mha", study.sagittal.t1.stored.astype(np.int16), grid)
        write_mha(folder / "images" / f"{patient}_t2.mha", study.sagittal.t2.stored.astype(np.int16), grid)
        write_mha(folder / "masks" / f"{patient}_t2.mha", spider_mask(study), grid)
    write_table(folder / "radiological_gradings.csv", COLUMNS, rows)


def spider_row(patient: int, disc: int, **changes: object) -> dict[str, object]:
    plain: dict[str, object] = dict.fromkeys(COLUMNS, 0)
    return {**plain, "Patient": patient, "IVD label": disc, "Pfirrman grade": 3, **changes}


def write_rsna(folder: Path, studies: Mapping[int, PhantomStudy]) -> dict[tuple[int, str], int]:
    """Write pictures as RSNA 2024 has them, without echo times; return the series by study and description."""
    import pydicom
    from pydicom.dataset import Dataset

    from deepspine.data.phantom.dicom_files import SeriesTags, write_series

    numbers: dict[tuple[int, str], int] = {}
    rows = []
    for study_id, study in studies.items():
        scans = {"Sagittal T1": [study.sagittal.t1], "Sagittal T2/STIR": [study.sagittal.t2]}
        if study.axial:
            scans["Axial T2"] = [scan for _, scan in study.axial]
        for number, (description, own) in enumerate(scans.items(), start=study_id * 10 + 1):
            place = folder / "train_images" / str(study_id) / str(number)
            write_series(place, study.identity.tags, SeriesTags(number, "", study.plan.t2, ""), own)
            numbers[study_id, description] = number
            rows.append({"study_id": study_id, "series_id": number, "series_description": description})
            for path in sorted(place.iterdir()):
                slice_: Dataset = pydicom.dcmread(path)
                for keyword in ("EchoTime", "RepetitionTime", "ScanningSequence", "AccessionNumber"):
                    del slice_[keyword]
                slice_.PatientID = "anonymous"
                slice_.StudyInstanceUID = f"1.2.{study_id}"
                slice_.SeriesInstanceUID = f"1.2.{study_id}.{number}"
                path.unlink()
                slice_.save_as(path.with_name(f"{int(path.stem)}.dcm"))
    write_table(folder / "train_series_descriptions.csv", ("study_id", "series_id", "series_description"), rows)
    return numbers


def write_sudirman(
    folder: Path, patients: Mapping[int, Sequence[PhantomStudy]], notes: Sequence[Sequence[object]]
) -> None:
    from openpyxl import Workbook

    from deepspine.data.phantom.dicom_files import SeriesTags, write_series

    for patient, studies in patients.items():
        for n, study in enumerate(studies):
            place = folder / "01_MRI_Data" / f"{patient:04d}" / f"L-SPINE_LSS_2016030{n}_091629_240000"
            write_series(
                place / "T2_TSE_SAG_384_0002", study.identity.tags,
                SeriesTags(2, "T2_TSE_SAG_384", study.plan.t2, ""), [study.sagittal.t2],
            )  # fmt: skip
            for path in sorted((place / "T2_TSE_SAG_384_0002").iterdir()):
                path.rename(path.with_suffix(".ima"))
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in notes:
        sheet.append(list(row))
    book.save(folder / "Radiologists Report.xlsx")
