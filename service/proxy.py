"""Takes the client's address and scheme from a reverse proxy's headers.

It is used only with ``WENBAN_TRUST_PROXY``. Anybody can send these headers, so they can be trusted only behind the
operator's own proxy.
"""

from __future__ import annotations

from aiohttp import web
from aiohttp.typedefs import Handler


@web.middleware
async def forwarded(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Middleware: gives handlers a request whose ``remote`` and ``scheme`` are those of the client.

    Of several addresses in ``X-Forwarded-For`` the last counts, because our own proxy added it. Those before it are
    only claimed by the client.
    """
    address = _last(request, "X-Forwarded-For") or request.remote or ""
    scheme = _last(request, "X-Forwarded-Proto").lower()
    if scheme not in ("http", "https"):
        scheme = request.scheme
    # Both are set in one clone, because a clone of a clone loses what was set in the first.
    return await handler(request.clone(remote=address, scheme=scheme))


def _last(request: web.Request, header: str) -> str:
    return ",".join(request.headers.getall(header, [])).rpartition(",")[2].strip()
