"""What the hotline, departments and citizens read of tickets: lists, counts, pages and single tickets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from core.city import City
from core.clock import now
from core.database import Database
from core.errors import NotFound
from tickets import checks, counting, dispatch, listing, pages, reach, rows, similar
from tickets.department_view import DepartmentView, Introduced
from tickets.listing import Wanted
from tickets.models import TicketRow
from tickets.types import Page, Ticket, TicketDraft, TicketEvent, TicketLine


class Reading:
    """Reads tickets; changes none.

    Args:
        database: where the tickets are.
        city: gives the prefix of ticket numbers, its districts, and rules.
        introduced: reads the name with which somebody introduces himself in a text, to keep it from departments.
    """

    def __init__(self, database: Database, city: City, introduced: Introduced) -> None:
        self._database = database
        self.view: DepartmentView = DepartmentView(introduced)
        """Reads as a department."""
        self.city: City = city
        """Has the rules by which they are handled."""

    async def get(self, number: str) -> Ticket:
        """The ticket with this number.

        Raises:
            NotFound: there is no such ticket.
        """
        async with self._database.read() as session:
            return await rows.to_ticket(session, await self._row(session, number))

    async def page(self, number: str) -> pages.TicketPage:
        """All that the hotline's page of a ticket shows; see :func:`tickets.pages.read`."""
        return await pages.read(self._database, self.city, number)

    async def list(
        self,
        state: str = "",
        q: str = "",
        limit: int = 50,
        before: str | None = None,
        department_id: str | None = None,
    ) -> Page:
        """One page of tickets, newest first; ``department_id``: of this department, as it sees them."""
        own = department_id is not None
        return await self.find(Wanted(state, q, department_id, own), limit=limit, before=before)

    async def find(self, wanted: Wanted, limit: int = 50, before: str | None = None) -> Page:
        """One page of tickets; see :func:`tickets.listing.find`."""
        return await listing.find(
            self._database,
            wanted,
            limit=limit,
            before=before,
            view=self.view,
            places=self.places,
            prefix=self.city.prefix,
        )

    async def counts(self, department_id: str | None = None, *, own: bool = False) -> counting.Counts:
        """How many open tickets there are of each kind; see :func:`tickets.counting.count`."""
        often = self.returns_decided
        return await counting.count(self._database, department_id=department_id, own=own, returned=often)

    def lead(self, category: str) -> str | None:
        """The name of the lead department of a category (``一级/二级``); None when the city names none."""
        found = self.city.lead(category)
        return found.name if found else None

    def reach(self, department: str | None) -> dict[str, Any] | None:
        """How a department can be reached now; see :func:`tickets.reach.of`."""
        return reach.of(self.city, department, now()) if department else None

    @property
    def places(self) -> Sequence[str]:
        """The names of the city's districts, as tickets hold them."""
        return tuple(district.name for district in self.city.districts)

    @property
    def returns_decided(self) -> int:
        """After how many returns (退单) only a supervisor decides."""
        return self.city.handling.returns.supervisor_after

    async def has(self, number: str, department_id: str) -> bool:
        """Whether a department leads or assists with a ticket."""
        async with self._database.read() as session:
            return await dispatch.has(session, await self._row(session, number), department_id)

    async def line_for_department(self, number: str) -> TicketLine:
        """The ticket's line as its departments read it in lists (:mod:`tickets.department_view`).

        Raises:
            NotFound: there is no such ticket.
        """
        async with self._database.read() as session:
            row = await self._row(session, number)
            return replace(self.view.line(row), department=(await rows.to_ticket(session, row)).department)

    async def for_department(
        self, number: str, department_id: str | None, *, clear: bool = False
    ) -> dict[str, Any]:
        """A ticket of a department with its history, as the department sees it (:mod:`tickets.department_view`).

        ``clear``: with the numbers in its words, after it was recorded who reads them (:meth:`contact`). ``department_id`` None: any
        ticket so, for who works for the hotline and may never read a contact.

        Raises:
            NotFound: there is no such ticket, or it is another department's. Numbers are consecutive and could be
                tried, so both are told alike.
        """
        async with self._database.browse() as session:
            row = await self._row(session, number)
            if department_id is not None and not await dispatch.has(session, row, department_id):
                raise NotFound("没有这张工单")
            marks = await similar.marks(session, row, department_id, self.view.line)
            ticket, events = await rows.to_ticket(session, row), await rows.history(session, row.id)
            leads = None if department_id is None else row.department_id == department_id
            seen = self.view.ticket(row, ticket, events, leads=leads, clear=clear)
        seen["ticket"]["suggested_department"] = self.lead(row.category)
        seen["ticket"]["maybe_same"] = [mark.to_json() for mark in marks]
        return seen

    async def events(self, number: str) -> tuple[TicketEvent, ...]:
        """The history of a ticket, oldest first.

        Raises:
            NotFound: there is no such ticket.
        """
        async with self._database.read() as session:
            row = await self._row(session, number)
            return await rows.history(session, row.id)

    async def of_conversation(self, conversation_id: str, limit: int = 5) -> tuple[Ticket, ...]:
        """The last tickets filed in a conversation, newest first.

        Its citizen may see them without query codes.
        """
        async with self._database.read() as session:
            found = await session.scalars(
                select(TicketRow)
                .where(TicketRow.conversation_id == conversation_id)
                .order_by(TicketRow.id.desc())
                .limit(limit)
            )
            return tuple([await rows.to_ticket(session, row) for row in found])

    async def filed_since(self, since: Mapping[str, datetime]) -> dict[str, str]:
        """The number of the newest ticket filed in each conversation at or after a moment; those without one are left out.

        Args:
            since: id of a conversation → the moment.
        """
        if not since:
            return {}
        async with self._database.browse() as session:
            found = await session.execute(
                select(TicketRow.conversation_id, TicketRow.number, TicketRow.created_at)
                .where(
                    TicketRow.conversation_id.in_(list(since)),
                    TicketRow.created_at >= min(since.values()),
                )
                .order_by(TicketRow.id)
            )
            return {id: number for id, number, at in found if id is not None and at >= since[id]}

    async def same_matter(self, draft: TicketDraft) -> Ticket | None:
        """An open ticket of the same conversation about the same matter, or None; see :mod:`tickets.similar`."""
        async with self._database.read() as session:
            row = await similar.of_citizen(session, draft)
            return None if row is None else await rows.to_ticket(session, row)

    async def marks(self, number: str, department_id: str | None = None) -> tuple[similar.Mark, ...]:
        """Open tickets that may be about the same matter, for the staff; see :func:`tickets.similar.marks`."""
        async with self._database.browse() as session:
            return await similar.marks(session, await self._row(session, number), department_id)

    async def marks_of_draft(self, draft: TicketDraft) -> tuple[similar.Mark, ...]:
        """Open tickets that may be about the matter of a draft, before it is filed, for the staff.

        Raises:
            BadRequest: the draft can't be filed as it is (:func:`tickets.checks.check`).
        """
        checked = checks.check(draft, self.city)
        async with self._database.browse() as session:
            return await similar.marks_of_draft(session, checked)

    @staticmethod
    async def _row(session: AsyncSession, number: str) -> TicketRow:
        return await rows.wanted(session, number)
