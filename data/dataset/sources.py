"""Where the studies of a build come from, by the kind of its index."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from deepspine.data.dataset.studies import StudySource, archive_studies
from deepspine.data.dataset.volume_table import read_volume_table, volume_studies
from deepspine.data.dicom.archive_index import ArchiveIndex


def find_studies(
    index: Path, levels: Path, *, allow_mismatched_frames: bool = False
) -> tuple[Iterator[StudySource], int]:
    """Return the studies of an index, and how many they are.

    Parameters
    ----------
    index
        An archive index (Parquet), or a table of volume files (`.csv`, see `volume_table`).
    levels
        Folder of `STUDY/levels.json`.
    allow_mismatched_frames
        Use DICOM series of another frame of reference than the sagittal ones.

    Raises
    ------
    InputError
        When the index is missing or of another kind.
    """
    if index.suffix.lower() == ".csv":
        rows = read_volume_table(index)
        return volume_studies(rows, levels), len({row.study_key for row in rows})
    archive = ArchiveIndex.read(index)
    total = sum(1 for _ in archive.studies())
    return archive_studies(archive, levels, allow_mismatched_frames=allow_mismatched_frames), total
