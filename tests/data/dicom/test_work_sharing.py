"""Work is shared between processes with results in order, whoever did a piece."""

import os
import time
from multiprocessing import parent_process

import pytest

from deepspine.data.dicom import work_sharing
from deepspine.data.dicom.work_sharing import WorkSharing
from deepspine.data.errors import InputError


@pytest.fixture(autouse=True)
def helpers_from_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    """Start helpers with the first piece."""
    monkeypatch.setattr(work_sharing, "PIECES_ALONE", 0)


def who(piece: int) -> tuple[int, bool]:
    """Return the piece, and whether a helper did it."""
    time.sleep(0.02)
    return piece, parent_process() is not None


def die_in_a_helper(piece: int) -> int:
    if parent_process() is not None:
        os._exit(1)
    time.sleep(0.02)
    return piece


def refuse_the_fifth(piece: int) -> int:
    if piece == 5:
        raise ValueError("the fifth")
    return piece


def test_results_come_in_order_and_helpers_do_a_share() -> None:
    with WorkSharing(3) as sharing:
        found = []
        pieces = iter(range(100_000))
        for piece, by_helper in sharing.map(who, pieces):
            found.append((piece, by_helper))
            if sum(helped for _, helped in found) > 20:
                break
        again = list(sharing.map(who, range(40)))
    assert [piece for piece, _ in found] == list(range(len(found)))
    assert {helped for _, helped in found} == {True, False}
    assert [piece for piece, _ in again] == list(range(40))
    assert any(helped for _, helped in again)


def test_one_worker_starts_no_process() -> None:
    with WorkSharing(1) as sharing:
        assert list(sharing.map(who, range(3))) == [(0, False), (1, False), (2, False)]


def test_few_pieces_start_no_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(work_sharing, "PIECES_ALONE", 3)
    with WorkSharing(4) as sharing:
        assert not any(helped for _, helped in sharing.map(who, range(3)))


def test_what_a_piece_raises_comes_out() -> None:
    with WorkSharing(2) as sharing, pytest.raises(ValueError, match="the fifth"):
        list(sharing.map(refuse_the_fifth, range(10)))


def test_a_killed_helper_is_an_error_with_the_cure() -> None:
    with WorkSharing(2) as sharing, pytest.raises(InputError, match="fewer --workers"):
        for _ in sharing.map(die_in_a_helper, range(100_000)):
            pass
