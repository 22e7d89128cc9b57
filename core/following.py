"""Keeps what a process has read from files up to date while it runs."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable

from core.tasks import end

log = logging.getLogger(__name__)


class Follower:
    """Looks for a change at once, and again and again while the process runs; one look at a time.

    Args:
        look: looks, and takes over what has changed. What it raises at a later look is logged, and the next look comes: a
            folder that can't be read now may be readable later.
        every_s: seconds from the end of a look to the next.
        name: what is followed, for the log and the task.

    >>> async def example(base):
    ...     follower = Follower(base.refresh, 1.5, "knowledge base")
    ...     await follower.start()  # base is up to date, and stays so
    ...     await follower.close()
    """

    def __init__(self, look: Callable[[], Awaitable[object]], every_s: float, name: str) -> None:
        self._look = look
        self._every_s = every_s
        self._name = name
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Look once, and go on looking. What the first look raises is raised here."""
        await self._look()
        if self._task is None:
            self._task = asyncio.create_task(self._follow(), name=f"follow {self._name}")

    async def close(self) -> None:
        """Stop looking."""
        task, self._task = self._task, None
        if task is not None:
            await end(task)

    async def _follow(self) -> None:
        while True:
            await asyncio.sleep(self._every_s)
            try:
                await self._look()
            except Exception:
                log.exception(
                    "%s: cannot look for a change; what was read before stays in service", self._name
                )
