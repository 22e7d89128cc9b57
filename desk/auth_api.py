"""Sign-in, sign-out and change of password: /api/desk/login, logout, me, password."""

from __future__ import annotations

from typing import Annotated

from aiohttp import web
from pydantic import Field

from desk import body, sessions
from desk.guard import Guard
from desk.roles import EVERYBODY
from desk.users import User, Users


class _Login(body.Body):
    username: Annotated[str, Field(title="用户名", min_length=1, max_length=100)]
    password: Annotated[str, Field(title="密码", min_length=1, max_length=200)]


class _Password(body.Body):
    old: Annotated[str, Field(title="原密码", min_length=1, max_length=200)]
    new: Annotated[str, Field(title="新密码", min_length=1, max_length=1000)]


class AuthApi:
    """Handlers of the addresses for sign-in."""

    def __init__(self, guard: Guard, users: Users) -> None:
        self._guard = guard
        self._users = users

    def routes(self) -> list[web.RouteDef]:
        """The routes of these handlers."""
        only = self._guard.only
        return [
            web.post("/api/desk/login", self.login),
            web.post("/api/desk/logout", only(EVERYBODY, self.logout, before_password_change=True)),
            web.get("/api/desk/me", only(EVERYBODY, self.me, before_password_change=True)),
            web.post("/api/desk/password", only(EVERYBODY, self.password, before_password_change=True)),
        ]

    async def login(self, request: web.Request) -> web.Response:
        """Sign in. No other address works without a session."""
        self._guard.check_origin(request)
        said = await body.read(request, _Login)
        user = await self._users.sign_in(said.username, said.password, self._address(request))
        await sessions.begin(request, user.id, user.session_epoch)
        return web.json_response({"user": user.to_json()})

    async def logout(self, request: web.Request, user: User) -> web.Response:
        """Sign out on all computers, so that a copied cookie is worthless from now on."""
        await self._users.end_sessions(user.id)
        await sessions.end(request)
        return web.json_response({})

    async def me(self, request: web.Request, user: User) -> web.Response:
        """The account that is signed in."""
        return web.json_response({"user": user.to_json()})

    async def password(self, request: web.Request, user: User) -> web.Response:
        """Change the password of the signed-in account. Its other sessions end; this one goes on."""
        said = await body.read(request, _Password)
        changed = await self._users.change_password(user, said.old, said.new, self._address(request))
        await sessions.begin(request, changed.id, changed.session_epoch)
        return web.json_response({"user": changed.to_json()})

    @staticmethod
    def _address(request: web.Request) -> str:
        return request.remote or "unknown"
