"""Resident memory of the app and of Rasa after they have answered questions and stories of the held-out sets.

``python -m benchmarks.memory [MINUTES]`` instead keeps them at long texts for a while, and prints whether anything grows.
"""

from __future__ import annotations

import asyncio
import random
import sys
import tempfile
import time
from pathlib import Path

import aiohttp
import psutil

from benchmarks.figures import Figure
from benchmarks.hostile import LENGTH, story
from benchmarks.visitors import say, say_until_answered, texts, visitor
from tests.system import Process, System, started

APP_BOUND_MB = 900
"""Most megabytes the app may use."""
RASA_BOUND_MB = 1400
"""Most megabytes Rasa may use."""
QUESTIONS, STORIES = 50, 20
"""Number of questions and number of stories sent before the memory is measured, each in a new conversation."""
AT_ONCE = (1, 2, 4)
"""Numbers of long texts that are under way at the same time: four are more than two cores can do."""
LONG = 40
"""Number of long texts for each of these."""
MINUTES, VISITORS, UNDER_WAY = 10, 4, 2
"""Minutes of the long run, visitors at a time, and how many of their texts are under way at the same time."""
LOOK_S = 0.1
"""Seconds between two looks at the app's memory."""


def run(system: System) -> list[Figure]:
    """Resident memory of the app and of Rasa in MB, each with its child processes."""
    asyncio.run(_talk(system.url))
    name = f"app memory after {QUESTIONS} questions and {STORIES} stories"
    figures = [Figure(name, resident_mb(system.app), "MB", APP_BOUND_MB)]
    for at_once in AT_ONCE:
        most = asyncio.run(_talk_at_length(system, at_once))
        name = f"app memory, the most during {LONG} texts of 4,000 characters, {at_once} at a time"
        figures.append(Figure(name, most, "MB", APP_BOUND_MB))
    return [*figures, Figure("Rasa memory", resident_mb(system.rasa), "MB", RASA_BOUND_MB)]


async def _talk(url: str) -> None:
    async with aiohttp.ClientSession() as session:
        for text in [*texts("answers", QUESTIONS), *texts("stories", STORIES)]:
            await say(session, url, await visitor(session, url), text)


async def _talk_at_length(system: System, at_once: int) -> float:
    """The most memory of the app, in MB, while so many long texts are under way all the time."""
    chance = random.Random(at_once)
    said = [_long(chance, number) for number in range(LONG)]
    most = 0.0

    async def look() -> None:
        nonlocal most
        while True:
            most = max(most, resident_mb(system.app))
            await asyncio.sleep(LOOK_S)

    async def talk(session: aiohttp.ClientSession) -> None:
        while said:
            text = said.pop()
            await say_until_answered(session, system.url, await visitor(session, system.url), text)

    looking = asyncio.create_task(look())
    async with aiohttp.ClientSession() as session:
        await asyncio.gather(*(talk(session) for _ in range(at_once)))
    looking.cancel()
    return most


async def _long_run(system: System, minutes: float) -> None:
    """Prints the most and the present memory of the app, in MB, each minute; each visitor says ten long texts."""
    chance, began, said = random.Random(1), time.monotonic(), 0
    most = at_most = 0.0
    places = asyncio.Semaphore(UNDER_WAY)

    async def talk(session: aiohttp.ClientSession) -> None:
        nonlocal said
        while True:
            headers = await visitor(session, system.url)
            for _ in range(10):
                async with places:
                    await say_until_answered(session, system.url, headers, _long(chance, said))
                said += 1

    async with aiohttp.ClientSession() as session:
        talks = [asyncio.create_task(talk(session)) for _ in range(VISITORS)]
        minute = 0
        while (passed := time.monotonic() - began) < minutes * 60:
            most = max(most, resident_mb(system.app))
            if passed >= (minute + 1) * 60:
                minute, at_most = minute + 1, max(at_most, most)
                now, rasa = resident_mb(system.app), resident_mb(system.rasa)
                print(
                    f"minute {minute}: {said} texts, app {now:.0f} MB, at most {most:.0f} in this minute; Rasa {rasa:.0f} MB",
                    flush=True,
                )
                most = 0.0
            if failed := [one for one in talks if one.done()]:
                await failed[0]
            await asyncio.sleep(LOOK_S)
        for one in talks:
            one.cancel()
        await asyncio.gather(*talks, return_exceptions=True)
    print(
        f"{said} texts of {LENGTH} characters, {UNDER_WAY} at a time: app at most {max(at_most, most):.0f} MB"
    )


def _long(chance: random.Random, number: int) -> str:
    """By turns a story of which every sentence is read, and what has nothing to recognise."""
    if number % 2:
        return story(chance)
    return "".join(chr(chance.randrange(0x4E00, 0x9FA5)) for _ in range(LENGTH - 100))


def resident_mb(process: Process) -> float:
    """Resident memory of a process and its children, in MB."""
    assert process.popen is not None
    root = psutil.Process(process.popen.pid)
    total = sum(p.memory_info().rss for p in [root, *root.children(recursive=True)])
    return float(total) / 1e6


if __name__ == "__main__":
    with (
        tempfile.TemporaryDirectory(prefix="wenban-memory-") as folder,
        started(Path(folder) / "data") as running,
    ):
        asyncio.run(_long_run(running, float(sys.argv[1]) if len(sys.argv) > 1 else MINUTES))
