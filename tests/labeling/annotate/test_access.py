"""Sessions end, and buckets refill."""

import socket

import pytest

from deepspine.data.errors import ConfigError
from deepspine.labeling.annotate.access import MAX_TRACKED, SESSION_HOURS, RateLimit, Sessions, add_reader
from deepspine.labeling.annotate.records import Role
from deepspine.labeling.annotate.serve import check_free
from deepspine.labeling.annotate.store import Store


class Clock:
    """A clock that a test turns."""

    def __init__(self) -> None:
        self.now_s = 1000.0

    def __call__(self) -> float:
        """Return the time that it shows."""
        return self.now_s


def test_a_session_ends_after_its_hours(store: Store) -> None:
    clock = Clock()
    sessions = Sessions(store.database, clock=clock)
    opened = sessions.open(add_reader(store, "anna", Role.BLIND))
    assert opened is not None
    assert sessions.find(opened.key) == opened
    clock.now_s += SESSION_HOURS * 3600 + 1
    assert sessions.find(opened.key) is None
    assert sessions.find(None) is None


def test_a_bucket_gives_its_burst_and_then_its_rate() -> None:
    clock = Clock()
    limit = RateLimit(2.0, 5, clock=clock)
    assert [limit.take("a") for _ in range(6)] == [True] * 5 + [False]
    assert limit.is_empty("a")
    assert limit.take("b")
    clock.now_s += 1.0
    assert [limit.take("a") for _ in range(3)] == [True, True, False]


def test_names_without_end_do_not_fill_the_memory() -> None:
    limit = RateLimit(1.0, 1)
    for number in range(MAX_TRACKED + 50):
        limit.take(str(number))
    assert len(limit._left) <= MAX_TRACKED + 1


def test_an_address_at_which_another_listens_is_refused() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(ConfigError, match=f"port {port}: address already in use"):
            check_free("127.0.0.1", port)
    check_free("127.0.0.1", port)
