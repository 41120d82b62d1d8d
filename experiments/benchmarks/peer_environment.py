"""Environments of their own for packages that ours is compared with and does not depend on."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from deepspine.data.errors import InputError
from deepspine.data.whole_files import write_whole

INSTALL_TIMEOUT_S = 1800


def peer_environment(folder: Path, requirements: Sequence[str], *, peer: str, option: str) -> Path:
    """Make (once) an environment in `folder` and return its Python.

    Parameters
    ----------
    requirements
        As pip takes them.
    peer, option
        For the message: whose environment it is, and the option that asks for it.

    Raises
    ------
    InputError
        When it cannot be installed, with the last line of the installer.
    """
    python = folder / "bin" / "python"
    if (folder / "ready").is_file():
        return python
    shutil.rmtree(folder, ignore_errors=True)
    for command in (
        [sys.executable, "-m", "venv", str(folder)],
        [str(python), "-m", "pip", "install", "--quiet", *requirements],
    ):
        done = subprocess.run(command, capture_output=True, text=True, timeout=INSTALL_TIMEOUT_S, check=False)
        if done.returncode:
            raise InputError(f"{peer}'s environment could not be made: {last_line(done.stderr)}; leave {option} out")
    write_whole(folder / "ready", "\n".join(requirements))
    return python


def last_line(text: str) -> str:
    """Return the last line of what a process said."""
    lines = text.strip().splitlines() or ["no message"]
    return lines[-1]
