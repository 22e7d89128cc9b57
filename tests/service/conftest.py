"""The whole app with an account of every role, signed in."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from argon2 import PasswordHasher
from sqlalchemy import update

from channels.web.socket import NEW_SESSION
from conversations.types import Agent, HandoffReason
from core.clock import now
from core.events import LocalEvents
from core.ids import new_id
from core.migrate import upgrade
from core.settings import Settings
from core.wechat_accounts import WeChatAccount
from desk import passwords
from desk.accounts import add_user
from desk.models import DeskUser
from desk.roles import Role
from service.app import CONVERSATIONS, DATABASE, create_app
from tests.cities import HUAINAN
from tickets.models import Department, TicketRow
from tickets.service import Tickets
from tickets.types import TicketDraft

PASSWORD = "first-Sign-in"
"""Password of every account."""
OURS = {"X-Requested-With": "wenban"}
"""The header the desk's page sends with every request that changes something."""
NOBODY = "nobody"
"""Who has no account."""


@dataclass
class Desk:
    """The whole app, and a signed-in client for each role."""

    app: web.Application
    clients: dict[str, TestClient[web.Request, web.Application]]
    ids: dict[str, str]
    departments: dict[str, str]

    @property
    def routes(self) -> list[str]:
        """All routes as ``METHOD /path``."""
        found = {
            f"{route.method} {route.resource.canonical}"
            for route in self.app.router.routes()
            if route.resource and route.method != "HEAD"
        }
        return sorted(found)

    async def ask(self, role: str, route: str, body: Any = None, **parts: str) -> tuple[int, str]:
        """The status and the code of the answer. Parts of the address that are not given are an unknown id."""
        method, path = route.split(" ")
        url = re.sub(r"\{(\w+)\}", lambda part: ({"account": "main"} | parts).get(part[1], new_id()), path)
        if url == "/api/web/socket":  # It says only on the socket that the token is not valid.
            async with self.clients[role].ws_connect(url) as socket:
                closed = await socket.receive()
                return (401 if closed.data == NEW_SESSION else 200), ""
        options: dict[str, Any] = {} if method == "GET" else {"json": body or {}}
        answer = await self.clients[role].request(method, url, headers=OURS, allow_redirects=False, **options)
        refused = answer.status >= 400 and answer.content_type == "application/json"
        found = await answer.json() if refused else {}
        error = found.get("error")
        return answer.status, error["code"] if isinstance(error, dict) else ""

    async def conversation(self, whose: str, role: str) -> str:
        """A new conversation: ``waiting``, of the role's own account, or of another agent."""
        conversations = self.app[CONVERSATIONS]
        one = (await conversations.find_or_create("web", "", new_id())).id
        await conversations.request_human(one, HandoffReason.CITIZEN_ASKED)
        if whose in ("own", "other"):
            holder = self.ids[role if whose == "own" else "holder"]
            async with self.app[DATABASE].write() as session:
                await session.execute(
                    update(DeskUser).where(DeskUser.id == holder).values(seen_at=now(), active_at=now())
                )
            await conversations.take(one, Agent(holder, "坐席"))
        return one

    async def ticket(self, whose: str) -> str:
        """A new ticket of the department, or of another one, or with 保密."""
        database = self.app[DATABASE]
        draft = TicketDraft("投诉", "路灯坏了", contact_phone="13800000000", confidential=whose == "secret")
        number = (await Tickets(database, LocalEvents(), HUAINAN).file(draft, new_id())).number
        department = self.departments["other" if whose == "other" else "own"]
        async with database.write() as session:
            await session.execute(
                update(TicketRow).where(TicketRow.number == number).values(department_id=department)
            )
        return number


@pytest.fixture
async def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Desk]:
    cheap = partial(PasswordHasher, time_cost=1, memory_cost=1024, parallelism=1)
    monkeypatch.setattr(passwords, "PasswordHasher", cheap)
    account = WeChatAccount(name="main", kind="service", app_id="wx0", token="token", mode="plain")
    settings = Settings(data_dir=tmp_path, rasa_url="http://127.0.0.1:9", wechat_accounts=[account])
    await upgrade(settings.sqlalchemy_url)
    server = TestServer(await create_app(settings))
    await server.start_server()
    database = server.app[DATABASE]
    departments = {}
    async with database.write() as session:
        for name in ("own", "other"):
            session.add(row := Department(name=f"测试单位 {name}"))
            await session.flush()
            departments[name] = row.id
    clients, ids = {NOBODY: TestClient[web.Request, web.Application](server)}, {}
    for name in (*Role, "holder"):
        role = Role.AGENT if name == "holder" else Role(name)
        bound = departments["own"] if role is Role.DEPARTMENT else None
        await add_user(database, name, f"账号 {name}", role, PASSWORD, bound)
        async with database.write() as session:
            await session.execute(update(DeskUser).values(must_change_password=False))
        clients[name] = TestClient(server)
        answer = await clients[name].post(
            "/api/desk/login", json={"username": name, "password": PASSWORD}, headers=OURS
        )
        ids[name] = (await answer.json())["user"]["id"]
    yield Desk(server.app, clients, ids, departments)
    for client in clients.values():
        await client.session.close()
    await server.close()
