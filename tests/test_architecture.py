"""The house rules that no single module can hold: which room imports which, and how fast the front door opens."""

import ast
import doctest
import re
import resource
import subprocess
import sys
from pathlib import Path

import pytest

import deepspine

ROOT = Path(deepspine.__file__).parent
ALLOWED = {
    "data": {"data"},
    "labeling": {"labeling", "data"},
    "segmentation": {"segmentation", "data"},
    "grading": {"grading", "data"},
}


def imported_rooms(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module)
            names.update(f"{node.module}.{alias.name}" for alias in node.names)
    return {name.split(".")[1] for name in names if name.startswith("deepspine.")}


@pytest.mark.parametrize("room", ALLOWED)
def test_imports_point_one_way(room: str) -> None:
    files = list((ROOT / room).rglob("*.py"))
    assert files
    for path in files:
        outside = (imported_rooms(path) & {*ALLOWED, "experiments", "cli"}) - ALLOWED[room]
        assert not outside, f"{path.name} imports {outside}"


WRITTEN_STRAIGHT = {
    "parts.py": "into a file that `whole_file` gave",
    "segmentation.py": "for a process that reads it, then removed",
    "stages.py": "a log, to be read while it is written",
}
"""Modules that write files otherwise, and why they may."""


def test_files_are_written_whole() -> None:
    """What a run that is stopped leaves behind must not be taken for a result by the next one."""
    straight = re.compile(
        r"(?<!partial)\.(write_(text|bytes)\(|open\(.w|to_(csv|parquet)\((?!index|partial)|savefig\([^,]*path)"
    )
    found = [
        f"{path.name}: {line.strip()}"
        for room in (*ALLOWED, "experiments", "cli")
        for path in (ROOT / room).rglob("*.py")
        if path.name not in WRITTEN_STRAIGHT
        for line in path.read_text(encoding="utf-8").splitlines()
        if straight.search(line)
    ]
    assert not found


@pytest.mark.parametrize("name", deepspine.__all__)
def test_a_public_name_is_there_and_its_examples_call_it_so(name: str) -> None:
    examples = doctest.DocTestParser().get_examples(getattr(deepspine, name).__doc__ or "")
    assert not examples or re.search(rf"\b{name}\b", "".join(example.source for example in examples))


@pytest.mark.parametrize("module", ["deepspine", "deepspine.cli"])
def test_the_front_door_imports_nothing_heavy(module: str) -> None:
    code = f"import sys, {module}; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    heavy = {"torch", "spacy", "pandas", "pytorch_lightning", "lightning", "SimpleITK", "matplotlib", "numpy", "scipy"}
    assert not heavy & set(loaded)


def test_help_answers_in_well_under_a_second() -> None:
    """Processor time, not wall time: other tests run beside this one."""
    spent = []
    for _ in range(3):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([sys.executable, "-m", "deepspine", "--help"], capture_output=True, check=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        spent.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    assert min(spent) < 0.8
