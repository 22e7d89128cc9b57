"""App processes that kill themselves at a chosen point of their work, and the platform that talks to them.

Each process is forked from one that has only loaded the code. So it starts quickly, and it shares no connection with
the tests; SQLite's connections do not survive a fork. It dies by a real ``kill -9``, once each time it is armed.
"""

from __future__ import annotations

import asyncio
import base64
import itertools
import multiprocessing
import os
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp import web

from channels.wechat import Pace, WeChat
from channels.wechat.api import client
from channels.wechat.outbound import passive as answers
from channels.wechat.outbound import push as outbox
from conversations import delivery, inbox, turns, wakes
from conversations.media import Media
from conversations.service import Conversations
from core.database import Base, Database
from core.events import LocalEvents
from core.jobs import Jobs
from core.jobs.types import Kind
from core.sealing import use_data_key
from core.wechat_accounts import WeChatAccount
from service.errors import errors
from tests.channels.wechat.api import MINI_ID, PUSHING_ID, SECRET, Api
from tests.channels.wechat.platform import APP_ID, CITIZEN, TOKEN, Platform, to_json
from tests.rasa_standin import SmallDialogue, no_answer
from tests.system import free_port

PACE = Pace(
    patience_s=1.0, typing_s=0.6, every_s=1.3, hold_s=1.7, send_s=0.7,
    record_first_s=0.4, record_again_s=1.0, record_last_s=2.0,
)  # fmt: skip
"""The waiting times of the processes' WeChat channel."""
LEASE_S = 1.5
"""Seconds a process has a turn or a delivery to itself, unless it renews the lease."""
ACCOUNTS = [
    WeChatAccount(name="passive", app_id=APP_ID, token=TOKEN),
    WeChatAccount(name="pushing", app_id=PUSHING_ID, token=TOKEN, app_secret=SECRET),
    WeChatAccount(name="mini", kind="mini_program", app_id=MINI_ID, token=TOKEN, app_secret=SECRET),
]
"""The accounts of the processes."""

POINTS: dict[str, tuple[Any, str, str]] = {
    "before a message is stored": (inbox, "_store", "before"),
    "when a message is stored": (inbox, "_store", "after"),
    "while Rasa thinks": (SmallDialogue, "ask", "before"),
    "when Rasa has answered": (SmallDialogue, "ask", "after"),
    "when a turn has ended": (turns.TurnRunner, "_finish", "after"),
    "before an answer is written down": (answers.Answers, "_keep", "after"),  # the transaction still open
    "when an answer is written down": (answers.Answers, "owed", "after"),
    "when an answer has gone out": (answers.Answers, "written", "before"),
    "when an answer is marked": (answers.Answers, "written", "after"),
    "before a push is written down": (outbox.outbox, "claim", "after"),  # the transaction still open
    "when a push is written down": (client.Client, "_send", "before"),
    "when a push has gone out": (client.Client, "_send", "after"),
    "when a push is marked": (outbox.Pusher, "_send", "after"),
    "when a token is fetched": (client.Client, "_fetch_token", "after"),
}
"""Point → (object, name of its async function, whether to die before or after that function)."""


DATA_KEY = base64.urlsafe_b64encode(b"one data key for all processes..").decode("ascii")
"""The same in all processes, the test's own too, so that each can read what another one stored."""
_FRESH = multiprocessing.get_context("forkserver")
_FRESH.set_forkserver_preload([__name__])


def die(marker: Path) -> None:
    """Kill this process here, the first time; ``marker`` is the file by which it is known to have happened."""
    if not marker.exists():
        marker.touch()
        os.kill(os.getpid(), signal.SIGKILL)


def _arm(point: str, marker: Path) -> None:
    holder, name, when = POINTS[point]
    real = getattr(holder, name)

    async def deadly(*args: Any, **more: Any) -> Any:
        result = await real(*args, **more) if when == "after" else None
        die(marker)
        return result if when == "after" else await real(*args, **more)

    setattr(holder, name, deadly)


class _StepsIn(Jobs):
    """Leaves deliveries to the process that is to die in one, until it has died."""

    def __init__(self, database: Database, folder: Path) -> None:
        super().__init__(database)
        self._folder = folder

    def _room(self) -> list[tuple[Kind, int]]:
        waits = (self._folder / "armed").exists() and not any(self._folder.glob("died-*"))
        return [(kind, left) for kind, left in super()._room() if not (waits and kind.name == wakes.JOB)]


async def _serve(database_url: str, folder: Path, api_url: str, port: int, steps_in: bool) -> None:
    turns.SWEEP_S = 0.5  # type: ignore[assignment]
    delivery.LEASE = timedelta(seconds=LEASE_S)
    database = Database(database_url)
    jobs = _StepsIn(database, folder) if steps_in else Jobs(database)
    async with (
        Conversations(
            database, LocalEvents(), SmallDialogue(), no_answer, lease_s=LEASE_S, jobs=jobs
        ) as conversations,
        WeChat(
            ACCOUNTS,
            database,
            conversations,
            Media(database, folder / "media"),
            city="淮南",
            api_base=api_url,
            pace=PACE,
        ) as wechat,
        jobs,
    ):
        app = web.Application(middlewares=[errors])
        app.add_routes(wechat.routes())
        runner = web.AppRunner(app)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", port, reuse_address=True).start()
        await asyncio.Event().wait()


def _child(point: str | None, marker: Path, *where: Any) -> None:
    use_data_key(DATA_KEY)
    if point is not None:
        _arm(point, marker)
    asyncio.run(_serve(*where))


def _platform(account: str, xml: bytes) -> tuple[Platform, bytes]:
    """The platform for an account in plain mode, and the push in the account's format."""
    platform = Platform.__new__(Platform)
    platform.token, platform.mode, platform.as_json = TOKEN, "plain", account == "mini"
    return platform, to_json(xml) if platform.as_json else xml


@dataclass
class Processes:
    """App processes on one database, behind a proxy that passes a request on to the next one when one is down.

    Args:
        folder: folder for the database and the pictures.
        api: the stand-in for the platform's API; it runs in the test's process.
        restart: whether a process that died is started again, without being armed.
        database_url: URL of an empty database; unless given, a file in the folder.
    """

    folder: Path
    api: Api
    restart: bool
    database_url: str = ""
    _running: list[tuple[multiprocessing.process.BaseProcess, int]] = field(default_factory=list)
    _number: Callable[[], int] = field(default_factory=lambda: itertools.count().__next__)

    @property
    def died(self) -> bool:
        """Whether a process has died at its point."""
        return any(self.folder.glob("died-*"))

    def __post_init__(self) -> None:
        self.database_url = self.database_url or f"sqlite:///{self.folder / 'kill.db'}"

    async def prepare(self) -> None:
        database = Database(self.database_url)
        async with database.engine.begin() as connection:
            await connection.run_sync(Base.metadata.create_all)
        await database.close()

    async def start(self, point: str | None = None, port: int | None = None) -> None:
        """Start a process; it is armed to die at ``point``, if one is given."""
        if port is None:
            port = free_port()
        marker = self.folder / f"died-{self._number()}"
        process = _FRESH.Process(
            target=_child,
            args=(
                point,
                marker,
                self.database_url,
                self.folder,
                self.api.url,
                port,
                point is None and not self.restart,
            ),
            daemon=True,
        )
        process.start()
        self._running.append((process, port))
        for _ in range(200):
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
                writer.close()
                return
            except OSError:
                await asyncio.sleep(0.02)
        raise RuntimeError("the app process does not answer")

    async def look_after(self) -> None:
        """Remove the processes that killed themselves, or start them again."""
        died = [(process, port) for process, port in self._running if not process.is_alive()]
        for process, port in died:
            assert process.exitcode == -signal.SIGKILL, f"it ended by itself: {process.exitcode}"
            self._running.remove((process, port))
            if self.restart:
                await self.start(port=port)

    def keep_last(self) -> None:
        """With ``restart``, kill all but the newest process. Otherwise let the proxy ask the newest one first."""
        if self.restart:
            for process, _ in self._running[:-1]:
                process.kill()
                process.join()
            del self._running[:-1]
        else:
            (self.folder / "armed").touch()
        self._running.reverse()

    def stop(self) -> None:
        for process, _ in self._running:
            process.kill()
            process.join()

    async def at_once(self, account: str, xml: bytes) -> list[str | None]:
        """Deliver one message to every process at the same moment. Returns what each answered."""
        self.api.step(CITIZEN)
        platform, body = _platform(account, xml)

        async def post(session: aiohttp.ClientSession, port: int) -> str | None:
            url = f"http://127.0.0.1:{port}/wechat/{account}"
            async with session.post(url, params=platform.signed(), data=body) as response:
                said = platform.read(response.status, await response.text())
            assert said.status == 200, said
            return said.text

        async with aiohttp.ClientSession() as session:
            return await asyncio.gather(*(post(session, port) for _, port in self._running))

    async def deliver(self, account: str, xml: bytes) -> str | None:
        """Deliver one message, up to three times. Returns the text the citizen sees in the answer; None: nothing."""
        self.api.step(CITIZEN)
        platform, body = _platform(account, xml)
        async with aiohttp.ClientSession() as session:
            for _ in range(3):
                began = time.monotonic()
                for _, port in list(self._running):
                    try:
                        async with session.post(
                            f"http://127.0.0.1:{port}/wechat/{account}",
                            params=platform.signed(),
                            data=body,
                            timeout=aiohttp.ClientTimeout(total=PACE.every_s),
                        ) as response:
                            said = platform.read(response.status, await response.text())
                        if said.status == 200:
                            return said.text
                        break
                    except aiohttp.ClientConnectorError:
                        continue  # The proxy asks the next process.
                    except (TimeoutError, aiohttp.ClientError):
                        break  # The process did get the request, so the platform delivers again.
                await self.look_after()
                await asyncio.sleep(max(began + PACE.every_s - time.monotonic(), 0.05))
        return None
