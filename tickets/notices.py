"""Tells the citizens who filed a ticket what happened to it, through the channel in which each filed."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from core.database import Database
from core.errors import NotFound
from core.jobs import Job, Jobs
from core.news import News
from tickets import rows, told
from tickets.lifecycle import may_be_withdrawn
from tickets.models import TicketEventRow, TicketRow
from tickets.progress import ANSWERED
from tickets.rows import MOVED
from tickets.service import Tickets
from tickets.states import State
from tickets.types import WITHDRAWAL_WISHED, Ticket

Ways = Callable[[str], Sequence[tuple[str, str]]]
"""Number of a ticket → the buttons (title, payload) below a question to its citizen: whether it is solved, or to be withdrawn."""


Tell = Callable[[str, News], Awaitable[None]]
"""Tells the citizen of a conversation (its id) news, even outside it, once for each key; ``NotFound`` when there is no such conversation."""


def no_ways(number: str) -> Sequence[tuple[str, str]]:
    """No buttons."""
    return ()


class TicketNotices:
    """Does the jobs that :func:`tickets.rows.add_event` adds for what a citizen is to hear.

    Each has a key, so that it is told only once, even when a process dies. When several are not told yet, only the last one is
    told, because it is the present state; but an answer (:data:`tickets.told.ANSWERS`) is told in any case, unless the ticket is
    handled again since. Those whose tickets were merged into this one hear the answer, too, each once, and only one that was
    reviewed.

    Args:
        database: where the tickets are.
        tickets: the tickets.
        tell: tells the citizen.
        jobs: the runner of this process.
        ways: the buttons below an answer that asks whether the matter is solved.
        withdrawal_ways: those below the question whether a ticket is really to be withdrawn.
    """

    def __init__(
        self,
        database: Database,
        tickets: Tickets,
        tell: Tell,
        jobs: Jobs,
        ways: Ways = no_ways,
        withdrawal_ways: Ways = no_ways,
    ) -> None:
        self._database = database
        self._tickets = tickets
        self._tell_citizen = tell
        self._ways = ways
        self._withdrawal_ways = withdrawal_ways
        jobs.handle(MOVED, self._tell, forget=True)

    async def _tell(self, job: Job) -> None:
        async with self._database.read() as session:
            event = await session.get(TicketEventRow, job.key)
            row = await session.get(TicketRow, event.ticket_id) if event is not None else None
            if event is None or row is None:
                return
            if event.action == WITHDRAWAL_WISHED:
                wished_of = await rows.to_ticket(session, row)
                await self._ask_about_withdrawal(f"ticket:{event.id}", wished_of)
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
            answer = await _answer(session, row)
            if answers and (answer is None or answer.id != event.id):
                return  # It was handled again since: what stands in the row now is another answer, or none that was reviewed.
            ticket = await rows.to_ticket(session, row)
            main = await session.get(TicketRow, row.merged_into_id) if row.merged_into_id else None
            if main is not None:  # Perhaps it was merged into one that is answered already.
                answer = await _answer(session, main)
            told_of = await rows.to_ticket(session, main) if main is not None else ticket
            merged = await _merged(session, main or row) if answer is not None else []
        key = f"ticket:{event.id}"
        if main is None or answer is None:
            ways = self._ways(ticket.number) if event.action == "approve" else ()
            await self._say(ticket, told.news(key, ticket, event.action, event.note, ways))
        if answer is not None:
            # The key is that of the answer: whichever notice comes first, it is told once.
            for one in merged:
                await self._say(
                    one, told.of_merged(f"ticket:{answer.id}:{one.id}", one, told_of, answer.action)
                )

    async def _ask_about_withdrawal(self, key: str, ticket: Ticket) -> None:
        """Ask the conversation that filed a ticket whether the wish to withdraw it, told elsewhere, is its citizen's own."""
        if may_be_withdrawn(ticket.state):
            await self._say(ticket, told.of_withdrawal(key, ticket, self._withdrawal_ways(ticket.number)))

    async def _say(self, ticket: Ticket, news: News) -> None:
        if ticket.conversation_id is None:
            return
        with suppress(NotFound):
            await self._tell_citizen(ticket.conversation_id, news)


async def _answer(session: AsyncSession, row: TicketRow) -> TicketEventRow | None:
    """The move that gave a ticket the answer which stands in it now; None when a citizen may not read what stands there."""
    if not row.public_reply or State(row.state) not in ANSWERED:
        return None
    found: TicketEventRow | None = await session.scalar(
        select(TicketEventRow)
        .where(TicketEventRow.ticket_id == row.id, TicketEventRow.action.in_(told.ANSWERS))
        .order_by(TicketEventRow.at.desc(), TicketEventRow.id.desc())
        .limit(1)
    )
    return found


async def _merged(session: AsyncSession, row: TicketRow) -> list[Ticket]:
    found = await session.scalars(
        select(TicketRow).where(TicketRow.merged_into_id == row.id).order_by(TicketRow.id)
    )
    return [await rows.to_ticket(session, one) for one in found]
