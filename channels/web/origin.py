"""The sites whose pages may use the web channel: our own, and those listed in ``WENBAN_WEB_ORIGINS``."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import urlsplit

from aiohttp import web

from core.errors import ConfigurationError, Forbidden

PREFIX = "/api/web/"
"""The path with which all addresses of the web channel begin."""
_DEFAULT_PORTS = {"http": 80, "https": 443}


def normal(origin: str) -> str | None:
    """The standard form of an origin; None when the text is not an http or https origin.

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
    """The list of allowed origins, and the CORS headers that follow from it.

    Args:
        allowed: origins such as ``https://www.example.gov.cn`` (``settings.web_origins``).
        public_url: the address at which citizens reach the app. It is needed when a proxy changes the Host header.

    Raises:
        ConfigurationError: an entry is not an origin.
    """

    def __init__(self, allowed: Iterable[str], public_url: str = "") -> None:
        self._allowed: set[str] = set()
        for entry in allowed:
            origin = normal(entry)
            if origin is None:
                raise ConfigurationError(
                    f"WENBAN_WEB_ORIGINS：“{entry}”不对，要写成 https://主机名，后面不带路径"
                )
            self._allowed.add(origin)
        if public_url:
            parts = urlsplit(public_url)
            own = normal(f"{parts.scheme}://{parts.netloc}")
            if own is not None:
                self._allowed.add(own)

    def check(self, request: web.Request) -> None:
        """Refuse a request from a page of a site that is not on the list.

        A request without ``Origin`` does not come from a page of another site, so it is allowed.

        Raises:
            Forbidden: code ``origin_not_allowed``.
        """
        origin = request.headers.get("Origin")
        if origin is not None and not self._allows(request, origin):
            raise Forbidden("这个网站没有开通在线咨询", code="origin_not_allowed")

    async def add_headers(self, request: web.Request, response: web.StreamResponse) -> None:
        """Handler of the signal ``on_response_prepare``: lets allowed pages read all answers, also errors."""
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
        # The scheme of our own host is not compared, because a proxy that ends TLS may not tell us the scheme.
        own = {normal(f"{scheme}://{request.host}") for scheme in _DEFAULT_PORTS}
        return given in self._allowed or given in own
