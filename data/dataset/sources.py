"""Where the studies of a build come from, by the kind of its index."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from deepspine.data.dataset.studies import StudySource, archive_studies, check_levels
from deepspine.data.dataset.volume_table import read_volume_table, volume_studies
from deepspine.data.dicom.archive_index import ArchiveIndex
from deepspine.data.errors import ConfigError, InputError
from deepspine.data.label_table import LabelTable


def find_studies(
    index: Path, levels: Path, *, root: Path | None = None, allow_mismatched_frames: bool = False
) -> tuple[Iterator[StudySource], int]:
    """Return the studies of an index, one after the other, and how many they are.

    Parameters
    ----------
    index
        An archive index (Parquet), or a table of volume files (`.csv`, see `volume_table`).
    levels
        Folder of `STUDY/levels.json`.
    root
        Folder of the archive, where it has moved since it was indexed.
    allow_mismatched_frames
        Use DICOM series of another frame of reference than the sagittal ones.

    Raises
    ------
    InputError
        When the index is missing or of another kind, or its archive or the folder of levels is missing.
    ConfigError
        When `root` is given for a table of volume files.
    """
    check_levels(levels)
    if index.suffix.lower() == ".csv":
        if root is not None:
            raise ConfigError(f"--root belongs to an archive index; the paths of {index} follow from its own folder")
        rows = read_volume_table(index)
        return volume_studies(rows, levels), len({row.study_key for row in rows})
    archive = ArchiveIndex.read(index, root=root)
    if not archive.root.exists():
        raise InputError(
            f"{archive.root}: no such archive; has it moved since it was indexed? Give its folder with --root"
        )
    total = sum(1 for _ in archive.studies())
    return archive_studies(archive, levels, allow_mismatched_frames=allow_mismatched_frames), total


def check_labels(studies: Iterable[StudySource], labels: LabelTable, path: Path) -> None:
    """Raise when none of the labels is of one of the studies: the table is of other reports.

    Parameters
    ----------
    studies
        Looked at up to the first that has a label.
    path
        Of the label table, for the message.

    Raises
    ------
    InputError
        Then.
    """
    reports = set(labels.report_ids)
    if not any(study.report_id in reports for study in studies):
        raise InputError(
            f"no study has labels: no report id of {path} is the accession number of a study; leave --labels out to "
            "build without labels"
        )
