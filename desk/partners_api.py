"""Connected systems at the desk: /api/desk/partners/troubles, for the supervisor's board."""

from __future__ import annotations

from aiohttp import web

from core.database import Database
from desk import acts, body
from desk.guard import Guard
from desk.roles import SUPERVISING
from desk.users import User
from partners import service


class PartnersApi:
    """The handler of the address."""

    def __init__(self, guard: Guard, database: Database) -> None:
        self._guard = guard
        self._database = database

    def routes(self) -> list[web.RouteDef]:
        """The route of the handler."""
        handler = self._guard.only(SUPERVISING, self.troubles, acts.PARTNER_TROUBLES)
        return [web.get("/api/desk/partners/troubles", handler)]

    async def troubles(self, request: web.Request, user: User) -> web.Response:
        """The systems with messages that are not tried any more: ``{"partners": [{"name", "dead", "error"}]}``."""
        body.query(request, body.Body)
        found = await service.troubles(self._database)
        return web.json_response(
            {"partners": [{"name": one.name, "dead": one.dead, "error": one.error} for one in found]}
        )
