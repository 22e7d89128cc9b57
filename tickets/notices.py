"""Tells the citizen who filed a ticket about its new state, through the channel in which it was filed."""

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
    """Tells a citizen the state of a ticket, even outside the conversation; once for each ``key``."""

    async def __call__(self, conversation_id: str, key: str, *, number: str, state: str, text: str) -> None:
        """Tell the state of a ticket.

        Args:
            conversation_id: the conversation in which the ticket was filed.
            key: names this piece of news.
            number: number of the ticket.
            state: state of the ticket as citizens read it, such as 办理中.
            text: the whole sentence.

        Raises:
            NotFound: there is no such conversation.
        """
        ...


class TicketNotices:
    """Does the jobs that :func:`tickets.rows.add_event` adds for each change of a ticket's state.

    Each change has a key, so that it is told only once, even when a process dies. When several changes are
    not told yet, only the last one is told, because it is the present state. So far no part of Wenban changes
    the state of a filed ticket, so these jobs do not happen yet.

    Args:
        database: where the tickets are.
        tickets: the tickets.
        tell: tells the citizen.
        jobs: the runner of this process.
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
