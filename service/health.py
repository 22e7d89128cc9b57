"""``/healthz`` says that this process is alive, ``/readyz`` that a citizen would be answered now."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from aiohttp import web

Check = Callable[[], Awaitable[bool]]


def routes(checks: dict[str, Check]) -> list[web.RouteDef]:
    """The routes of both.

    Args:
        checks: by name, what must hold to be ready; one that raises does not hold.
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
    except Exception:  # a check that fails to run counts as not ready
        return False
