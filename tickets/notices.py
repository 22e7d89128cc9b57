"""Tells the citizen who filed a ticket of its new state, through the channel it came from."""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress
from datetime import timedelta
from types import TracebackType
from typing import Protocol, Self

from sqlalchemy import select

from core.clock import now
from core.database import Database
from core.errors import NotFound
from core.events import Events
from tickets.models import TicketEventRow, TicketRow
from tickets.service import Tickets

log = logging.getLogger(__name__)

LOOK_S = 60.0
"""Seconds between two looks into the history."""
BACK = timedelta(hours=12)
"""Age up to which a change that was not told when it happened is still told."""


class Tell(Protocol):
    """Tells a citizen, who may not be looking, how a ticket stands; once for each ``key``."""

    async def __call__(self, conversation_id: str, key: str, *, number: str, state: str, text: str) -> None:
        """Tell it.

        Args:
            number: the ticket's.
            state: as a citizen reads it, such as 办理中.
            text: the whole sentence.

        Raises:
            NotFound: there is no such conversation.
        """
        ...


class TicketNotices:
    """Follows the tickets' events; a change whose event was missed is found in the history.

    Each change has a key, so that it is told once however often it is seen. Of several changes not yet told
    only the last is told: the citizen hears where the ticket stands now. Nothing moves a ticket on yet, so
    nothing is told yet.
    """

    def __init__(self, database: Database, events: Events, tickets: Tickets, tell: Tell) -> None:
        self._database = database
        self._events = events
        self._tickets = tickets
        self._tell_citizen = tell
        self._seen: set[str] = set()
        self._loop: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        self._loop = asyncio.create_task(self._follow())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._loop is not None:
            self._loop.cancel()
            with suppress(asyncio.CancelledError):
                await self._loop

    async def _follow(self) -> None:
        with self._events.subscribe("tickets") as changes:
            while True:
                try:
                    await self._tell()
                except Exception:
                    log.exception("tickets' progress could not be told; trying again")
                with suppress(TimeoutError):
                    await asyncio.wait_for(changes.get(), LOOK_S)

    async def _tell(self) -> None:
        async with self._database.read() as session:
            found = (
                await session.execute(
                    select(TicketEventRow.id, TicketRow.number, TicketRow.conversation_id)
                    .join(TicketRow, TicketRow.id == TicketEventRow.ticket_id)
                    .where(
                        TicketRow.conversation_id.is_not(None),
                        TicketEventRow.at > now() - BACK,
                        # The form itself tells of the filing.
                        TicketEventRow.from_state.is_not(None),
                        TicketEventRow.to_state.is_not(None),
                        TicketEventRow.from_state != TicketEventRow.to_state,
                    )
                    .order_by(TicketEventRow.at, TicketEventRow.id)
                )
            ).all()
        newest = {number: (event_id, conversation_id) for event_id, number, conversation_id in found}
        for number, (event_id, conversation_id) in newest.items():
            if event_id in self._seen or conversation_id is None:
                continue
            ticket = await self._tickets.get(number)
            with suppress(NotFound):
                await self._tell_citizen(
                    conversation_id,
                    f"ticket:{event_id}",
                    number=ticket.number,
                    state=ticket.state.label,
                    text=self._tickets.progress_text(ticket),
                )
            self._seen.add(event_id)
        self._seen &= {event_id for event_id, _ in newest.values()}
