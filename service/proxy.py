"""Behind one's own reverse proxy: the client's address and scheme as the proxy saw them.

Only with ``WENBAN_TRUST_PROXY``: anyone may send these headers, so without a proxy of one's own in front they
mean nothing.
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
    # Both at once: a clone of a clone forgets what the first was given.
    return await handler(request.clone(remote=address, scheme=scheme))


def _last(request: web.Request, header: str) -> str:
    return ",".join(request.headers.getall(header, [])).rpartition(",")[2].strip()
