"""Printing one ticket: /api/desk/tickets/{number}/print. Each print is a record of the audit."""

from __future__ import annotations

from aiohttp import web

from core.clock import now
from desk import acts, sight, ticket_sheet
from desk.guard import Guard
from desk.roles import TICKETS, Role
from desk.users import User
from tickets.service import Tickets


class TicketSheetApi:
    """The handler of the address for printing."""

    def __init__(self, guard: Guard, tickets: Tickets) -> None:
        self._guard = guard
        self._tickets = tickets

    def routes(self) -> list[web.RouteDef]:
        """The route of this handler."""
        shown = self._guard.only(TICKETS, self.show, acts.PRINT_TICKET)
        return [web.get("/api/desk/tickets/{number}/print", shown, allow_head=False)]

    async def show(self, request: web.Request, user: User) -> web.Response:
        """The ticket as a page to print: as the account sees it, a department in its own view."""
        number = request.match_info["number"]
        if user.role is Role.DEPARTMENT:
            seen = await self._tickets.for_department(number, user.department_id or "")
            ticket, events = seen["ticket"], seen["events"]
        else:
            found = await self._tickets.get(number)
            ticket = sight.ticket(found.to_json())
            events = [sight.note(one.to_json()) for one in await self._tickets.events(found.number)]
        html = ticket_sheet.page(self._tickets.city.full_name, ticket, events, user.display_name, now())
        headers = {
            "Content-Security-Policy": ticket_sheet.POLICY,
            "Cache-Control": "no-store",
            "Referrer-Policy": "no-referrer",
        }
        return web.Response(text=html, content_type="text/html", headers=headers)
