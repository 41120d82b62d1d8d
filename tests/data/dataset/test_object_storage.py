"""Datasets in object storage: built there, checked there, read from there, against a local S3 server."""

import json
from collections.abc import Iterator
from pathlib import Path
from unittest.mock import patch

import numpy as np
import pytest

from deepspine.cli import main
from deepspine.data.dataset.shards import StoredSample, offsets_name, stored_samples
from deepspine.data.dataset.storage import Folder, read_range, url_of
from deepspine.data.errors import ConfigError, InputError


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """Start a local S3 server, the only one that S3 clients of this module know."""
    from moto.server import ThreadedMotoServer

    moto = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    moto.start()
    host, port = moto.get_host_and_port()
    variables = {
        "AWS_ENDPOINT_URL": f"http://{host}:{port}",
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
        "AWS_DEFAULT_REGION": "us-east-1",
    }
    with patch.dict("os.environ", variables):
        import s3fs

        s3fs.S3FileSystem.clear_instance_cache()
        s3fs.S3FileSystem().mkdir("spines")
        yield variables["AWS_ENDPOINT_URL"]
        s3fs.S3FileSystem.clear_instance_cache()
    moto.stop()


def build(phantom: Path, out: str) -> int:
    labels = str(phantom / "truth" / "labels.csv")
    arguments = ["--index", str(phantom / "index.parquet"), "--labels", labels, "--levels", str(phantom / "truth")]
    return main(["build", *arguments, "--out", out])


@pytest.fixture(scope="module")
def stored(server: str, phantom: Path) -> str:
    """Return the URL of a dataset in the store."""
    assert build(phantom, "s3://spines/sets/one") == 0
    return "s3://spines/sets/one"


def test_a_dataset_in_storage_is_that_on_disk(stored: str, phantom: Path, tmp_path: Path) -> None:
    assert build(phantom, str(tmp_path / "set")) == 0
    folder = Folder(stored)
    assert folder.names() == sorted(path.name for path in (tmp_path / "set").iterdir())
    for path in (tmp_path / "set").iterdir():
        assert folder.read(path.name) == path.read_bytes(), path.name


def test_samples_are_read_by_range_also_through_a_path_that_lost_a_slash(stored: str) -> None:
    samples = stored_samples(stored)
    assert samples == stored_samples(Path(stored))
    assert all(sample.shard == f"{stored}/{str(sample.shard).rpartition('/')[2]}" for sample in samples)
    with patch("deepspine.data.dataset.shards.read_range", wraps=read_range) as requests:
        sample = samples[2].read()
    assert requests.call_count == 1
    assert np.isfinite(sample.crops["sagittal_t2"]).mean() > 0.5


def keys_of(batch: list[StoredSample]) -> list[str]:
    return [stored.read().key for stored in batch]


@pytest.mark.filterwarnings("ignore:This DataLoader will create")
def test_the_workers_of_a_training_loader_read_from_storage(stored: str) -> None:
    """Workers are forks of a process that has read already: its connection is of no use to them."""
    from torch.utils.data import DataLoader

    samples = stored_samples(stored)
    samples[0].read()
    loader = DataLoader(samples, batch_size=2, num_workers=2, collate_fn=keys_of)  # type: ignore[arg-type]
    assert [key for batch in loader for key in batch] == [one.key for one in samples]


def test_check_sees_damage_in_storage(stored: str, phantom: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", stored]) == 0
    url = "s3://spines/sets/damaged"
    assert build(phantom, url) == 0
    folder = Folder(url)
    shard = next(name for name in folder.names() if name.endswith(".tar"))
    content = folder.read(shard)
    folder.write(shard, content[:600] + b"?" + content[601:])
    folder.write("notes.txt", b"x")
    folder.write(offsets_name(shard), b"{}")
    capsys.readouterr()
    assert main(["check", url, "--json"]) == 2
    problems = json.loads(capsys.readouterr().out)["problems"]
    assert any("checksum differs" in problem for problem in problems)
    assert any("notes.txt" in problem for problem in problems)
    assert any("offsets.json" in problem for problem in problems)
    with pytest.raises(InputError, match="no samples"):
        stored_samples(url)
    folder.write(offsets_name(shard), b"[")
    with pytest.raises(InputError, match="is damaged"):
        stored_samples(url)


def test_a_second_build_in_storage_adds_nothing(stored: str, phantom: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = {name: Folder(stored).read(name) for name in Folder(stored).names()}
    assert build(phantom, stored) == 0
    assert "added 0  kept 2" in capsys.readouterr().out
    assert before == {name: Folder(stored).read(name) for name in Folder(stored).names()}


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("s3://spines/nowhere", "no manifest.json"),
        ("s3://no-such-bucket/set", "no manifest.json"),
        ("nosuch://bucket/set", "no storage is called nosuch://"),
    ],
)
def test_a_wrong_url_is_one_line(url: str, message: str, server: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", url]) == 2
    error = capsys.readouterr().err
    assert message in error
    assert len(error.splitlines()) == 1


def test_a_server_that_is_not_reached_is_no_empty_store_and_a_missing_bucket_is_named(
    server: str, phantom: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Else a build would take a store that is down for an empty one, and write over its manifest."""
    assert build(phantom, "s3://no-such-bucket/set") == 2
    assert "s3://no-such-bucket/set: not found in storage" in capsys.readouterr().err
    import s3fs

    s3fs.S3FileSystem.clear_instance_cache()
    with patch.dict("os.environ", {"AWS_ENDPOINT_URL": "http://127.0.0.1:9", "AWS_MAX_ATTEMPTS": "1"}):
        assert main(["check", "s3://spines/set"]) == 2
    assert "storage refused or was not reached" in capsys.readouterr().err
    s3fs.S3FileSystem.clear_instance_cache()


def test_storage_without_its_package_says_what_to_install() -> None:
    with (
        patch("fsspec.filesystem", side_effect=ImportError("s3fs")),
        pytest.raises(ConfigError, match=r"deepspine\[s3\]"),
    ):
        Folder("s3://spines/x").read("manifest.json")


@pytest.mark.parametrize(
    ("location", "url"),
    [
        ("s3://b/c", "s3://b/c"), (Path("s3://b/c"), "s3://b/c"), ("s3://b/c/", "s3://b/c"), ("gs://b", "gs://b"),
        ("/data/set", None), ("C:/data/set", None), ("set", None), ("a b:/c", None),
    ],
)  # fmt: skip
def test_urls_are_told_from_paths(location: str | Path, url: str | None) -> None:
    assert url_of(location) == url
