"""Checks before each address of the desk: signed in, allowed, and sent by our own page."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

from aiohttp import web
from aiohttp.typedefs import Handler

from core.errors import Forbidden, Unauthorized
from desk import sessions
from desk.roles import Role
from desk.users import User, Users

UserHandler = Callable[[web.Request, User], Awaitable[web.StreamResponse]]
"""A handler that also gets the signed-in user."""

REQUESTED_WITH = "wenban"
"""Value of the header ``X-Requested-With``.

Pages of other sites can't set the header without a CORS permission, which the app never gives.
"""


class Guard:
    """Wraps handlers that need the signed-in user.

    Args:
        users: the accounts.
        public_url: address at which citizens and agents reach the app; empty when it is the address of the request.
    """

    def __init__(self, users: Users, public_url: str = "") -> None:
        self._users = users
        self._public_host = _host(public_url)

    def only(
        self, roles: frozenset[Role], handler: UserHandler, *, before_password_change: bool = False
    ) -> Handler:
        """A handler for accounts with one of ``roles`` only.

        Args:
            roles: the roles that may use it.
            handler: the handler to wrap.
            before_password_change: whether accounts that still have their one-time password may use it, too.
        """

        async def guarded(request: web.Request) -> web.StreamResponse:
            user = await self.user(request)
            if user.must_change_password and not before_password_change:
                raise Forbidden("请先修改初始密码", code="password_change_required")
            if user.role not in roles:
                raise Forbidden("您的账号没有这个权限", code="role_not_allowed")
            return await handler(request, user)

        return guarded

    async def user(self, request: web.Request) -> User:
        """The signed-in user.

        Raises:
            Unauthorized: no user is signed in, or the session has ended.
            Forbidden: the request was not sent by our own page.
        """
        self.check_origin(request)
        session = await sessions.current(request)
        user = await self._users.get(session.user_id) if session else None
        if session is None or user is None or user.session_epoch != session.epoch:
            raise Unauthorized("请先登录")
        return user

    def check_origin(self, request: web.Request) -> None:
        """Refuse requests that another site made the browser send (CSRF, cross-site websockets).

        Browsers name the sending site in ``Origin`` for each websocket and each request that could change
        something. When the header is there, it must name our site. Requests that change something also need
        our own header.

        Raises:
            Forbidden: code ``cross_site``.
        """
        origin = request.headers.get("Origin")
        if origin is not None:
            sender = _host(origin)  # None for "null", which is the origin of sandboxed pages
            if sender is None or sender not in (_host(f"//{request.host}"), self._public_host):
                raise Forbidden("请求不是从坐席页面发出的", code="cross_site")
        if (
            request.method not in ("GET", "HEAD", "OPTIONS")
            and request.headers.get("X-Requested-With") != REQUESTED_WITH
        ):
            raise Forbidden("请求不是从坐席页面发出的", code="cross_site")


def _host(url: str) -> tuple[str, int | None] | None:
    """Host and port of an address; the standard port of the scheme is left out. None when it has no host.

    The scheme is not compared, because the app gets plain http behind a proxy that ends TLS.
    """
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        return None
    return (host, None if port in (80, 443) else port) if host else None
