"""Tells the citizen who filed a ticket of its new state, through the channel it came from."""

from __future__ import annotations

from contextlib import suppress
from typing import Protocol

from sqlalchemy import select

from core.database import Database
from core.errors import NotFound
from core.jobs import Job, Jobs
from tickets.models import TicketEventRow, TicketRow
from tickets.rows import MOVED
from tickets.service import Tickets


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
    """Does the jobs that come with each change of a ticket's state (:func:`tickets.rows.add_event`).

    Each change has a key, so that it is told once even when a process dies over it. Of several changes not yet told
    only the last is told: the citizen hears where the ticket stands now. Nothing moves a ticket on yet, so
    nothing is told yet.

    Args:
        jobs: the process's runner of what goes by the clock.
    """

    def __init__(self, database: Database, tickets: Tickets, tell: Tell, jobs: Jobs) -> None:
        self._database = database
        self._tickets = tickets
        self._tell_citizen = tell
        jobs.handle(MOVED, self._tell, forget=True)

    async def _tell(self, job: Job) -> None:
        async with self._database.read() as session:
            ticket_id = select(TicketEventRow.ticket_id).where(TicketEventRow.id == job.key).scalar_subquery()
            newest = (
                await session.execute(
                    select(TicketEventRow.id, TicketRow.number, TicketRow.conversation_id)
                    .join(TicketRow, TicketRow.id == TicketEventRow.ticket_id)
                    .where(
                        TicketEventRow.ticket_id == ticket_id,
                        TicketEventRow.from_state.is_not(None),
                        TicketEventRow.to_state.is_not(None),
                        TicketEventRow.from_state != TicketEventRow.to_state,
                    )
                    .order_by(TicketEventRow.at.desc(), TicketEventRow.id.desc())
                    .limit(1)
                )
            ).first()
        if newest is None or newest.id != job.key or newest.conversation_id is None:
            return
        ticket = await self._tickets.get(newest.number)
        with suppress(NotFound):
            await self._tell_citizen(
                newest.conversation_id,
                f"ticket:{newest.id}",
                number=ticket.number,
                state=ticket.state.label,
                text=self._tickets.progress_text(ticket),
            )
