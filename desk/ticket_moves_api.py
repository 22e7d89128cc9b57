"""Moving tickets on at the desk: /api/desk/tickets/{number}/act, /api/desk/tickets/dispatch, /api/desk/departments."""

from __future__ import annotations

from typing import Annotated, Any

from aiohttp import web
from pydantic import Field

from core.errors import WenbanError
from desk import acts, audit, body, sight
from desk.acts import Act
from desk.guard import Guard
from desk.roles import ANSWERING, TICKETS, Role
from desk.users import User
from tickets.catalog import categories
from tickets.lifecycle import TRANSITIONS
from tickets.moves import daily
from tickets.service import Tickets
from tickets.types import Actor, Ticket, TicketLine

MOST = 100
"""Most tickets of one batch."""


class _Act(body.Body):
    action: Annotated[str, Field(title="操作", max_length=20)]
    version: Annotated[int, Field(title="版本", ge=1)]
    fields: dict[str, Any] = Field(default_factory=dict)


class _One(body.Body):
    number: Annotated[str, Field(title="工单号", max_length=40)]
    version: Annotated[int, Field(title="版本", ge=1)]


class _Batch(body.Body):
    tickets: Annotated[list[_One], Field(title="工单", min_length=1, max_length=MOST)]
    fields: dict[str, Any] = Field(default_factory=dict)


def actor(user: User) -> Actor:
    """The account as it stands in the histories of tickets."""
    return Actor(str(user.role), user.display_name, user.id, user.department_id)


def department_line(line: TicketLine, department_id: str) -> dict[str, Any]:
    """A line of a department's list, with what is usual to do next; nothing when it does not lead."""
    return {**line.to_json(), "moves": daily(line.state) if line.department_id == department_id else []}


class TicketMovesApi:
    """Handlers of the addresses that move tickets on."""

    def __init__(self, guard: Guard, tickets: Tickets) -> None:
        self._guard = guard
        self._tickets = tickets

    def routes(self) -> list[web.RouteDef]:
        """The routes of these handlers."""
        only = self._guard.only
        return [
            web.get("/api/desk/departments", only(TICKETS, self.departments, acts.LIST_DEPARTMENTS)),
            web.post("/api/desk/tickets/dispatch", only(ANSWERING, self.dispatch, acts.DISPATCH_TICKETS)),
            web.post("/api/desk/tickets/{number}/act", only(TICKETS, self.act, acts.MOVE_TICKET)),
        ]

    async def departments(self, request: web.Request, user: User) -> web.Response:
        """What can be chosen in a move's fields: all departments in service, the categories, the districts.

        A department needs them to say whose matter it is.
        """
        found = await self._tickets.departments()
        return web.json_response(
            {
                "departments": [{"id": key, "name": name} for key, name in found],
                "categories": [f"{one.name}/{leaf.name}" for one in categories() for leaf in one.children],
                "districts": list(self._tickets.places),
            }
        )

    async def act(self, request: web.Request, user: User) -> web.Response:
        """Make one move of a ticket. The answer is the ticket's line, as the account's own list shows it.

        ``gone`` says that the department does not have the ticket any more.
        """
        said = await body.read(request, _Act)
        if (entry := audit.ENTRY.get()) is not None and said.action in TRANSITIONS:
            entry.reason = f"操作：{TRANSITIONS[said.action].label}"  # a refusal says what was refused, too
        number = request.match_info["number"]
        ticket = await self._move(
            request, user, number, said.action, said.version, said.fields, acts.MOVE_TICKET
        )
        if user.role is not Role.DEPARTMENT:
            return web.json_response(_moved(ticket) | {"gone": False})
        # The line of the ticket itself holds the citizen's own words and the conversation, which are the hotline's only.
        line = await self._tickets.line_for_department(ticket.number)
        gone = not await self._tickets.has(ticket.number, user.department_id or "")
        shown = department_line(line, user.department_id or "")
        return web.json_response({"number": ticket.number, "ticket": shown, "gone": gone})

    async def dispatch(self, request: web.Request, user: User) -> web.Response:
        """Dispatch several tickets to the same departments. Each is done or refused for itself."""
        said = await body.read(request, _Batch)
        done: list[dict[str, Any]] = []
        for one in said.tickets:
            try:
                moved = await self._move(
                    request, user, one.number, "dispatch", one.version, said.fields, acts.DISPATCH_TICKETS
                )
            except WenbanError as error:
                label, address = f"操作：{TRANSITIONS['dispatch'].label}", request.remote or "unknown"
                await self._guard.refused(user, acts.DISPATCH_TICKETS, one.number, label, error.code, address)
                done.append({"number": one.number, "ok": False, **error.to_json()})
            else:
                done.append({**_moved(moved), "ok": True})
        return web.json_response({"tickets": done})

    async def _move(
        self,
        request: web.Request,
        user: User,
        number: str,
        action: str,
        version: int,
        fields: dict[str, Any],
        act: Act,
    ) -> Ticket:
        label = TRANSITIONS[action].label if action in TRANSITIONS else action
        record = audit.record(
            user, act.name, audit.shown(number), f"操作：{label}", request.remote or "unknown"
        )
        return await self._tickets.moves.act(
            number, action, fields, actor(user), version=version, alongside=record
        )


def _moved(ticket: Ticket) -> dict[str, Any]:
    """A moved ticket as the hotline's staff reads it; a department never gets this."""
    line = sight.ticket(ticket.line.to_json())
    return {"number": ticket.number, "ticket": line}
