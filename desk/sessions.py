"""Sign-in sessions: an encrypted cookie with the account's id and its ``session_epoch`` at sign-in.

The cookie expires 12 hours after its last renewal. Changing the password or signing out raises the account's
``session_epoch``. This ends all cookies of the account at once, stolen ones included.
"""

from __future__ import annotations

import time
import warnings
import weakref
from dataclasses import dataclass

import aiohttp_session
from aiohttp import WSCloseCode, web
from aiohttp.typedefs import Handler
from aiohttp_session.cookie_storage import EncryptedCookieStorage
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

COOKIE = "wenban_desk"
"""Name of the cookie."""
PATH = "/api/desk"
"""Path to which browsers send the cookie."""
IDLE_S = 12 * 3600
"""Seconds without a request after which the session ends."""
RENEW_S = 600
"""Seconds after which a request renews the cookie. Requests come too often to renew it each time."""

SOCKETS: web.AppKey[weakref.WeakSet[web.WebSocketResponse]] = web.AppKey("desk_sockets", weakref.WeakSet)
"""The live connections that are open now."""


@dataclass(frozen=True)
class SessionRef:
    """The account's id and the epoch in a valid cookie."""

    user_id: str
    epoch: int


class _CookieStorage(EncryptedCookieStorage):
    """The library's storage, with two differences.

    The cookie is ``Secure`` when the request is, and an invalid cookie causes no error.
    """

    def __init__(self, key: bytes) -> None:
        super().__init__(key, cookie_name=COOKIE, max_age=IDLE_S, path=PATH, httponly=True, samesite="Strict")

    async def load_session(self, request: web.Request) -> aiohttp_session.Session:
        cookie = self.load_cookie(request)
        # The library encodes the cookie as it comes, and fails on characters that are not ASCII.
        if cookie is not None and not cookie.isascii():
            return await self.new_session()
        return await super().load_session(request)

    async def save_session(
        self, request: web.Request, response: web.StreamResponse, session: aiohttp_session.Session
    ) -> None:
        await super().save_session(request, response, session)
        if request.secure:
            response.cookies[COOKIE]["secure"] = True


def setup_sessions(app: web.Application, session_key: str) -> None:
    """Set up the desk's sessions, and close its live connections when the app stops.

    Args:
        app: the application.
        session_key: the installation's secret. The key of the cookie is derived from it (HKDF, RFC 5869).
    """
    # The library (2.12) uses plain strings as keys of the request. The warning does not help operators.
    warnings.filterwarnings("ignore", category=web.NotAppKeyWarning, module="aiohttp_session")
    derived = HKDF(hashes.SHA256(), 32, salt=None, info=b"wenban desk session 1").derive(session_key.encode())
    sessions = aiohttp_session.session_middleware(_CookieStorage(derived))

    @web.middleware
    async def desk_only(request: web.Request, handler: Handler) -> web.StreamResponse:
        # The library fails on responses that a handler has already sent, which channels may do.
        if request.path.startswith(f"{PATH}/"):
            return await sessions(request, handler)
        return await handler(request)

    app.middlewares.append(desk_only)
    app[SOCKETS] = weakref.WeakSet()
    app.on_shutdown.append(_close_sockets)


async def begin(request: web.Request, user_id: str, epoch: int) -> None:
    """Begin a session. It replaces what the browser held before."""
    session = await aiohttp_session.new_session(request)
    session["user"] = user_id
    session["epoch"] = epoch
    session["renewed"] = int(time.time())


async def current(request: web.Request) -> SessionRef | None:
    """The account and epoch in the request's cookie; None when there is no valid cookie.

    The cookie is renewed when it is due. The account itself is not checked.
    """
    session = await aiohttp_session.get_session(request)
    user_id, epoch, renewed = session.get("user"), session.get("epoch"), session.get("renewed")
    if not (isinstance(user_id, str) and isinstance(epoch, int) and isinstance(renewed, int)):
        return None
    if time.time() - renewed > RENEW_S:
        # A new session, not only a new cookie, because the library ends a session by its age.
        await begin(request, user_id, epoch)
    return SessionRef(user_id, epoch)


async def end(request: web.Request) -> None:
    """Delete the cookie."""
    session = await aiohttp_session.get_session(request)
    session.invalidate()


async def _close_sockets(app: web.Application) -> None:
    sockets: weakref.WeakSet[web.WebSocketResponse] = app[SOCKETS]
    for socket in list(sockets):
        await socket.close(code=WSCloseCode.GOING_AWAY, message=b"the service restarts")
