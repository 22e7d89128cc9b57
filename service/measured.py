"""A whole system for measurements: the app with its real parts in this process, and a process with Rasa.

Each message, or each talk of several messages, is a new conversation, and is handled like that of any citizen: stored,
judged for danger and scope, decided, and answered by Rasa and the actions. The data are in a temporary folder, which is deleted afterwards.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import subprocess
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from aiohttp import ClientError, ClientSession, ClientTimeout, web

from bot import rasa_program
from bot.evaluation.seen import Seen, read
from bot.training import train
from conversations.event_kinds import Outcome
from conversations.models import Turn
from conversations.types import InboundMessage
from core.errors import ConfigurationError
from core.ids import new_id
from core.migrate import upgrade
from core.settings import ROOT, Settings
from kb_index.publishing.build import build
from service.app import CONVERSATIONS, DATABASE, create_app
from service.settled import settle

PATIENCE_S = 180
"""Most seconds that Rasa may need to load its model."""
REPLY_S = 60
"""Most seconds that the answer to a message may take."""
AT_ONCE = 2
"""Conversations at the same time. With more, waiting in the queue would be measured."""


class Measured:
    """A running system to which messages can be sent.

    Args:
        app: the running application.
    """

    def __init__(self, app: web.Application) -> None:
        self._conversations = app[CONVERSATIONS]
        self._database = app[DATABASE]

    async def say(self, text: str) -> Seen:
        """Send a text in a new conversation, and return what the citizen sees.

        Raises:
            ConfigurationError: there was no reply within :data:`REPLY_S` seconds.
        """
        return await self._say(new_id(), text)

    async def talk(self, texts: Sequence[str]) -> list[Seen]:
        """Send texts one after another in one new conversation; each waits for the replies to the one before.

        Returns:
            What the citizen sees after each text.

        Raises:
            ConfigurationError: there was no reply within :data:`REPLY_S` seconds.
        """
        citizen = new_id()
        return [await self._say(citizen, text) for text in texts]

    async def _say(self, citizen: str, text: str) -> Seen:
        began = time.perf_counter()
        receipt = await self._conversations.receive(InboundMessage("web", citizen, new_id(), text))
        replies = await self._conversations.wait(receipt.turn_id, REPLY_S)
        took = (time.perf_counter() - began) * 1000
        if replies is None:
            raise ConfigurationError(f"No reply within {REPLY_S} s to: {text[:60]}")
        view = await self._conversations.view(receipt.conversation_id)
        events = await self._conversations.happened(receipt.conversation_id, messages=False)
        outcome = next(
            one.facts
            for one in events
            if isinstance(one.facts, Outcome) and one.facts.turn == receipt.turn_id
        )
        async with self._database.read() as session:
            turn = await session.get(Turn, receipt.turn_id)
        return read(replies, view.facts, view.mode, (turn and turn.answered_by) or "", outcome, took)

    async def say_all(self, texts: Sequence[str], done: Callable[[], None] = lambda: None) -> list[Seen]:
        """Send each text in a new conversation, :data:`AT_ONCE` at a time.

        Args:
            texts: the texts.
            done: called after each text.

        Returns:
            What the citizens see, in the order of the texts.
        """
        return [seen for (seen,) in await self.talk_all([[text] for text in texts], done)]

    async def talk_all(
        self, talks: Sequence[Sequence[str]], done: Callable[[], None] = lambda: None
    ) -> list[list[Seen]]:
        """Play each talk in a new conversation, :data:`AT_ONCE` at a time.

        Args:
            talks: the texts of each talk.
            done: called after each talk.

        Returns:
            What the citizen sees after each text, for each talk, in the order of the talks.
        """
        places = asyncio.Semaphore(AT_ONCE)

        async def one(texts: Sequence[str]) -> list[Seen]:
            async with places:
                seen = await self.talk(texts)
                done()
                return seen

        return list(await asyncio.gather(*(one(texts) for texts in talks)))


@asynccontextmanager
async def measured(settings: Settings) -> AsyncIterator[Measured]:
    """Start the whole system. Rasa's model and the knowledge base are first brought up to date.

    Raises:
        ConfigurationError: a part can't be made or does not start. The message has the end of Rasa's log.
    """
    model, _ = await asyncio.to_thread(train, settings)
    await asyncio.to_thread(build, settings.knowledge_dir, settings.index_dir, settings.kb_model)
    with tempfile.TemporaryDirectory() as temporary:
        data = Path(temporary)
        (data / "rasa").mkdir()
        own = settings.model_copy(
            update={
                "data_dir": data,
                "kb_index_dir": settings.index_dir,
                "media_dir": None,
                "database_url": "",
                "rasa_tracker_url": "",
                "rasa_url": "",
                "host": "127.0.0.1",
                "port": _free_port(),
                "rasa_port": _free_port(),
                "rasa_timeout_s": REPLY_S,
                "wechat_accounts": [],
            }
        )
        await upgrade(own.sqlalchemy_url)
        async with _serving(own, model, data / "rasa.log"):
            app = await create_app(own)
            app.on_startup.append(settle)
            runner = web.AppRunner(app, access_log=None)
            await runner.setup()
            try:
                await web.TCPSite(runner, own.host, own.port).start()
                yield Measured(app)
            finally:
                await runner.cleanup()


@asynccontextmanager
async def _serving(settings: Settings, model: Path, log: Path) -> AsyncIterator[None]:
    """Run Rasa in a process during the block, which begins when Rasa is ready."""
    with log.open("wb") as file:
        process = subprocess.Popen(  # noqa: ASYNC220  (starting a process takes a millisecond)
            rasa_program.serve(settings.rasa_port, model),
            cwd=ROOT,
            env=rasa_program.environment(settings),
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=file,
        )
    try:
        await _ready(settings.rasa_base_url, process, log)
        yield
    finally:
        process.terminate()
        try:
            await asyncio.to_thread(process.wait, 15)
        except subprocess.TimeoutExpired:
            process.kill()


async def _ready(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + PATIENCE_S
    async with ClientSession(timeout=ClientTimeout(total=5)) as http:
        while process.poll() is None and time.monotonic() < until:
            with contextlib.suppress(ClientError, OSError, TimeoutError):
                async with http.get(f"{url}/") as answer:
                    if answer.status == 200:
                        return
            await asyncio.sleep(0.3)
    raise ConfigurationError(f"Rasa does not start:\n{log.read_text('utf-8', 'replace')[-2000:]}")  # noqa: ASYNC240


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
