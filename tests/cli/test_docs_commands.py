"""Every command that the docs show exists, with every option that they show, and every key of a training."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer.main
import yaml

from deepspine.cli import app, main

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]


def shown_commands() -> Iterator[tuple[str, str]]:
    for page in PAGES:
        for block in re.findall(r"^```[a-z]*\n(.*?)^```", page.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE):
            for line in block.replace("\\\n", " ").splitlines():
                command = line.strip().removeprefix("$ ").removeprefix(".venv/bin/")
                if command.startswith("deepspine "):
                    yield page.name, command


def resolve(words: list[str]) -> tuple[Any, list[str]]:
    """Return the command that the words name, and the words left over."""
    command: Any = typer.main.get_command(app)
    while hasattr(command, "commands") and words and not words[0].startswith("-"):
        assert words[0] in command.commands, f"no verb {words[0]!r}"
        command, words = command.commands[words[0]], words[1:]
    return command, words


SHOWN = sorted(set(shown_commands()))
TRAIN = "deepspine train "
KEY = re.compile(r"--((?:data|model|trainer)\.[a-z_.]*[a-z_])")


def words_of(line: str) -> list[str]:
    words = shlex.split(line, comments=True)[1:]
    return words[: words.index("|")] if "|" in words else words


def config_of(words: list[str], capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    """Return the config that a training would run with; `--print_config` stops before anything is started."""
    code = main([*words, "--print_config"])
    printed = capsys.readouterr()
    assert code == 0, printed.err
    config = yaml.safe_load(printed.out)
    assert isinstance(config, dict)
    return config


def has_key(config: dict[str, Any], key: str) -> bool:
    """Whether a config has a key in full: the parser would also take the beginning of its name."""
    value: Any = config
    for name in key.split("."):
        if not isinstance(value, dict) or name not in value:
            return False
        value = value[name]
    return True


def missing_keys(line: str, capsys: pytest.CaptureFixture[str]) -> list[str]:
    """Return the keys that a shown training sets and does not have; what cannot be parsed fails at once."""
    words = words_of(line)
    config = config_of(words, capsys)
    return [key for key in KEY.findall(" ".join(words)) if not has_key(config, key)]


@pytest.mark.parametrize(("page", "line"), [(page, line) for page, line in SHOWN if not line.startswith(TRAIN)])
def test_a_shown_command_exists_with_its_options(page: str, line: str) -> None:
    command, rest = resolve(words_of(line))
    assert not command.context_settings.get("ignore_unknown_options"), "its options are checked by no test"
    known = {option for parameter in command.params for option in (*parameter.opts, *parameter.secondary_opts)}
    shown = {word.split("=")[0] for word in rest if re.match(r"--?[a-z]", word)}
    assert shown <= known | {"-h", "--help"}, f"{page}: {line}"


@pytest.mark.parametrize(("page", "line"), [(page, line) for page, line in SHOWN if line.startswith(TRAIN)])
def test_a_shown_training_has_the_keys_that_it_sets(
    page: str, line: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(ROOT)
    assert not missing_keys(line, capsys), f"{page}: {line}"


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize(
    "line",
    [
        "deepspine train grading --config experiments/configs/no_such.yaml",
        "deepspine train grading --config experiments/configs/grading.yaml --data.root DATA",
        "deepspine train grading --config experiments/configs/grading.yaml --data.fold 5",
        "deepspine train segmentation --config experiments/configs/segmentation.yaml --trainer.max_steps many",
        "deepspine train detection --config experiments/configs/detection.yaml --datas DATA",
    ],
)
def test_a_training_with_a_wrong_key_or_value_would_be_found(
    line: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(ROOT)
    with pytest.raises(AssertionError):
        assert not missing_keys(line, capsys)


def test_the_text_names_no_key_that_no_training_has(capsys: pytest.CaptureFixture[str]) -> None:
    configs = [
        config_of(["train", name, "--config", str(ROOT / "experiments" / "configs" / f"{name}.yaml")], capsys)
        for name in ("segmentation", "detection", "grading")
    ]
    named = {(page.name, key) for page in PAGES for key in KEY.findall(page.read_text(encoding="utf-8"))}
    assert ("grading.md", "data.folds") in named
    assert not {(page, key) for page, key in named if not any(has_key(config, key) for config in configs)}
