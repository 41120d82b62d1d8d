"""What can be said of DICOMweb without a server; the rest is in tests/services."""

from pathlib import Path

import pytest
from requests.exceptions import ReadTimeout

from deepspine.cli import main
from deepspine.data.dicom import web
from deepspine.data.dicom.web import fetch_studies
from deepspine.data.errors import InputError
from deepspine.data.rejects import Rejects


@pytest.mark.parametrize("url", ["pacs", "ftp://pacs.example/x"])
def test_what_is_no_address_is_refused(tmp_path: Path, url: str) -> None:
    with pytest.raises(InputError, match="no address of a server"):
        fetch_studies(url, tmp_path, rejects=Rejects())


class _Server:
    """Answers a search for two studies, and tells the series of the second alone."""

    def search_for_studies(self, **_: object) -> list[dict[str, object]]:
        return [{"0020000D": {"Value": [uid]}} for uid in ("1.2.1", "1.2.2")]

    def search_for_series(self, study_uid: str, **_: object) -> list[dict[str, object]]:
        if study_uid == "1.2.1":
            raise ReadTimeout("no answer")
        return [{"0020000E": {"Value": ["1.2.2.1"]}}]

    def search_for_instances(self, *_: object, **__: object) -> list[dict[str, object]]:
        return []

    def iter_series(self, *_: object) -> list[object]:
        return []


def test_a_study_that_the_server_does_not_tell_of_is_listed_and_the_rest_is_fetched(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(web, "_client", lambda url: _Server())
    rejects = Rejects()
    summary = fetch_studies("http://pacs.example/dicom", tmp_path, rejects=rejects)
    assert [reason for _, reason in rejects.rows] == ["series not listed (ReadTimeout)"]
    assert (summary.studies, summary.series) == (1, 1)


def test_a_server_that_tells_of_no_study_is_too_many_rejects(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    server = _Server()
    monkeypatch.setattr(server, "search_for_studies", lambda **_: [{"0020000D": {"Value": ["1.2.1"]}}])
    monkeypatch.setattr(web, "_client", lambda url: server)
    assert main(["fetch", "http://pacs.example/dicom", "--out", str(tmp_path / "archive")]) == 3
