"""Parquet files read as CSV would give them: every cell as text."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from deepspine.data.errors import InputError

ROWS_AT_ONCE = 1000


class ParquetText:
    """A Parquet file whose cells are text; empty cells are "", and whole numbers have no decimal point.

    Parameters
    ----------
    path
        The file.
    errors
        What is done about bytes that are no UTF-8, as for `bytes.decode`.

    Raises
    ------
    InputError
        When the file is damaged or is no Parquet file; also while rows are read.
    """

    def __init__(self, path: Path, *, errors: str = "strict") -> None:
        import pyarrow.parquet as pq

        self.path = path
        self.errors = errors
        with _damage_told(path):
            self._file = pq.ParquetFile(path)
        self.columns: list[str] = self._file.schema_arrow.names

    def rows(self, columns: Collection[str], *, text: Collection[str] = ()) -> Iterator[tuple[str, ...]]:
        """Yield the cells of some columns.

        Parameters
        ----------
        columns
            Names of the columns.
        text
            Those of them that must hold text, not numbers.

        Raises
        ------
        InputError
            When a column holds something else.
        """
        import pyarrow as pa

        for name in columns:
            self._require_kind(name, text=name in text)
        with _damage_told(self.path):
            for batch in self._file.iter_batches(ROWS_AT_ONCE, columns=list(columns)):
                cells = [_as_bytes(batch.column(name), pa).to_pylist() for name in columns]
                yield from ((*(_cell(value, self.errors) for value in row),) for row in zip(*cells, strict=True))

    def _require_kind(self, name: str, *, text: bool) -> None:
        from pyarrow import types

        kind = self._file.schema_arrow.field(name).type
        kind = kind.value_type if types.is_dictionary(kind) else kind
        if types.is_nested(kind) or (text and not (_is_text(kind) or types.is_null(kind))):
            wanted = "text" if text else "single values"
            raise InputError(f"{self.path}: column {name!r} must hold {wanted}, got {kind}; write it as text")


@contextmanager
def _damage_told(path: Path) -> Iterator[None]:
    from pyarrow import ArrowException

    try:
        yield
    except (ArrowException, UnicodeDecodeError, OSError) as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise
        raise InputError(f"{path}: no valid Parquet file; it is damaged or of another kind: write it again") from None


def _is_text(kind: Any) -> bool:
    from pyarrow import types

    tests = (types.is_string, types.is_large_string, types.is_binary, types.is_large_binary)
    return any(test(kind) for test in tests)


def _as_bytes(column: Any, pa: Any) -> Any:
    """Return text as bytes, since Parquet does not promise that it is UTF-8."""
    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    return column.cast(pa.large_binary()) if _is_text(column.type) else column


def _cell(value: object, errors: str) -> str:
    if value is None or value != value:  # not a number: pandas writes an empty cell so
        return ""
    if isinstance(value, bytes):
        return value.decode(errors=errors)
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
