"""Every address of the whole app, asked wrongly: a clear 4xx in the one shape, or a page; never a trace."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from aiohttp.pytest_plugin import AiohttpClient

from core.errors import ConfigurationError
from core.migrate import upgrade
from core.settings import Settings
from core.wechat_accounts import WeChatAccount
from service.app import create_app

NOT_ERRORS = {"/readyz"}
"""Says in its own words what is not ready."""


@pytest.fixture
async def client(tmp_path: Path, aiohttp_client: AiohttpClient) -> Any:
    settings = Settings(
        data_dir=tmp_path,
        rasa_url="http://127.0.0.1:9",
        wechat_accounts=[
            WeChatAccount(name="main", kind="service", app_id="wx0", token="token", mode="plain")
        ],
    )
    await upgrade(settings.sqlalchemy_url)
    return await aiohttp_client(await create_app(settings))


async def test_every_route_refuses_nonsense_in_one_shape(client: Any) -> None:
    asked = 0
    for route in client.app.router.routes():
        path = route.resource.canonical if route.resource else ""
        if not path or path in NOT_ERRORS or route.method in ("*", "HEAD", "OPTIONS"):
            continue
        asked += 1
        url = re.sub(r"\{[^}]*\}", "nonsense", path)
        response = await client.request(
            route.method, url, data=b"\xff{not json", headers={"Content-Type": "application/json"}
        )
        text = await response.text()
        place = f"{route.method} {path}: {response.status} {text[:300]}"
        assert "Traceback" not in text, place
        assert response.status < 500 or response.status == 503, place
        if path.startswith("/progress"):  # a page for people: it says what is wrong in its own words
            assert response.content_type == "text/html", place
            continue
        if response.status >= 400 and path != "/actions/webhook":  # Rasa's protocol has a shape of its own
            error = (await response.json())["error"]
            assert set(error) == {"code", "message", "details"}, place
            assert error["message"], place
    assert asked > 20


@pytest.mark.parametrize("path", ["/desk/../../pyproject.toml", "/demo/..%2f..%2fpackage.json", "/demo/%00"])
async def test_pages_give_nothing_from_outside_their_folder(client: Any, path: str) -> None:
    response = await client.get(path)
    assert response.status in (400, 404) or "<div id=" in await response.text()


async def test_pages_may_not_be_framed_or_scripted_by_others(client: Any) -> None:
    policy = (await client.get("/")).headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "frame-ancestors 'self'" in policy
    assert (await client.get("/healthz")).headers["X-Content-Type-Options"] == "nosniff"


async def test_the_desk_is_never_framed_and_sockets_have_a_named_host(client: Any) -> None:
    host = f"{client.host}:{client.port}"
    for path, ancestors in (("/desk/", "'none'"), ("/desk/sign-in", "'none'"), ("/", "'self'")):
        response = await client.get(path)
        parts = dict(
            part.strip().split(" ", 1) for part in response.headers["Content-Security-Policy"].split(";")
        )
        assert parts["frame-ancestors"] == ancestors, path
        assert parts["connect-src"] == f"'self' ws://{host}", path
    odd = await client.get("/desk/", headers={"Host": "a; script-src *"})
    assert "script-src" not in odd.headers.get("Content-Security-Policy", "")


async def test_answers_of_the_api_are_not_kept(client: Any) -> None:
    for path in ("/api/desk/me", "/api/desk/sign_in_ways", "/api/web/nothing"):
        response = await client.get(path)
        assert response.headers["Cache-Control"] == "no-store", (path, response.status)


async def test_plain_http_makes_no_promise_of_https(client: Any) -> None:
    assert "Strict-Transport-Security" not in (await client.get("/")).headers


async def test_under_https_browsers_are_told_to_stay_there(
    tmp_path: Path, aiohttp_client: AiohttpClient
) -> None:
    settings = Settings(
        data_dir=tmp_path, rasa_url="http://127.0.0.1:9", public_url="https://12345.example.gov.cn"
    )
    await upgrade(settings.sqlalchemy_url)
    client = await aiohttp_client(await create_app(settings))
    for path in ("/", "/desk", "/desk/", "/api/desk/me", "/nowhere", "/healthz", "/widget.js"):
        response = await client.get(path, allow_redirects=False)
        assert response.headers["Strict-Transport-Security"] == "max-age=31536000", path
    policy = (await client.get("/desk/")).headers["Content-Security-Policy"]
    assert "wss://12345.example.gov.cn;" in policy


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"oidc_issuer": "https://id.example.gov.cn"}, "WENBAN_OIDC_CLIENT_ID"),
        ({"desk_second_factor": ["king"]}, "king"),
    ],
)
async def test_rules_for_signing_in_that_can_not_be_used_are_said(
    tmp_path: Path, wrong: dict[str, Any], said: str
) -> None:
    settings = Settings(data_dir=tmp_path, rasa_url="http://127.0.0.1:9", **wrong)
    await upgrade(settings.sqlalchemy_url)
    with pytest.raises(ConfigurationError, match=said):
        await create_app(settings)


async def test_actions_are_closed_without_the_secret(client: Any) -> None:
    response = await client.post("/actions/webhook", json={"next_action": "action_file_ticket"})
    assert response.status == 401


async def test_not_ready_without_rasa_but_alive(client: Any) -> None:
    assert (await client.get("/healthz")).status == 200
    ready = await client.get("/readyz")
    assert ready.status == 503
    parts = (await ready.json())["parts"]
    assert parts["database"] is True
    assert parts["rasa"] is False


async def test_no_answer_names_the_server(client: Any) -> None:
    for method, path in (("GET", "/"), ("GET", "/nowhere"), ("POST", "/api/web/session"), ("BREW", "/")):
        response = await client.request(method, path)
        assert response.headers.get("Server", "web") == "web", path
        assert response.status == 400 or "Server" not in response.headers, path
