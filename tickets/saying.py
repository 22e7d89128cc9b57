"""What citizens and staff say about a filed ticket: notes, corrections, ratings, and that somebody asks to hurry."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any

from core.city import City
from core.clock import local, now
from core.database import Alongside, Database
from core.errors import BadRequest, Conflict
from core.events import Events
from tickets import corrections, editing, notes, raised
from tickets.department_view import Introduced
from tickets.lifecycle import may_be_withdrawn
from tickets.models import TicketRow
from tickets.moves import Moves, announce
from tickets.progress import no_withdrawal
from tickets.reading import Reading
from tickets.states import State
from tickets.types import CITIZEN, WITHDRAWAL_WISHED, Actor, Ticket

RATINGS = ("非常满意", "满意", "基本满意", "不满意")
"""The ratings that a citizen can give, from best to worst."""


_WISHED_ELSEWHERE = "有人凭工单号和查询码说想撤回（{where}），没有撤，请先核实"
"""Begins the line of the history."""
_KEPT_FROM_THEM = "群众要求保密：姓名和电话不给承办单位和被反映的一方"
"""The line of the history."""


class Saying(Reading):
    """Writes down what is said about tickets.

    Args:
        database: where the tickets are.
        events: told about each change.
        city: has the rules by which they are handled.
        introduced: see :class:`tickets.reading.Reading`.
    """

    def __init__(self, database: Database, events: Events, city: City, introduced: Introduced) -> None:
        super().__init__(database, city, introduced)
        self._events = events
        self.moves: Moves = Moves(database, events, city)
        """What moves tickets on."""

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
            BadRequest: the note is empty, or longer than :data:`tickets.notes.MAX_NOTE` characters.
        """
        said = notes.said(text)
        if not said:
            raise BadRequest("请写下要补充的内容，现在是空的", code="note_needed")
        ticket = await self._add(number, actor, "noted", said, key, photos)
        return await self._resumed(ticket, "群众补充了情况") if actor.kind == CITIZEN.kind else ticket

    async def edit(
        self,
        number: str,
        changes: Mapping[str, Any],
        actor: Actor,
        *,
        version: int,
        alongside: Alongside | None = None,
    ) -> Ticket:
        """修改: let the staff change fields of a filed ticket; see :func:`tickets.editing.edit`."""
        made = await editing.edit(
            self._database, number, changes, self.city, actor, version=version, alongside=alongside
        )
        announce(self._events, made.line, editing.ACTION)
        return made

    async def correct(self, number: str, values: Mapping[str, str], key: str | None = None) -> Ticket:
        """Set fields that the citizen corrects; see :func:`tickets.corrections.fields`."""
        told, change = corrections.fields(values, self.city)
        ticket = await self._add(number, CITIZEN, "corrected", told, key, change=change)
        return await self._resumed(ticket, "群众更正了情况")

    async def correct_contact(self, number: str, given: corrections.Given, key: str | None = None) -> Ticket:
        """Set the citizen's phone number or name; see :func:`tickets.corrections.contact`."""
        action, change = corrections.contact(given, key)
        return await self._add(number, CITIZEN, action, "", key, change=change)

    async def take_back_contact(self, number: str, of: str, key: str | None = None) -> Ticket:
        """Set name and number as they were before changes; see :func:`tickets.corrections.taken_back`.

        Args:
            number: number of the ticket.
            of: beginning of the keys of the changes.
            key: when given, the same key again counts once.
        """
        change = corrections.taken_back(of)
        return await self._add(number, CITIZEN, "contact_taken_back", "", key, change=change)

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
            BadRequest: the mark is unknown, or the note is longer than :data:`tickets.notes.MAX_NOTE` characters.
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
            BadRequest: the note is longer than :data:`tickets.notes.MAX_NOTE` characters.
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

    async def make_urgent(self, number: str, key: str | None = None) -> bool:
        """Make a ticket 紧急 because of what its citizen told; False when it is already, or done. See :func:`tickets.raised.make_urgent`."""
        line = await raised.make_urgent(self._database, self.city, number, key)
        if line is not None:
            announce(self._events, line, "noted")
        return line is not None

    async def keep_secret(self, number: str, key: str | None = None) -> Ticket:
        """保密: keep the citizen's name and number from departments, because the citizen asks for it after filing."""

        def change(row: TicketRow) -> None:
            row.confidential = True

        return await self._add(number, CITIZEN, "noted", _KEPT_FROM_THEM, key, change=change)

    async def wish_withdrawn(self, number: str, where: str, said: str = "") -> Ticket:
        """Note that somebody who knows number and query code wants the ticket withdrawn. Nothing is withdrawn by that.

        Who has the two need not be the ticket's citizen, who is asked where it was filed (:mod:`tickets.notices`), once a day.

        Args:
            number: number of the ticket.
            where: from where the wish comes, for the staff, such as 进度查询页.
            said: the words of the wish.

        Raises:
            NotFound: there is no such ticket.
            Conflict: code ``not_now``; it can't be withdrawn any more.
        """
        ticket = await self.get(number)
        if not may_be_withdrawn(ticket.state):
            raise Conflict(no_withdrawal(ticket), code="not_now")
        told = notes.said("：".join(filter(None, (_WISHED_ELSEWHERE.format(where=where), said))))
        key = f"{WITHDRAWAL_WISHED}:{local(now()):%Y-%m-%d}"
        return await self._add(ticket.number, CITIZEN, WITHDRAWAL_WISHED, told, key, told=True)

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
        *,
        told: bool = False,
    ) -> Ticket:
        ticket, added = await notes.add(
            self._database, number, actor, action, note, key, photos, change, told=told
        )
        if added:
            announce(self._events, ticket.line, action)
        return ticket
