"""Resident memory of the app and of Rasa after they have answered questions and stories of the held-out sets."""

from __future__ import annotations

import asyncio

import aiohttp
import psutil

from benchmarks.figures import Figure
from benchmarks.visitors import say, texts, visitor
from tests.system import Process, System

APP_BOUND_MB = 900
"""Most megabytes the app may use."""
RASA_BOUND_MB = 1400
"""Most megabytes Rasa may use."""
QUESTIONS, STORIES = 50, 20
"""Number of questions and number of stories sent before the memory is measured, each in a new conversation."""


def run(system: System) -> list[Figure]:
    """Resident memory of the app and of Rasa in MB, each with its child processes."""
    asyncio.run(_talk(system.url))
    return [
        Figure(
            f"app memory after {QUESTIONS} questions and {STORIES} stories",
            resident_mb(system.app),
            "MB",
            APP_BOUND_MB,
        ),
        Figure("Rasa memory", resident_mb(system.rasa), "MB", RASA_BOUND_MB),
    ]


async def _talk(url: str) -> None:
    async with aiohttp.ClientSession() as session:
        for text in [*texts("answers", QUESTIONS), *texts("stories", STORIES)]:
            await say(session, url, await visitor(session, url), text)


def resident_mb(process: Process) -> float:
    """Resident memory of a process and its children, in MB."""
    assert process.popen is not None
    root = psutil.Process(process.popen.pid)
    total = sum(p.memory_info().rss for p in [root, *root.children(recursive=True)])
    return float(total) / 1e6
