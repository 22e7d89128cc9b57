"""Serves the built web front end: demo page, widget script, desk."""

from __future__ import annotations

from html import escape
from pathlib import Path

from aiohttp import web, web_response
from aiohttp.typedefs import Handler

from core.errors import NotFound, Unavailable
from core.settings import ROOT

DIST = ROOT / "web" / "dist"
"""Folder of the built front end."""
# Answers to what is no HTTP are made outside of all our handlers. They have the header Server, but without versions.
web_response.SERVER_SOFTWARE = "web"  # type: ignore[attr-defined]
_CITY = "__CITY__"
"""Text in the demo page that is replaced by the city's name."""

_POLICY = (
    "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; "
    "connect-src 'self' ws: wss:; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'self'"
)


@web.middleware
async def security_headers(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Middleware: adds the security headers to all answers."""
    response = await handler(request)
    if not response.prepared:
        response.headers.setdefault("X-Content-Type-Options", "nosniff")
        response.headers.setdefault("Referrer-Policy", "same-origin")
    return response


async def unnamed(_: web.Request, response: web.StreamResponse) -> None:
    """Handler of the signal ``on_response_prepare``: answers do not tell which server and version made them."""
    response.headers.pop("Server", None)


def routes(city: str, dist: Path = DIST) -> list[web.AbstractRouteDef]:
    """The routes of pages and their assets. Assets have a hash in their name, and may be cached; pages may not.

    Args:
        city: full name of the city, for the demo page.
        dist: folder of the built front end.
    """

    async def demo(_: web.Request) -> web.StreamResponse:
        page = _found(dist / "demo" / "index.html").read_text("utf-8").replace(_CITY, escape(city))
        headers = {"Cache-Control": "no-cache", "Content-Security-Policy": _POLICY}
        return web.Response(text=page, content_type="text/html", headers=headers)

    async def widget(_: web.Request) -> web.StreamResponse:
        response = _page(dist / "widget" / "widget.js")
        # Any site may load the script. WENBAN_WEB_ORIGINS says which sites may use the API.
        response.headers["Access-Control-Allow-Origin"] = "*"
        response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
        return response

    async def desk(request: web.Request) -> web.StreamResponse:
        # Any address below /desk/ that is not a file is a page of the single-page application.
        return _asset(dist / "desk", request.match_info.get("path", ""), otherwise="index.html")

    async def demo_asset(request: web.Request) -> web.StreamResponse:
        return _asset(dist / "demo", request.match_info["path"])

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


def _page(path: Path) -> web.FileResponse:
    response = web.FileResponse(_found(path))
    response.headers["Cache-Control"] = "no-cache"
    if path.suffix == ".html":
        response.headers["Content-Security-Policy"] = _POLICY
    return response


def _asset(folder: Path, name: str, otherwise: str | None = None) -> web.FileResponse:
    if "\0" in name:
        raise NotFound("没有这个文件")
    path = (folder / name).resolve()
    if name and path.is_relative_to(folder.resolve()) and path.is_file():
        response = web.FileResponse(path)
        hashed = path.parent.name == "assets"
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable" if hashed else "no-cache"
        return response
    if otherwise is None:
        raise NotFound("没有这个文件")
    return _page(folder / otherwise)
