"""The desk on a real server with a real database, real conversations and real tickets; only Rasa is a stand-in."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientResponse, web
from aiohttp.test_utils import TestClient, TestServer
from argon2 import PasswordHasher
from sqlalchemy import update

import desk
from channels.web import WebChannel
from channels.wechat import WeChat
from conversations.danger import Judge
from conversations.media import Media
from conversations.service import Conversations
from conversations.types import HandoffReason, InboundMessage
from core.database import Database
from core.events import LocalEvents
from desk import passwords
from desk.accounts import add_user
from desk.models import DeskUser
from desk.policy import Policy
from desk.presence import Presence
from gaps import Gaps
from kb_index.service import KnowledgeBase
from service import pages
from service.errors import errors
from service.proxy import forwarded
from tests.cities import HUAINAN
from tests.kb_index.conftest import MODEL
from tests.rasa_standin import SmallDialogue, no_answer
from tickets.models import Department
from tickets.service import Tickets

on_both = pytest.mark.parametrize("database_url", ["sqlite", "postgresql"], indirect=True)
"""Marks tests of simultaneous changes, which run on both databases: only PostgreSQL lets two writers work at once."""

PASSWORD = "first-Sign-in"
"""Password of every account."""
OURS = {"X-Requested-With": "wenban"}
"""The header the desk's page sends with every request that changes something."""


@pytest.fixture(autouse=True)
def cheap_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Makes argon2id cheap: with the real parameters each hash takes a tenth of a second, and tests make a thousand."""
    cheap = partial(PasswordHasher, time_cost=1, memory_cost=1024, parallelism=1)
    monkeypatch.setattr(passwords, "PasswordHasher", cheap)


@pytest.fixture
def database_url(request: pytest.FixtureRequest) -> str:
    url: str = request.getfixturevalue(f"{getattr(request, 'param', 'sqlite')}_url")
    return url


@dataclass
class Person:
    """Somebody's browser, and the id of their account once they are hired."""

    client: TestClient[web.Request, web.Application]
    id: str = ""

    async def get(self, path: str, status: int = 200, **query: str | int) -> dict[str, Any]:
        response = await self.client.get(f"/api/desk{path}", params=query)
        return await _checked(response, status)

    async def post(self, path: str, body: object = None, status: int = 200) -> dict[str, Any]:
        response = await self.client.post(f"/api/desk{path}", json=body or {}, headers=OURS)
        return await _checked(response, status)

    async def login(self, username: str, password: str = PASSWORD, status: int = 200) -> dict[str, Any]:
        return await self.post("/login", {"username": username, "password": password}, status)


async def _checked(response: ClientResponse, status: int) -> dict[str, Any]:
    found: dict[str, Any] = await response.json()
    assert response.status == status, found
    return found


@dataclass
class Office:
    """The server and the parts behind it."""

    server: TestServer
    database: Database
    events: LocalEvents
    conversations: Conversations
    tickets: Tickets
    gaps: Gaps
    media: Media
    dialogue: SmallDialogue
    presence: Presence
    _clients: list[TestClient[web.Request, web.Application]] = field(default_factory=list)

    def browser(self) -> Person:
        client: TestClient[web.Request, web.Application] = TestClient(self.server)
        self._clients.append(client)
        return Person(client)

    async def hire(
        self, username: str, role: str = "agent", *, name: str | None = None, department: str | None = None
    ) -> Person:
        """Add an account that has already changed its first password, and sign it in."""
        await add_user(self.database, username, name or f"坐席 {username}", role, PASSWORD, department)
        async with self.database.write() as session:
            await session.execute(
                update(DeskUser).where(DeskUser.username == username).values(must_change_password=False)
            )
        person = self.browser()
        person.id = (await person.login(username))["user"]["id"]
        return person

    async def department(self, name: str) -> str:
        async with self.database.write() as session:
            row = Department(name=name)
            session.add(row)
            await session.flush()
            return row.id

    async def says(self, visitor: str, text: str, message_id: str, channel: str = "web") -> str:
        """Send a citizen's message and wait for the reply. Returns the conversation's id."""
        receipt = await self.conversations.receive(InboundMessage(channel, visitor, message_id, text))
        assert await self.conversations.wait(receipt.turn_id, 10) is not None
        return receipt.conversation_id

    async def waiting(self, visitor: str, *, urgent: bool = False) -> str:
        """Let a citizen say something and be handed to the agents. Returns the conversation's id."""
        conversation_id = await self.says(visitor, "我想找人工", f"{visitor}-1")
        reason = HandoffReason.EMERGENCY if urgent else HandoffReason.CITIZEN_ASKED
        await self.conversations.request_human(conversation_id, reason, urgent=urgent)
        return conversation_id

    async def close(self) -> None:
        for client in self._clients:
            await client.close()


MakeOffice = Callable[..., Awaitable[Office]]
"""Starts an office; takes the options of ``desk.routes``, ``public_url``, ``own_wechat``, ``trust_proxy``, ``watched`` and ``shown`` (serves the built pages, too).

Only a watched one takes conversations back from agents who are not there: most tests open no page for their agents.
"""


@pytest.fixture
async def make_office(database: Database, tmp_path: Path) -> AsyncIterator[MakeOffice]:
    made: list[tuple[Office, Conversations]] = []

    async def make(
        *,
        own_wechat: bool = False,
        judge: Judge | None = None,
        watched: bool = False,
        shown: bool = False,
        **options: Any,
    ) -> Office:
        events = LocalEvents()
        presence = Presence(database)
        dialogue = SmallDialogue()
        conversations = Conversations(
            database, events, dialogue, no_answer, presence.agents_online, judge=judge,
            agents_free=presence.free, **({"agents_gone": presence.gone} if watched else {}),
        )  # fmt: skip
        await conversations.__aenter__()
        tickets = Tickets(database, events, HUAINAN)
        knowledge = KnowledgeBase(tmp_path / "index", MODEL, poll_s=60)
        media = Media(database, tmp_path / "media")
        gaps = Gaps(database, knowledge, tmp_path / "knowledge")
        policy = options.pop("policy", Policy(public_url=options.pop("public_url", "")))
        trusted = [forwarded] if options.pop("trust_proxy", False) else []
        app = web.Application(middlewares=[*trusted, errors])
        key = "a key of the installation"
        desk.setup_sessions(app, key)
        app.add_routes(
            desk.routes(
                *(database, events, conversations, tickets),
                gaps=gaps,
                media=media,
                policy=policy,
                presence=presence,
                session_key=key,
                **options,
            )
        )
        if shown:
            app.add_routes(pages.routes("淮南市"))
        # The desk shows these channels' names for citizens; the channels receive nothing here.
        WebChannel(database, conversations, events, media=media, session_key="k", city="淮南", origins=[])
        if not own_wechat:  # otherwise the test makes one with accounts
            WeChat([], database, conversations, media, city="淮南")
        server = TestServer(app)
        await server.start_server()
        office = Office(server, database, events, conversations, tickets, gaps, media, dialogue, presence)
        made.append((office, conversations))
        return office

    yield make
    for office, conversations in made:
        await office.close()
        await office.server.close()
        await conversations.__aexit__(None, None, None)


@pytest.fixture
async def office(make_office: MakeOffice) -> Office:
    return await make_office()
