"""Setting up one's own second factor: /api/desk/second_factor/…"""

from __future__ import annotations

from dataclasses import asdict
from datetime import timedelta
from typing import Annotated

from aiohttp import web
from pydantic import Field

from core.clock import now
from core.errors import Forbidden
from desk import acts, body
from desk.guard import SESSION, Guard
from desk.roles import EVERYBODY
from desk.second_factor import SecondFactor
from desk.sessions import Second
from desk.users import User, Users

FRESH = timedelta(minutes=10)
"""Time after the sign-in in which somebody without a password may set up a second factor."""


class _Password(body.Body):
    password: Annotated[str, Field(title="密码", max_length=200)] = ""


class _Code(body.Body):
    code: Annotated[str, Field(title="动态码", min_length=1, max_length=40)]


class SecondFactorApi:
    """Handlers of the addresses for one's own second factor."""

    def __init__(self, guard: Guard, users: Users, second_factor: SecondFactor) -> None:
        self._guard = guard
        self._users = users
        self._second_factor = second_factor

    def routes(self) -> list[web.RouteDef]:
        """The routes of these handlers."""
        base = "/api/desk/second_factor"
        only = self._guard.only
        return [
            web.get(base, only(EVERYBODY, self.show, acts.SEE_SECOND_FACTOR, before_password_change=True)),
            web.post(
                f"{base}/set_up",
                only(EVERYBODY, self.set_up, acts.BEGIN_SECOND_FACTOR, before_password_change=True),
            ),
            web.post(
                f"{base}/confirm",
                only(EVERYBODY, self.confirm, acts.CONFIRM_SECOND_FACTOR, before_password_change=True),
            ),
            web.post(
                f"{base}/codes",
                only(EVERYBODY, self.codes, acts.NEW_RECOVERY_CODES, before_password_change=True),
            ),
        ]

    async def show(self, request: web.Request, user: User) -> web.Response:
        """Whether the account has a second factor, and how many recovery codes are left."""
        left = await self._second_factor.codes_left(user)
        return web.json_response({"on": user.second_factor, "codes_left": left})

    async def set_up(self, request: web.Request, user: User) -> web.Response:
        """Begin with a new app: its QR code. The password is asked for, so that nobody does it at a desk left open."""
        said = await body.read(request, _Password)
        if await self._users.has_password(user.id):
            await self._users.check_password(user, said.password, request.remote or "unknown")
        elif request[SESSION].began_at < now() - FRESH:
            raise Forbidden("请退出后重新登录，马上来设置", code="sign_in_again")
        return web.json_response(asdict(await self._second_factor.set_up(user)))

    async def confirm(self, request: web.Request, user: User) -> web.Response:
        """Take the new app into use. The answer holds the recovery codes, which are shown this once."""
        said = await body.read(request, _Code)
        changed, codes = await self._second_factor.confirm(user, said.code, request.remote or "unknown")
        response = web.Response(content_type="application/json")
        begun = await self._guard.renew(request, response, changed, Second.CODE)
        response.body = web.json_response({"user": begun.to_json(), "codes": codes}).body
        return response

    async def codes(self, request: web.Request, user: User) -> web.Response:
        """Replace the recovery codes; a code of the app is needed."""
        said = await body.read(request, _Code)
        fresh = await self._second_factor.new_codes(user, said.code, request.remote or "unknown")
        return web.json_response({"codes": fresh})
