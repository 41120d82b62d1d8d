"""A missing package is told with the extra that brings it."""

import sys

import pytest

from deepspine.cli import main
from deepspine.data.errors import ConfigError
from deepspine.data.extras import needs_extra


def test_the_extra_of_a_missing_package_is_told() -> None:
    with (
        pytest.raises(
            ConfigError, match=r"DICOMweb needs no_such_package; install it with `pip install 'deepspine\[web\]'`"
        ),
        needs_extra("web", "DICOMweb"),
    ):
        import no_such_package  # type: ignore[import-not-found]  # noqa: F401


def test_a_command_that_lacks_its_package_says_so_in_a_line(
    monkeypatch: pytest.MonkeyPatch, tmp_path: object, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "dicomweb_client", None)
    monkeypatch.setitem(sys.modules, "dicomweb_client.api", None)
    assert main(["fetch", "http://localhost:1/dicom-web", "--out", f"{tmp_path}/out"]) == 2
    assert capsys.readouterr().err.strip().endswith("install it with `pip install 'deepspine[web]'`")
