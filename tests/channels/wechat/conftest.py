"""One app with WeChat accounts in all three modes, on a real database, with a small dialogue behind it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from channels import wechat
from conversations.service import Conversations
from conversations.types import ConversationView
from core.database import Database
from core.events import Events
from core.settings import WeChatAccount
from service.errors import errors
from tests.channels.wechat.platform import APP_ID, CITIZEN, KEY, OLD_KEY, TOKEN, Platform
from tests.conversations.dialogue import SmallDialogue, no_answer

PATIENCE_S = 5.0
HOLD_S = 6.0
"""Ample: what is quick is answered at once, and a busy machine fails no test."""
SHORT_PATIENCE_S = 1.0
SHORT_HOLD_S = 1.8

ACCOUNTS = [
    WeChatAccount(name="main", app_id=APP_ID, token=TOKEN),
    WeChatAccount(name="compatible", app_id=APP_ID, token=TOKEN, mode="compatible", aes_key=KEY),
    WeChatAccount(
        name="safe", app_id=APP_ID, token=TOKEN, mode="safe", aes_key=KEY, previous_aes_key=OLD_KEY
    ),
    WeChatAccount(name="mini", kind="mini_program", app_id=APP_ID, token=TOKEN),
]


@dataclass
class Running:
    """An application process: its parts and the platform's view of it."""

    conversations: Conversations
    dialogue: SmallDialogue
    client: TestClient[web.Request, web.Application]

    def platform(self, mode: str = "plain", **options: str) -> Platform:
        path = {"plain": "/wechat/main", "compatible": "/wechat/compatible", "safe": "/wechat/safe"}[mode]
        return Platform(self.client, mode=mode, **{"path": path, **options})

    async def view(self, user: str = CITIZEN, account: str = "main") -> ConversationView:
        return await self.conversations.find_or_create("wechat", account, user)


class Start(Protocol):
    """Starts one more app process, so to speak, on the test's database."""

    async def __call__(self, *, patience_s: float = PATIENCE_S, hold_s: float = HOLD_S) -> Running: ...


@pytest.fixture
async def start(database: Database) -> AsyncIterator[Start]:
    """App processes as many as are asked for; all are stopped in the end."""
    stops: list[Callable[[], Awaitable[None]]] = []

    async def begin(*, patience_s: float = PATIENCE_S, hold_s: float = HOLD_S) -> Running:
        dialogue = SmallDialogue()
        conversations = Conversations(database, Events(), dialogue, no_answer)
        await conversations.__aenter__()
        app = web.Application(middlewares=[errors], client_max_size=1_048_576)
        app.add_routes(
            wechat.routes(
                ACCOUNTS, conversations, database, city="淮南", patience_s=patience_s, hold_s=hold_s
            )
        )
        client: TestClient[web.Request, web.Application] = TestClient(TestServer(app))
        await client.start_server()

        async def stop() -> None:
            dialogue.gate.set()
            await client.close()
            await conversations.__aexit__(None, None, None)

        stops.append(stop)
        return Running(conversations, dialogue, client)

    yield begin
    for stop in reversed(stops):
        await stop()


@pytest.fixture
async def running(start: Start) -> Running:
    return await start()


@pytest.fixture
async def impatient(start: Start) -> Running:
    """For what happens when the reply is not there in time."""
    return await start(patience_s=SHORT_PATIENCE_S, hold_s=SHORT_HOLD_S)
