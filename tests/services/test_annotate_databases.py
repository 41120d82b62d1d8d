"""The same project on SQLite and on PostgreSQL, by one reader and by twenty at once."""

import statistics
import time
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest
from annotation_projects import TEXTS, RunningServer, SignedIn, add_readers, make_store

from deepspine.data.levels import LUMBAR_LEVELS
from deepspine.labeling.annotate.access import hash_of
from deepspine.labeling.annotate.adjudication import consensus_table
from deepspine.labeling.annotate.records import Role
from deepspine.labeling.annotate.schema import metadata
from deepspine.labeling.annotate.store import Store

READERS = 20
MINUTE_S = 60.0
THINKING_S = 0.8
"""More than a label a second from each: faster than a reader's hand."""
P95_LIMIT_S = 0.2
GRADES = ("none", "mild", "moderate", "severe")

pytestmark = pytest.mark.services


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Give a place for a project: a file, or an empty database on a real server."""
    if request.param == "sqlite":
        yield str(tmp_path / "project.db")
        return
    url: str = request.getfixturevalue("postgresql")
    yield url
    from sqlalchemy import create_engine

    engine = create_engine(url)
    metadata.drop_all(engine)
    engine.dispose()


@pytest.fixture
def store(place: str) -> Iterator[Store]:
    project = make_store(place)
    yield project
    project.database.close()


@pytest.fixture
def server(store: Store, place: str, tmp_path: Path) -> Iterator[RunningServer]:
    """Run the real server on the project; needs readers before it starts."""
    running = RunningServer(place, tmp_path / "server.log")
    yield running
    running.stop()


def test_a_project_is_read_settled_and_exported_on_either_database(store: Store, server: RunningServer) -> None:
    tokens = add_readers(store, anna=Role.ASSISTED, bert=Role.BLIND, judge=Role.ADJUDICATOR)
    server.start()
    signed = {name: SignedIn(httpx.Client(base_url=server.url), token) for name, token in tokens.items()}
    signed["anna"].client.get("/report/1")
    signed["anna"].done(1)
    signed["bert"].label(1, "L4-L5|bulge|", "mild", "moderate")
    assert signed["bert"].label(1, "L4-L5|bulge|", "severe").json()["grades"] == ["severe"]
    assert signed["bert"].undo(1).json()["grades"] == ["mild", "moderate"]
    signed["bert"].done(1)
    signed["judge"].label(1, "L4-L5|bulge|", "mild")
    lines = consensus_table(store, store.reader_named("judge")).to_csv_text().splitlines()
    assert "r01,L4-L5,bulge,,mild" in lines
    assert "r01,L4-L5,canal_stenosis,,?" in lines
    assert store.table(store.reader_named("anna"))


def test_what_was_saved_survives_a_server_that_is_killed(store: Store, server: RunningServer) -> None:
    token = add_readers(store, bert=Role.BLIND)["bert"]
    server.start()
    reader = SignedIn(httpx.Client(base_url=server.url), token)
    name = str(uuid.uuid4())
    assert reader.label(1, "L4-L5|bulge|", "mild", edit_id=name).status_code == 200
    server.kill()
    server.start()
    again = reader.label(1, "L4-L5|bulge|", "mild", edit_id=name)
    assert again.json()["grades"] == ["mild"]
    assert reader.undo(1).json()["grades"] == []


def _read_for_a_minute(url: str, token: str, seed: int) -> tuple[dict[tuple[int, str], str], list[float]]:
    """Set labels for a minute, sending each seventh change twice; returns the last label of each cell, and times."""
    last: dict[tuple[int, str], str] = {}
    times: list[float] = []
    with httpx.Client(base_url=url, timeout=30) as client:
        reader = SignedIn(client, token)
        end = time.monotonic() + MINUTE_S
        count = seed
        while time.monotonic() < end:
            number, level = count % len(TEXTS) + 1, LUMBAR_LEVELS[count % 5]
            cell, grade, name = f"{level}|canal_stenosis|", GRADES[count // 7 % 4], str(uuid.uuid4())
            for _ in range(2 if count % 7 == 0 else 1):
                start = time.monotonic()
                answer = reader.label(number, cell, grade, edit_id=name)
                times.append(time.monotonic() - start)
                assert answer.json()["grades"] == [grade]
            last[number, cell] = grade
            count += 1
            time.sleep(THINKING_S)
    return last, times


@pytest.mark.timeout(240)
def test_twenty_readers_at_once_lose_and_double_nothing(store: Store, server: RunningServer) -> None:
    tokens = add_readers(store, **{f"reader{n}": Role.BLIND for n in range(READERS)})
    server.start()
    with ThreadPoolExecutor(READERS) as pool:
        jobs = [pool.submit(_read_for_a_minute, server.url, token, n) for n, token in enumerate(tokens.values())]
        results = [job.result() for job in jobs]
    times = sorted(one for _, taken in results for one in taken)
    p95_s = times[int(0.95 * len(times))]
    print(f"{len(times)} changes, median {statistics.median(times) * 1000:.0f} ms, p95 {p95_s * 1000:.0f} ms")  # noqa: T201
    for name, (last, taken) in zip(tokens, results, strict=True):
        reader = store.reader_named(name)
        kept = {
            (number, "|".join(cell)): str(grades)
            for number in store.report_ids()
            for cell, grades in store.labels(reader, number).items()
        }
        assert kept == last
        assert len(taken) > 40
    with store.database.reading() as connection:
        edits = connection.exec_driver_sql("SELECT count(*), count(DISTINCT edit_id) FROM edits").one()
    assert edits[0] == edits[1] < len(times)
    assert p95_s < P95_LIMIT_S


def test_tokens_are_kept_as_hashes(store: Store) -> None:
    token = add_readers(store, anna=Role.BLIND)["anna"]
    with store.database.reading() as connection:
        kept = connection.exec_driver_sql("SELECT token_hash FROM readers").scalars().all()
    assert kept == [hash_of(token)]
