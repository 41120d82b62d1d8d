"""What notes teach: silence written out, sets kept or narrowed."""

from pathlib import Path

import pytest

from deepspine.data.errors import ConfigError, InputError
from deepspine.data.findings import FINDINGS, Side
from deepspine.data.grade_sets import GradeSet
from deepspine.data.label_table import LabelKey, LabelTable
from deepspine.data.levels import Level
from deepspine.experiments.note_labels import label_notes, taught_by, with_silence_as_normal

CANAL = FINDINGS["canal_stenosis"]


@pytest.fixture
def notes(tmp_path: Path) -> LabelTable:
    """Return the labels of one note on one level."""
    path = tmp_path / "notes.csv"
    path.write_text("report_id,text\nr1,L4-L5: mild to moderate canal stenosis.\n", encoding="utf-8")
    return label_notes(path)


def test_notes_as_excel_writes_them_are_read(tmp_path: Path, notes: LabelTable) -> None:
    path = tmp_path / "excel.csv"
    path.write_text("report_id,text\nr1,L4-L5: mild to moderate canal stenosis.\n", encoding="utf-8-sig")
    assert label_notes(path) == notes


def key(level: Level) -> LabelKey:
    return LabelKey("r1", level, CANAL.name, Side.MIDLINE)


def test_silence_is_written_out_for_patients_with_a_note_alone(notes: LabelTable) -> None:
    labels = with_silence_as_normal(notes, [CANAL.name])
    assert str(labels[key(Level.L3_L4)]) == "none"
    assert str(labels[key(Level.L4_L5)]) == "mild|moderate"
    assert labels.report_ids == ["r1"]
    assert not any(one.level is Level.T12_L1 for one in labels), "lumbar reports do not look there"


def test_what_a_note_leaves_out_is_unknown_or_not_there(notes: LabelTable) -> None:
    assert key(Level.L2_L3) not in taught_by(notes, [CANAL.name], silence="missing", sets=True)
    assumed = taught_by(notes, [CANAL.name], silence="normal", sets=True)[key(Level.L2_L3)]
    assert assumed == GradeSet.of(CANAL, "none")


@pytest.mark.parametrize(("sets", "grades"), [(True, "mild|moderate"), (False, "mild")])
def test_a_set_stays_or_becomes_its_mildest_grade(notes: LabelTable, sets: bool, grades: str) -> None:
    assert str(taught_by(notes, [CANAL.name], silence="missing", sets=sets)[key(Level.L4_L5)]) == grades


def test_another_silence_is_refused(notes: LabelTable) -> None:
    with pytest.raises(ConfigError, match="missing or normal, got golden"):
        taught_by(notes, [CANAL.name], silence="golden", sets=True)


def test_notes_that_are_not_there_are_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no notes with report_id and text"):
        label_notes(tmp_path / "nowhere.csv")
