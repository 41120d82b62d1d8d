"""Annotation projects for tests: invented reports, readers, and the real server in a process of its own."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
import uuid
from pathlib import Path

import httpx

from deepspine.labeling.annotate.access import add_reader
from deepspine.labeling.annotate.exchange import suggestions_of
from deepspine.labeling.annotate.records import Role
from deepspine.labeling.annotate.schema import Database
from deepspine.labeling.annotate.store import Store
from deepspine.labeling.pipeline import Labeler

HOSTILE = (
    "L4-5: <script>document.title='owned'</script><img src=x onerror=\"document.title='owned'\"> mild disc bulge. "
    "</pre></main>\"' onmouseover='alert(1)' {{ 7 * 7 }} L5-S1: no herniation."
)
TEXTS = {
    "r01": "L4-5: Mild disc bulge. Moderate canal stenosis. L5-S1: Left foraminal narrowing.",
    "r02": HOSTILE,
    **{
        f"r{n:02}": f"L{n % 4 + 1}-{n % 4 + 2}: {grade} canal stenosis with disc bulge. L5-S1: no herniation."
        for n, grade in enumerate(["Mild", "Severe", "Moderate", "No", "Mild to moderate", "Severe", "Mild", "No"], 3)
    },
}
START_TIMEOUT_S = 30.0


def make_store(place: str) -> Store:
    """Make a project with ten reports, the second of them hostile."""
    store = Store(Database(place))
    labeler = Labeler()
    store.add_reports((name, text, suggestions_of(text, labeler, None)) for name, text in TEXTS.items())
    return store


def add_readers(store: Store, **roles: Role) -> dict[str, str]:
    """Add readers by name; returns their tokens."""
    return {name: add_reader(store, name, role) for name, role in roles.items()}


def free_port() -> int:
    """Return a port that nothing listens at."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class RunningServer:
    """`deepspine annotate serve` in a process of its own, which can be killed and started again."""

    def __init__(self, place: str, log: Path) -> None:
        self.place = place
        self.log = log
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it and wait until it answers."""
        command = [sys.executable, "-m", "deepspine", "annotate", "serve", self.place, "--port", str(self.port)]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(command, stdout=log, stderr=log, env={**os.environ})
        deadline = time.monotonic() + START_TIMEOUT_S
        while time.monotonic() < deadline:
            try:
                if httpx.get(f"{self.url}/login").status_code == 200:
                    return
            except httpx.TransportError:
                time.sleep(0.1)
        raise TimeoutError(f"the server did not start: {self.log.read_text(encoding='utf-8')}")

    def kill(self) -> None:
        """End it as a power cut would."""
        assert self.process is not None
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self) -> None:
        """End it in order, if it still runs."""
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            self.process.wait(timeout=20)


class SignedIn:
    """A reader's connection, as the page's script would use it."""

    def __init__(self, client: httpx.Client, token: str) -> None:
        self.client = client
        answer = client.post("/login", data={"token": token}, follow_redirects=False)
        assert answer.status_code == 303, answer.text
        found = re.search(r'<meta name="csrf" content="([^"]+)"', client.get("/").text)
        assert found
        self.csrf = found[1]

    def post(self, path: str, data: object, **headers: str) -> httpx.Response:
        """Send a change with the session's CSRF value."""
        return self.client.post(path, json=data, headers={"X-CSRF-Token": self.csrf, **headers})

    def label(self, number: int, cell: str, *grades: str, edit_id: str | None = None) -> httpx.Response:
        """Set a label; clear it without grades."""
        level, finding, side = cell.split("|")
        data = {"level": level, "finding": finding, "side": side, "grades": list(grades)}
        return self.post(f"/report/{number}/label", {**data, "edit_id": edit_id or str(uuid.uuid4())})

    def undo(self, number: int) -> httpx.Response:
        """Take back the last change of a report."""
        return self.post(f"/report/{number}/undo", {"edit_id": str(uuid.uuid4())})

    def done(self, number: int, done: bool = True) -> httpx.Response:
        """Mark a report as read."""
        return self.post(f"/report/{number}/done", {"done": done})
