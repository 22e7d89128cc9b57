"""Ending tasks that run for as long as the process does."""

from __future__ import annotations

import asyncio

_AGAIN_S = 0.2


async def end(*tasks: asyncio.Task[None] | None) -> None:
    """Cancel tasks and wait until they have ended; None is none.

    A cancellation can be lost where it meets the end of something waited for (``asyncio.wait_for``, and libraries that
    turn it into a time-out of theirs): a task that goes on is cancelled again.
    """
    left = {task for task in tasks if task is not None}
    while left:
        for task in left:
            task.cancel()
        _, left = await asyncio.wait(left, timeout=_AGAIN_S)
