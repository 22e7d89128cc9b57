"""Runs a trained Rasa and the stories server, for tests that need the real Rasa."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx

from bot import rasa_program, training
from core.sealing import ring
from core.settings import ROOT, Settings
from tests.system import free_port

PATIENCE_S = 180
"""Most seconds to wait until a started process answers."""
SECRET = "stories-secret"
"""The secret Rasa sends with its calls of actions."""


def model() -> Path:
    """Path of the trained model."""
    path = training.model_path(Settings())
    if not path.exists():
        raise RuntimeError("there is no trained Rasa model for the present data: run `wenban train` first")
    return path


def environment(port: int, folder: Path) -> dict[str, str]:
    """Environment variables for Rasa, whose actions are served on ``port``."""
    tracker = f"sqlite:///{folder / 'tracker.db'}"
    url = f"http://127.0.0.1:{port}/actions/webhook"
    return dict(rasa_program.endpoints(url, SECRET, tracker, rasa_program.tracker_keys(ring())))


class Speaker:
    """A citizen who talks to the bot by way of the stories server."""

    def __init__(self, url: str, user: str | None = None) -> None:
        self.http = httpx.Client(base_url=url, timeout=60, verify=False)  # see tests/citizen.py
        self.user = user or uuid4().hex
        self.last: list[dict[str, Any]] = []
        self.heard: list[str] = []

    def say(self, text: str, **extra: str) -> list[dict[str, Any]]:
        """Send a message. Returns the replies."""
        answer = self.http.post("/say", json={"user": self.user, "text": text, **extra})
        assert answer.status_code == 200, answer.text
        self.last = answer.json()
        self.heard += [f"我：{text}", *(f"问办：{m['text']}" for m in self.last)]
        return self.last

    @property
    def text(self) -> str:
        """The last replies as one text."""
        return "\n".join(m["text"] for m in self.last)

    @property
    def buttons(self) -> list[str]:
        """Titles of the buttons of the last replies."""
        return [b["title"] for m in self.last for b in m["buttons"]]

    @property
    def cards(self) -> list[dict[str, Any]]:
        """Cards of the last replies."""
        return [m["card"] for m in self.last if m["card"]]

    def state(self) -> dict[str, Any]:
        """Mode, facts and tickets of this citizen."""
        answer: dict[str, Any] = self.http.get("/state", params={"user": self.user}).json()
        return answer


@contextmanager
def talking(folder: Path) -> Iterator[str]:
    """Runs Rasa and the stories server; yields the address for :class:`Speaker`."""
    port, rasa_port = free_port(), free_port()
    serving = _start(folder / "rasa.log", environment(port, folder), rasa_program.serve(rasa_port, model()))
    server = _start(
        folder / "server.log",
        {**os.environ, "PYTHONPATH": str(ROOT)},
        [
            *(sys.executable, "-m", "tests.bot.stories_server", "--port", str(port)),
            *("--rasa", f"http://127.0.0.1:{rasa_port}", "--secret", SECRET),
        ],
    )
    try:
        _wait(f"http://127.0.0.1:{rasa_port}/", serving, folder / "rasa.log")
        _wait(f"http://127.0.0.1:{port}/state?user=nobody", server, folder / "server.log")
        yield f"http://127.0.0.1:{port}"
    finally:
        for process in (server, serving):
            process.terminate()
        for process in (server, serving):
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()


def _start(log: Path, variables: dict[str, str], command: Sequence[str]) -> subprocess.Popen[bytes]:
    with log.open("wb") as file:
        return subprocess.Popen(command, cwd=ROOT, env=variables, stdout=file, stderr=file)


def _wait(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    began = time.monotonic()
    while time.monotonic() - began < PATIENCE_S:
        if process.poll() is not None:
            break
        try:
            if httpx.get(url, timeout=5).status_code == 200:
                return
        except httpx.HTTPError:
            time.sleep(0.3)
    raise RuntimeError(f"{url} does not answer:\n{log.read_text()[-3000:]}")
