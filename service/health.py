"""``/healthz`` says that this process is alive. ``/readyz`` says whether citizens would be answered now."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from aiohttp import web

Check = Callable[[], Awaitable[bool]]
"""Whether a part is ready."""


def routes(checks: dict[str, Check]) -> list[web.RouteDef]:
    """The routes of both addresses.

    Args:
        checks: name of a part → whether it is ready. A check that raises an error counts as not ready.
    """

    async def healthz(_: web.Request) -> web.Response:
        return web.json_response({"status": "ok"})

    async def readyz(_: web.Request) -> web.Response:
        parts = {name: await _ask(check) for name, check in checks.items()}
        ready = all(parts.values())
        return web.json_response(
            {"status": "ready" if ready else "not_ready", "parts": parts}, status=200 if ready else 503
        )

    return [web.get("/healthz", healthz), web.get("/readyz", readyz)]


async def _ask(check: Check) -> bool:
    try:
        return await check()
    except Exception:  # Whatever the error is, the part is not ready.
        return False
