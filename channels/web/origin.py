"""The sites whose pages may use the web channel: our own, and those named in ``WENBAN_WEB_ORIGINS``."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import urlsplit

from aiohttp import web

from core.errors import ConfigurationError, Forbidden

PREFIX = "/api/web/"
"""Path under which every address of the web channel lies."""
_DEFAULT_PORTS = {"http": 80, "https": 443}


def normal(origin: str) -> str | None:
    """An origin in its one written form, None when it is not an http(s) origin.

    >>> normal("HTTPS://Www.Example.gov.cn:443")
    'https://www.example.gov.cn'
    """
    try:
        parts = urlsplit(origin)
        port = parts.port
    except ValueError:
        return None
    if parts.scheme not in _DEFAULT_PORTS or not parts.hostname:
        return None
    if parts.path not in ("", "/") or parts.query or parts.fragment or parts.username is not None:
        return None
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    shown = "" if port is None or port == _DEFAULT_PORTS[parts.scheme] else f":{port}"
    return f"{parts.scheme}://{host}{shown}"


class Origins:
    """The allow-list of origins, and the CORS headers that follow from it.

    Args:
        allowed: origins such as ``https://www.example.gov.cn`` (``settings.web_origins``).
        public_url: our own address as citizens reach it, where the proxy changes the Host header.

    Raises:
        ConfigurationError: an entry is not an origin.
    """

    def __init__(self, allowed: Iterable[str], public_url: str = "") -> None:
        self._allowed: set[str] = set()
        for entry in allowed:
            origin = normal(entry)
            if origin is None:
                raise ConfigurationError(
                    f"WENBAN_WEB_ORIGINS: {entry!r} is not an origin; write https://host without a path"
                )
            self._allowed.add(origin)
        if public_url:
            parts = urlsplit(public_url)
            own = normal(f"{parts.scheme}://{parts.netloc}")
            if own is not None:
                self._allowed.add(own)

    def check(self, request: web.Request) -> None:
        """Refuse a page of a site that is not on the list; requests without Origin come from no foreign page.

        Raises:
            Forbidden: code ``origin_not_allowed``.
        """
        origin = request.headers.get("Origin")
        if origin is not None and not self._allows(request, origin):
            raise Forbidden("这个网站没有开通在线咨询", code="origin_not_allowed")

    async def add_headers(self, request: web.Request, response: web.StreamResponse) -> None:
        """Signal ``on_response_prepare``: let allowed pages read the answer, error answers included."""
        if not request.path.startswith(PREFIX):
            return
        response.headers.add("Vary", "Origin")
        origin = request.headers.get("Origin")
        if origin is not None and self._allows(request, origin):
            response.headers["Access-Control-Allow-Origin"] = origin
            response.headers["Access-Control-Expose-Headers"] = "Retry-After"

    async def preflight(self, request: web.Request) -> web.StreamResponse:
        """OPTIONS ``/api/web/…``: the browser asks what an allowed page may send (CORS preflight)."""
        self.check(request)
        return web.Response(
            status=204,
            headers={
                "Access-Control-Allow-Methods": "GET, POST",
                "Access-Control-Allow-Headers": "Authorization, Content-Type",
                "Access-Control-Max-Age": "600",
            },
        )

    def _allows(self, request: web.Request, origin: str) -> bool:
        given = normal(origin)
        if given is None:
            return False
        # The scheme is not compared for our own host: a proxy that ends TLS may not tell us about it.
        own = {normal(f"{scheme}://{request.host}") for scheme in _DEFAULT_PORTS}
        return given in self._allowed or given in own
