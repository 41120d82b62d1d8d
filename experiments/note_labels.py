"""What clinicians' notes say as labels: read by our labeler, with silence made explicit."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from deepspine.data.csv_rows import read_rows
from deepspine.data.dataset.silence import LEVELS_OF_REPORTS, Silence
from deepspine.data.errors import ConfigError, InputError
from deepspine.data.findings import FINDINGS
from deepspine.data.grade_sets import GradeSet
from deepspine.data.label_table import LabelKey, LabelTable


def label_notes(path: Path) -> LabelTable:
    """Label the notes (`report_id, text`).

    Raises
    ------
    InputError
        When the file is not there or no such table.
    """
    from deepspine.labeling.tables import label_texts

    if not path.is_file():
        raise InputError(f"{path}: no notes with report_id and text; --data must hold the folder reports")
    rows = read_rows(path, ["report_id", "text"], kind="a table of notes")
    return label_texts({row["report_id"]: row["text"] for _, row in rows})


def with_silence_as_normal(labels: LabelTable, findings: Sequence[str]) -> LabelTable:
    """Return a table in which what a note leaves out is not there, for some findings at the levels of lumbar reports.

    Written out, because a dataset may hold patients without a note, whose silence says nothing.
    """
    assumed = {
        LabelKey(report_id, level, name, side): GradeSet.of(FINDINGS[name], "none")
        for report_id in labels.report_ids
        for level in LEVELS_OF_REPORTS
        for name in findings
        for side in FINDINGS[name].sides
    }
    return LabelTable({**assumed, **labels})


def mildest(labels: LabelTable) -> LabelTable:
    """Return a table of definite grades: the mildest of each set."""
    return LabelTable({key: GradeSet.of(grades.finding, grades.lowest) for key, grades in labels.items()})


def taught_by(labels: LabelTable, findings: Sequence[str], *, silence: str, sets: bool) -> LabelTable:
    """Return what labels of reports teach a variant of an experiment.

    Parameters
    ----------
    silence
        `normal`: what a report leaves out is not there; `missing`: nothing is known of it.
    sets
        Off, a set becomes the mildest of its grades, as a labeler with one answer would have to choose.

    Raises
    ------
    ConfigError
        When `silence` is neither normal nor missing.
    """
    if silence not in list(Silence):
        raise ConfigError(f"silence must be {' or '.join(Silence)}, got {silence}")
    labels = with_silence_as_normal(labels, findings) if silence == Silence.NORMAL else labels
    return labels if sets else mildest(labels)
