"""Reports from files: a text never reaches another patient, and no id is invented."""

from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from deepspine.data.errors import ConfigError, InputError
from deepspine.labeling.report_files import ReportText, read_reports, read_texts


def reports_of(path: Path) -> list[ReportText]:
    return list(read_reports(path, id_column="report_id", text_column="text"))


def ids_of(path: Path) -> list[str]:
    return [report.report_id for report in reports_of(path)]


def texts_of(path: Path, wanted: set[str] | None = None) -> dict[str, str]:
    return read_texts(path, id_column="report_id", text_column="text", wanted=wanted)


def csv_file(folder: Path, content: str) -> Path:
    path = folder / "reports.csv"
    path.write_text(content, encoding="utf-8")
    return path


def parquet_file(folder: Path, report_id: list[object], text: object) -> Path:
    path = folder / "reports.parquet"
    pq.write_table(pa.table({"report_id": report_id, "text": text}), path)
    return path


# ------------------------------------------------------------------------------------------------------------------ CSV


@pytest.mark.parametrize(
    "rest", ['b,"L5-S1: extrusion."\nc,"L3-4: bulge."\n', "b,L5-S1: extrusion.\n", 'b,""\nc,"L3-4: bulge."\n', ""]
)
def test_a_missing_closing_quote_never_gives_a_text_to_another_report(tmp_path: Path, rest: str) -> None:
    path = csv_file(tmp_path, f'report_id,text\nz,"No bulge."\na,"L4-5: mild bulge.\n{rest}')
    with pytest.raises(InputError, match=r"reports\.csv: line \d+: .* begins at line 3, close") as told:
        reports_of(path)
    assert not any(word in str(told.value) for word in ("bulge", "extrusion"))


def test_quotation_marks_that_are_not_doubled_are_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="double the quotation marks"):
        reports_of(csv_file(tmp_path, 'report_id,text\na,"An "annular" tear."\n'))


def test_unquoted_commas_reject_their_row_and_leave_the_rest(tmp_path: Path) -> None:
    rows = ["report_id,text", "a,L4-5: bulge, extrusion", "b,L4-5: bulge", "c", '"d","L3-4: bulge, no stenosis"']
    reports = reports_of(csv_file(tmp_path, "\n".join(rows)))
    assert [(report.report_id, bool(report.fault)) for report in reports] == [
        ("", True), ("b", False), ("", True), ("d", False),
    ]  # fmt: skip
    assert reports[0].fault.startswith("row of 3 cells under a header of 2")
    assert reports[0].source == "reports.csv: line 2"
    assert "extrusion" not in reports[0].text + reports[0].fault


def test_a_file_without_header_is_told_without_its_text(tmp_path: Path) -> None:
    path = csv_file(tmp_path, "a,L4-5: mild bulge without any stenosis\n")
    with pytest.raises(InputError, match="columns are a, ") as told:
        reports_of(path)
    assert "bulge" not in str(told.value)


def test_names_of_columns_are_shown_with_blanks_and_both_missing_ones_are_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no column 'report_id' and no column 'text'; columns are Accession No, Findi"):
        reports_of(csv_file(tmp_path, "Accession No,Findings Text\n1,L4-5: bulge.\n"))


def test_words_that_may_be_of_a_report_are_not_shown(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="columns are a, \\(not shown\\)"):
        reports_of(csv_file(tmp_path, "a,disc bulge\n"))


def test_blanks_around_the_names_of_columns_are_no_part_of_them(tmp_path: Path) -> None:
    assert ids_of(csv_file(tmp_path, "report_id, text\na,L4-5: bulge.\n")) == ["a"]


def test_a_column_that_stands_twice_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="2 columns are named 'text'"):
        reports_of(csv_file(tmp_path, "report_id,text,text\na,mild,severe\n"))


@pytest.mark.parametrize("spoilt", ["1.20E+05", "1,2E+11", "#REF!", "#N/A"])
def test_ids_that_a_spreadsheet_has_changed_are_faults(tmp_path: Path, spoilt: str) -> None:
    path = csv_file(tmp_path, f'report_id,text\n"{spoilt}",L4-5: bulge.\nE12,L4-5: bulge.\n')
    spoilt_one, other = reports_of(path)
    assert (spoilt_one.report_id, "spreadsheet" in spoilt_one.fault) == ("", True)
    assert (other.report_id, other.fault) == ("E12", "")


def test_ids_that_a_spreadsheet_wrote_as_formulas_are_read(tmp_path: Path) -> None:
    assert ids_of(csv_file(tmp_path, 'report_id,text\n"=""00123""",L4-5: bulge.\n')) == ["00123"]


@pytest.mark.parametrize(("content", "kind"), [
    (b'{"report_id": "a", "text": "bulge"}', "JSON"), (b'[{"report_id": "a"}]', "JSON"),
    (b"PK\x03\x04workbook", "Excel"), (b"\x1f\x8bpacked", "gzip"), ("report_id,text\na,b\n".encode("utf-16"), "UTF-16"),
    ("report_id,text\na,b\n".encode("utf-16-le"), "UTF-16"), ("report_id,text\na,b\n".encode("utf-16-be"), "UTF-16"),
])  # fmt: skip
def test_files_of_other_kinds_are_named(tmp_path: Path, content: bytes, kind: str) -> None:
    path = tmp_path / "reports.csv"
    path.write_bytes(content)
    with pytest.raises(InputError, match=f"reports.csv: is .*{kind}"):
        reports_of(path)


def test_the_line_in_which_excel_names_the_separator_is_passed_over(tmp_path: Path) -> None:
    assert ids_of(csv_file(tmp_path, "sep=,\nreport_id,text\na,L4-5: bulge.\n")) == ["a"]


@pytest.mark.parametrize("written", [" a b ", "a b\t", "\N{NO-BREAK SPACE}a b", "a b"])
def test_blanks_around_an_id_are_no_part_of_it(tmp_path: Path, written: str) -> None:
    assert ids_of(csv_file(tmp_path, f"report_id,text\n{written},L4-5: bulge.\n")) == ["a b"]
    assert ids_of(parquet_file(tmp_path, [written, " "], ["x", "y"])) == ["a b", ""]


# -------------------------------------------------------------------------------------------------------------- Parquet


def test_an_empty_id_stays_empty_and_a_whole_number_has_no_point(tmp_path: Path) -> None:
    assert ids_of(parquet_file(tmp_path, ["a", None], ["x", "y"])) == ["a", ""]
    assert ids_of(parquet_file(tmp_path, [1001.0, None, float("nan"), 7.5], ["x"] * 4)) == ["1001", "", "", "7.5"]
    assert ids_of(parquet_file(tmp_path, [1001, 7], ["x", "y"])) == ["1001", "7"]
    assert ids_of(parquet_file(tmp_path, [b"a", b"b"], ["x", "y"])) == ["a", "b"]


def test_texts_stored_as_bytes_or_categories_are_read(tmp_path: Path) -> None:
    assert texts_of(parquet_file(tmp_path, ["a", "b"], [b"L4-5: bulge", None])) == {"a": "L4-5: bulge", "b": ""}
    pd.DataFrame({"report_id": ["a"], "text": pd.Categorical(["x"])}).to_parquet(tmp_path / "reports.parquet")
    assert texts_of(tmp_path / "reports.parquet") == {"a": "x"}


def test_bytes_in_parquet_that_are_no_utf8_are_the_fault_of_their_report(tmp_path: Path) -> None:
    latin = pa.array([b"caf\xe9", b"L4-5: bulge"], pa.binary())
    for text in (latin, latin.view(pa.string())):
        one, two = reports_of(parquet_file(tmp_path, ["a", "b"], text))
        assert "UTF-8" in one.fault
        assert (two.text, two.fault) == ("L4-5: bulge", "")


@pytest.mark.parametrize("text", [[5, 7], [["x"], ["y"]], [1.5, 2.5]])
def test_a_text_column_of_numbers_or_lists_is_told(tmp_path: Path, text: list[object]) -> None:
    with pytest.raises(InputError, match="column 'text' must hold text"):
        reports_of(parquet_file(tmp_path, ["a", "b"], text))


@pytest.mark.parametrize("content", [b"", b"hello", b"PAR1 and then nothing PAR1"])
def test_a_damaged_parquet_file_is_told(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "reports.parquet"
    path.write_bytes(content)
    with pytest.raises(InputError, match="no valid Parquet"):
        reports_of(path)


def test_damaged_pages_of_a_parquet_file_are_told(tmp_path: Path) -> None:
    path = parquet_file(tmp_path, ["a", "b"], ["L4-5: mild bulge."] * 2)
    content = bytearray(path.read_bytes())
    content[4:60] = bytes(56)
    path.write_bytes(content)
    with pytest.raises(InputError, match="no valid Parquet"):
        reports_of(path)


# --------------------------------------------------------------------------------------------------------------- others


def test_text_files_are_read_whatever_the_case_of_their_suffix(tmp_path: Path) -> None:
    for name in ("b.txt", "A.TXT", "notes.md"):
        (tmp_path / name).write_text("L4-5: bulge.", encoding="utf-8")
    assert ids_of(tmp_path) == ["A", "b"]


def test_what_is_wrong_with_a_file_is_told_before_the_first_report_is_used(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="--text-column"):
        read_reports(csv_file(tmp_path, "report_id,body\na,b\n"), id_column="report_id", text_column="text")


def test_only_faults_of_wanted_reports_stop_the_reading_of_texts(tmp_path: Path) -> None:
    path = tmp_path / "reports.csv"
    path.write_bytes(b"report_id,text\na,L4-5: bulge.\nb,caf\xe9\n,no id\n")
    assert texts_of(path, {"a"}) == {"a": "L4-5: bulge."}
    for wanted in ({"a", "b"}, None):
        with pytest.raises(InputError, match=r"reports\.csv: line 3: text is not UTF-8"):
            texts_of(path, wanted)


def test_folders_in_a_folder_of_reports_are_read_as_well(tmp_path: Path) -> None:
    for name in ("b.txt", "2019/a.txt", "2020/c.TXT", ".trash/d.txt", "2020/.e.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("L4-5: bulge.", encoding="utf-8")
    assert [(report.source, report.report_id) for report in reports_of(tmp_path)] == [
        ("2019/a.txt", "a"), ("2020/c.TXT", "c"), ("b.txt", "b"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("r.jsonl", '{"report_id": "x17", "text": "Smith, mild disc bulge, contact,kyphosis"}\n'),
        ("r.json", '[{"report_id": "x17", "text": "Smith, mild disc bulge,kyphosis"}]\n'),
        ("r.csv", '[{"report_id": "x17", "text": "Smith, mild disc bulge,kyphosis"}]\n'),
        ("r.txt", "Smith,John,bulge\nL4-5: kyphosis.\n"),
        ("r.csv", "x17 Smith,mild disc bulge, kyphosis\n"),
        ("r.csv", "IMPRESSION:\nmild disc bulge\n"),
        ("r.rtf", "{\\rtf1 Smith, bulge,kyphosis}"),
    ],
)
def test_what_may_be_text_of_a_report_is_in_no_message(name: str, content: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text(content, encoding="utf-8")
    with pytest.raises(InputError, match="give a CSV or Parquet file, a folder of") as told:
        reports_of(tmp_path / name)
    assert not any(word in str(told.value) for word in ("x17", "Smith", "bulge", "kyphosis", "IMPRESSION"))


def test_one_column_is_not_both_ids_and_texts(tmp_path: Path) -> None:
    (tmp_path / "reports.csv").write_text("report_id,text\n1,L4-5: bulge.\n", encoding="utf-8")
    with pytest.raises(ConfigError, match="column text cannot hold both"):
        read_reports(tmp_path / "reports.csv", id_column="text", text_column="text")
