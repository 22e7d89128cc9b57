"""The delivery loop: what is owed and due is handed to its channel, one conversation at a time.

One loop for every channel that brings messages itself. It only says *when*; how, and whether it worked, is the channel's
word (:class:`conversations.channels.Channel`), written into the outbox.
"""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress
from functools import partial
from types import TracebackType
from typing import Self

from sqlalchemy import or_, select

from conversations import outbox
from conversations.channels import Channel
from conversations.models import Conversation, Delivery, MessageRow, Turn
from core.clock import now
from core.database import Database

log = logging.getLogger(__name__)

AT_ONCE = 3
"""Conversations one process delivers to at the same time."""
POLL_S = 0.5
"""Seconds between two looks for what is due."""
_A_LOOK = 200


class DeliveryLoop:
    """Delivers for one channel while it is entered.

    Args:
        poll_s: seconds between two looks.
        stop_s: seconds what is under way may take to end when the loop is left.
    """

    def __init__(
        self, database: Database, channel: Channel, *, poll_s: float = POLL_S, stop_s: float = 10.0
    ) -> None:
        self._database = database
        self._channel = channel
        self._poll_s = poll_s
        self._stop_s = stop_s
        self._under_way: dict[str, asyncio.Task[None]] = {}
        self._places = asyncio.Semaphore(AT_ONCE)
        self._loop: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        self._loop = asyncio.create_task(self._keep_looking())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._loop is not None:
            self._loop.cancel()
            with suppress(asyncio.CancelledError):
                await self._loop
        if self._under_way:
            await asyncio.wait(self._under_way.values(), timeout=self._stop_s)

    async def _keep_looking(self) -> None:
        while True:
            try:
                for conversation_id in await self.due():
                    if conversation_id not in self._under_way:
                        task = asyncio.create_task(self._deliver(conversation_id))
                        self._under_way[conversation_id] = task
                        task.add_done_callback(partial(self._done, conversation_id))
            except Exception:
                log.exception("looking for messages to deliver failed; trying again")
            await asyncio.sleep(self._poll_s)

    def _done(self, conversation_id: str, _: asyncio.Task[None]) -> None:
        del self._under_way[conversation_id]

    async def _deliver(self, conversation_id: str) -> None:
        async with self._places:
            try:
                await self._channel.deliver(conversation_id)
            except Exception:
                # What the channel took without a word comes free again after a while; what it did not is still owed.
                log.exception("delivering failed", extra={"conversation": conversation_id})

    async def due(self) -> list[str]:
        """Conversations owed something that is due, and that no answer to a request of the citizen's will bring."""
        accounts = await self._channel.ready()
        if not accounts:
            return []
        moment = now()
        async with self._database.read() as session:
            found = await session.scalars(
                select(Delivery.conversation_id)
                .join(Conversation, Conversation.id == Delivery.conversation_id)
                .join(MessageRow, MessageRow.id == Delivery.message_id)
                .outerjoin(Turn, Turn.id == MessageRow.turn_id)
                .where(
                    Delivery.state == "pending",
                    Delivery.next_attempt_at <= moment + outbox.CLOCK_SKEW,
                    Delivery.channel == self._channel.name,
                    outbox.free(moment),
                    Conversation.account.in_(accounts),
                    or_(Turn.id.is_(None), Turn.answer_until.is_(None), Turn.answer_until <= moment),
                )
                .distinct()
                .limit(_A_LOOK)
            )
            return list(found)
