"""Fixtures of the tests of datasets."""

from pathlib import Path

import pytest

from deepspine.cli import main


@pytest.fixture(scope="session")
def phantom(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return an archive of two invented studies, its index and its truth; tests only read it."""
    folder = tmp_path_factory.mktemp("phantom")
    assert main(["phantom", "--studies", "2", "--seed", "3", "--out", str(folder)]) == 0
    assert main(["index", str(folder / "archive"), "--out", str(folder / "index.parquet")]) == 0
    return folder
