"""Whose picture is drawn next: whoever made this process draw least of late, so that slow pictures delay their senders only.

A picture of a few kilobytes can take seconds to draw, and anybody may send many. So no source has more than one of the places at a
time, the others go to whoever has used less, and who has used up a budget waits until time has given it back.
"""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from math import ceil

from core.errors import RateLimited, Unavailable

AT_ONCE = 2
"""Pictures that are drawn at the same time, each in a process of its own (:mod:`conversations.drawing`)."""
WAIT_S = 20.0
"""Longest wait for a place, in seconds."""
SENDER_S = 40.0
"""Seconds of drawing that one sender may use at once; they come back within :data:`REFILL_S`. An ordinary photo takes less than one."""
SOURCE_S = 240.0
"""The same for all senders of one source. A whole office, or the customers of a mobile network, may share an address."""
REFILL_S = 600.0
"""Seconds in which a budget that was used up is whole again."""
_MOST = 10_000
"""Most senders and sources that are remembered; those unused for the longest time are forgotten first."""


@dataclass(eq=False)
class _Waiting:
    sender: str
    source: str
    number: int
    place: asyncio.Future[None] = field(default_factory=lambda: asyncio.get_running_loop().create_future())


class DrawingTurns:
    """The places at which pictures are drawn, and who waits for one.

    Args:
        clock: returns a number of seconds that only rises.

    >>> async with turns.turn("conversation", "address"):  # doctest: +SKIP
    ...     picture = await draw(data)
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._senders, self._sources = _Spent(SENDER_S, clock), _Spent(SOURCE_S, clock)
        self._waiting: list[_Waiting] = []
        self._drawing: set[str] = set()
        """Sources that have a place now."""
        self._number = 0

    @asynccontextmanager
    async def turn(self, sender: str, source: str) -> AsyncIterator[None]:
        """Wait for a place, and hold it during the block. The time of the block is charged to both.

        Args:
            sender: who sent the picture: the conversation.
            source: whom many senders may share: the network address, or the sender again where none is known.

        Raises:
            RateLimited: code ``too_many_photos``; the sender or the source has used up its time. ``retry_after_s`` is set.
            Unavailable: code ``photos_busy``; no place became free within :data:`WAIT_S`.
        """
        wait_s = max(self._senders.over(sender), self._sources.over(source))
        if wait_s:
            raise RateLimited(
                "您发来的照片处理起来太久了，请过几分钟再发，或者用文字说明",
                code="too_many_photos",
                retry_after_s=ceil(wait_s),
            )
        self._number += 1
        mine = _Waiting(sender, source, self._number)
        self._waiting.append(mine)
        self._seat()
        try:
            async with asyncio.timeout(WAIT_S):
                await mine.place
        except BaseException as error:
            self._leave(mine)
            if isinstance(error, TimeoutError):
                raise Unavailable(
                    "现在发照片的人多，请过一会儿再发，或者先用文字说明", code="photos_busy", retry_after_s=30
                ) from None
            raise
        began = self._clock()
        try:
            yield
        finally:
            took = self._clock() - began
            self._senders.spend(sender, took)
            self._sources.spend(source, took)
            self._leave(mine)

    def _seat(self) -> None:
        """Give the free places to those who have used least; of equal ones, to whoever came first."""
        while len(self._drawing) < AT_ONCE:
            free = [one for one in self._waiting if one.source not in self._drawing]
            if not free:
                return
            mine = min(
                free,
                key=lambda one: (
                    self._sources.level(one.source),
                    self._senders.level(one.sender),
                    one.number,
                ),
            )
            self._waiting.remove(mine)
            self._drawing.add(mine.source)
            mine.place.set_result(None)

    def _leave(self, mine: _Waiting) -> None:
        """End the wait or the turn. Who is given a place in the moment in which the wait ends gives it back."""
        if mine in self._waiting:
            self._waiting.remove(mine)
        else:
            self._drawing.discard(mine.source)
        self._seat()


class _Spent:
    """Seconds that each name has used and time has not yet given back."""

    def __init__(self, budget_s: float, clock: Callable[[], float]) -> None:
        self._budget_s = budget_s
        self._clock = clock
        self._levels: OrderedDict[str, tuple[float, float]] = OrderedDict()
        """Level and the moment at which it was that."""

    def level(self, name: str) -> float:
        seconds, at = self._levels.get(name, (0.0, 0.0))
        return max(0.0, seconds - (self._clock() - at) * self._budget_s / REFILL_S)

    def over(self, name: str) -> float:
        """Seconds until the name is below its budget; 0 when it is."""
        return max(0.0, self.level(name) - self._budget_s) * REFILL_S / self._budget_s

    def spend(self, name: str, seconds: float) -> None:
        self._levels[name] = (self.level(name) + seconds, self._clock())
        self._levels.move_to_end(name)
        while len(self._levels) > _MOST:
            self._levels.popitem(last=False)
