"""Sign-in sessions: an encrypted cookie that names the account and the epoch it was begun in.

The cookie ends 12 hours after it was last renewed; changing the password or signing out raises the account's
``session_epoch`` and so ends every cookie of the account at once, stolen ones too.
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
PATH = "/api/desk"
IDLE_S = 12 * 3600
"""Seconds without a request after which one has to sign in again."""
RENEW_S = 600
"""Seconds after which a request renews the cookie; not each one does, they come by the dozen."""

SOCKETS: web.AppKey[weakref.WeakSet[web.WebSocketResponse]] = web.AppKey("desk_sockets", weakref.WeakSet)
"""Live connections open now."""


@dataclass(frozen=True)
class SessionRef:
    """What a good cookie says."""

    user_id: str
    epoch: int


class _CookieStorage(EncryptedCookieStorage):
    """The library's storage, except that ``Secure`` goes by the request and no cookie can break it."""

    def __init__(self, key: bytes) -> None:
        super().__init__(key, cookie_name=COOKIE, max_age=IDLE_S, path=PATH, httponly=True, samesite="Strict")

    async def load_session(self, request: web.Request) -> aiohttp_session.Session:
        cookie = self.load_cookie(request)
        # The library encodes the cookie as it came and fails on characters that can't be.
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
    """Give the desk its sessions, and close its live connections when the app stops.

    Args:
        session_key: the installation's secret; the cookie's key is derived from it (HKDF, RFC 5869).
    """
    # The library (2.12) keeps its two things in the request under plain strings; the advice is not for operators.
    warnings.filterwarnings("ignore", category=web.NotAppKeyWarning, module="aiohttp_session")
    derived = HKDF(hashes.SHA256(), 32, salt=None, info=b"wenban desk session 1").derive(session_key.encode())
    sessions = aiohttp_session.session_middleware(_CookieStorage(derived))

    @web.middleware
    async def desk_only(request: web.Request, handler: Handler) -> web.StreamResponse:
        # The library refuses responses a handler has sent itself, which channels must be free to do.
        if request.path.startswith(f"{PATH}/"):
            return await sessions(request, handler)
        return await handler(request)

    app.middlewares.append(desk_only)
    app[SOCKETS] = weakref.WeakSet()
    app.on_shutdown.append(_close_sockets)


async def begin(request: web.Request, user_id: str, epoch: int) -> None:
    """Sign somebody in: whatever the browser held before is replaced."""
    session = await aiohttp_session.new_session(request)
    session["user"] = user_id
    session["epoch"] = epoch
    session["renewed"] = int(time.time())


async def current(request: web.Request) -> SessionRef | None:
    """Who the request's cookie says is signed in, renewing it when due; the account itself is not looked at."""
    session = await aiohttp_session.get_session(request)
    user_id, epoch, renewed = session.get("user"), session.get("epoch"), session.get("renewed")
    if not (isinstance(user_id, str) and isinstance(epoch, int) and isinstance(renewed, int)):
        return None
    if time.time() - renewed > RENEW_S:
        # A new session and not just a new cookie: the library ends one by the age of its beginning.
        await begin(request, user_id, epoch)
    return SessionRef(user_id, epoch)


async def end(request: web.Request) -> None:
    """Take the cookie back."""
    session = await aiohttp_session.get_session(request)
    session.invalidate()


async def _close_sockets(app: web.Application) -> None:
    sockets: weakref.WeakSet[web.WebSocketResponse] = app[SOCKETS]
    for socket in list(sockets):
        await socket.close(code=WSCloseCode.GOING_AWAY, message=b"the service restarts")
