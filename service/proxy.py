"""The client's address and scheme from a reverse proxy's headers.

Used only with ``WENBAN_TRUST_PROXY``: anybody can send these headers, so they mean something only behind the
operator's own proxy.
"""

from __future__ import annotations

from aiohttp import web
from aiohttp.typedefs import Handler


@web.middleware
async def forwarded(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Give handlers a request whose ``remote`` and ``scheme`` are the client's.

    Of several addresses in ``X-Forwarded-For`` the last counts: our own proxy added it; those before it are
    whatever the client claimed.
    """
    address = _last(request, "X-Forwarded-For") or request.remote or ""
    scheme = _last(request, "X-Forwarded-Proto").lower()
    if scheme not in ("http", "https"):
        scheme = request.scheme
    # Both in one clone: a clone of a clone loses what the first was given.
    return await handler(request.clone(remote=address, scheme=scheme))


def _last(request: web.Request, header: str) -> str:
    return ",".join(request.headers.getall(header, [])).rpartition(",")[2].strip()
