"""Sends live changes to all open desks. Events are read once, and each frame is made once.

Otherwise each of a hundred open desks would look up the same conversation for the same message.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from typing import Any

from core.clock import now
from core.events import Event, Events, Subscription
from desk.missed import MOST, Missed
from desk.sight import masked
from desk.summaries import Summaries

log = logging.getLogger(__name__)

Frame = dict[str, Any]
"""A JSON object that is sent to a desk."""
BACKLOG = 500
"""Most frames that may wait for one desk. Beyond that it is disconnected and must read its state again."""
GATHER_S = 0.05
"""Seconds in which changes of conversations are collected, so that a burst of messages needs one look-up."""
OVERLAP = timedelta(seconds=15)
"""Time before the last complete look that is searched again. Rows with such times may have been committed later."""


class Mailbox:
    """The frames that wait for one open desk."""

    def __init__(self) -> None:
        self._frames: asyncio.Queue[Frame | None] = asyncio.Queue(BACKLOG + 1)
        self._overrun = False

    def put(self, frame: Frame) -> None:
        """Add a frame. It is dropped when the desk is too far behind."""
        if self._overrun:
            return
        if self._frames.qsize() >= BACKLOG:
            self.overrun()
        else:
            self._frames.put_nowait(frame)

    def overrun(self) -> None:
        """Mark that frames were lost. After the waiting ones no more follow."""
        if not self._overrun:
            self._overrun = True
            self._frames.put_nowait(None)

    async def get(self) -> Frame | None:
        """The next frame; None when frames were lost and the desk must read its state again."""
        return await self._frames.get()


class Hub:
    """Turns events into frames for the open desks. It reads events only while a desk is open.

    Args:
        events: the events.
        summaries: the JSON of conversations.
        missed: finds what lost events would have told.
    """

    def __init__(self, events: Events, summaries: Summaries, missed: Missed) -> None:
        self._events = events
        self._summaries = summaries
        self._missed = missed
        self._complete_at = now()
        """All changes before this moment have been sent."""
        self._heard: dict[str, None] = {}
        """Ids of the last messages that were sent, oldest first."""
        self._mailboxes: set[Mailbox] = set()
        self._reader: asyncio.Task[None] | None = None

    @contextmanager
    def join(self) -> Iterator[Mailbox]:
        """Get the frames of all changes from now until the end of the block."""
        mailbox = Mailbox()
        self._mailboxes.add(mailbox)
        if self._reader is None:
            # Subscribed here, not in the task, so that events before the task's first step are not missed.
            subscribed = self._events.subscribe("desk", "tickets")
            subscription = subscribed.__enter__()
            self._complete_at = now()
            self._reader = asyncio.create_task(self._read(subscription))
            self._reader.add_done_callback(lambda _: subscribed.__exit__(None, None, None))
        try:
            yield mailbox
        finally:
            self._mailboxes.discard(mailbox)
            if not self._mailboxes and self._reader is not None:
                self._reader.cancel()
                self._reader = None

    async def _read(self, subscription: Subscription) -> None:
        loop = asyncio.get_running_loop()
        changed: dict[str, float] = {}  # id → loop time in seconds of its first unsent change
        while True:
            event = None
            # Even when events come without a pause, no change waits longer than GATHER_S.
            wait = max(0.0, min(changed.values()) + GATHER_S - loop.time()) if changed else None
            if wait != 0:
                # Not wait_for, which may swallow the cancellation that ends this task (until Python 3.12).
                with suppress(TimeoutError):
                    async with asyncio.timeout(wait):
                        event = await subscription.get()
            try:
                if event is None:
                    ids, changed = list(changed), {}
                    await self._send_conversations(ids)
                else:
                    found = await self._catch_up() if event.kind == "lagged" else self._handle(event)
                    for conversation_id in found:
                        changed.setdefault(conversation_id, loop.time())
            except Exception:
                # The database may be away for a moment. Desks can't know what they missed. So they must read their
                # state again.
                log.exception("an event can't be shown at the desks")
                self._overrun()

    def _handle(self, event: Event) -> list[str]:
        """Send what can be sent at once. Returns the ids of conversations that have changed."""
        if event.kind == "ticket":
            self._send({"type": "ticket", "ticket": event.data["ticket"]})
        elif event.kind == "message":
            conversation_id: str = event.data["conversation_id"]
            self._message(conversation_id, event.data["message"])
            return [conversation_id]
        elif event.kind == "beside":
            self._send({"type": "beside", "conversation_id": event.data["conversation_id"]})
        elif event.kind == "conversation":
            return [event.data["conversation_id"]]
        elif event.kind == "call":
            self._send({"type": "call", **event.data})
        return []

    def _message(self, conversation_id: str, message: Frame) -> None:
        """Send a message unless it was sent before. A look at the database may find it before its event."""
        known = message.get("id")
        if known in self._heard:
            return
        if known is not None:
            self._heard[known] = None
            if len(self._heard) > 2 * MOST:
                del self._heard[next(iter(self._heard))]
        self._send({"type": "message", "conversation_id": conversation_id, "message": masked(message)})

    async def _catch_up(self) -> list[str]:
        """After events were lost: send the changes that the database holds.

        Returns:
            The ids of conversations that have changed.
        """
        moment = now()
        found = await self._missed.since(self._complete_at - OVERLAP)
        if found is None:  # Too many changes to send them one by one.
            self._overrun()
            self._complete_at = moment
            return []
        self._complete_at = moment
        for conversation_id, message in found.messages:
            self._message(conversation_id, message)
        # What became of messages, notes and drafts changes no conversation: whoever shows one looks again.
        self._send({"type": "beside", "conversation_id": None})
        for ticket in found.tickets:
            self._send({"type": "ticket", "ticket": ticket})
        return found.conversations

    async def _send_conversations(self, ids: list[str]) -> None:
        for conversation in await self._summaries.by_ids(ids):
            self._send({"type": "conversation", "conversation": conversation})

    def _overrun(self) -> None:
        for mailbox in tuple(self._mailboxes):
            mailbox.overrun()

    def _send(self, frame: Frame) -> None:
        for mailbox in tuple(self._mailboxes):
            mailbox.put(frame)
