"""A manifest tells what pictures cannot, and is refused where it tells nonsense."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from deepspine.data.errors import InputError
from deepspine.data.geometry import Plane
from deepspine.data.picture_manifest import read_manifest
from deepspine.data.volume import Weighting


def manifest(folder: Path, text: str) -> Path:
    path = folder / "manifest.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_pictures_come_with_plane_weighting_size_and_patient(tmp_path: Path) -> None:
    Image.fromarray(np.arange(60, dtype=np.uint8).reshape(10, 6)).save(tmp_path / "a.png")
    path = manifest(tmp_path, "path,patient_key,plane,weighting,spacing_mm\na.png,p1,axial,T2,0.7\na.png,p2,,,\n")
    first, second = read_manifest(path)
    one, other = first.read(), second.read()
    assert (first.patient_key, one.origin.patient_key) == ("p1", "p1")
    assert (one.grid.plane, one.weighting, one.spacing_mm[1]) == (Plane.AXIAL, Weighting.T2, pytest.approx(0.7))
    assert (other.grid.plane, other.weighting, other.spacing_mm[1]) == (Plane.SAGITTAL, Weighting.UNKNOWN, 28.0)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("file\na.png\n", "row 1: no column path; a manifest of pictures has path"),
        ("path,colour\na.png,red\n", "row 1: unknown column 'colour'"),
        ("path;plane\na.png;axial\n", "its columns stand between semicolons"),
        ("path,plane\na.png\n", r"row 2: must have as many cells as the header \(2\), got 1"),
        ("path,plane\na.png,upright\n", "row 2, column plane: must be one of sagittal"),
        ("path,weighting\na.png,T2\na.png,T9\n", "row 3, column weighting"),
        ("path,spacing_mm\na.png,half\n", "row 2, column spacing_mm: must be a number, got 'half'"),
        ("path,plane\n,axial\n", "row 2, column path: empty"),
        ("", "file is empty; expected a manifest of pictures"),
        ("path,plane\na.png,axial\nb.png,axial,\n", r"row 3: must have as many cells as the header \(2\), got 3"),
        (f'path,plane\na.png,axial\n"b.png,axial\n{"c.png,axial" * 20_000}', "no valid CSV after row"),
    ],
)
def test_a_malformed_manifest_is_refused_with_row_and_column(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(InputError, match=words):
        read_manifest(manifest(tmp_path, text))


def test_a_missing_or_foreign_manifest_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no manifest"):
        read_manifest(tmp_path / "nowhere.csv")
    (tmp_path / "latin.csv").write_bytes("path\nbäckenknochen.png\n".encode("latin-1"))
    with pytest.raises(InputError, match="UTF-8"):
        read_manifest(tmp_path / "latin.csv")
