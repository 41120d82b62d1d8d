"""`deepspine experiment`: every experiment has a config that it understands, and mistakes are one line."""

from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

import pytest

from deepspine.cli import main
from deepspine.data.errors import ConfigError
from deepspine.experiments.recipe import Recipe, changed_recipe
from deepspine.experiments.registry import EXPERIMENTS, load_settings, rows_text, write_rows


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_every_config_opens_with_its_command_and_has_all_keys(name: str) -> None:
    experiment = EXPERIMENTS[name]
    text = experiment.config.read_text(encoding="utf-8")
    assert f"deepspine experiment {name} " in text
    settings = load_settings(import_module(experiment.module).Settings, experiment.config)
    for variant in getattr(settings, "variants", {}).values():
        assert changed_recipe(settings.recipe, variant.recipe).encoder


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["sudirman"], "experiment must be one of sudirman-weak"),
        (["sudirman-weak", "--set", "recipe.depth=3"], "--set recipe.depth=3: Key 'depth' not in 'Recipe'"),
        (["sudirman-weak", "--set", "folds=5", "--set", "folds=many"], "--set folds=many: "),
        (["sudirman-weak", "--set", "depth=3"], "no setting 'depth'; there are folds, recipe"),
        (["sudirman-weak", "--set", "folds"], "--set folds: wants KEY=VALUE"),
        (["sudirman-weak", "--set", "only=[a"], "--set only=[a: no valid YAML, line 2"),
        (["sudirman-weak", "--config", "nowhere.yaml"], "no config file nowhere.yaml"),
        (["sudirman-weak"], "PATIENT_t1.png"),
        (["sudirman-weak", "--set", "only=[best]"], 'they are "small encoder"'),
    ],
)
def test_a_mistake_is_one_line_and_exit_code_2(
    arguments: list[str], message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["experiment", *arguments, "--data", str(tmp_path), "--out", str(tmp_path / "run")]) == 2
    assert message in capsys.readouterr().err.splitlines()[-1]


def test_a_wrong_name_is_told_whatever_else_is_missing(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["experiment", "sudirman"]) == 2
    assert "experiment must be one of sudirman-weak" in capsys.readouterr().err


def test_a_recipe_takes_no_key_that_it_does_not_have() -> None:
    with pytest.raises(ConfigError, match="recipe"):
        changed_recipe(Recipe(), {"depth": 3})


@dataclass
class Sized:
    """Settings with one key."""

    size: int = 1


def test_a_setting_on_the_command_line_beats_the_file(tmp_path: Path) -> None:
    (tmp_path / "c.yaml").write_text("size: 2\n")
    assert load_settings(Sized, tmp_path / "c.yaml", ["size=3"]).size == 3


def test_a_table_has_a_column_for_every_name_that_a_row_has(tmp_path: Path) -> None:
    rows = [{"a": 1}, {"a": 2, "b": "x"}]
    write_rows(rows, tmp_path / "t.csv")
    assert (tmp_path / "t.csv").read_text() == "a,b\n1,\n2,x\n"
    assert rows_text(rows).splitlines() == ["a  b", "1", "2  x"]


def test_the_help_of_the_verb_lists_every_experiment(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["experiment", "--help"]) == 0
    text = " ".join(capsys.readouterr().out.replace("│", " ").split())
    assert all(name in text for name in EXPERIMENTS)
