"""SPIDER's gradings as labels, and what a variant starts from."""

from pathlib import Path

import pytest

from deepspine.data.errors import ConfigError, InputError
from deepspine.data.label_table import LabelTable
from deepspine.data.levels import Level
from deepspine.experiments.registry import CONFIGS, load_settings
from deepspine.experiments.spider_graded import (
    Material,
    Settings,
    Variant,
    learn,
    read_endplates,
)

HEADER = (
    "Patient,IVD label,Modic,UP endplate,LOW endplate,Spondylolisthesis,Disc herniation,Disc narrowing,Disc bulging,"
    "Pfirrman grade\n"
)


def test_either_endplate_makes_a_disc_changed(tmp_path: Path) -> None:
    (tmp_path / "gradings.csv").write_text(HEADER + "7,1,0,0,1,0,0,0,0,2\n7,2,0,0,0,0,0,0,0,2\n7,9,0,1,1,0,0,0,0,2\n")
    labels = {key.level: str(grades) for key, grades in read_endplates(tmp_path / "gradings.csv").items()}
    assert labels == {Level.L5_S1: "present", Level.L4_L5: "none"}


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ("7,1,0,0,yes,0,0,0,0,2\n", "row 2, column LOW endplate: must be a whole number, got 'yes'"),
        ("7,1,0,0,0,0,0,0,0,2\n7,2,0,,0,0,0,0,0,2\n", "row 3, column UP endplate: must be a whole number, got ''"),
        ("7,1,0,0\n", "row 2: must have as many cells as the header"),
    ],
)
def test_gradings_of_endplates_that_cannot_be_read_are_named(tmp_path: Path, rows: str, message: str) -> None:
    (tmp_path / "gradings.csv").write_text(HEADER + rows)
    with pytest.raises(InputError, match=rf"gradings\.csv:? {message}"):
        read_endplates(tmp_path / "gradings.csv")


def test_a_start_that_there_is_not_is_refused(tmp_path: Path) -> None:
    settings = load_settings(Settings, CONFIGS / "spider_graded.yaml")
    material = Material({"usual": tmp_path}, LabelTable({}), LabelTable({}))
    with pytest.raises(ConfigError, match="start must be"):
        learn(Variant(start="imagenet"), settings, material, tmp_path, lambda n: None)
