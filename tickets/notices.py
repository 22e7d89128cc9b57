"""Tells the citizens who filed a ticket what happened to it, through the channel in which each filed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Protocol

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from core.database import Database
from core.errors import NotFound
from core.jobs import Job, Jobs
from tickets import rows, told
from tickets.models import TicketEventRow, TicketRow
from tickets.rows import MOVED
from tickets.service import Tickets
from tickets.types import Ticket

Ways = Callable[[str], Sequence[tuple[str, str]]]
"""Number of a ticket → the buttons (title, payload) with which its citizen says whether the matter is solved."""


class Tell(Protocol):
    """Tells a citizen the state of a ticket, even outside the conversation; once for each ``key``."""

    async def __call__(
        self,
        conversation_id: str,
        key: str,
        *,
        number: str,
        state: str,
        text: str,
        ways: Sequence[tuple[str, str]] = (),
        in_talk: bool = False,
    ) -> None:
        """Tell the state of a ticket.

        Args:
            conversation_id: the conversation in which the ticket was filed.
            key: names this piece of news.
            number: number of the ticket.
            state: state of the ticket as citizens read it, such as 办理中.
            text: the whole message.
            ways: buttons below it (title, payload).
            in_talk: whether the whole message must stand in the conversation, also when the channel tells the state outside it.

        Raises:
            NotFound: there is no such conversation.
        """
        ...


def no_ways(number: str) -> Sequence[tuple[str, str]]:
    """No buttons."""
    return ()


class TicketNotices:
    """Does the jobs that :func:`tickets.rows.add_event` adds for what a citizen is to hear.

    Each has a key, so that it is told only once, even when a process dies. When several are not told yet, only the last one is
    told, because it is the present state; but an answer (:data:`tickets.told.ANSWERS`) is told in any case. Those whose tickets
    were merged into this one hear the answer, too.

    Args:
        database: where the tickets are.
        tickets: the tickets.
        tell: tells the citizen.
        jobs: the runner of this process.
        ways: the buttons below an answer that asks whether the matter is solved.
    """

    def __init__(
        self, database: Database, tickets: Tickets, tell: Tell, jobs: Jobs, ways: Ways = no_ways
    ) -> None:
        self._database = database
        self._tickets = tickets
        self._tell_citizen = tell
        self._ways = ways
        jobs.handle(MOVED, self._tell, forget=True)

    async def _tell(self, job: Job) -> None:
        async with self._database.read() as session:
            event = await session.get(TicketEventRow, job.key)
            row = await session.get(TicketRow, event.ticket_id) if event is not None else None
            if event is None or row is None:
                return
            newest = await session.scalar(
                select(TicketEventRow.id)
                .where(TicketEventRow.ticket_id == row.id, TicketEventRow.action.in_(told.TOLD))
                .order_by(TicketEventRow.at.desc(), TicketEventRow.id.desc())
                .limit(1)
            )
            answers = event.action in told.ANSWERS
            if newest != event.id and not answers:
                return
            ticket = await rows.to_ticket(session, row)
            merged = await _merged(session, row) if answers else []
            main = await session.get(TicketRow, row.merged_into_id) if row.merged_into_id else None
            into = await rows.to_ticket(session, main) if main is not None and main.public_reply else None
        key = f"ticket:{event.id}"
        if into is not None:  # It was merged into one that is answered already.
            await self._say(ticket, key, told.of_merged(ticket, into, "approve"), in_talk=True)
            return
        ways = self._ways(ticket.number) if event.action == "approve" else ()
        text = told.text(ticket, event.action, event.note)
        await self._say(ticket, key, text, ways, in_talk=answers or event.action == "suspend")
        for one in merged:
            said = told.of_merged(one, ticket, event.action)
            await self._say(one, f"{key}:{one.id}", said, in_talk=True)

    async def _say(
        self,
        ticket: Ticket,
        key: str,
        text: str,
        ways: Sequence[tuple[str, str]] = (),
        *,
        in_talk: bool = False,
    ) -> None:
        if ticket.conversation_id is None:
            return
        with suppress(NotFound):
            await self._tell_citizen(
                ticket.conversation_id,
                key,
                number=ticket.number,
                state=ticket.state.label,
                text=text,
                ways=ways,
                in_talk=in_talk,
            )


async def _merged(session: AsyncSession, row: TicketRow) -> list[Ticket]:
    found = await session.scalars(
        select(TicketRow).where(TicketRow.merged_into_id == row.id).order_by(TicketRow.id)
    )
    return [await rows.to_ticket(session, one) for one in found]
