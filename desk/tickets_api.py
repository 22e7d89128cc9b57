"""Tickets at the desk: /api/desk/tickets and below. A department sees only its own tickets."""

from __future__ import annotations

from typing import Annotated

from aiohttp import web
from pydantic import Field

from conversations.media import Media
from core.errors import NotFound
from desk import acts, body, sight
from desk.guard import Guard
from desk.photos_api import photo_response
from desk.reveals import Reveals
from desk.reveals_api import Reveal
from desk.roles import SUPERVISING, TICKETS, Role
from desk.ticket_filter import TicketFilter, department_of, wanted_of
from desk.ticket_moves_api import actor, department_line
from desk.users import User
from tickets.service import Tickets
from tickets.types import Ticket


class _List(TicketFilter):
    limit: Annotated[int, Field(title="条数", ge=1, le=200)] = 50
    before: Annotated[str, Field(max_length=80)] = ""


class _Counts(body.Body):
    department: Annotated[str, Field(title="承办单位", max_length=36)] = ""


class TicketsApi:
    """Handlers of the addresses for tickets."""

    def __init__(self, guard: Guard, tickets: Tickets, media: Media, reveals: Reveals) -> None:
        self._guard = guard
        self._tickets = tickets
        self._media = media
        self._reveals = reveals

    def routes(self) -> list[web.RouteDef]:
        """The routes of these handlers."""
        only, one = self._guard.only, "/api/desk/tickets/{number}"
        return [
            web.get("/api/desk/tickets", only(TICKETS, self.list, acts.LIST_TICKETS)),
            web.get("/api/desk/tickets/counts", only(TICKETS, self.counts, acts.COUNT_TICKETS)),
            web.get(one, only(TICKETS, self.open, acts.OPEN_TICKET)),
            web.get(
                f"{one}/photos/{{id}}", only(TICKETS, self.photo, acts.SEE_TICKET_PHOTO), allow_head=False
            ),
            web.post(f"{one}/reveal", only(TICKETS, self.reveal, acts.REVEAL_CONTACT)),
        ]

    async def list(self, request: web.Request, user: User) -> web.Response:
        """One page of tickets, newest first, or the first due first. A department's lines name what is usual to do next."""
        asked = body.query(request, _List)
        await self._guard.guesses.looked_up(user, asked.q)
        wanted = wanted_of(asked, user, self._tickets)
        page = await self._tickets.find(wanted, asked.limit, asked.before or None)
        own = department_of(user)
        lines = [line.to_json() if own is None else department_line(line, own) for line in page.tickets]
        return web.json_response({"tickets": lines, "next": page.next})

    async def counts(self, request: web.Request, user: User) -> web.Response:
        """How many open tickets there are of each state and kind; of a department's account its own."""
        asked = body.query(request, _Counts)
        own = department_of(user)
        department = own if own is not None else asked.department or None
        found = await self._tickets.counts(department, own=own is not None)
        return web.json_response(found.to_json())

    async def open(self, request: web.Request, user: User) -> web.Response:
        """One ticket with masked contact and numbers, its history, like tickets, and what the account may do with it now.

        A department gets its own view of it (:mod:`tickets.department_view`). The hotline's staff also gets the departments
        that it may be dispatched to.
        """
        department, number = department_of(user), _number(request)
        if department is not None:
            seen = await self._tickets.for_department(number, department)
            may = await self._tickets.moves.may(number, actor(user))
            return web.json_response({**seen, "may": may, "suggestions": []})
        page = await self._tickets.page(number)
        ticket = page.ticket
        shown = {
            **sight.ticket(ticket.to_json()),
            "suggested_department": self._tickets.lead(ticket.category),
            "maybe_same": [mark.to_json() for mark in page.marks],
        }
        return web.json_response(
            {
                "ticket": shown,
                "events": [sight.note(event.to_json()) for event in page.events],
                "may": await self._tickets.moves.may(ticket.number, actor(user)),
                "suggestions": [
                    {**one.to_json(), "reach": self._tickets.reach(one.name)} for one in page.suggestions
                ],
                # Numbers of offices, and no citizen's: they are shown in full.
                "reach": self._tickets.reach(ticket.department),
            }
        )

    async def photo(self, request: web.Request, user: User) -> web.Response:
        """One of the ticket's photos, for users who may see the ticket."""
        ticket = await self._visible(request, user)
        image_id = request.match_info["id"]
        if image_id not in ticket.photos:
            raise NotFound("没有这张照片")
        return photo_response(await self._media.read(image_id))

    async def reveal(self, request: web.Request, user: User) -> web.Response:
        """Name, phone, words and history in clear, after recording who sees them and why."""
        said = await body.read(request, Reveal)
        ticket = await self._visible(request, user)
        address = request.remote or "unknown"
        record = self._reveals.record(user, "ticket", ticket.number, said.reason, address)
        contact = await self._tickets.contact(ticket.number, actor(user), said.reason, record)
        department = department_of(user)
        if department is None:
            shown = ticket.to_json()
            events = [event.to_json() for event in await self._tickets.events(ticket.number)]
        else:
            seen = await self._tickets.for_department(ticket.number, department, clear=True)
            shown, events = seen["ticket"], seen["events"]
            shown.pop("maybe_same")  # other tickets' lines are nothing that was asked for
        return web.json_response(
            {
                "contact_name": contact.name,
                "contact_phone": contact.phone,
                # An agent who changed it may be who wants it gone. So it is a supervisor's to see.
                "former_contacts": list(contact.former) if user.role in SUPERVISING else [],
                "words": sight.clear_words(shown),
                "events": [sight.clear_note(event) for event in events],
            }
        )

    async def _visible(self, request: web.Request, user: User) -> Ticket:
        number = _number(request)
        if user.role is Role.DEPARTMENT and not await self._tickets.has(number, user.department_id or ""):
            # Answer as if there were no such ticket, because numbers are consecutive and could be tried.
            raise NotFound("没有这张工单")
        return await self._tickets.get(number)


def _number(request: web.Request) -> str:
    return request.match_info["number"]
