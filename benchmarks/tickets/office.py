"""The desk on a server of this process, for whoever asks its addresses."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from sqlalchemy import update

import desk
from conversations.media import Media
from conversations.service import Conversations
from core.database import Database
from core.events import LocalEvents
from desk.accounts import add_user
from desk.models import DeskUser
from desk.policy import Policy
from gaps import Gaps
from kb_index.service import KnowledgeBase
from service.errors import errors
from service.settled import settle
from tests.kb_index.conftest import MODEL
from tests.rasa_standin import SmallDialogue, no_answer
from tickets.service import Tickets

Client = TestClient[Any, Any]
SignIn = Callable[[str, str, str | None], Awaitable[Client]]
"""Name, role and department of a new account → a client that is signed in as it."""
_PASSWORD = "first-Sign-in"


@asynccontextmanager
async def office(database: Database, tickets: Tickets, folder: Path) -> AsyncIterator[SignIn]:
    """The desk; gives what signs somebody in."""
    events = LocalEvents()
    async with Conversations(database, events, SmallDialogue(), no_answer) as conversations:
        knowledge = KnowledgeBase(folder / "index", MODEL, poll_s=60)
        app = web.Application(middlewares=[errors])
        desk.setup_sessions(app, "a key of the installation")
        app.add_routes(
            desk.routes(
                *(database, events, conversations, tickets),
                gaps=Gaps(database, knowledge, folder / "knowledge"),
                media=Media(database, folder / "media"),
                policy=Policy(public_url=""),
                session_key="a key of the installation",
            )
        )
        server = TestServer(app)
        clients: list[Client] = []

        async def sign_in(name: str, role: str, department: str | None) -> Client:
            await add_user(database, name, name, role, _PASSWORD, department)
            async with database.write() as session:
                await session.execute(update(DeskUser).values(must_change_password=False))
            clients.append(client := TestClient(server))
            said = {"username": name, "password": _PASSWORD}
            answer = await client.post("/api/desk/login", json=said, headers={"X-Requested-With": "wenban"})
            assert answer.status == 200, await answer.text()
            return client

        await server.start_server()
        await settle(app)
        try:
            yield sign_in
        finally:
            for client in clients:
                await client.close()
            await server.close()


async def get(client: Client, path: str, query: dict[str, str] | None = None) -> Any:
    """The JSON that an address of the desk answers with.

    Raises:
        AssertionError: it answers with an error.
    """
    answer = await client.get(f"/api/desk{path}", params=query or {})
    assert answer.status == 200, await answer.text()
    return await answer.json()
