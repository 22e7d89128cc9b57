"""Whether any single message holds the others up: hostile texts through the whole app, and the event loop watched.

Run alone, because other work on the machine would be measured, too: ``python -m benchmarks.hostile [NUMBER]``.
"""

from __future__ import annotations

import asyncio
import random
import sys
import time
from collections.abc import Iterator
from contextlib import suppress

from core.errors import ConfigurationError
from core.settings import load_settings
from service.measured import Measured, measured
from tests import pumping

TEXTS = 3_000
"""Number of texts, unless the command line says another."""
LENGTH = 4_000
"""Characters of each text: the most that a page may send."""
BOUND_MS = 100.0
"""Longest time for which one message may keep the event loop from other work, in milliseconds."""
TICK_S = 0.002
"""Seconds after which the watching task wants to run again."""
SHOWN = 15
"""Number of worst texts that are printed."""


def texts(number: int) -> list[str]:
    """Hostile texts: what stands in the app's own patterns, again and again, alone and behind a real complaint."""
    found = pumping.patterns(pumping.modules(("bot", "conversations", "core", "tickets")), {})
    pairs = {pair for pattern in found.values() for pair in pumping.pumps(pattern, 1)}
    chance = random.Random(1)
    chosen = chance.sample(sorted(pairs), min(number, len(pairs)))
    behind = ("", "", "", "小区门口的路灯坏了三天没人修，", "社保卡丢了怎么补办？")
    return [chance.choice(behind) + pumping.repeated(*pair, LENGTH - 20) for pair in chosen]


def _gaps(worst: list[float]) -> Iterator[None]:
    wall, used = time.perf_counter(), time.process_time()
    while True:
        yield
        here, now_used = time.perf_counter(), time.process_time()
        # What other processes took of the machine is no fault of ours: the processor time bounds the gap.
        worst[0] = max(worst[0], min(here - wall, now_used - used))
        wall, used = here, now_used


async def _watch(worst: list[float]) -> None:
    gaps = _gaps(worst)
    while True:
        next(gaps)
        await asyncio.sleep(TICK_S)


async def _measure(system: Measured, said: list[str]) -> list[tuple[float, float, str]]:
    """(milliseconds for which the loop was held up at most, milliseconds until the reply, text) of each text."""
    worst, rows = [0.0], []
    task = asyncio.create_task(_watch(worst))
    await system.say("您好")
    for number, text in enumerate(said):
        await asyncio.sleep(0)
        worst[0] = 0.0
        began = time.perf_counter()
        with suppress(ConfigurationError):
            await system.say(text)
        rows.append((worst[0] * 1000, (time.perf_counter() - began) * 1000, text))
        if number % 50 == 49:
            print(f"{number + 1} texts, worst {max(rows)[0]:.0f} ms", flush=True)
    task.cancel()
    return rows


async def _main(number: int) -> int:
    said = texts(number)
    async with measured(load_settings()) as system:
        rows = sorted(await _measure(system, said), reverse=True)
    for held, took, text in rows[:SHOWN]:
        print(f"{held:7.0f} ms held up, {took:7.0f} ms to the reply: {text[:24]!r}")
    over = sum(held > BOUND_MS for held, _, _ in rows)
    print(f"{len(rows)} texts of {LENGTH} characters; {over} hold the event loop up over {BOUND_MS:.0f} ms")
    return 1 if over else 0


if __name__ == "__main__":
    sys.exit(asyncio.run(_main(int(sys.argv[1]) if len(sys.argv) > 1 else TEXTS)))
