"""Behind our own proxy a client's address is what the proxy saw; never what the client claims."""

from __future__ import annotations

import pytest
from aiohttp import web
from aiohttp.pytest_plugin import AiohttpClient

from service.proxy import forwarded


async def who(request: web.Request) -> web.Response:
    return web.json_response([request.remote, request.scheme, await request.text()])


@pytest.mark.parametrize(
    ("headers", "address", "scheme"),
    [
        ({}, "127.0.0.1", "http"),
        ({"X-Forwarded-For": "203.0.113.9", "X-Forwarded-Proto": "https"}, "203.0.113.9", "https"),
        ({"X-Forwarded-For": "198.51.100.1, 203.0.113.9"}, "203.0.113.9", "http"),
        ({"X-Forwarded-For": " ", "X-Forwarded-Proto": "gopher"}, "127.0.0.1", "http"),
    ],
)
async def test_the_last_address_and_a_known_scheme_count(
    aiohttp_client: AiohttpClient, headers: dict[str, str], address: str, scheme: str
) -> None:
    app = web.Application(middlewares=[forwarded])
    app.add_routes([web.post("/", who)])
    client = await aiohttp_client(app)
    response = await client.post("/", data="kept", headers=headers)
    assert await response.json() == [address, scheme, "kept"]
