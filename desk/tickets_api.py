"""Tickets at the desk: /api/desk/tickets and below. A department sees only its own tickets."""

from __future__ import annotations

from typing import Annotated

from aiohttp import web
from pydantic import Field

from conversations.media import Media
from core.errors import Forbidden, NotFound
from desk import acts, body, sight
from desk.guard import Guard
from desk.photos_api import photo_response
from desk.reveals import Reveals
from desk.reveals_api import Reveal
from desk.roles import TICKETS, Role
from desk.users import User
from tickets.service import Tickets
from tickets.types import Actor, Ticket


class _List(body.Body):
    state: Annotated[str, Field(title="状态", max_length=30)] = ""
    q: Annotated[str, Field(title="搜索内容", max_length=100)] = ""
    limit: Annotated[int, Field(title="条数", ge=1, le=200)] = 50
    before: Annotated[str, Field(max_length=36)] = ""


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
            web.get(one, only(TICKETS, self.open, acts.OPEN_TICKET)),
            web.get(
                f"{one}/photos/{{id}}", only(TICKETS, self.photo, acts.SEE_TICKET_PHOTO), allow_head=False
            ),
            web.post(f"{one}/reveal", only(TICKETS, self.reveal, acts.REVEAL_CONTACT)),
        ]

    async def list(self, request: web.Request, user: User) -> web.Response:
        """One page of tickets, newest first."""
        asked = body.query(request, _List)
        page = await self._tickets.list(
            state=asked.state,
            q=asked.q,
            limit=asked.limit,
            before=asked.before or None,
            department_id=_department(user),
        )
        return web.json_response({"tickets": [line.to_json() for line in page.tickets], "next": page.next})

    async def open(self, request: web.Request, user: User) -> web.Response:
        """One ticket with masked contact and numbers, its history, the lead department of its category, and like tickets.

        A department gets its own view of it (:mod:`tickets.department_view`).
        """
        department = _department(user)
        if department is not None:
            return web.json_response(await self._tickets.for_department(_number(request), department))
        ticket = await self._tickets.get(_number(request))
        events = await self._tickets.events(ticket.number)
        marks = await self._tickets.marks(ticket.number)
        shown = {
            **sight.ticket(ticket.to_json()),
            "suggested_department": self._tickets.lead(ticket.category),
            "maybe_same": [{**mark.line.to_json(), "why": list(mark.why)} for mark in marks],
        }
        history = [sight.note(event.to_json()) for event in events]
        return web.json_response({"ticket": shown, "events": history})

    async def photo(self, request: web.Request, user: User) -> web.Response:
        """One of the ticket's photos, for users who may see the ticket."""
        ticket = await self._visible(request, user)
        image_id = request.match_info["id"]
        if image_id not in ticket.photos:
            raise NotFound("没有这张照片")
        return photo_response(await self._media.read(image_id))

    async def reveal(self, request: web.Request, user: User) -> web.Response:
        """Name, phone and words in clear, after recording who sees them and why."""
        said = await body.read(request, Reveal)
        ticket = await self._visible(request, user)
        if ticket.confidential and user.role is Role.DEPARTMENT:
            raise Forbidden("群众要求保密，承办单位不能查看联系方式", code="confidential")
        address = request.remote or "unknown"
        record = self._reveals.record(user, "ticket", ticket.number, said.reason, address)
        kind = "department" if user.role is Role.DEPARTMENT else "agent"
        contact = await self._tickets.contact(
            ticket.number, Actor(kind, user.display_name, user.id), said.reason, record
        )
        words = sight.clear_words(ticket.to_json())
        return web.json_response(
            {"contact_name": contact.name, "contact_phone": contact.phone, "words": words}
        )

    async def _visible(self, request: web.Request, user: User) -> Ticket:
        ticket = await self._tickets.get(_number(request))
        if user.role is Role.DEPARTMENT and (
            user.department_id is None or ticket.department_id != user.department_id
        ):
            # Answer as if there were no such ticket, because numbers are consecutive and could be tried.
            raise NotFound("没有这张工单")
        return ticket


def _department(user: User) -> str | None:
    """The department to whose tickets the account is limited; None when it may see all.

    "" is the id of no department: an account that belongs to none sees no tickets.
    """
    return (user.department_id or "") if user.role is Role.DEPARTMENT else None


def _number(request: web.Request) -> str:
    return request.match_info["number"]
