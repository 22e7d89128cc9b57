"""Conversations on a real database, with a stand-in for Rasa."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Collection
from dataclasses import dataclass, field

import pytest

from bot.understanding.danger import shipped
from conversations.service import Conversations
from conversations.types import InboundMessage, Message
from core.database import Database
from core.events import Events, LocalEvents
from tests.conversations.paper import Paper
from tests.rasa_standin import SmallDialogue, no_answer


@dataclass
class Process:
    """One app process, as far as conversations are concerned."""

    conversations: Conversations
    dialogue: SmallDialogue
    events: Events
    online: list[int] = field(default_factory=lambda: [0])
    gone: set[str] = field(default_factory=set)
    free: set[str] = field(default_factory=set)
    _number: int = 0

    async def say(
        self, text: str, *, user: str = "v1", channel: str = "web", **more: object
    ) -> list[Message]:
        """Send a citizen's message. Returns the replies."""
        self._number += 1
        message_id = str(more.pop("message_id", f"{id(self)}-{self._number}"))
        receipt = await self.conversations.receive(
            InboundMessage(channel, user, message_id, text, **more)  # type: ignore[arg-type]
        )
        replies = await self.conversations.wait(receipt.turn_id, 10)
        assert replies is not None
        return replies

    async def id_of(self, user: str = "v1", channel: str = "web") -> str:
        return (await self.conversations.find_or_create(channel, "", user)).id

    async def die(self) -> None:
        """Leave everything as ``kill -9`` would: no work finished, no lease given back."""
        runner = self.conversations._runner
        tasks = [*runner._workers.values(), runner._keeper, *self.conversations.jobs._loops]
        for task in tasks:
            assert task is not None
            task.cancel()
        runner._again.clear()


@pytest.fixture
async def start(database: Database) -> AsyncIterator[Callable[[], Awaitable[Process]]]:
    processes: list[Process] = []

    async def begin() -> Process:
        dialogue, events, online = SmallDialogue(), LocalEvents(), [0]

        async def agents_online() -> int:
            return online[0]

        gone: set[str] = set()

        async def agents_gone(agents: Collection[str]) -> set[str]:
            return gone & set(agents)

        free: set[str] = set()

        async def agents_free(agents: Collection[str]) -> set[str]:
            return free & set(agents)

        conversations = Conversations(
            database, events, dialogue, no_answer, agents_online, judge=shipped(),
            agents_gone=agents_gone, agents_free=agents_free, desk_hours="工作日 8:30 到 17:30",
        )  # fmt: skip
        conversations.channels.add(Paper(database))
        await conversations.__aenter__()
        processes.append(Process(conversations, dialogue, events, online, gone, free))
        return processes[-1]

    yield begin
    for process in processes:
        process.dialogue.gate.set()
        await process.conversations.__aexit__(None, None, None)


@pytest.fixture
async def process(start: Callable[[], Awaitable[Process]]) -> Process:
    return await start()
