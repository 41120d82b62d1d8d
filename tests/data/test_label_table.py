"""Label tables: what is written reads back, what is malformed is refused with file, row and column."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from deepspine.data.errors import InputError, LabelTableError
from deepspine.data.findings import FINDINGS, Side
from deepspine.data.grade_sets import GradeSet
from deepspine.data.label_table import LabelKey, LabelTable
from deepspine.data.levels import LUMBAR_LEVELS, Level

HEADER = "report_id,level,finding,side,grades\n"


@st.composite
def labels(draw: st.DrawFn) -> tuple[LabelKey, GradeSet]:
    finding = draw(st.sampled_from(list(FINDINGS.values())))
    report_id = draw(st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1))
    key = LabelKey(report_id, draw(st.sampled_from(Level)), finding.name, draw(st.sampled_from(finding.sides)))
    return key, GradeSet(finding, draw(st.integers(1, 2 ** len(finding.scale) - 1)))


@given(rows=st.lists(labels()))
@pytest.mark.parametrize("suffix", [".csv", ".parquet"])
def test_a_table_reads_back_as_written(
    tmp_path_factory: pytest.TempPathFactory, suffix: str, rows: list[tuple[LabelKey, GradeSet]]
) -> None:
    path = tmp_path_factory.mktemp("table") / f"labels{suffix}"
    table = LabelTable(dict(rows))
    table.write(path)
    assert dict(LabelTable.read(path)) == dict(table)
    assert list(LabelTable.read(path)) == list(table)


def test_rows_are_sorted_by_report_level_finding_and_side() -> None:
    canal, foramen = FINDINGS["canal_stenosis"], FINDINGS["foraminal_stenosis"]
    keys = [
        LabelKey("b", Level.T12_L1, "canal_stenosis", Side.MIDLINE),
        LabelKey("a", Level.L5_S1, "canal_stenosis", Side.MIDLINE),
        LabelKey("a", Level.T12_L1, "foraminal_stenosis", Side.RIGHT),
        LabelKey("a", Level.T12_L1, "foraminal_stenosis", Side.LEFT),
    ]
    sets = [GradeSet.present(foramen if key.side else canal) for key in keys]
    order = [(key.report_id, key.level.value, key.side.value) for key in LabelTable(dict(zip(keys, sets, strict=True)))]
    assert order == [("a", "T12-L1", "left"), ("a", "T12-L1", "right"), ("a", "L5-S1", ""), ("b", "T12-L1", "")]


def test_the_labels_of_a_report_are_a_table_of_their_own() -> None:
    bulge = FINDINGS["bulge"]
    keys = [LabelKey(report, level, "bulge", Side.MIDLINE) for report in ("b", "a") for level in LUMBAR_LEVELS]
    table = LabelTable({key: GradeSet.of(bulge, "mild") for key in keys})
    assert table.report_ids == ["a", "b"]
    found = table.of_report("b")
    assert list(found) == keys[: len(LUMBAR_LEVELS)]
    found.clear()
    assert list(table.of_report("b")) == keys[: len(LUMBAR_LEVELS)]
    assert table.of_report("c") == {}
    assert len(table) == len(keys)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("report_id,level,finding,side\nr,L4-L5,bulge,\n", "row 1: no column grades"),
        ("report_id;level;finding;side;grades\nr;L4-L5;bulge;;mild\n", "its columns stand between semicolons"),
        ("", "file is empty"),
        ("\n", "its first line is empty"),
        (HEADER + "r,L4/5,bulge,,mild\n", "row 2, column level: .*'L4/5'"),
        (HEADER + "r,L4-L5,buldge,,mild\n", "row 2, column finding: .*'buldge'"),
        (HEADER + "r,L4-L5,bulge,left,mild\n", "row 2, column side: .*'left'"),
        (HEADER + "r,L4-L5,nerve_root,,contact\n", "row 2, column side: .*'left' or 'right'"),
        (HEADER + "r,L4-L5,bulge,,mild\nr,L4-L5,bulge,,huge\n", "row 3, column grades: .*'huge'"),
        (HEADER + "r,L4-L5,bulge,,\n", "row 2, column grades"),
        (HEADER + ",L4-L5,bulge,,mild\n", "row 2, column report_id"),
        (HEADER + "r,L4-L5,bulge,,mild\nr,L4-L5,bulge,,?\n", "row 3: r L4-L5 bulge appears twice"),
        (HEADER + "r,L4-L5,bulge,,mild\nr,L4-L5,bulge,,severe\n", "row 3: r L4-L5 bulge appears twice"),
        (HEADER + "r,L4-L5,bulge\n", "row 2: must have as many cells as the header"),
        (HEADER + 'r,L4-L5,"bulge,,mild\n', "row 2: no valid CSV"),
        (HEADER + 'r,L4-L5,"bulge,,mild\n' + 9000 * "r,L4-L5,bulge,,mild\n", "row .*: no valid CSV"),
    ],
)
def test_a_malformed_table_is_refused_with_file_row_and_column(tmp_path: Path, content: str, message: str) -> None:
    path = tmp_path / "labels.csv"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(LabelTableError, match=f"labels.csv: {message}"):
        LabelTable.read(path)


def test_what_readers_left_open_is_no_label_and_stays_open(tmp_path: Path) -> None:
    path = tmp_path / "labels.csv"
    content = HEADER + "a,L4-L5,bulge,,?\na,L5-S1,bulge,,mild\nb,L4-L5,bulge,,?\n"
    path.write_text(content, encoding="utf-8")
    table = LabelTable.read(path)
    assert [key.report_id for key in table] == ["a"]
    assert {key.report_id for key in table.unsettled} == {"a", "b"}
    assert table.to_csv_text() == content
    assert table.of_findings(["bulge"]).with_report_ids(str.upper).to_csv_text().lower() == content.lower()
    assert not table.of_findings(["modic"]).unsettled
    assert "left open ('?'): 2;" in table.note_of_unsettled(path)
    assert table.of_findings(["modic"]).note_of_unsettled(path) == ""


@pytest.mark.parametrize("row", ["r,L4-L5,bulge,,??", "r,L4-L5,bulge,,mild|?", "r,L4-L5,buldge,,?", "r,L4,bulge,,?"])
def test_a_question_mark_excuses_nothing_else(tmp_path: Path, row: str) -> None:
    path = tmp_path / "labels.csv"
    path.write_text(f"{HEADER}{row}\n", encoding="utf-8")
    with pytest.raises(LabelTableError, match=r"labels\.csv: row 2, column"):
        LabelTable.read(path)


def test_a_label_is_settled_or_open() -> None:
    key = LabelKey("r", Level.L4_L5, "bulge", Side.MIDLINE)
    with pytest.raises(LabelTableError, match="cannot be left open as well"):
        LabelTable({key: GradeSet.of(FINDINGS["bulge"], "mild")}, [key])
    with pytest.raises(LabelTableError, match="no finding has this name and side"):
        LabelTable({}, [key._replace(side=Side.LEFT)])


def test_bytes_that_are_not_utf8_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "labels.csv"
    path.write_bytes(HEADER.encode() + b"r\xe9,L4-L5,bulge,,mild\n")
    with pytest.raises(InputError, match="not UTF-8"):
        LabelTable.read(path)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"nowhere\.csv: no such file"):
        LabelTable.read(tmp_path / "nowhere.csv")


def test_a_contradiction_is_no_label() -> None:
    key = LabelKey("r", Level.L4_L5, "bulge", Side.MIDLINE)
    with pytest.raises(LabelTableError, match="at least one grade"):
        LabelTable({key: GradeSet.empty(FINDINGS["bulge"])})


def parquet_file(folder: Path, **changed: object) -> Path:
    cells = {"report_id": "r", "level": "L4-L5", "finding": "bulge", "side": "", "grades": "mild"} | changed
    path = folder / "labels.parquet"
    pq.write_table(pa.table({name: [cell] for name, cell in cells.items()}), path)
    return path


def test_empty_cells_of_parquet_are_empty_and_numbers_are_ids(tmp_path: Path) -> None:
    assert LabelTable.read(parquet_file(tmp_path, side=None, report_id=1001.0)).report_ids == ["1001"]
    with pytest.raises(LabelTableError, match="row 1, column report_id"):
        LabelTable.read(parquet_file(tmp_path, report_id=None))


def test_a_damaged_parquet_file_is_refused(tmp_path: Path) -> None:
    path = parquet_file(tmp_path)
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(InputError, match=r"labels\.parquet: no valid Parquet file"):
        LabelTable.read(path)
