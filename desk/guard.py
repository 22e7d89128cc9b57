"""Checks before each address of the desk: signed in, allowed, and sent by our own page. Each use is in the audit."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from urllib.parse import urlsplit

from aiohttp import web
from aiohttp.typedefs import Handler

from core.database import Database
from core.errors import Forbidden, Unauthorized, WenbanError
from core.networks import customer_of
from core.rates import LocalRates, Rates
from desk import audit
from desk.acts import Act
from desk.cookies import Cookie
from desk.guesses import Guesses
from desk.policy import Policy
from desk.roles import Role
from desk.sessions import Second, Session, Sessions
from desk.users import USER_COLUMNS, User, Users, user_of

log = logging.getLogger(__name__)

UserHandler = Callable[[web.Request, User], Awaitable[web.StreamResponse]]
"""A handler that also gets the signed-in user."""

StrangerHandler = Callable[[web.Request, audit.Entry], Awaitable[web.StreamResponse]]
"""A handler for somebody who is not signed in; it also gets the entry of the audit."""

REQUESTED_WITH = "wenban"
"""Value of the header ``X-Requested-With``.

Pages of other sites can't set the header without a CORS permission, which the app never gives.
"""
STRANGERS_PER_MINUTE = 30
"""Records of sign-ins that failed, of one network, within a minute. More are not written, so that no guesser fills the disk."""
ACT = "desk_act"
"""Attribute of a handler that holds the act under which its uses are recorded."""


SESSION = web.RequestKey("desk_session", Session)
"""Key under which a request that passed the guard holds its session."""
COOKIE = "wenban_desk_session"
"""Name of the session's cookie, without the prefix that it has under https."""


_READING = ("GET", "HEAD", "OPTIONS")


class Guard:
    """Wraps handlers that need the signed-in user, and records their uses.

    Args:
        database: where the audit is.
        users: the accounts.
        sessions: their sessions.
        policy: the rules for signing in, with the address at which agents reach the app.
        rates: counts the records of failed sign-ins; None: within this process.
    """

    def __init__(
        self,
        database: Database,
        users: Users,
        sessions: Sessions,
        policy: Policy,
        rates: Rates | None = None,
    ) -> None:
        self._database = database
        self._users = users
        self._sessions = sessions
        self._policy = policy
        self._public_host = _host(policy.public_url)
        self._rates = rates or LocalRates()
        self.guesses = Guesses(self._rates)
        """How many numbers an account may try."""
        self.cookie = Cookie(COOKIE, policy)
        """The session's cookie."""

    def only(
        self,
        roles: frozenset[Role],
        handler: UserHandler,
        act: Act,
        *,
        before_password_change: bool = False,
    ) -> Handler:
        """A handler for accounts with one of ``roles`` only.

        Args:
            roles: the roles that may use it.
            handler: the handler to wrap.
            act: what it does, for the audit.
            before_password_change: whether accounts that still have their one-time password, or still have to set up
                their second factor, may use it, too.
        """

        async def guarded(request: web.Request) -> web.StreamResponse:
            user = await self.user(request)
            async with self._recorded(request, act) as entry:
                entry.user = user
                if user.must_change_password and not before_password_change:
                    raise Forbidden("请先修改初始密码", code="password_change_required")
                if user.must_set_up and not before_password_change:
                    raise Forbidden("请先设置两步验证", code="second_factor_required")
                if user.role not in roles:
                    raise Forbidden("您的账号没有这个权限", code="role_not_allowed")
                if act.when == "before":
                    await audit.write(self._database, entry.row("allowed"))
                return await handler(request, user)

        setattr(guarded, ACT, act)
        return guarded

    def anybody(self, handler: StrangerHandler, act: Act, *, from_page: bool = True) -> Handler:
        """A handler for who is not signed in yet. It puts into the entry who it turns out to be.

        Args:
            handler: the handler to wrap.
            act: what it does, for the audit.
            from_page: whether only our own page may ask; not where a browser comes by a link or from another site.
        """

        async def guarded(request: web.Request) -> web.StreamResponse:
            if from_page:
                self.check_origin(request)
            async with self._recorded(request, act) as entry:
                return await handler(request, entry)

        setattr(guarded, ACT, act)
        return guarded

    @asynccontextmanager
    async def _recorded(self, request: web.Request, act: Act) -> AsyncIterator[audit.Entry]:
        """Record what the block does: before its answer is sent, or, when it fails, before the refusal is.

        The block says who does it. When the record can't be written, an error is answered instead.
        """
        entry = audit.Entry(act, request.remote or "unknown")
        if act.part:
            entry.subject = audit.shown(request.match_info[act.part])
        if "q" in request.query:
            entry.reason = "搜索"
        token = audit.ENTRY.set(entry)
        try:
            yield entry
        except WenbanError as error:
            await self._write(entry, "refused" if error.status < 500 else "failed", error.code)
            raise
        except Exception:
            await self._write(entry, "failed", "error")
            raise
        else:
            if act.when == "after" and not entry.written:
                await self._write(entry, "refused" if entry.problem else "allowed", entry.problem)
        finally:
            audit.ENTRY.reset(token)

    async def _write(self, entry: audit.Entry, result: str, code: str) -> None:
        if entry.user is None and result != "allowed":
            network = customer_of(entry.address)
            if await self._rates.take("desk-audit-strangers", network, STRANGERS_PER_MINUTE):
                log.warning("more failed sign-ins from %s than are recorded", network)
                return
        await audit.write(self._database, entry.row(result, code))

    async def refused(self, user: User, act: Act, subject: str, reason: str, code: str, address: str) -> None:
        """Record that one of several things of a request was refused. The request needs no record of its own then.

        Args:
            user: who wanted it.
            act: what was wanted.
            subject: what it was about, as typed; see :func:`desk.audit.shown`.
            reason: how it is called.
            code: code of the refusal.
            address: network address of the user.
        """
        await self._write(audit.Entry(act, address, user, audit.shown(subject), reason), "refused", code)
        if (entry := audit.ENTRY.get()) is not None:
            entry.written = True

    async def user(self, request: web.Request) -> User:
        """The signed-in user.

        Raises:
            Unauthorized: no user is signed in, the session has ended, or (code ``second_factor_needed``) the code of the
                second factor is still missing.
            Forbidden: the request was not sent by our own page.
        """
        session, user = await self.half(request)
        if session.second is Second.WAITS:
            raise Unauthorized("请输入动态码", code="second_factor_needed")
        return user

    async def half(self, request: web.Request) -> tuple[Session, User]:
        """The session and its user, also when the code of the second factor is still missing.

        Only requests that change something keep a session going, because the desk's page reads by itself; that somebody
        is using the page, it tells by ``POST /api/desk/active``.

        Raises:
            Unauthorized: no user has signed in, or the session has ended.
            Forbidden: the request was not sent by our own page.
        """
        self.check_origin(request)
        token = self.cookie.read(request)
        active = request.method not in _READING
        found = await self._sessions.find(token, active=active, also=USER_COLUMNS) if token else None
        if found is None:
            raise Unauthorized("请先登录")
        session, account = found
        request[SESSION] = session
        return session, self.told(user_of(*account), session.second)

    async def begin(
        self, request: web.Request, response: web.StreamResponse, user: User, second: Second
    ) -> User:
        """Begin a session of this user, and have the browser keep its cookie. The session that the browser held ends.

        Raises:
            Unauthorized: the account was closed, or its password or role changed meanwhile.
        """
        address, browser = request.remote or "unknown", request.headers.get("User-Agent", "")
        former = self.cookie.read(request)
        token = await self._sessions.begin(user.id, user.session_epoch, second, address, browser)
        # Its cookie is replaced, so that nobody could sign it out any more.
        if former and (held := await self._sessions.find(former, active=False)):
            await self._sessions.end(held[0])
        self.cookie.put(request, response, token, self._policy.longest)
        return self.told(user, second)

    async def renew(
        self, request: web.Request, response: web.StreamResponse, user: User, second: Second
    ) -> User:
        """Let the session of this request go on after a change that ended all of the account, with a new cookie.

        Raises:
            Unauthorized: the account changed again meanwhile.
        """
        token = await self._sessions.renew(request[SESSION], user.session_epoch, second)
        self.cookie.put(request, response, token, self._policy.longest)
        # Only now, so that the open connections of this session stay.
        self._users.tell_ended()
        return self.told(user, second)

    def told(self, user: User, second: Second) -> User:
        """The user, told whether the role needs a second factor that this session has not got."""
        return replace(user, must_set_up=second is Second.NONE and user.role in self._policy.second_factor)

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
        if request.method not in _READING and request.headers.get("X-Requested-With") != REQUESTED_WITH:
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
