"""The index of an archive: one row a series, in one Parquet file."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, fields
from itertools import groupby, islice
from pathlib import Path
from typing import Any

from deepspine.data.dicom.series import Series, Study
from deepspine.data.errors import InputError
from deepspine.data.geometry import Plane
from deepspine.data.provenance import provenance
from deepspine.data.rejects import Rejects
from deepspine.data.volume import Weighting
from deepspine.data.whole_files import whole_file

_METADATA_KEY = b"deepspine"
_TUPLES = {"image_type", "spacing_mm", "frames"}
_TRIPLES = {"centers_lps", "normals_lps"}
ROWS_PER_GROUP = 128
"""Series written or read at a time; bounds memory whatever the size of the archive."""


@dataclass(frozen=True)
class ArchiveIndex:
    """Series of an archive, ordered by patient, study and series.

    Attributes
    ----------
    root
        The archive's folder; paths in the Parquet file are relative to it. The file names it from the top of the file
        system, so that it is found from any folder: an index is to be treated like its archive.
    source
        Gives the series in order, each time it is iterated: a tuple, or rows on disk.
    passed_over
        Sound files that are no MR pictures, counted by reason.
    n_files
        Files met: used, passed over and rejected, those that were not opened too.
    """

    root: Path
    source: Iterable[Series]
    passed_over: dict[str, int]
    n_files: int

    @property
    def series(self) -> tuple[Series, ...]:
        """All series at once; `studies` and iteration keep only what is being looked at in memory."""
        return tuple(self.source)

    def __iter__(self) -> Iterator[Series]:
        return iter(self.source)

    def studies(self) -> Iterator[Study]:
        """Yield the studies, each with its series by series number."""
        for (study_key, patient_key), members in groupby(self, key=lambda one: (one.study_key, one.patient_key)):
            series = tuple(members)
            report_id = next((one.report_id for one in series if one.report_id), "")
            yield Study(study_key, patient_key, report_id, series)

    def write(self, path: Path) -> None:
        """Write the index as Parquet, whole or not at all; equal archives give equal bytes."""
        import pyarrow as pa
        import pyarrow.parquet as pq

        root = self.root.resolve()
        made_by = provenance([root], root=str(root), n_files=self.n_files, passed_over=self.passed_over)
        schema = _schema().with_metadata({_METADATA_KEY: json.dumps(made_by, sort_keys=True).encode()})
        with whole_file(path) as partial, pq.ParquetWriter(partial, schema) as writer:
            series = iter(self)
            while rows := [_to_row(one, self.root) for one in islice(series, ROWS_PER_GROUP)]:
                writer.write_table(pa.Table.from_pylist(rows, schema=schema))

    @classmethod
    def read(cls, path: Path, *, root: Path | None = None) -> ArchiveIndex:
        """Open an index; `root` replaces the archive's folder when it has moved.

        Raises
        ------
        InputError
            When the file is missing or no index, or `root` is no folder.
        """
        import pyarrow as pa
        import pyarrow.parquet as pq

        if root is not None and not root.is_dir():
            raise InputError(f"no folder {root}; give as root the folder in which the archive lies now")
        try:
            schema = pq.read_schema(path)
            metadata = json.loads(schema.metadata[_METADATA_KEY])
            base = Path(metadata["root"]) if root is None else root
            if schema.names != _schema().names:
                raise KeyError("columns")
            return cls(base, _Rows(path, base), metadata["passed_over"], metadata["n_files"])
        except FileNotFoundError:
            raise InputError(f"no index {path}; make one with `deepspine index ARCHIVE --out {path}`") from None
        except (OSError, pa.ArrowInvalid, KeyError, TypeError, ValueError):
            raise InputError(f"{path} is not an archive index; make one with `deepspine index`") from None


@dataclass(frozen=True)
class _Rows:
    """Series in a Parquet file, read a group at a time."""

    path: Path
    root: Path

    def __iter__(self) -> Iterator[Series]:
        import pyarrow.parquet as pq

        with pq.ParquetFile(self.path) as file:
            for batch in file.iter_batches(ROWS_PER_GROUP):
                yield from (_from_row(row, self.root) for row in batch.to_pylist())


def index_archive(
    root: Path | str,
    *,
    workers: int = 1,
    rejects: Rejects | None = None,
    headers: Path | None = None,
    advance: Callable[[int], None] | None = None,
) -> ArchiveIndex:
    """Find every MR series of an archive.

    Parameters
    ----------
    root
        Folder, zip or tar file of DICOM files in any arrangement, or one DICOM file or DICOMDIR.
    workers
        Processes that read headers; the result does not depend on their number.
    rejects
        Takes what could not be used, with the reason.
    headers
        File that keeps what was read of each file, see `headers_beside`: a later run reads only files that are new or
        whose size or time of change differ, and gives the index that reading all would give.
    advance
        Called with the number of files done since its last call, for a progress bar.

    Raises
    ------
    InputError
        When `root` does not exist or holds no MR series, or `headers` is damaged.
    """
    from deepspine.data.dicom.scanning import scan_archive

    rejects = Rejects() if rejects is None else rejects
    return scan_archive(Path(root), workers=workers, rejects=rejects, headers=headers, advance=advance)


def headers_beside(path: Path) -> Path:
    """Return where the headers of the files of an index are kept: `index.headers.sqlite` beside `index.parquet`."""
    return path.with_suffix(".headers.sqlite")


def _to_row(one: Series, root: Path) -> dict[str, Any]:
    row = {field.name: getattr(one, field.name) for field in fields(one)}
    row["paths"] = [path.relative_to(root).as_posix() for path in one.paths]
    return row | {"plane": one.plane.value, "weighting": one.weighting.value}


def _from_row(row: dict[str, Any], root: Path) -> Series:
    values = row | {name: tuple(row[name]) for name in _TUPLES}
    values |= {name: tuple(tuple(triple) for triple in row[name]) for name in _TRIPLES}
    values["paths"] = tuple(root / path for path in row["paths"])
    return Series(**(values | {"plane": Plane(row["plane"]), "weighting": Weighting(row["weighting"])}))


def _schema() -> Any:
    import pyarrow as pa

    kinds = {"str": pa.string(), "int": pa.int64(), "bool": pa.bool_(), "float | None": pa.float64()}
    special = {
        "plane": pa.string(),
        "weighting": pa.string(),
        "image_type": pa.list_(pa.string()),
        "spacing_mm": pa.list_(pa.float64()),
        "centers_lps": pa.list_(pa.list_(pa.float64(), 3)),
        "normals_lps": pa.list_(pa.list_(pa.float64(), 3)),
        "paths": pa.list_(pa.string()),
        "frames": pa.list_(pa.int32()),
    }
    return pa.schema([(field.name, special.get(field.name) or kinds[str(field.type)]) for field in fields(Series)])
