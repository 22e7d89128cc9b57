"""回访电话 at the desk: whom to call about an answer, and what was heard. /api/desk/calls and /api/desk/calls/figures."""

from __future__ import annotations

from typing import Annotated, Any

from aiohttp import web
from pydantic import Field

from core.city import City
from core.database import Database
from desk import acts, body, sight
from desk.guard import Guard
from desk.roles import ANSWERING
from desk.users import User
from tickets import calls


class _Figures(body.Body):
    days: Annotated[int, Field(title="天数", ge=1, le=366)] = 30


class CallsApi:
    """Handlers of the addresses for calls. What was heard is told by the move 回访 of the ticket itself."""

    def __init__(self, guard: Guard, database: Database, city: City) -> None:
        self._guard = guard
        self._database = database
        self._city = city

    def routes(self) -> list[web.RouteDef]:
        """The routes of these handlers."""
        only = self._guard.only
        return [
            web.get("/api/desk/calls", only(ANSWERING, self.list, acts.LIST_CALLS)),
            web.get("/api/desk/calls/figures", only(ANSWERING, self.figures, acts.CALL_FIGURES)),
        ]

    async def list(self, request: web.Request, user: User) -> web.Response:
        """Whose call is due, who waits longest first; the phones are masked."""
        asked = body.query(request, body.Paged)
        page = await calls.due(self._database, limit=asked.limit, after=asked.after or None)
        shown: list[dict[str, Any]] = []
        for one in page.calls:
            told = one.to_json()
            shown.append({**sight.ticket(told), "phone": told["phone"]})  # masked before, to the same digits
        return web.json_response(
            {
                "calls": shown,
                "waiting": page.waiting,
                "next": page.next,
                "tries": self._city.handling.callback.tries,
            }
        )

    async def figures(self, request: web.Request, user: User) -> web.Response:
        """What was heard of the answers of the last days; who was not reached is in no share."""
        asked = body.query(request, _Figures)
        return web.json_response((await calls.heard(self._database, self._city, asked.days)).to_json())
