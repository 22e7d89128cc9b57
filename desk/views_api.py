"""常用视图 of the list of tickets: /api/desk/views."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

from aiohttp import web
from pydantic import Field

from core.errors import BadRequest
from core.text import legible, line
from desk import acts, body
from desk.guard import Guard
from desk.roles import TICKETS
from desk.ticket_filter import TicketFilter, require_known
from desk.users import User
from desk.views import View, Views
from tickets.service import Tickets

MAX_NAME = 20
"""Most characters of a name."""


class _Save(body.Body):
    name: Annotated[str, Field(title="名称", min_length=1, max_length=MAX_NAME)]
    query: TicketFilter
    shared: Annotated[bool, Field(title="大家都看得到")] = False


class ViewsApi:
    """Handlers of the addresses for saved views."""

    def __init__(self, guard: Guard, views: Views, tickets: Tickets) -> None:
        self._guard = guard
        self._views = views
        self._tickets = tickets

    def routes(self) -> list[web.RouteDef]:
        """The routes of these handlers."""
        only, at = self._guard.only, "/api/desk/views"
        return [
            web.get(at, only(TICKETS, self.list, acts.LIST_VIEWS)),
            web.post(at, only(TICKETS, self.save, acts.SAVE_VIEW)),
            web.post(f"{at}/{{id}}/remove", only(TICKETS, self.remove, acts.REMOVE_VIEW)),
        ]

    async def list(self, request: web.Request, user: User) -> web.Response:
        """The views of this account, and those that are shared with it."""
        return web.json_response({"views": [_shown(one) for one in await self._views.of(user)]})

    async def save(self, request: web.Request, user: User) -> web.Response:
        """Save the conditions of a list under a name. Each has to exist; the name becomes one line without signs that nobody sees."""
        said = await body.read(request, _Save)
        name = line(legible(said.name))
        if not 0 < len(name) <= MAX_NAME:
            raise BadRequest("请给视图起个名字", details={"fields": {"name": f"请写 1 到 {MAX_NAME} 个字"}})
        await require_known(said.query, user, self._tickets)
        query = {name: value for name, value in said.query.model_dump().items() if value}
        view = await self._views.save(user, name, query, shared=said.shared)
        return web.json_response({"view": _shown(view)})

    async def remove(self, request: web.Request, user: User) -> web.Response:
        """Remove a view."""
        await self._views.remove(user, request.match_info["id"])
        return web.json_response({"removed": True})


def _shown(view: View) -> dict[str, object]:
    return asdict(view)
