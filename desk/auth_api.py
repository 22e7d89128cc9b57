"""Sign-in, sign-out, own sessions and change of password: /api/desk/login, logout, me, active, sessions, password."""

from __future__ import annotations

from typing import Annotated

from aiohttp import web
from pydantic import Field

from core.clock import iso
from core.errors import Unauthorized
from desk import acts, body
from desk.audit import Entry
from desk.browsers import browser_name
from desk.devices import Devices
from desk.guard import SESSION, Guard
from desk.roles import EVERYBODY
from desk.second_factor import SecondFactor
from desk.sessions import Second, Sessions
from desk.users import User, Users


class _Login(body.Body):
    username: Annotated[str, Field(title="用户名", min_length=1, max_length=100)]
    password: Annotated[str, Field(title="密码", min_length=1, max_length=200)]


class _Code(body.Body):
    code: Annotated[str, Field(title="动态码", min_length=1, max_length=40)]


class _Password(body.Body):
    old: Annotated[str, Field(title="原密码", min_length=1, max_length=200)]
    new: Annotated[str, Field(title="新密码", min_length=1, max_length=1000)]


class AuthApi:
    """Handlers of the addresses for sign-in."""

    def __init__(
        self, guard: Guard, users: Users, sessions: Sessions, second_factor: SecondFactor, devices: Devices
    ) -> None:
        self._guard = guard
        self._users = users
        self._sessions = sessions
        self._second_factor = second_factor
        self._devices = devices

    def routes(self) -> list[web.RouteDef]:
        """The routes of these handlers."""
        only = self._guard.only
        return [
            web.post("/api/desk/login", self._guard.anybody(self.login, acts.SIGN_IN)),
            web.post("/api/desk/login/code", self._guard.anybody(self.code, acts.SIGN_IN_CODE)),
            web.post(
                "/api/desk/logout", only(EVERYBODY, self.logout, acts.SIGN_OUT, before_password_change=True)
            ),
            web.get("/api/desk/me", only(EVERYBODY, self.me, acts.WHO_AM_I, before_password_change=True)),
            web.post(
                "/api/desk/active", only(EVERYBODY, self.active, acts.STAY, before_password_change=True)
            ),
            web.get(
                "/api/desk/sessions",
                only(EVERYBODY, self.sessions, acts.OWN_SESSIONS, before_password_change=True),
            ),
            web.post(
                "/api/desk/sessions/end_others",
                only(EVERYBODY, self.end_others, acts.END_OTHERS, before_password_change=True),
            ),
            web.post(
                "/api/desk/password",
                only(EVERYBODY, self.password, acts.CHANGE_PASSWORD, before_password_change=True),
            ),
        ]

    async def login(self, request: web.Request, entry: Entry) -> web.Response:
        """Sign in with a password. The answer is the user, or that the code of the second factor is needed."""
        said = await body.read(request, _Login)
        entry.subject = await self._users.id_of(said.username)
        device = self._devices.known(request, said.username)
        user = entry.user = await self._users.sign_in(said.username, said.password, _address(request), device)
        response = web.Response(content_type="application/json")
        if user.second_factor:
            await self._guard.begin(request, response, user, Second.WAITS)
            response.text = '{"second_factor": true}'
        else:
            begun = await self._guard.begin(request, response, user, Second.NONE)
            response.text = begun.as_json()
            self._devices.remember(request, response, user.username)
        return response

    async def code(self, request: web.Request, entry: Entry) -> web.Response:
        """The second step of a sign-in: the code of the app, or a recovery code."""
        session, user = await self._guard.half(request)
        entry.user, entry.subject = user, user.id
        said = await body.read(request, _Code)
        if session.second is not Second.WAITS:
            raise Unauthorized
        device = self._devices.known(request, user.username)
        second = await self._second_factor.check(user, said.code, _address(request), device)
        response = web.Response(content_type="application/json")
        await self._sessions.end(session)
        begun = await self._guard.begin(request, response, user, second)
        response.text = begun.as_json()
        self._devices.remember(request, response, user.username)
        return response

    async def logout(self, request: web.Request, user: User) -> web.Response:
        """Sign out in this browser, so that a copied cookie is worthless from now on."""
        await self._sessions.end(request[SESSION])
        response = web.json_response({})
        self._guard.cookie.drop(request, response)
        return response

    async def me(self, request: web.Request, user: User) -> web.Response:
        """The account that is signed in."""
        return web.Response(text=user.as_json(), content_type="application/json")

    async def active(self, request: web.Request, user: User) -> web.Response:
        """The page tells that somebody is using it. The guard has noted it already."""
        return web.json_response({})

    async def sessions(self, request: web.Request, user: User) -> web.Response:
        """Where the account is signed in now."""
        found = [
            {
                "id": one.id,
                "here": one.id == request[SESSION].id,
                "began_at": iso(one.began_at),
                "active_at": iso(one.active_at),
                "address": one.address,
                "browser": browser_name(one.browser),
            }
            for one in await self._sessions.of(user.id)
        ]
        return web.json_response({"sessions": found})

    async def end_others(self, request: web.Request, user: User) -> web.Response:
        """Sign out in all other browsers."""
        return web.json_response({"ended": await self._sessions.end_others(request[SESSION])})

    async def password(self, request: web.Request, user: User) -> web.Response:
        """Change the password of the signed-in account. Its other sessions end; this one goes on."""
        said = await body.read(request, _Password)
        device = self._devices.known(request, user.username)
        changed = await self._users.change_password(user, said.old, said.new, _address(request), device)
        response = web.Response(content_type="application/json")
        begun = await self._guard.renew(request, response, changed, request[SESSION].second)
        response.text = begun.as_json()
        return response


def _address(request: web.Request) -> str:
    return request.remote or "unknown"
