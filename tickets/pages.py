"""What the page of a ticket shows beside the ticket itself, read together and off the event loop."""

from __future__ import annotations

from dataclasses import dataclass

from core.city import City
from core.database import Database
from tickets import dispatch, rows, similar
from tickets.types import Ticket, TicketEvent


@dataclass(frozen=True)
class TicketPage:
    """A ticket's page, for the hotline's staff.

    Args:
        ticket: the ticket.
        events: its history, oldest first.
        marks: open tickets that may be about the same matter (:func:`tickets.similar.marks`).
        suggestions: the departments that it may go to, the best first (:func:`tickets.dispatch.suggest`).
    """

    ticket: Ticket
    events: tuple[TicketEvent, ...]
    marks: tuple[similar.Mark, ...]
    suggestions: tuple[dispatch.Suggestion, ...]


async def read(database: Database, city: City, number: str) -> TicketPage:
    """Read the page of the ticket with this number.

    Raises:
        NotFound: there is no such ticket.
    """
    async with database.browse() as session:
        row = await rows.wanted(session, number)
        return TicketPage(
            await rows.to_ticket(session, row),
            await rows.history(session, row.id),
            await similar.marks(session, row),
            await dispatch.suggest(session, city, row),
        )
