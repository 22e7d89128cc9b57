"""Waiting until something has happened, without fixed sleeps."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable

STEP_S = 0.01
"""Seconds between two looks at the condition."""


async def until(
    condition: Callable[[], object] | Callable[[], Awaitable[object]], within_s: float = 10
) -> None:
    """Wait until ``condition``, a plain or async function, returns something true; fail when that takes too long."""
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
