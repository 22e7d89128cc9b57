"""Runs the real app as two operating-system processes on one PostgreSQL database, with a stand-in for Rasa."""

from __future__ import annotations

import asyncio
import os
import sys
import time
import uuid
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp.test_utils import TestServer
from sqlalchemy import update

from channels.web.socket import PROTOCOL, TOKEN
from core.database import Database
from core.migrate import upgrade
from core.settings import ROOT
from desk.accounts import add_user
from desk.models import DeskUser
from tests.rasa_standin import SmallDialogue
from tests.system import Process, free_port, wait_for

PASSWORD = "first-Sign-in"
"""Password of the desk accounts."""
OURS = {"X-Requested-With": "wenban"}
"""The header the desk's page sends with every request that changes something."""


@dataclass
class AppProcess:
    """One process of the app, with a browser session that uses it."""

    url: str
    process: Process
    session: aiohttp.ClientSession

    @property
    def log(self) -> str:
        return self.process.log.read_text()

    async def post(self, path: str, body: object, **headers: str) -> dict[str, Any]:
        async with self.session.post(f"{self.url}{path}", json=body, headers={**OURS, **headers}) as response:
            answer: dict[str, Any] = await response.json()
            assert response.status == 200, answer
            return answer


@dataclass
class Line:
    """A websocket, and every frame received on it so far."""

    socket: aiohttp.ClientWebSocketResponse
    frames: list[dict[str, Any]] = field(default_factory=list)

    async def text(self, wanted: str, within_s: float) -> float:
        """Wait until a message with this text has come. Returns the seconds that took."""
        began = time.monotonic()
        async with asyncio.timeout(within_s):
            while not any(f.get("message", {}).get("text") == wanted for f in self.frames):
                self.frames.append(await self.socket.receive_json())
        return time.monotonic() - began

    def texts(self) -> list[str]:
        """The texts in the order they came. On a citizen's websocket the first frame brings the earlier messages."""
        before = [m["text"] for f in self.frames if f["type"] == "hello" for m in f["messages"]]
        return before + [f["message"]["text"] for f in self.frames if f["type"] == "message"]


@dataclass
class Citizen:
    """A visitor of the web channel with a session, and the process they use."""

    at: AppProcess
    token: str

    async def line(self, after: int = 0) -> Line:
        return Line(
            await self.at.session.ws_connect(
                f"{self.at.url}/api/web/socket?after={after}", protocols=(PROTOCOL, TOKEN + self.token)
            )
        )

    async def says(self, text: str, at: AppProcess | None = None) -> dict[str, Any]:
        body = {"client_id": str(uuid.uuid4()), "text": text}
        return await (at or self.at).post("/api/web/messages", body, Authorization=f"Bearer {self.token}")


@dataclass
class Processes:
    """The two processes of the app, and what stands behind them."""

    a: AppProcess
    b: AppProcess
    rasa: SmallDialogue
    database: Database
    environment: dict[str, str]

    async def citizen(self, at: AppProcess) -> Citizen:
        return Citizen(at, (await at.post("/api/web/session", {}))["token"])

    async def agent(self, at: AppProcess) -> Line:
        """Sign an agent in at a process's desk. Returns their websocket."""
        await add_user(self.database, "agent", "坐席 3 号", "agent", PASSWORD, None)
        async with self.database.write() as session:
            await session.execute(update(DeskUser).values(must_change_password=False))
        await at.post("/api/desk/login", {"username": "agent", "password": PASSWORD})
        return Line(await at.session.ws_connect(f"{at.url}/api/desk/live"))


@asynccontextmanager
async def two_processes(folder: Path, database_url: str, redis_url: str) -> AsyncIterator[Processes]:
    """Runs two processes of the app; they use Redis unless its URL is empty."""
    await upgrade(database_url)
    async with AsyncExitStack() as stack:
        rasa = SmallDialogue()
        server = TestServer(rasa.app())
        await server.start_server()
        stack.push_async_callback(server.close)
        stack.callback(rasa.gate.set)
        environment = {
            **os.environ,
            "PYTHONPATH": str(ROOT),
            "WENBAN_DATA_DIR": str(folder / "data"),
            "WENBAN_DATABASE_URL": database_url,
            "WENBAN_REDIS_URL": redis_url,
            "WENBAN_RASA_URL": str(server.make_url("/")).rstrip("/"),
            "WENBAN_SESSION_KEY": "the same for all processes of the installation",
        }
        made = []
        for name in "ab":
            port = free_port()
            process = Process(
                name,
                [sys.executable, "-m", "service.cli", "app"],
                {**environment, "WENBAN_PORT": str(port)},
                folder / f"{name}.log",
            )
            process.start()
            stack.push_async_callback(asyncio.to_thread, process.stop)
            session = aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True))
            stack.push_async_callback(session.close)
            made.append(AppProcess(f"http://127.0.0.1:{port}", process, session))
        for each in made:
            await asyncio.to_thread(wait_for, f"{each.url}/healthz", each.process)
        database = Database(database_url)
        stack.push_async_callback(database.close)
        yield Processes(made[0], made[1], rasa, database, environment)
