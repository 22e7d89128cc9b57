"""Serves the built web front end: demo page, widget script, desk."""

from __future__ import annotations

import re
from html import escape
from pathlib import Path

from aiohttp import web, web_response
from aiohttp.typedefs import Handler, Middleware

from core.errors import NotFound, Unavailable
from core.settings import ROOT

DIST = ROOT / "web" / "dist"
"""Folder of the built front end."""
# Answers to what is no HTTP are made outside of all our handlers. They have the header Server, but without versions.
web_response.SERVER_SOFTWARE = "web"  # type: ignore[attr-defined]
_CITY = "__CITY__"
"""Text in the demo page that is replaced by the city's name."""
_HOURS = "__HOURS__"
"""Text in the demo page that is replaced by when agents are at the desk, as the hotline has said."""
_NO_HOURS = "网上问办"
"""What stands there when it has not said."""

_POLICY = (
    "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; "
    "connect-src 'self'{sockets}; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors {ancestors}"
)
_SITE = re.compile(r"https?://[a-z0-9.-]{1,253}(?::\d{1,5})?", re.I)
HSTS = "max-age=31536000"
"""A browser that came by https once comes by https only, for a year."""


def security_headers(public_url: str) -> Middleware:
    """Middleware that adds the security headers to all answers.

    Args:
        public_url: address at which people reach the app; empty when it is the address of the request.
    """
    https = public_url.lower().startswith("https://")

    @web.middleware
    async def added(request: web.Request, handler: Handler) -> web.StreamResponse:
        try:
            response = await handler(request)
        except web.HTTPException as redirect:
            _add(request, redirect)
            raise
        if not response.prepared:
            _add(request, response)
        return response

    def _add(request: web.Request, response: web.StreamResponse) -> None:
        response.headers.setdefault("X-Content-Type-Options", "nosniff")
        response.headers.setdefault("Referrer-Policy", "same-origin")
        if https or request.secure:
            response.headers["Strict-Transport-Security"] = HSTS
        if request.path.startswith("/api/"):
            # Answers hold personal data; none of it may stay in a browser's or proxy's store.
            response.headers.setdefault("Cache-Control", "no-store")

    return added


async def unnamed(_: web.Request, response: web.StreamResponse) -> None:
    """Handler of the signal ``on_response_prepare``: answers do not tell which server and version made them."""
    response.headers.pop("Server", None)


def routes(city: str, dist: Path = DIST, public_url: str = "", hours: str = "") -> list[web.AbstractRouteDef]:
    """The routes of pages and their assets. Assets have a hash in their name, and may be cached; pages may not.

    Args:
        city: full name of the city, for the demo page.
        dist: folder of the built front end.
        public_url: address at which people reach the app; empty when it is the address of the request.
        hours: when agents are at the desk, for the demo page; empty when the hotline has not said, and the page promises none.
    """

    async def demo(request: web.Request) -> web.StreamResponse:
        page = _found(dist / "demo" / "index.html").read_text("utf-8").replace(_CITY, escape(city))
        page = page.replace(_HOURS, escape(f"人工坐席：{hours}" if hours else _NO_HOURS))
        headers = {
            "Cache-Control": "no-cache",
            "Content-Security-Policy": _policy(request, public_url, "'self'"),
        }
        return web.Response(text=page, content_type="text/html", headers=headers)

    async def widget(_: web.Request) -> web.StreamResponse:
        response = _file(dist / "widget" / "widget.js")
        # Any site may load the script. WENBAN_WEB_ORIGINS says which sites may use the API.
        response.headers["Access-Control-Allow-Origin"] = "*"
        response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
        return response

    async def desk(request: web.Request) -> web.StreamResponse:
        # Any address below /desk/ that is not a file is a page of the single-page application.
        found = _asset(dist / "desk", request.match_info.get("path", ""))
        if found is None:
            found = _file(dist / "desk" / "index.html")
            found.headers["Content-Security-Policy"] = _policy(request, public_url, "'none'")
        return found

    async def demo_asset(request: web.Request) -> web.StreamResponse:
        found = _asset(dist / "demo", request.match_info["path"])
        if found is None:
            raise NotFound("没有这个文件")
        return found

    async def to_desk(_: web.Request) -> web.StreamResponse:
        raise web.HTTPFound("/desk/")

    return [
        web.get("/", demo),
        web.get("/widget.js", widget),
        web.get("/demo/{path:.+}", demo_asset),
        web.get("/desk", to_desk),
        web.get("/desk/{path:.*}", desk),
    ]


def _found(path: Path) -> Path:
    if not path.is_file():
        raise Unavailable("网页还没有构建，请运行 make build", code="not_built")
    return path


def _policy(request: web.Request, public_url: str, ancestors: str) -> str:
    """The content security policy of a page.

    Args:
        request: tells the host, whose websockets are allowed by name: some browsers do not count them to 'self'.
        public_url: address at which people reach the app; its websockets are allowed as well.
        ancestors: the sites that may show the page in a frame.
    """
    hosts = [f"{request.scheme}://{request.host}", public_url.rstrip("/")]
    sockets = [f" ws{host[4:]}" for host in hosts if _SITE.fullmatch(host)]
    return _POLICY.format(sockets="".join(dict.fromkeys(sockets)), ancestors=ancestors)


def _file(path: Path) -> web.FileResponse:
    response = web.FileResponse(_found(path))
    response.headers["Cache-Control"] = "no-cache"
    return response


def _asset(folder: Path, name: str) -> web.FileResponse | None:
    """A file of the folder; None when there is no such file."""
    if "\0" in name:
        raise NotFound("没有这个文件")
    try:
        path = (folder / name).resolve()
        there = bool(name) and path.is_relative_to(folder.resolve()) and path.is_file()
    except (OSError, ValueError):  # longer than a name of a file may be, or with a NUL
        return None
    if there:
        response = web.FileResponse(path)
        hashed = path.parent.name == "assets"
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable" if hashed else "no-cache"
        return response
    return None
