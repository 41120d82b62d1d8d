"""What was made with other settings, or nobody knows with which, is not taken for what is asked."""

from pathlib import Path

import pytest

from deepspine.data.errors import ConfigError
from deepspine.experiments.made_with import claim

ASKED = {"recipe": {"epochs": 9, "findings": ["bulge"]}, "folds": 5}


def test_the_same_settings_go_on(tmp_path: Path) -> None:
    claim(tmp_path / "new", ASKED, holds=False)
    claim(tmp_path / "new", ASKED, holds=True)


def test_other_settings_are_refused_by_name_with_the_way_out(tmp_path: Path) -> None:
    claim(tmp_path, ASKED, holds=False)
    with pytest.raises(ConfigError) as refused:
        claim(tmp_path, {**ASKED, "recipe": {"epochs": 1, "findings": ["bulge"]}, "start": "abc"}, holds=True)
    assert str(refused.value) == (
        f"{tmp_path}: was made with other settings (recipe.epochs 9 there, 1 asked; start unset there, abc asked); "
        "choose another --out, or remove this folder to make it anew"
    )


def test_where_nothing_was_made_yet_new_settings_take_over(tmp_path: Path) -> None:
    claim(tmp_path, ASKED, holds=False)
    claim(tmp_path, {"folds": 2}, holds=False)
    claim(tmp_path, {"folds": 2}, holds=True)


def test_an_option_that_came_later_and_is_not_set_tells_nothing_apart(tmp_path: Path) -> None:
    claim(tmp_path, ASKED, holds=False)
    claim(tmp_path, {**ASKED, "start": None, "extra": {}, "held": []}, holds=True)


@pytest.mark.parametrize("record", [None, "no json", "[1]"])
def test_what_does_not_say_what_it_was_made_with_is_refused(record: str | None, tmp_path: Path) -> None:
    table = tmp_path / "table.csv"
    table.touch()
    if record is not None:
        (tmp_path / "table.json").write_text(record)
    with pytest.raises(ConfigError, match=r"does not say what it was made with .* remove this file"):
        claim(table, ASKED, holds=True, record=tmp_path / "table.json")
