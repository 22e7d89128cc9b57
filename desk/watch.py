"""Tells open connections that their session is over, at once or within two seconds.

One process looks at all its open sessions together: at once after an event, also one of another process, and every two
seconds in any case, because an event may get lost and because a session may end by the clock.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from sqlalchemy.exc import SQLAlchemyError

from core.events import Events, Subscription
from desk.sessions import TOPIC, Sessions

log = logging.getLogger(__name__)

LOOK_S = 2.0
"""Seconds between two looks at the database."""


class Watch:
    """Watches the sessions that have an open connection. It looks only while there are any.

    Args:
        sessions: the sessions.
        events: the events that tell of ended sessions.
    """

    def __init__(self, sessions: Sessions, events: Events) -> None:
        self._sessions = sessions
        self._events = events
        self._watched: dict[asyncio.Event, str] = {}
        self._looker: asyncio.Task[None] | None = None

    @contextmanager
    def over(self, session_id: str) -> Iterator[asyncio.Event]:
        """An event that is set as soon as the session is over; watched until the end of the block."""
        over = asyncio.Event()
        self._watched[over] = session_id
        if self._looker is None:
            # Subscribed here, not in the task, so that events before the task's first step are not missed.
            subscribed = self._events.subscribe(TOPIC)
            self._looker = asyncio.create_task(self._look(subscribed.__enter__()))
            self._looker.add_done_callback(lambda _: subscribed.__exit__(None, None, None))
        try:
            yield over
        finally:
            del self._watched[over]
            if not self._watched and self._looker is not None:
                self._looker.cancel()
                self._looker = None

    async def _look(self, ended: Subscription) -> None:
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(LOOK_S):
                    await ended.get()
            watched = dict(self._watched)  # who comes during the look was not looked for
            try:
                going_on = await self._sessions.going_on(set(watched.values()))
            except SQLAlchemyError:
                log.exception("the desks' sessions can't be checked; trying again")
                continue
            for over, session_id in watched.items():
                if session_id not in going_on:
                    over.set()
