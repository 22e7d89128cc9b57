"""Compares this checkout with another one, in one run: ``python -m benchmarks --beside PATH``.

Both systems run at once, each with its own code, environment and trained model. They are sent the same messages by
turns (A B A B …), each message in a new conversation, so that a change of the machine's speed affects both alike. The
other checkout needs its own ``.venv``, its own ``.venv-rasa`` and a model in its ``var/`` (``wenban train``).
"""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
import psutil

from benchmarks.figures import Figure, percentile
from benchmarks.visitors import say, texts, visitor
from core.settings import ROOT

QUESTIONS, STORIES, WARMING = 50, 20, 3
"""Number of questions, number of stories, and how many of each are first sent to warm up, without being counted."""
_SERVE = """
import json, sys
from pathlib import Path
from tests.system import started
with started(Path(sys.argv[1])) as system:
    print(json.dumps({"url": system.url, "app": system.app.popen.pid, "rasa": system.rasa.popen.pid}), flush=True)
    sys.stdin.read()
"""
"""A program to run in a checkout: starts its system, prints its address and process ids, and stops it when its input ends."""


@dataclass
class _Side:
    """A running system, and what was measured of it: one number in milliseconds for each message.

    Args:
        url: address of its app.
        app: the app's process.
        rasa: Rasa's process.
        waited: time until the answer came.
        app_ms: processor time of the app.
        rasa_ms: processor time of Rasa.
    """

    url: str
    app: psutil.Process
    rasa: psutil.Process
    waited: list[float] = field(default_factory=list)
    app_ms: list[float] = field(default_factory=list)
    rasa_ms: list[float] = field(default_factory=list)


def run(other: Path) -> list[Figure]:
    """Each figure for this checkout, for the other one, and their ratio (below 1: this one needs less)."""
    with (
        tempfile.TemporaryDirectory(prefix="wenban-beside-") as folder,
        _served(ROOT, Path(folder) / "here") as here,
        _served(other.resolve(), Path(folder) / "other") as there,
    ):
        figures: list[Figure] = []
        for name, set_of in (("question", texts("answers", QUESTIONS)), ("story", texts("stories", STORIES))):
            asyncio.run(_ask(set_of, here, there))
            figures += _compared(
                f"{name}, until the answer, p50", *(percentile(s.waited, 0.5) for s in (here, there))
            )
            figures += _compared(
                f"{name}, until the answer, p95", *(percentile(s.waited, 0.95) for s in (here, there))
            )
            figures += _compared(
                f"{name}, processor time of the app, mean", *(_mean(s.app_ms) for s in (here, there))
            )
            figures += _compared(
                f"{name}, processor time of Rasa, mean", *(_mean(s.rasa_ms) for s in (here, there))
            )
        sizes = [s.app.memory_info().rss / 1e6 for s in (here, there)]
        figures += _compared("app memory", *sizes, unit="MB")
    return figures


def _compared(name: str, here: float, there: float, *, unit: str = "ms") -> list[Figure]:
    return [
        Figure(f"{name}: here", here, unit),
        Figure(f"{name}: the other", there, unit),
        Figure(f"{name}: here / the other", here / there, "×"),
    ]


async def _ask(messages: list[str], *sides: _Side) -> None:
    for side in sides:
        side.waited, side.app_ms, side.rasa_ms = [], [], []
    async with aiohttp.ClientSession() as session:
        for number, text in enumerate([*messages[:WARMING], *messages]):
            for side in sides:
                headers = await visitor(session, side.url)
                before = _processor_ms(side.app), _processor_ms(side.rasa)
                waited = await say(session, side.url, headers, text)
                after = _processor_ms(side.app), _processor_ms(side.rasa)
                if number >= WARMING:
                    side.waited.append(waited)
                    side.app_ms.append(after[0] - before[0])
                    side.rasa_ms.append(after[1] - before[1])


@contextmanager
def _served(checkout: Path, data: Path) -> Iterator[_Side]:
    """The running system of a checkout, with its data in the new folder ``data``."""
    environment: dict[str, Any] = {**os.environ, "PYTHONPATH": str(checkout)}
    server = subprocess.Popen(
        [str(checkout / ".venv" / "bin" / "python"), "-c", _SERVE, str(data)],
        cwd=checkout,
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert server.stdout is not None
        line = server.stdout.readline()
        if not line:
            raise RuntimeError(f"the system of {checkout} does not start")
        told = json.loads(line)
        yield _Side(told["url"], psutil.Process(told["app"]), psutil.Process(told["rasa"]))
    finally:
        server.communicate()  # closes its input, so it stops its system


def _processor_ms(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system) * 1000


def _mean(values: list[float]) -> float:
    return sum(values) / len(values)
