"""Values that databases can't hold or take otherwise than we, at every address of the whole app, on both databases.

PostgreSQL refuses NUL, half characters and numbers of more than 64 bits, and knows other wildcards and patterns than SQLite. None of it
may come to an error of ours.
"""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from sqlalchemy import update

from core.migrate import upgrade
from core.settings import Settings
from desk.accounts import add_user
from desk.models import DeskUser
from desk.roles import Role
from service.app import DATABASE, create_app
from tests.service.conftest import OURS, PASSWORD
from tests.service.test_roles_and_routes import OBJECTS

ODD: tuple[Any, ...] = (
    "a\x00b", "\x00", "\ud800", "%", "_", "\\", "'", '"', "''; DROP TABLE messages; --", "a" * 5_000, "٣", "-1", "1e9", "NaN",
    str(2**31), str(2**63), str(2**64), "9" * 400, "0x10", " ", "", "\u202e", "ﷺ" * 100, "[", "{}", "1;2", "../..", "2026-02-30",
    "0001-01-01T00:00:00Z", "9999-12-31T23:59:59.999999+14:00",
)  # fmt: skip
"""Values of questions, and of fields."""
IN_ADDRESSES = (
    "a\x00b",
    "\ud800",
    "%",
    "\\",
    "''; --",
    "a" * 2_000,
    "-1",
    "1e9",
    str(2**31),
    str(2**63),
    "9" * 400,
    "٣",
    "[",
    "2026-02-30",
)
"""Values in addresses: fewer, because there are many addresses."""
_NUMBERS: tuple[Any, ...] = (
    2**31,
    2**63,
    2**64,
    -1,
    1.5,
    True,
    None,
    [],
    {},
    [["\x00"]],
    {"a": "\x00"},
    10**400,
)
"""Further values of fields."""
_ASKED = (
    "after", "before", "limit", "q", "search", "text", "state", "kind", "mode", "number", "subject", "user", "user_id", "action",
    "since", "until", "from", "to", "day", "days", "page", "order", "sort", "department", "channel", "messages", "id", "role", "result",
)  # fmt: skip
"""Names of what is asked in addresses. Names that an address does not know cost nothing."""


@pytest.fixture(params=["sqlite", "postgresql"])
def own_url(request: pytest.FixtureRequest) -> str:
    """URL of a database without tables; empty for SQLite in the data folder."""
    return str(request.getfixturevalue("bare_postgresql_url")) if request.param == "postgresql" else ""


@pytest.fixture
async def whole(
    tmp_path: Path, own_url: str
) -> AsyncIterator[tuple[web.Application, dict[str, TestClient[web.Request, web.Application]]]]:
    settings = Settings(data_dir=tmp_path, rasa_url="http://127.0.0.1:9", database_url=own_url)
    await upgrade(settings.sqlalchemy_url)
    server = TestServer(await create_app(settings))
    await server.start_server()
    clients = {}
    for role in (Role.SUPERVISOR, Role.ADMIN, Role.AUDITOR):
        await add_user(server.app[DATABASE], role, f"账号 {role}", role, PASSWORD)
        async with server.app[DATABASE].write() as session:
            await session.execute(update(DeskUser).values(must_change_password=False))
        clients[role.value] = TestClient[web.Request, web.Application](server)
        signed = await clients[role.value].post(
            "/api/desk/login", json={"username": role, "password": PASSWORD}, headers=OURS
        )
        assert signed.status == 200
    yield server.app, clients
    for client in clients.values():
        await client.session.close()
    await server.close()


def _written(body: Any) -> bytes:
    return json.dumps(body).encode()


@pytest.mark.slow
async def test_no_odd_value_is_an_error_of_ours(
    whole: tuple[web.Application, dict[str, TestClient[web.Request, web.Application]]],
) -> None:
    app, clients = whole
    wrong, asked = [], 0

    async def ask(role: str, method: str, url: str, body: Any = None) -> None:
        nonlocal asked
        asked += 1
        options: dict[str, Any] = {}
        if method != "GET":
            options = {
                "data": _written(body or {}),
                "headers": {**OURS, "Content-Type": "application/json", **tokens},
            }
        else:
            options = {"headers": {**OURS, **tokens}}
        async with clients[role].request(method, url, allow_redirects=False, **options) as answer:
            if answer.status >= 500 and answer.status != 503:
                wrong.append((answer.status, role, method, url[:90], str(body)[:90]))

    tokens: dict[str, str] = {}
    visitor = await (await clients["supervisor"].post("/api/web/session", json={})).json()
    routes = sorted(
        {
            (route.method, route.resource.canonical)
            for route in app.router.routes()
            if route.resource and route.method in ("GET", "POST")
        }
    )
    for method, path in routes:
        if (
            path.endswith(("/socket", "/live", "/logout", "/forget", "/actions/webhook"))
            or "password" in path
        ):
            continue
        tokens = {"Authorization": f"Bearer {visitor['token']}"} if path.startswith("/api/web/") else {}
        roles = list(clients) if path.startswith("/api/desk/") else ["supervisor"]
        role = roles[asked % len(roles)]
        known, _ = OBJECTS.get(f"{method} {path}", ({}, {}))
        for odd in IN_ADDRESSES:
            role = roles[asked % len(roles)]
            shown = quote(str(odd).encode("utf-8", "surrogatepass"), safe="")
            if "{" in path:
                await ask(role, method, re.sub(r"\{[^}]*\}", shown, path), known)
            if method == "GET" and "{path}" not in path:
                url = re.sub(r"\{[^}]*\}", "01990000-0000-7000-8000-000000000001", path)
                for names in (_ASKED, ("after",), ("limit",), ("q", "text", "search")):
                    await ask(role, method, f"{url}?{'&'.join(f'{name}={shown}' for name in names)}")
    tokens = {"Authorization": f"Bearer {visitor['token']}"}
    said = {"client_id": "m-odd-0001", "text": "您好", "button": None, "photo": None, "location": None}
    for name in said:
        for odd in (*ODD, *_NUMBERS):
            await ask(
                "supervisor", "POST", "/api/web/messages", {**said, "client_id": f"m-{asked:09}", name: odd}
            )
    for odd in (*ODD, *_NUMBERS):
        place = {"lat": 32.6, "lon": odd, "label": odd}
        await ask(
            "supervisor", "POST", "/api/web/messages", {"client_id": f"m-{asked:09}", "location": place}
        )
        await ask("supervisor", "POST", "/api/web/session", {"token": odd})
        await ask("supervisor", "POST", "/api/web/consents", {"purpose": odd, "notice": odd, "agreed": odd})
    tokens = {}
    for path, body in (
        ("/api/desk/accounts", {"username": "x", "display_name": "甲", "role": "agent", "department_id": None}),
        ("/api/desk/login", {"username": "x", "password": "y"}),  # few, because each is meant to take long
        *((route.split(" ")[1].replace("{id}", "01990000-0000-7000-8000-000000000001"), known) for route, (known, _) in OBJECTS.items() if known and "{number}" not in route and "{group}" not in route),
    ):  # fmt: skip
        for name in body:
            for odd in (
                ("a\x00b", "\ud800", 2**64, [], None) if path.endswith("/login") else (*ODD, *_NUMBERS)
            ):
                role = "admin" if path == "/api/desk/accounts" else "supervisor"
                await ask(role, "POST", path, {**body, name: odd})
    assert wrong == []
    assert asked > 1_000
