"""A file is there whole or not at all."""

import os
import threading
from pathlib import Path

import pytest

from deepspine.data.whole_files import whole_file, write_whole


def test_what_is_written_takes_the_place_of_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    for content in ("old\n", "Würzburg\r\n", b"\x00\xff"):
        write_whole(path, content)
        assert path.read_bytes() == (content.encode() if isinstance(content, str) else content)
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("error", [KeyboardInterrupt, OSError, ValueError])
def test_a_writing_that_is_stopped_leaves_the_old_file_and_nothing_beside_it(
    tmp_path: Path, error: type[BaseException]
) -> None:
    path = tmp_path / "table.csv"
    path.write_text("old\n", encoding="utf-8")

    def stopped() -> None:
        with whole_file(path) as partial:
            partial.write_text("half of", encoding="utf-8")
            raise error

    with pytest.raises(error):
        stopped()
    assert path.read_text(encoding="utf-8") == "old\n"
    assert list(tmp_path.iterdir()) == [path]


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "far").mkdir()
    link, target = tmp_path / "table.csv", tmp_path / "far" / "table.csv"
    link.symlink_to(target)
    for content in ("first\n", "second\n"):
        write_whole(link, content)
        assert link.is_symlink()
        assert target.read_text(encoding="utf-8") == content


def test_a_pipe_is_written_to_and_stays_a_pipe(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writer = threading.Thread(target=write_whole, args=(pipe, "row\n"))
    writer.start()
    assert pipe.read_text(encoding="utf-8") == "row\n"
    writer.join()
    assert pipe.is_fifo()


def test_a_folder_in_its_place_is_an_error_of_the_file_system(tmp_path: Path) -> None:
    with pytest.raises(IsADirectoryError):
        write_whole(tmp_path, "text")
