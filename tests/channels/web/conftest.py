"""The web channel in an app of its own, on a real database, with a stand-in for Rasa."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientResponse, ClientWebSocketResponse, web
from aiohttp.test_utils import TestClient, TestServer

from channels.web import WebChannel
from channels.web.notice import ShownNotice
from channels.web.socket import PROTOCOL, TOKEN
from conversations.media import Media
from bot.understanding.danger import shipped
from conversations.service import Conversations
from core.database import Database
from core.events import LocalEvents
from service.errors import errors
from service.proxy import forwarded
from tests.rasa_standin import SmallDialogue, no_answer

GOVERNMENT = "https://www.example.gov.cn"
"""The other site on which the channel may be embedded."""
WAIT_S = 5.0
"""Seconds the channel waits for a reply before it answers that the reply is pending."""


def new_id() -> str:
    """A new client id, as a browser makes it."""
    return str(uuid.uuid4())


def offered(token: str) -> tuple[str, ...]:
    """The subprotocols a browser offers when it opens a socket."""
    return (PROTOCOL, TOKEN + token)


@dataclass
class Visitor:
    """A browser with a session."""

    client: TestClient[web.Request, web.Application]
    token: str

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}

    async def say(self, text: str, client_id: str | None = None, button: str | None = None) -> dict[str, Any]:
        async with self.post({"client_id": client_id or new_id(), "text": text, "button": button}) as response:
            assert response.status == 200, await response.text()
            answer: dict[str, Any] = await response.json()
            return answer

    def post(self, body: Any, **options: Any) -> Any:
        return self.client.post("/api/web/messages", json=body, headers=self.headers, **options)

    async def missed(self, after: int = 0) -> dict[str, Any]:
        async with self.client.get(f"/api/web/messages?after={after}", headers=self.headers) as response:
            assert response.status == 200
            answer: dict[str, Any] = await response.json()
            return answer

    async def socket(self, after: int = 0) -> Socket:
        ws = await self.client.ws_connect(f"/api/web/socket?after={after}", protocols=offered(self.token))
        return Socket(ws)


@dataclass
class Socket:
    """A browser's websocket."""

    ws: ClientWebSocketResponse

    async def frame(self) -> dict[str, Any]:
        """The next frame that is not the typing sign."""
        while True:
            frame: dict[str, Any] = await self.ws.receive_json(timeout=10)
            if frame["type"] != "typing":
                return frame

    async def frames(self, *kinds: str) -> list[dict[str, Any]]:
        """The next frames, which must be of these kinds in this order."""
        got = [await self.frame() for _ in kinds]
        assert [frame["type"] for frame in got] == list(kinds), got
        return got

    async def say(self, text: str, client_id: str | None = None, button: str | None = None) -> str:
        client_id = client_id or new_id()
        await self.ws.send_json({"type": "message", "client_id": client_id, "text": text, "button": button})
        return client_id

    async def quiet(self) -> None:
        """Check that no frame but typing signs was on its way: the next frame answers our ping."""
        await self.ws.send_json({"type": "ping"})
        assert (await self.frame())["type"] == "pong"


@dataclass
class Running:
    """The application and its parts."""

    conversations: Conversations
    events: LocalEvents
    dialogue: SmallDialogue
    client: TestClient[web.Request, web.Application]
    web: WebChannel

    async def visitor(self) -> Visitor:
        async with self.client.post("/api/web/session", json={}) as response:
            assert response.status == 200
            return Visitor(self.client, (await response.json())["token"])


@pytest.fixture
def notice() -> ShownNotice | None:
    """The notice of the channel. Most tests need none."""
    return None


@pytest.fixture
async def running(database: Database, tmp_path: Path, notice: ShownNotice | None) -> AsyncIterator[Running]:
    dialogue, events = SmallDialogue(), LocalEvents()
    async with Conversations(database, events, dialogue, no_answer, judge=shipped()) as conversations:
        app = web.Application(middlewares=[forwarded, errors], client_max_size=1_048_576)
        channel = WebChannel(
            database,
            conversations,
            events,
            media=Media(database, tmp_path / "media"),
            session_key="test key of this installation",
            city="淮南",
            origins=[GOVERNMENT],
            public_url="https://12345.example.gov.cn",
            wait_s=WAIT_S,
            notice=notice,
        )
        channel.attach(app)
        async with TestClient(TestServer(app)) as client:
            yield Running(conversations, events, dialogue, client, channel)
            dialogue.gate.set()


async def code_of(response: ClientResponse) -> tuple[int, str]:
    """Status and error code of an error answer; checks that the answer has the form of an error."""
    body = await response.json()
    assert set(body) == {"error"} and set(body["error"]) == {"code", "message", "details"}
    return response.status, body["error"]["code"]
