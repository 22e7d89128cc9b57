"""Ends tasks that run as long as the process."""

from __future__ import annotations

import asyncio

_AGAIN_S = 0.2
"""Seconds to wait before a task that still runs is cancelled again."""


async def end(*tasks: asyncio.Task[None] | None) -> None:
    """Cancel tasks and wait until all have ended. None stands for no task.

    A cancellation can get lost when it arrives just as the awaited operation ends (in ``asyncio.wait_for``,
    and in libraries that turn it into a time-out). So a task that is still running is cancelled again.
    """
    left = {task for task in tasks if task is not None}
    while left:
        for task in left:
            task.cancel()
        _, left = await asyncio.wait(left, timeout=_AGAIN_S)
