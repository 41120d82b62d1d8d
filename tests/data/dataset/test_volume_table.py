"""Tables of volume files: read back as written, and every mistake named with row and column."""

import json
from pathlib import Path

import numpy as np
import pytest
from published_layouts import write_mha

from deepspine.data.dataset.sources import find_studies
from deepspine.data.dataset.volume_table import VolumeRow, read_volume_table, write_volume_table
from deepspine.data.errors import InputError
from deepspine.data.frames import LevelFrame
from deepspine.data.geometry import LEFT, POSTERIOR, SUPERIOR, Grid
from deepspine.data.levels import Level

HEADER = "study_key,patient_key,report_id,input,path\n"


def test_a_table_comes_back_as_it_was_written_and_may_move_with_its_volumes(tmp_path: Path) -> None:
    (tmp_path / "a" / "images").mkdir(parents=True)
    rows = [VolumeRow("s1", "p1", "r1", "sagittal_t2", tmp_path / "a" / "images" / "1.mha")]
    write_volume_table(rows, tmp_path / "a" / "volumes.csv")
    assert read_volume_table(tmp_path / "a" / "volumes.csv") == rows
    (tmp_path / "a").rename(tmp_path / "b")
    moved = read_volume_table(tmp_path / "b" / "volumes.csv")
    assert moved[0].path == tmp_path / "b" / "images" / "1.mha"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("study_key,input,path\n", "row 1: no column patient_key, report_id; a table of volumes has study_key,"),
        (HEADER + "s1,p1,r1,sagittal,x.mha\n", "row 2, column input: must be one of sagittal_t1"),
        (HEADER + ",p1,r1,sagittal_t1,x.mha\n", "row 2, column study_key: must not be empty"),
        (HEADER + "s1,p1,r1,sagittal_t1,\n", "row 2, column path: must not be empty"),
        (HEADER + "s1,p1,r1,sagittal_t1,x,y.mha\n", r"row 2: must have as many cells as the header \(5\), got 6"),
        (HEADER + "s1,p1,r1,sagittal_t1\n", r"row 2: must have as many cells as the header \(5\), got 4"),
        (f'{HEADER}s1,p1,r1,sagittal_t1,"{"x.mha" * 30_000}', "no valid CSV after row"),
        (HEADER + "s1,p1,r1,sagittal_t1,x\ns1,p1,r1,sagittal_t1,y\n", "row 3, column input: sagittal_t1 of its study"),
        (HEADER + "\ns1,p1,r1,sagittal_t1,x\n\ns1,p1,r1,sagittal_t1,y\n", "row 5, column input: sagittal_t1 of its"),
        (HEADER + "s1,p1,r1,sagittal_t1,x\ns1,p2,r1,sagittal_t2,y\n", "row 3, column patient_key: the study has two"),
    ],
)
def test_a_mistake_in_a_table_is_named_with_its_place(text: str, message: str, tmp_path: Path) -> None:
    (tmp_path / "volumes.csv").write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=message):
        read_volume_table(tmp_path / "volumes.csv")


def test_a_missing_table_and_one_that_is_no_text_are_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no index"):
        read_volume_table(tmp_path / "no.csv")
    (tmp_path / "volumes.csv").write_bytes(b"study\xff")
    with pytest.raises(InputError, match="UTF-8"):
        read_volume_table(tmp_path / "volumes.csv")


@pytest.mark.parametrize(
    ("rows", "patients", "shared"),
    [
        (["s1,,r1", "s2,,r1"], ["r1", "r1"], [False, False]),
        (["s1,p1,r1", "s2,p1,r1"], ["p1", "p1"], [False, False]),
        (["s1,p1,r1", "s2,p2,r1"], ["p1", "p2"], [True, True]),
        (["s1,p1,r1", "s2,,r1"], ["p1", "r1"], [True, True]),
        (["s1,,r1", "s2,,r2"], ["r1", "r2"], [False, False]),
        (["s1,,", "s2,,"], ["s1", "s2"], [False, False]),
    ],
)
def test_a_report_is_of_one_patient_and_names_the_one_who_has_no_key(
    rows: list[str], patients: list[str], shared: list[bool], tmp_path: Path
) -> None:
    """So the labels of one report never stand in two splits."""
    lines = [f"{row},sagittal_t{weighting},x.mha\n" for row in rows for weighting in (1, 2)]
    (tmp_path / "volumes.csv").write_text(HEADER + "".join(lines), encoding="utf-8")
    studies = list(find_studies(tmp_path / "volumes.csv", tmp_path)[0])
    assert [study.patient_key for study in studies] == patients
    assert [study.shares_report for study in studies] == shared


def test_a_study_gives_its_frames_and_its_volumes_and_says_which_are_unreadable(tmp_path: Path) -> None:
    axes = [LEFT, -SUPERIOR, POSTERIOR]
    grid = Grid.from_axes((3, 8, 8), origin_lps=(-4, -4, 4), axes_lps=axes, spacing_mm=(4.0, 1.0, 1.0))
    write_mha(tmp_path / "t2.mha", np.arange(192, dtype=np.int16).reshape(3, 8, 8), grid)
    rows = "s1,,,sagittal_t2,t2.mha\ns1,,,sagittal_t1,t1.mha\ns2,p2,r2,sagittal_t2,t2.mha\n"
    (tmp_path / "volumes.csv").write_text(HEADER + rows, encoding="utf-8")
    frame = LevelFrame(Level.L4_L5, 1.0, np.zeros(3), np.array([LEFT, POSTERIOR, SUPERIOR]), np.zeros((2, 3)))
    (tmp_path / "levels" / "r2").mkdir(parents=True)
    (tmp_path / "levels" / "r2" / "levels.json").write_text(json.dumps({"levels": [frame.to_json()]}))
    (first, second), total = find_studies(tmp_path / "volumes.csv", tmp_path / "levels")
    assert total == 2
    assert (first.patient_key, second.patient_key) == ("s1", "p2"), "a study without a patient is its own"
    images = first.images()
    assert list(images.volumes) == ["sagittal_t2"]
    assert images.missing["sagittal_t1"].startswith("no file or folder file 1 of 1")
    assert images.volumes["sagittal_t2"][0].voxels.mean() == pytest.approx(0.0, abs=1e-5)
    assert [one.level for one in second.frames()] == [Level.L4_L5], "levels are found by the report's id as well"
    with pytest.raises(InputError, match=r"no levels\.json"):
        first.frames()
