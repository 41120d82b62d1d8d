"""Options and fixtures of all tests."""

from pathlib import Path

import pytest
from hypothesis import settings

settings.register_profile("steady", deadline=None, derandomize=True, max_examples=50)
settings.load_profile("steady")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--data", type=Path, help="folder with real data; tests on it are skipped without")


@pytest.fixture(scope="session")
def real_data(request: pytest.FixtureRequest) -> Path:
    """Return the folder of real pictures and reports, where one was given."""
    folder: Path | None = request.config.getoption("--data")
    if folder is None or not folder.is_dir():
        pytest.skip("real data not given; run pytest with --data FOLDER")
    return folder
