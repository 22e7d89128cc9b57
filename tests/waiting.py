"""Waiting for something to have happened, without fixed sleeps."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable

STEP_S = 0.01


async def until(
    condition: Callable[[], object] | Callable[[], Awaitable[object]], within_s: float = 10
) -> None:
    """Return as soon as ``condition`` (a function, plain or async) holds; fail when it does not in time."""
    deadline = time.monotonic() + within_s
    while True:
        found = condition()
        if isinstance(found, Awaitable):
            found = await found
        if found:
            return
        if time.monotonic() > deadline:
            raise AssertionError(f"it did not come to that within {within_s} s")
        await asyncio.sleep(STEP_S)
