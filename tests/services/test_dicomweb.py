"""Studies come over DICOMweb from a real Orthanc server, started here and thrown away afterwards."""

import json
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from dicom_files import T1, WrittenSeries

from deepspine.cli import main
from deepspine.data.dicom.archive_index import index_archive
from deepspine.data.dicom.reading import read_series
from deepspine.data.dicom.web import fetch_studies
from deepspine.data.errors import InputError
from deepspine.data.rejects import Rejects

PLUGIN = Path("/usr/share/orthanc/plugins/libOrthancDicomWeb.so")
START_TIMEOUT_S = 20.0

pytestmark = pytest.mark.services


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Run an Orthanc that holds two MR studies and a CT; gives the root of its DICOMweb service."""
    if shutil.which("Orthanc") is None or not PLUGIN.exists():
        pytest.skip("Orthanc with its DICOMweb plugin is not installed (Debian: orthanc orthanc-dicomweb)")
    folder = tmp_path_factory.mktemp("orthanc")
    port = free_port()
    settings = {
        "StorageDirectory": str(folder / "storage"),
        "IndexDirectory": str(folder / "storage"),
        "HttpPort": port,
        "DicomServerEnabled": False,
        "RemoteAccessAllowed": False,
        "AuthenticationEnabled": False,
        "Plugins": [str(PLUGIN)],
        "DicomWeb": {"Enable": True, "Root": "/dicom-web/"},
    }
    (folder / "orthanc.json").write_text(json.dumps(settings))
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(["Orthanc", str(folder / "orthanc.json")], stdout=log, stderr=log)
    try:
        _wait_for(port)
        _store(folder, f"http://127.0.0.1:{port}/dicom-web")
        yield f"http://127.0.0.1:{port}/dicom-web"
    finally:
        process.terminate()
        process.wait(timeout=20)


def _wait_for(port: int) -> None:
    deadline = time.monotonic() + START_TIMEOUT_S
    while time.monotonic() < deadline:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise TimeoutError("Orthanc did not start")


def _store(folder: Path, url: str) -> None:
    from dicomweb_client.api import DICOMwebClient
    from pydicom import dcmread

    paths = WrittenSeries("one", "t2").write(folder / "one")
    paths += WrittenSeries("two", "t1", tags={**T1, "StudyDate": "20200229"}).write(folder / "two")
    paths += WrittenSeries("ct", tags={"Modality": "CT"}).write(folder / "ct")
    DICOMwebClient(url).store_instances([dcmread(path) for path in paths])


def test_mr_series_are_fetched_and_read_like_the_originals(server: str, tmp_path: Path) -> None:
    summary = fetch_studies(server, tmp_path / "fetched", rejects=Rejects())
    assert (summary.studies, summary.series, summary.files_fetched) == (2, 2, 12)
    found = index_archive(tmp_path / "fetched").series
    assert sorted(one.report_id for one in found) == ["A-one", "A-two"]
    volume = read_series(found[0])
    WrittenSeries("one", "t2").write(tmp_path / "original")
    original = read_series(index_archive(tmp_path / "original").series[0])
    assert volume.grid.matches(original.grid)
    assert (volume.voxels == original.voxels).all()


def test_only_what_is_missing_is_fetched_again(server: str, tmp_path: Path) -> None:
    fetch_studies(server, tmp_path, rejects=Rejects())
    files = sorted(tmp_path.rglob("*.dcm"))
    files[0].unlink()
    summary = fetch_studies(server, tmp_path, rejects=Rejects())
    assert (summary.files_fetched, summary.files_there) == (1, 11)
    assert files[0].exists()


def test_names_of_files_hold_no_identifiers(server: str, tmp_path: Path) -> None:
    fetch_studies(server, tmp_path, rejects=Rejects())
    names = " ".join(str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*"))
    assert "patient" not in names
    assert "1.2." not in names


def test_studies_can_be_chosen_by_date(server: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["fetch", server, "--out", str(tmp_path), "--study-date", "20200101-20201231", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["files_fetched"] == 6


def test_a_server_without_dicomweb_is_refused(server: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="does not answer a DICOMweb search"):
        fetch_studies(server.replace("dicom-web", "nothing"), tmp_path, rejects=Rejects())
