"""Whatever goes wrong leaves the app in one shape, and never with a trace."""

from __future__ import annotations

from typing import Any

import pytest
from aiohttp import web
from aiohttp.pytest_plugin import AiohttpClient

from core.errors import RateLimited
from service.errors import errors


async def boom(_: web.Request) -> web.Response:
    raise KeyError("a secret in a trace")


async def limited(_: web.Request) -> web.Response:
    raise RateLimited(retry_after_s=30)


async def echo(request: web.Request) -> web.Response:
    return web.Response(text=await request.text())


@pytest.fixture
async def client(aiohttp_client: AiohttpClient) -> Any:
    app = web.Application(middlewares=[errors], client_max_size=1000)
    app.add_routes([web.get("/boom", boom), web.get("/limited", limited), web.post("/echo", echo)])
    return await aiohttp_client(app)


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "code"),
    [
        ("GET", "/boom", None, 500, "internal"),
        ("GET", "/limited", None, 429, "rate_limited"),
        ("GET", "/nowhere", None, 404, "not_found"),
        ("GET", "/echo", None, 405, "method_not_allowed"),
        ("POST", "/echo", "x" * 2000, 413, "too_large"),
    ],
)
async def test_one_shape(
    client: Any, method: str, path: str, body: str | None, status: int, code: str
) -> None:
    response = await client.request(method, path, data=body)
    text = await response.text()
    assert response.status == status
    error = (await response.json())["error"]
    assert set(error) == {"code", "message", "details"}
    assert error["code"] == code
    assert "secret" not in text
    assert "Traceback" not in text


async def test_retry_after_and_allow_are_told(client: Any) -> None:
    assert (await client.get("/limited")).headers["Retry-After"] == "30"
    assert "POST" in (await client.get("/echo")).headers["Allow"]
