"""`deepspine --version` tells which code, rules and weights answer."""

import hashlib
import re
from pathlib import Path

import pytest

import deepspine
from deepspine.cli import main
from deepspine.cli.versions import WEIGHTS

ROOT = Path(deepspine.__file__).parent


def test_all_weights_that_are_shipped_are_told_with_what_they_hold(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    code, rules, *weights = capsys.readouterr().out.splitlines()
    assert code.startswith("deepspine ")
    assert re.fullmatch(r"rules     [0-9a-f]{12}", rules)
    rooms = (path for path in ROOT.iterdir() if path.is_dir())
    shipped = {path.parent.resolve() for room in rooms for path in room.resolve().rglob("model.safetensors")}
    assert {(ROOT / folder).resolve() for folder in WEIGHTS.values()} == shipped
    for (use, folder), line in zip(WEIGHTS.items(), weights, strict=True):
        content = (ROOT / folder / "model.safetensors").read_bytes()
        assert re.fullmatch(rf"weights   {use}: [^,]+ {hashlib.sha256(content).hexdigest()[:12]}", line)
