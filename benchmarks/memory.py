"""Resident memory of the app and of Rasa after they have answered questions and stories of the held-out sets."""

from __future__ import annotations

import asyncio
import random

import aiohttp
import psutil

from benchmarks.figures import Figure
from benchmarks.hostile import LENGTH, story
from benchmarks.visitors import say, texts, visitor
from tests.system import Process, System

APP_BOUND_MB = 900
"""Most megabytes the app may use."""
RASA_BOUND_MB = 1400
"""Most megabytes Rasa may use."""
QUESTIONS, STORIES = 50, 20
"""Number of questions and number of stories sent before the memory is measured, each in a new conversation."""
LONG = 100
"""Number of long texts that are sent after them."""
LONG_BOUND_MB = 1_000
"""Most megabytes the app may use after them. Two long texts that are read at the same time need a hundred for a moment."""


def run(system: System) -> list[Figure]:
    """Resident memory of the app and of Rasa in MB, each with its child processes."""
    asyncio.run(_talk(system.url))
    short = resident_mb(system.app)
    asyncio.run(_talk_at_length(system.url))
    return [
        Figure(f"app memory after {QUESTIONS} questions and {STORIES} stories", short, "MB", APP_BOUND_MB),
        Figure(
            f"app memory after {LONG} texts of 4,000 characters",
            resident_mb(system.app),
            "MB",
            LONG_BOUND_MB,
        ),
        Figure("Rasa memory", resident_mb(system.rasa), "MB", RASA_BOUND_MB),
    ]


async def _talk(url: str) -> None:
    async with aiohttp.ClientSession() as session:
        for text in [*texts("answers", QUESTIONS), *texts("stories", STORIES)]:
            await say(session, url, await visitor(session, url), text)


async def _talk_at_length(url: str) -> None:
    chance = random.Random(1)
    async with aiohttp.ClientSession() as session:
        for number in range(LONG):
            # By turns what has nothing to recognise, and stories of which every sentence is read.
            said = "".join(chr(chance.randrange(0x4E00, 0x9FA5)) for _ in range(LENGTH - 100))
            await say(
                session,
                url,
                await visitor(session, url),
                story(chance) if number % 2 else said,
            )


def resident_mb(process: Process) -> float:
    """Resident memory of a process and its children, in MB."""
    assert process.popen is not None
    root = psutil.Process(process.popen.pid)
    total = sum(p.memory_info().rss for p in [root, *root.children(recursive=True)])
    return float(total) / 1e6
