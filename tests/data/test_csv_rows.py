"""Rows of CSV files, whoever wrote them."""

from pathlib import Path

import pytest

from deepspine.data.csv_rows import read_rows
from deepspine.data.errors import InputError


def rows_of(folder: Path, content: bytes) -> list[tuple[int, dict[str, str]]]:
    (folder / "table.csv").write_bytes(content)
    return list(read_rows(folder / "table.csv", ["id", "text"], kind="a table of notes"))


@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_rows_come_with_their_line(tmp_path: Path, mark: str, line_end: str) -> None:
    content = line_end.join([f"{mark}text,id,more", '"two', 'lines",a,x', "größe,b,", ""])
    assert rows_of(tmp_path, content.encode()) == [
        (3, {"text": f"two{line_end}lines", "id": "a", "more": "x"}),
        (4, {"text": "größe", "id": "b", "more": ""}),
    ]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "file is empty; expected a table of notes"),
        (b"id;text\na;b\n", "its columns stand between semicolons"),
        (b"id,notes\na,b\n", "row 1: no column text; a table of notes has id,text"),
        (
            b"id,text\na,b\nc\n",
            r"row 3: must have as many cells as the header \(2\), got 1; put texts that hold commas in",
        ),
        (b"id,text\na,b,c\n", "row 2: must have as many cells as the header"),
        (b'id,text\na,"b\n', "row 2: no valid CSV"),
        (
            b'id,text\na,b\nc,"d\n\ne,f\n',
            "row 5: no valid CSV after row 2: unexpected end of data; close what stands in",
        ),
        (b'id,"text\n', "row 1: no valid CSV: unexpected end of data"),
        (b"id,text\na,\xe9\n", "byte 10 is not UTF-8"),
        (b"PK\x03\x04\xe2\xff\xaa", "is an Excel workbook; save it as CSV"),
    ],
)
def test_a_malformed_table_is_told(tmp_path: Path, content: bytes, message: str) -> None:
    with pytest.raises(InputError, match=f"table.csv: {message}"):
        rows_of(tmp_path, content)


def test_a_table_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"table\.csv: No such file or directory; expected a label table"):
        list(read_rows(tmp_path / "table.csv", ["id"], kind="a label table"))
