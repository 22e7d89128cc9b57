"""An app with WeChat accounts in all three modes, on a real database, with a stand-in for Rasa."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from bot.understanding.danger import shipped
from channels.wechat import Pace, WeChat
from channels.wechat.inbound.exchange import Exchange
from conversations.media import Media
from conversations.service import Conversations
from conversations.types import ConversationView
from core.city.notice import PrivacyNotice
from core.database import Database
from core.events import LocalEvents
from core.jobs import Jobs
from core.wechat_accounts import WeChatAccount, WeChatNotice
from service.errors import errors
from tests.channels.wechat.api import MINI_ID, PUSHING_ID, SECRET, Api
from tests.channels.wechat.platform import APP_ID, CITIZEN, KEY, OLD_KEY, TOKEN, Platform
from tests.rasa_standin import SmallDialogue, no_answer

PATIENCE_S = 5.0
"""Seconds the app waits for the reply before it holds the connection; long, so that a slow machine fails no test."""
HOLD_S = 6.0
"""Seconds after which the app lets go of a delivery; longer than ``PATIENCE_S`` for the same reason."""
SHORT_PATIENCE_S = 0.3
"""``PATIENCE_S`` for tests of late replies. The stand-in platform drops a connection once it is held (``Platform.drop``)."""

PUBLIC_URL = "https://12345.example.gov.cn"
"""Address at which citizens reach the app."""
QUICK: dict[str, float] = {
    "typing_s": 0.2,
    "every_s": 1.4,
    "send_s": 1.0,
    "retry_s": 0.02,
    "record_first_s": 0.5,
    "record_again_s": 1.0,
    "record_last_s": 2.0,
}
"""The channel's other waiting times in these tests, in seconds."""

TEMPLATE = "VRR0UEO9VJOLs0MHlU0OilqX6MVFDwH3_3gz3Oc0NIc"
"""Id of the notices' template."""
NOTICE = WeChatNotice(
    kind="subscribe", template_id=TEMPLATE, fields={"character_string1": "{number}", "phrase2": "{state}"}
)
"""How the accounts that send notices are set up for them."""
ACCOUNTS = [
    WeChatAccount(name="main", app_id=APP_ID, token=TOKEN),
    WeChatAccount(name="compatible", app_id=APP_ID, token=TOKEN, mode="compatible", aes_key=KEY),
    WeChatAccount(
        name="safe", app_id=APP_ID, token=TOKEN, mode="safe", aes_key=KEY, previous_aes_key=OLD_KEY
    ),
    WeChatAccount(name="mini", kind="mini_program", app_id=MINI_ID, token=TOKEN, app_secret=SECRET),
    WeChatAccount(name="pushing", app_id=PUSHING_ID, token=TOKEN, app_secret=SECRET),
    WeChatAccount(
        name="telling-mini", kind="mini_program", app_id=MINI_ID, token=TOKEN, app_secret=SECRET, notice=NOTICE
    ),
    WeChatAccount(name="telling", app_id=PUSHING_ID, token=TOKEN, app_secret=SECRET, notice=NOTICE),
    WeChatAccount(
        name="lasting", app_id=PUSHING_ID, token=TOKEN, app_secret=SECRET,
        notice=NOTICE.model_copy(update={"lasting": True}),
    ),
]  # fmt: skip
"""The accounts of the app."""


@dataclass
class Running:
    """One app process: its parts, and the platform that talks to it."""

    conversations: Conversations
    wechat: WeChat
    dialogue: SmallDialogue
    client: TestClient[web.Request, web.Application]
    api: Api
    holds: asyncio.Queue[str]

    def platform(self, mode: str = "plain", **options: Any) -> Platform:
        path = {"plain": "/wechat/main", "compatible": "/wechat/compatible", "safe": "/wechat/safe"}[mode]
        return Platform(self.client, mode=mode, holds=self.holds, **{"path": path, **options})

    def way(self, way: str) -> Platform:
        """The platform for the account of a mode, ``plain``, ``compatible`` or ``safe``; with ``-json`` it sends JSON."""
        mode, _, as_json = way.partition("-")
        return self.platform(mode, as_json=bool(as_json))

    def account(self, name: str) -> Platform:
        """The platform for one account in plain mode; to the account ``mini`` it sends JSON."""
        return Platform(
            self.client, path=f"/wechat/{name}", as_json=name == "mini", api=self.api, holds=self.holds
        )

    async def view(self, user: str = CITIZEN, account: str = "main") -> ConversationView:
        return await self.conversations.find_or_create("wechat", account, user)


class Start(Protocol):
    """Starts one more app on the test's database, as if it were another process."""

    async def __call__(self, *, patience_s: float = PATIENCE_S, hold_s: float = HOLD_S) -> Running: ...


@pytest.fixture
def notice() -> PrivacyNotice | None:
    """The notice about personal data. Most tests need none."""
    return None


@pytest.fixture
async def start(
    database: Database,
    tmp_path: Path,
    api: Api,
    monkeypatch: pytest.MonkeyPatch,
    notice: PrivacyNotice | None,
) -> AsyncIterator[Start]:
    """Starts as many apps as a test asks for; all are stopped at the end."""
    holds: asyncio.Queue[str] = asyncio.Queue()
    hold = Exchange.hold

    async def noted(self: Exchange) -> None:
        holds.put_nowait(str(self.request.url))
        await hold(self)

    monkeypatch.setattr(Exchange, "hold", noted)
    async with AsyncExitStack() as stack:

        async def begin(*, patience_s: float = PATIENCE_S, hold_s: float = HOLD_S) -> Running:
            dialogue, jobs = SmallDialogue(), Jobs(database)
            conversations = await stack.enter_async_context(
                Conversations(
                    database,
                    LocalEvents(),
                    dialogue,
                    no_answer,
                    judge=shipped(),
                    jobs=jobs,
                    notice=notice,
                    notice_url=f"{PUBLIC_URL}/privacy",
                )
            )
            wechat = await stack.enter_async_context(
                WeChat(
                    ACCOUNTS,
                    database,
                    conversations,
                    Media(database, tmp_path / "media"),
                    city="淮南",
                    api_base=api.url,
                    public_url=PUBLIC_URL,
                    notice=notice,
                    notice_url=f"{PUBLIC_URL}/privacy",
                    busy=lambda: dialogue.busy,
                    pace=Pace(patience_s=patience_s, hold_s=hold_s, **QUICK),
                )
            )
            await stack.enter_async_context(jobs)
            app = web.Application(middlewares=[errors], client_max_size=1_048_576)
            app.add_routes(wechat.routes())
            client: TestClient[web.Request, web.Application] = TestClient(TestServer(app))
            await client.start_server()
            stack.push_async_callback(client.close)
            stack.callback(dialogue.gate.set)
            return Running(conversations, wechat, dialogue, client, api, holds)

        yield begin


@pytest.fixture
async def api() -> AsyncIterator[Api]:
    """The running stand-in for the platform's API."""
    async with Api() as running:
        yield running


@pytest.fixture
async def running(start: Start) -> Running:
    return await start()


@pytest.fixture
async def impatient(start: Start) -> Running:
    """An app that waits only briefly for a reply, for tests of late replies."""
    return await start(patience_s=SHORT_PATIENCE_S)
