"""Which sites may embed the widget."""

from __future__ import annotations

import pytest
from aiohttp import WSServerHandshakeError

from channels.web.origin import Origins, normal
from core.errors import ConfigurationError
from tests.channels.web.conftest import GOVERNMENT, Running, code_of, offered

STRANGERS = [
    "https://evil.example.com", "http://www.example.gov.cn", "https://www.example.gov.cn.evil.com",
    "https://www.example.gov.cn:8443", "null", "", "file://", "https://", "javascript:alert(1)", "chrome-extension://abc",
    "https://user@www.example.gov.cn",
]  # fmt: skip


@pytest.mark.parametrize("origin", [GOVERNMENT, "https://12345.example.gov.cn"])
async def test_named_sites_may_read_answers_and_errors(running: Running, origin: str) -> None:
    headers = {"Origin": origin}
    async with running.client.post("/api/web/session", json={}, headers=headers) as response:
        assert response.status == 200
        assert response.headers["Access-Control-Allow-Origin"] == origin
        assert response.headers["Vary"] == "Origin"
        assert "Access-Control-Allow-Credentials" not in response.headers
    async with running.client.post("/api/web/messages", json={}, headers=headers) as response:
        assert await code_of(response) == (401, "unauthorized")
        assert response.headers["Access-Control-Allow-Origin"] == origin
    async with running.client.get("/api/web/nothing", headers=headers) as response:
        assert response.headers["Access-Control-Allow-Origin"] == origin
    async with running.client.options("/api/web/messages", headers=headers) as response:
        assert response.status == 204
        assert response.headers["Access-Control-Allow-Origin"] == origin
        assert "Authorization" in response.headers["Access-Control-Allow-Headers"]
        assert "POST" in response.headers["Access-Control-Allow-Methods"]


@pytest.mark.parametrize("origin", STRANGERS)
async def test_strangers_are_refused(running: Running, origin: str) -> None:
    visitor = await running.visitor()
    headers = {"Origin": origin, **visitor.headers}
    for method, path in [
        ("POST", "/api/web/session"), ("POST", "/api/web/messages"), ("GET", "/api/web/messages"), ("OPTIONS", "/api/web/messages"),
    ]:  # fmt: skip
        async with running.client.request(
            method, path, json={"client_id": "abcdefgh", "text": "您好"}, headers=headers
        ) as response:
            assert await code_of(response) == (403, "origin_not_allowed")
            assert "Access-Control-Allow-Origin" not in response.headers
    with pytest.raises(WSServerHandshakeError) as refused:
        await running.client.ws_connect("/api/web/socket", protocols=offered(visitor.token), headers={"Origin": origin})
    assert refused.value.status == 403
    assert running.dialogue.asked == []


async def test_our_own_pages_always_may(running: Running) -> None:
    own = str(running.client.make_url("/")).rstrip("/")
    for origin in (own, own.replace("http://", "https://")):
        async with running.client.post("/api/web/session", json={}, headers={"Origin": origin}) as response:
            assert response.status == 200


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ("https://WWW.Example.gov.cn", "https://www.example.gov.cn"),
        ("https://a.gov.cn:443/", "https://a.gov.cn"),
        ("http://a.gov.cn:8080", "http://a.gov.cn:8080"),
        ("http://[::1]:8012", "http://[::1]:8012"),
        ("https://a.gov.cn/path", None),
        ("a.gov.cn", None),
        ("https://a.gov.cn:x", None),
        ("*", None),
    ],
)
def test_the_one_written_form_of_an_origin(given: str, meant: str | None) -> None:
    assert normal(given) == meant


@pytest.mark.parametrize("entry", ["www.example.gov.cn", "https://a.gov.cn/widget", "*"])
def test_a_wrong_entry_is_said_at_start(entry: str) -> None:
    with pytest.raises(ConfigurationError, match="WENBAN_WEB_ORIGINS"):
        Origins([entry])
