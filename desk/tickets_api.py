"""Tickets at the desk: /api/desk/tickets and below. A department sees only its own tickets."""

from __future__ import annotations

from typing import Annotated, Any

from aiohttp import web
from pydantic import Field

from conversations.media import Media
from core.errors import Forbidden, NotFound
from desk import audit, body
from desk.guard import Guard
from desk.photos_api import photo_response
from desk.roles import TICKETS, Role
from desk.users import User
from tickets.service import Tickets
from tickets.types import Actor, Ticket


class _List(body.Body):
    state: Annotated[str, Field(title="状态", max_length=30)] = ""
    q: Annotated[str, Field(title="搜索内容", max_length=100)] = ""
    limit: Annotated[int, Field(title="条数", ge=1, le=200)] = 50
    before: Annotated[str, Field(max_length=36)] = ""


class _Reveal(body.Body):
    reason: Annotated[str, Field(title="查看原因", max_length=200)]


class TicketsApi:
    """Handlers of the addresses for tickets."""

    def __init__(self, guard: Guard, tickets: Tickets, media: Media) -> None:
        self._guard = guard
        self._tickets = tickets
        self._media = media

    def routes(self) -> list[web.RouteDef]:
        """The routes of these handlers."""
        only, one = self._guard.only, "/api/desk/tickets/{number}"
        return [
            web.get("/api/desk/tickets", only(TICKETS, self.list)),
            web.get(one, only(TICKETS, self.open)),
            web.get(f"{one}/photos/{{id}}", only(TICKETS, self.photo), allow_head=False),
            web.post(f"{one}/reveal", only(TICKETS, self.reveal)),
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
        lines = [_as_seen(line.to_json(), user) for line in page.tickets]
        return web.json_response({"tickets": lines, "next": page.next})

    async def open(self, request: web.Request, user: User) -> web.Response:
        """One ticket with masked name and phone, its history, the lead department of its category, and like tickets."""
        ticket = await self._visible(request, user)
        events = await self._tickets.events(ticket.number)
        marks = await self._tickets.marks(ticket.number, _department(user))
        shown = {
            **_as_seen(ticket.to_json(), user),
            "suggested_department": self._tickets.lead(ticket.category),
            "maybe_same": [{**_as_seen(mark.line.to_json(), user), "why": list(mark.why)} for mark in marks],
        }
        return web.json_response({"ticket": shown, "events": [event.to_json() for event in events]})

    async def photo(self, request: web.Request, user: User) -> web.Response:
        """One of the ticket's photos, for users who may see the ticket."""
        ticket = await self._visible(request, user)
        image_id = request.match_info["id"]
        if image_id not in ticket.photos:
            raise NotFound("没有这张照片")
        return photo_response(await self._media.read(image_id))

    async def reveal(self, request: web.Request, user: User) -> web.Response:
        """Name and phone in clear, after recording who sees them and why."""
        said = await body.read(request, _Reveal)
        ticket = await self._visible(request, user)
        if ticket.confidential and user.role is Role.DEPARTMENT:
            raise Forbidden("群众要求保密，承办单位不能查看联系方式", code="confidential")
        address = request.remote or "unknown"
        record = audit.record(user, "reveal_contact", ticket.number, said.reason, address)
        kind = "department" if user.role is Role.DEPARTMENT else "agent"
        contact = await self._tickets.contact(
            ticket.number, Actor(kind, user.display_name, user.id), said.reason, record
        )
        return web.json_response({"contact_name": contact.name, "contact_phone": contact.phone})

    async def _visible(self, request: web.Request, user: User) -> Ticket:
        ticket = await self._tickets.get(request.match_info["number"])
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


def _as_seen(ticket: dict[str, Any], user: User) -> dict[str, Any]:
    """A ticket's JSON without what the account may not see.

    A department may not read conversations. Two tickets with the same one would tell it who wants 保密 in the other.
    """
    return {**ticket, "conversation_id": None} if user.role is Role.DEPARTMENT else ticket
