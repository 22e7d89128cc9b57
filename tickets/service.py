"""The interface of tickets for other packages: one object with all functions."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from core.city import City
from core.database import Alongside, Database
from core.errors import BadRequest, ConfigurationError, Conflict, NotFound
from core.events import Events
from tickets import (
    contacts,
    corrections,
    counting,
    deadlines,
    departments,
    dispatch,
    filing,
    listing,
    lookup,
    notes,
    pages,
    progress,
    rows,
    similar,
)
from tickets.department_view import DepartmentView, Introduced
from tickets.departments import Office
from tickets.imports import Imports
from tickets.listing import Wanted
from tickets.lookup import NOBODY, Tried
from tickets.models import TicketRow
from tickets.moves import Moves, announce
from tickets.notes import MAX_NOTE as MAX_NOTE
from tickets.states import State
from tickets.types import CITIZEN, Actor, Contact, Page, Ticket, TicketDraft, TicketEvent, TicketLine

RATINGS = ("非常满意", "满意", "基本满意", "不满意")
"""The ratings that a citizen can give, from best to worst."""


class Tickets:
    """Files tickets, finds them, and records what happens to them.

    After each change an event ``ticket`` is published on the topic ``tickets``, with the line of the ticket
    and what was done.

    Args:
        database: where the tickets are.
        events: told about each change.
        city: gives the prefix of ticket numbers, its districts, lead departments, and rules for deadlines.
        introduced: reads the name with which somebody introduces himself in a text, to keep it from departments.

    Raises:
        ConfigurationError: the city's rules name a type or category that does not exist.

    >>> ticket = await tickets.file(TicketDraft("投诉", "路灯坏了三天"), key)          # doctest: +SKIP
    >>> tickets.progress_text(ticket)                                                  # doctest: +SKIP
    '您好，您 2026 年 11 月 23 日 18:00 提交的投诉工单 HN2026112300001，现在是“待受理”：…'
    """

    def __init__(
        self, database: Database, events: Events, city: City, introduced: Introduced = lambda text: None
    ) -> None:
        self._database = database
        self._view = DepartmentView(introduced)
        self._events = events
        self.city: City = city
        """Has the rules by which they are handled."""
        self.moves: Moves = Moves(database, events, city)
        """What moves tickets on."""
        self.imports: Imports = Imports(database, events, city)
        """What files many tickets at once."""
        wrong = [f"deadlines.yml {line}" for line in deadlines.unknown(city)]
        wrong += [f"departments.yml {line}" for line in departments.unknown_categories(city)]
        wrong += [f"handling.yml {line}" for line in departments.unknown_directory(city)]
        if wrong:
            raise ConfigurationError("城市档案有错：" + "；".join(wrong) + "。")

    @staticmethod
    def progress_text(ticket: Ticket) -> str:
        """The progress of a ticket for the chat; see :func:`tickets.progress.progress_text`."""
        return progress.progress_text(ticket)

    @staticmethod
    def deadline_lines(ticket: Ticket) -> list[str]:
        """The deadlines that a citizen may rely on; see :func:`tickets.progress.deadline_lines`."""
        return progress.deadline_lines(ticket)

    def lead(self, category: str) -> str | None:
        """The name of the lead department of a category (``一级/二级``); None when the city names none."""
        found = self.city.lead(category)
        return found.name if found else None

    def how_long(self, type_label: str, category: str, urgent: bool = False) -> str:
        """How long such a matter may take, in words for a citizen; see :func:`tickets.deadlines.in_words`."""
        return deadlines.in_words(self.city, type_label, category, urgent)

    async def file(self, draft: TicketDraft, key: str, actor: Actor = CITIZEN) -> Ticket:
        """Make a ticket of a confirmed draft. The same ``key`` again gives the same ticket.

        Args:
            draft: the confirmed draft.
            key: names this filing, up to 200 characters, such as conversation and confirmed summary.
            actor: who files the ticket.

        Raises:
            BadRequest: code ``bad_ticket``, and ``details.fields`` says what is wrong; or code
                ``bad_filing_key``.
        """
        ticket, made = await filing.file(self._database, draft, key, self.city, actor)
        if made:
            announce(self._events, ticket.line, "filed")
        return ticket

    async def by_number_and_code(self, number: str, code: str, tried: Tried = NOBODY) -> Ticket | None:
        """The ticket, when number and code belong together; else None; see :mod:`tickets.lookup`.

        Full-width characters, small letters and spaces are accepted.

        Raises:
            RateLimited: there were too many wrong codes within 15 minutes.
        """
        return await lookup.by_number_and_code(self._database, number, code, tried)

    @staticmethod
    def pass_for(ticket: Ticket, visitor: str) -> str:
        """What is kept instead of a code that a visitor has given; see :func:`tickets.lookup.pass_for`."""
        return lookup.pass_for(ticket, visitor)

    async def codes_of(self, conversation_id: str, asked: Collection[str]) -> dict[str, str]:
        """The query codes of those of the tickets with these numbers that were filed in this conversation."""
        return await lookup.codes_of(self._database, conversation_id, asked)

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
            view=self._view,
            places=self.places,
            prefix=self.city.prefix,
        )

    async def counts(self, department_id: str | None = None, *, own: bool = False) -> counting.Counts:
        """How many open tickets there are of each kind; see :func:`tickets.counting.count`."""
        often = self.returns_decided
        return await counting.count(self._database, department_id=department_id, own=own, returned=often)

    async def departments(self) -> Sequence[tuple[str, str]]:
        """Id and name of all departments in service, by name."""
        return await departments.active(self._database)

    async def offices(self) -> Sequence[Office]:
        """The departments in service with what each leads."""
        return await departments.offices(self._database, self.city)

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
            return replace(self._view.line(row), department=(await rows.to_ticket(session, row)).department)

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
            marks = await similar.marks(session, row, department_id, self._view.line)
            ticket, events = await rows.to_ticket(session, row), await rows.history(session, row.id)
            leads = None if department_id is None else row.department_id == department_id
            seen = self._view.ticket(row, ticket, events, leads=leads, clear=clear)
        seen["ticket"]["suggested_department"] = self.lead(row.category)
        seen["ticket"]["maybe_same"] = [{**mark.line.to_json(), "why": list(mark.why)} for mark in marks]
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

    async def same_matter(self, draft: TicketDraft) -> Ticket | None:
        """An open ticket of the same conversation about the same matter, or None; see :mod:`tickets.similar`."""
        async with self._database.read() as session:
            row = await similar.of_citizen(session, draft)
            return None if row is None else await rows.to_ticket(session, row)

    async def marks(self, number: str, department_id: str | None = None) -> tuple[similar.Mark, ...]:
        """Open tickets that may be about the same matter, for the staff; see :func:`tickets.similar.marks`."""
        async with self._database.browse() as session:
            return await similar.marks(session, await self._row(session, number), department_id)

    async def contact(
        self, number: str, actor: Actor, reason: str, alongside: Alongside | None = None
    ) -> Contact:
        """Name and phone in clear. The ticket's history records who saw them and why.

        ``alongside`` is done in the same transaction. See :func:`tickets.contacts.see`.
        """
        return await contacts.see(self._database, number, actor, reason, alongside)

    async def note(
        self, number: str, actor: Actor, text: str, key: str | None = None, photos: Sequence[str] = ()
    ) -> Ticket:
        """Add a note to a ticket's history.

        Args:
            number: number of the ticket.
            actor: who writes the note.
            text: the note.
            key: when given, the same key again adds nothing.
            photos: ids of photos that are attached to the ticket.

        Raises:
            NotFound: there is no such ticket.
            BadRequest: the note is empty, or longer than :data:`MAX_NOTE` characters.
        """
        said = notes.said(text)
        if not said:
            raise BadRequest("请写下要补充的内容，现在是空的", code="note_needed")
        ticket = await self._add(number, actor, "noted", said, key, photos)
        return await self._resumed(ticket, "群众补充了情况") if actor.kind == CITIZEN.kind else ticket

    async def correct(self, number: str, values: Mapping[str, str], key: str | None = None) -> Ticket:
        """Set fields that the citizen corrects; see :func:`tickets.corrections.fields`."""
        told, change = corrections.fields(values, self.city)
        ticket = await self._add(number, CITIZEN, "corrected", told, key, change=change)
        return await self._resumed(ticket, "群众更正了情况")

    async def correct_contact(self, number: str, given: corrections.Given, key: str | None = None) -> Ticket:
        """Set the citizen's phone number or name; see :func:`tickets.corrections.contact`."""
        action, change = corrections.contact(given)
        return await self._add(number, CITIZEN, action, "", key, change=change)

    async def rate(self, number: str, mark: str, note: str = "", key: str | None = None) -> Ticket:
        """评价: record the citizen's rating of how a finished ticket was handled.

        Args:
            number: number of the ticket.
            mark: one of :data:`RATINGS`.
            note: the citizen's reason.
            key: when given, the same key again counts once.

        Raises:
            NotFound: there is no such ticket.
            Conflict: code ``ticket_open``; the ticket is not finished yet.
            BadRequest: the mark is unknown, or the note is longer than :data:`MAX_NOTE` characters.
        """
        if mark not in RATINGS:
            raise BadRequest(f"评价请选{'、'.join(RATINGS)}")
        ticket = await self.get(number)
        if not (ticket.state.is_final or ticket.state is State.PENDING_CALLBACK):
            raise Conflict("这张工单还没有办完，办完以后再请您评价。", code="ticket_open")
        said = notes.said(f"{mark}：{note}" if note else mark)
        return await self._add(ticket.number, CITIZEN, "rated", said, key)

    async def urge(self, number: str, note: str = "", key: str | None = None) -> Ticket:
        """催办: record that the citizen asks to hurry.

        Args:
            number: number of the ticket, which the citizen may see.
            note: what the citizen added.
            key: when given, the same key again counts once.

        Raises:
            NotFound: there is no such ticket.
            Conflict: code ``ticket_final``; the ticket is finished. Code ``not_now``: the citizen has already urged today; what
                was added is kept as a note.
            BadRequest: the note is longer than :data:`MAX_NOTE` characters.
        """
        said = notes.said(note)
        ticket = await self.get(number)
        if ticket.state.is_final:
            raise Conflict(
                f"这张工单已经是“{ticket.state.label}”，不用再催了；如果问题还在，请说“转人工”。",
                code="ticket_final",
            )
        try:
            return await self.by_citizen(ticket.number, "urge", {"note": said}, key)
        except Conflict as error:
            if not said:
                raise
            # What was said is kept all the same.
            await self._add(ticket.number, CITIZEN, "noted", said, key and f"{key}:said")
            raise Conflict(f"{error.message}您刚才说的也记到工单上了。", code=error.code) from error

    async def by_citizen(
        self, number: str, action: str, given: Mapping[str, Any], key: str | None = None
    ) -> Ticket:
        """Make a move in the name of the citizen, who may see the ticket; see :meth:`tickets.moves.Moves.act`."""
        return await self.moves.act(number, action, given, CITIZEN, key=key)

    async def _resumed(self, ticket: Ticket, why: str) -> Ticket:
        """The ticket; handled on, if it waited for the citizen's words."""
        if ticket.state is State.SUSPENDED:
            with suppress(Conflict):  # Somebody else was faster.
                return await self.by_citizen(ticket.number, "resume", {"note": why})
        return ticket

    async def _add(
        self,
        number: str,
        actor: Actor,
        action: str,
        note: str | Callable[[TicketRow], str],
        key: str | None,
        photos: Sequence[str] = (),
        change: Callable[[TicketRow], None] | None = None,
    ) -> Ticket:
        ticket, added = await notes.add(self._database, number, actor, action, note, key, photos, change)
        if added:
            announce(self._events, ticket.line, action)
        return ticket

    @staticmethod
    async def _row(session: AsyncSession, number: str) -> TicketRow:
        return await rows.wanted(session, number)
