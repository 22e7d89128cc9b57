"""How much longer an ordinary photo takes while fourteen photos that are made to be slow are drawn.

Alone, beside slow ones of one address, and behind slow ones of fourteen, in one run, so that the machine's speed affects all alike.
"""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress

from benchmarks.figures import Figure, percentile
from conversations.drawing import draw
from conversations.drawing_turns import DrawingTurns
from core.errors import Unavailable
from tests.conversations.slow_pictures import many_scans
from tests.conversations.test_media import photo

SLOW = 14
"""Slow photos that are sent before the ordinary one."""
SCANS, SIDE = 39, 7700
"""Their scans and pixels: as slow as a picture can be made that is not refused for its scans."""
ROUNDS = 5
"""Times that each is measured."""
BOUNDS = {1: 4.0, SLOW: 25.0}
"""Number of addresses → largest allowed ratio to an ordinary photo alone: one address leaves half of the machine, and of
fourteen one picture each may be drawn before."""


def run() -> list[Figure]:
    """The median time of an ordinary photo in milliseconds, and how many times as long it takes in both attacks."""
    alone = percentile([asyncio.run(_ordinary_ms(0, 1)) for _ in range(ROUNDS)], 0.5)
    figures = [Figure("ordinary photo alone, p50", alone, "ms")]
    for addresses, bound in BOUNDS.items():
        took = percentile([asyncio.run(_ordinary_ms(SLOW, addresses)) for _ in range(ROUNDS)], 0.5)
        name = f"ordinary photo, {SLOW} slow ones of {addresses} address{'es' * (addresses > 1)} / alone, p50"
        figures.append(Figure(name, took / alone, "×", bound))
    return figures


async def _ordinary_ms(slow: int, addresses: int) -> float:
    turns = DrawingTurns()

    async def drawn(data: bytes, sender: str, address: str) -> None:
        async with turns.turn(sender, address):
            await draw(data)

    hostile = [many_scans(SIDE, SCANS, mark=n, dense=True) for n in range(slow)]
    attack = [
        asyncio.create_task(drawn(data, f"sender {n}", f"address {n % addresses}"))
        for n, data in enumerate(hostile)
    ]
    await asyncio.sleep(0)  # they have come before it
    began = time.perf_counter()
    with suppress(Unavailable):  # told to come again later, after a wait that counts
        await drawn(photo((1200, 900)), "citizen", "home")
    took = (time.perf_counter() - began) * 1000
    await asyncio.gather(*attack, return_exceptions=True)
    return took


if __name__ == "__main__":
    for figure in run():
        print(f"{figure.name}: {figure.value:.1f} {figure.unit}, {'kept' if figure.kept else 'NOT KEPT'}")
