"""SPIDER as published becomes a dataset: names counted from the bottom, gradings as sets, frames from masks."""

import json
from pathlib import Path

import numpy as np
import pytest
from published_layouts import phantom_study, spider_row, write_spider

from deepspine.cli import main
from deepspine.data.convert.spider import convert_spider
from deepspine.data.convert.spider_gradings import disc_levels, graded_discs, read_endplates, read_gradings
from deepspine.data.dataset.shards import stored_samples
from deepspine.data.dataset.studies import read_frames
from deepspine.data.errors import InputError
from deepspine.data.findings import Side
from deepspine.data.label_table import LabelTable
from deepspine.data.levels import Level

GRADINGS_HEADER = (
    "Patient,IVD label,Modic,UP endplate,LOW endplate,Spondylolisthesis,Disc herniation,Disc narrowing,Disc bulging,"
    "Pfirrman grade\n"
)


@pytest.fixture(scope="module")
def spider(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a SPIDER of two phantom patients, 3 and 12, that is sound."""
    folder = tmp_path_factory.mktemp("spider")
    rows = [
        spider_row(3, 1, Modic=2, **{"Disc herniation": 1, "Disc narrowing": 1, "Pfirrman grade": 5}),
        spider_row(3, 2, **{"UP endplate": 1, "Disc bulging": 1, "Spondylolisthesis": 1}),
        spider_row(12, 0, Modic=""),
    ]
    write_spider(folder, {3: phantom_study(5), 12: phantom_study(6)}, rows)
    return folder


def test_gradings_become_sets_of_our_scheme(spider: Path, tmp_path: Path) -> None:
    done = convert_spider(spider, tmp_path)
    text = (tmp_path / "labels.csv").read_text(encoding="utf-8").splitlines()
    assert len(done.rejects) == 0
    assert [line.removeprefix("spider-0003,L5-S1,") for line in text if line.startswith("spider-0003,L5")] == [
        "bulge,,none",
        "disc_height_loss,,mild|moderate|severe",
        "herniation,,protrusion|extrusion|sequestration",
        "modic,,type2",
        "pfirrmann,,grade5",
        "schmorl_node,,none",
        "spondylolisthesis,,none",
    ]
    assert "spider-0003,L4-L5,bulge,,mild|moderate|severe" in text
    assert "spider-0003,L4-L5,spondylolisthesis,,grade1|grade2|grade3|grade4" in text
    assert not any("L4-L5,schmorl_node" in line for line in text), "endplate changes need not be Schmorl nodes"
    assert not any("S1-S2,modic" in line for line in text), "an empty cell says nothing"


def test_discs_are_counted_from_the_one_numbered_1(tmp_path: Path) -> None:
    write_spider(tmp_path, {}, [*(spider_row(3, number) for number in (2, 1, 5)), spider_row(12, 0), spider_row(12, 1)])
    assert graded_discs(tmp_path / "radiological_gradings.csv", id_prefix="x-") == {"x-3": 5, "x-12": 1}


def test_either_endplate_makes_a_disc_changed(tmp_path: Path) -> None:
    (tmp_path / "gradings.csv").write_text(
        GRADINGS_HEADER + "7,1,0,0,1,0,0,0,0,2\n7,2,0,0,0,0,0,0,0,2\n7,9,0,1,1,0,0,0,0,2\n"
    )
    labels = {key.level: str(grades) for key, grades in read_endplates(tmp_path / "gradings.csv").items()}
    assert labels == {Level.L5_S1: "present", Level.L4_L5: "none"}


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ("7,1,0,0,yes,0,0,0,0,2\n", "row 2, column LOW endplate: must be a whole number, got 'yes'"),
        ("7,1,0,0,0,0,0,0,0,2\n7,2,0,9,0,0,0,0,0,2\n", "row 3, column UP endplate: must be 0 or 1, got 9"),
        ("7,1,0,1,2,0,0,0,0,2\n", "row 2, column LOW endplate: must be 0 or 1, got 2"),
        ("7,1,0,0\n", "row 2: must have as many cells as the header"),
    ],
)
def test_gradings_of_endplates_that_cannot_be_read_are_named(tmp_path: Path, rows: str, message: str) -> None:
    (tmp_path / "gradings.csv").write_text(GRADINGS_HEADER + rows)
    with pytest.raises(InputError, match=rf"gradings\.csv:? {message}"):
        read_endplates(tmp_path / "gradings.csv")


@pytest.mark.parametrize(
    ("upper", "lower", "said"),
    [
        ("1", "", ["present"]),
        ("", "1.0", ["present"]),
        ("0", "", []),
        ("", "0", []),
        ("", "", []),
        ("0.0", "0", ["none"]),
    ],
)
def test_an_empty_cell_of_an_endplate_says_nothing(upper: str, lower: str, said: list[str], tmp_path: Path) -> None:
    """That a disc has no changed endplate takes both."""
    (tmp_path / "gradings.csv").write_text(f"{GRADINGS_HEADER}7,1,0,{upper},{lower},0,0,0,0,2\n")
    assert [str(grades) for grades in read_endplates(tmp_path / "gradings.csv").values()] == said


def test_endplates_and_gradings_are_of_the_same_reports(tmp_path: Path) -> None:
    """Spreadsheets write patient 3 as `3.0`."""
    (tmp_path / "gradings.csv").write_text(GRADINGS_HEADER + "3.0,1.0,0,0,1,0,0,0,0,2\n12,2,0,0,0,0,0,0,0,2\n")
    for read in (read_gradings, read_endplates):
        labels = read(tmp_path / "gradings.csv", id_prefix="x-")
        assert {(key.report_id, key.level) for key in labels} == {("x-3", Level.L5_S1), ("x-12", Level.L4_L5)}


def test_frames_from_a_mask_lie_where_the_discs_lie(spider: Path, tmp_path: Path) -> None:
    """Position, direction along the spine and the patient's left are those of the phantom's own frames."""
    convert_spider(spider, tmp_path)
    truth = {frame.level: frame for frame in phantom_study(5).frames}
    found = read_frames(tmp_path / "levels" / "spider-0003" / "levels.json")
    assert {frame.level for frame in found} >= {Level.L1_L2, Level.L5_S1}
    for frame in found:
        own = truth[frame.level]
        assert np.linalg.norm(frame.center_lps - own.center_lps) < 4.0
        assert (np.diag(frame.axes_lps @ own.axes_lps.T) > np.cos(np.radians(12))).all(), frame.level
        # The phantom's endplates are hollow by 2 mm each, which its frames leave out.
        assert frame.height_mm == pytest.approx(own.height_mm + 4.0, abs=1.5)


def test_a_converted_spider_is_built_and_checked(
    spider: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "converted"
    assert main(["convert", "spider", str(spider), str(out), "--json"]) == 0
    command = json.loads(capsys.readouterr().out)["next"][-1].split()[1:]
    assert main([*command[:-1], str(tmp_path / "set")]) == 0
    assert main(["check", str(tmp_path / "set")]) == 0
    samples = {(one.report_id, one.level): one for one in (s.read() for s in stored_samples(tmp_path / "set"))}
    lowest = samples["spider-0003", Level.L5_S1]
    assert lowest.presence == (True, True, False)
    assert str(lowest.labels["modic", Side.MIDLINE]) == "type2"
    for sample in samples.values():
        middle = sample.crops["sagittal_t2"][4]
        assert np.nanmean(middle[:, 48:62]) > np.nanmean(middle[28:36, 15:30]) + 0.3, "the canal is behind the disc"


def test_a_second_run_keeps_the_frames_that_are_there(spider: Path, tmp_path: Path) -> None:
    convert_spider(spider, tmp_path)
    path = tmp_path / "levels" / "spider-0012" / "levels.json"
    before = path.stat().st_mtime_ns
    assert convert_spider(spider, tmp_path).located == 2
    assert path.stat().st_mtime_ns == before


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"Modic": 4}, "column Modic: must be one of 0, 1, 2, 3, got 4"),
        ({"Pfirrman grade": 0}, "column Pfirrman grade: must be one of 1, 2, 3, 4, 5, got 0"),
        ({"Disc bulging": "yes"}, "column Disc bulging: must be a whole number, got 'yes'"),
        ({"Disc bulging": 2}, "column Disc bulging: must be 0 or 1, got 2"),
        ({"IVD label": 18}, "column IVD label: must be 0 to 17, got 18"),
        ({"IVD label": 1}, "column IVD label: disc 1 of its patient appears twice"),
        ({"Patient": ""}, "column Patient: must be a whole number, got ''"),
    ],
)
def test_a_bad_row_is_listed_and_the_others_are_kept(changes: dict[str, object], reason: str, tmp_path: Path) -> None:
    source = tmp_path / "src"
    write_spider(source, {}, [spider_row(3, 1), spider_row(3, 2) | changes])
    (source / "images" / "3_t2.mha").write_bytes(b"")
    done = convert_spider(source, tmp_path / "out")
    assert done.rejects.rows[0][0] == "radiological_gradings.csv row 3"
    assert done.rejects.rows[0][1].startswith(reason)
    assert {key.level for key in LabelTable.read(tmp_path / "out" / "labels.csv")} == {Level.L5_S1}


def test_a_patient_without_a_usable_mask_is_listed(spider: Path, tmp_path: Path) -> None:
    source = tmp_path / "src"
    write_spider(source, {}, [spider_row(3, 1)])
    for patient in (1, 2, 3):
        (source / "images" / f"{patient}_t2.mha").write_bytes(b"")
    (source / "masks" / "2_t2.mha").write_bytes(b"damaged")
    (source / "masks" / "3_t2.mha").write_bytes((spider / "images" / "3_t2.mha").read_bytes())
    done = convert_spider(source, tmp_path / "out")
    assert done.located == 0
    assert [name for name, _ in done.rejects.rows] == ["masks/1", "masks/2_t2.mha", "masks/3_t2.mha"]


def test_a_wrong_layout_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["convert", "spider", str(tmp_path / "no"), str(tmp_path / "out")]) == 2
    assert "no folder" in capsys.readouterr().err
    assert main(["convert", "spider", str(tmp_path), str(tmp_path / "out")]) == 2
    assert "holds no images; expected images, masks, radiological_gradings.csv" in capsys.readouterr().err
    write_spider(tmp_path, {}, [])
    assert main(["convert", "spider", str(tmp_path), str(tmp_path / "out")]) == 2
    assert "holds no PATIENT_t1.mha" in capsys.readouterr().err
    (tmp_path / "radiological_gradings.csv").write_text("Patient,IVD label\n3,1\n")
    assert main(["convert", "spider", str(tmp_path), str(tmp_path / "out")]) == 2
    error = capsys.readouterr().err
    assert "radiological_gradings.csv: row 1: no column 'Modic'" in error
    assert len(error.splitlines()) == 1
    (tmp_path / "radiological_gradings.csv").write_bytes(b"Pati\xffent")
    with pytest.raises(InputError, match="not UTF-8"):
        convert_spider(tmp_path, tmp_path / "out")


def test_names_are_counted_from_the_bottom() -> None:
    levels = disc_levels()
    assert [levels[n] for n in (0, 1, 5, 6, 7)] == [
        Level.S1_S2, Level.L5_S1, Level.L1_L2, Level.T12_L1, Level.T11_T12,
    ]  # fmt: skip


def test_the_real_gradings_are_read_whole(real_data: Path, tmp_path: Path) -> None:
    """The counts of positive rows are those of the table itself."""
    write_spider(tmp_path, {}, [])
    (tmp_path / "images" / "3_t2.mha").write_bytes(b"")
    table = real_data / "spider_mid" / "gradings.csv"
    (tmp_path / "radiological_gradings.csv").write_bytes(table.read_bytes())
    done = convert_spider(tmp_path, tmp_path / "out")
    assert [name for name, _ in done.rejects.rows] == ["masks/3"]
    labels = LabelTable.read(tmp_path / "out" / "labels.csv")
    counts: dict[tuple[str, str], int] = {}
    for key, grades in labels.items():
        counts[key.finding, str(grades)] = counts.get((key.finding, str(grades)), 0) + 1
    assert [counts.get(("modic", grade), 0) for grade in ("none", "type1", "type2", "type3")] == [686, 0, 302, 6]
    assert [counts["pfirrmann", f"grade{n}"] for n in range(1, 6)] == [184, 239, 303, 159, 109]
    assert counts["bulge", "mild|moderate|severe"] == 479
    assert counts["herniation", "protrusion|extrusion|sequestration"] == 44
    assert counts["disc_height_loss", "mild|moderate|severe"] == 349
    assert counts["spondylolisthesis", "grade1|grade2|grade3|grade4"] == 29
