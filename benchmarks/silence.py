"""Whether the assistant ever speaks while an agent has the conversation: random runs, in which processes are killed.

``python -m benchmarks.silence`` does 1,000 runs and prints how many words of the assistant fell into an agent's talk; the
exit status is 1 when there was one. A run is one conversation, in which a citizen writes, agents take, answer, pass on,
give back and vanish, and the two processes die and come back, all in random order and at the same time. Only Rasa is a
stand-in. Advice in danger is left out of it: that the assistant gives by design, whoever has the conversation.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Collection
from contextlib import nullcontext, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

from sqlalchemy import update

from conversations.event_kinds import Actor, Event, Said
from conversations.models import Conversation
from conversations.patience import FIRST_REPLY, LONG_WAIT
from conversations.queued import JOB as AGENTS_GONE
from conversations.replay import replay
from conversations.service import Conversations
from conversations.types import Agent, HandoffReason, InboundMessage, Mode, Reply
from core.clock import use_clock
from core.database import Database
from core.errors import Conflict
from core.events import LocalEvents
from core.ids import new_id
from core.migrate import prepare
from core.settings import Settings
from tests.postgres import postgresql
from tests.rasa_standin import no_answer

RUNS = 1_000
AT_ONCE = 20
"""Conversations that go on at the same time, on the same two processes."""
_TOLD_EVERY = 100
"""Number of runs after which it is told how far it is."""
STEPS = 20
"""Things that happen in each conversation."""
_PATIENCE_S = 0.5
"""Most seconds for which a citizen waits for an answer before something else happens. A killed process gives none."""
_AGENTS = (Agent("agent-a", "坐席 1 号"), Agent("agent-b", "坐席 2 号"))
_ALL_SAY = (
    ("citizen",) * 8 + ("take",) * 4 + ("say",) * 3 + ("back", "back", "human", "human", "pass", "over")
)
_STEPS = (*_ALL_SAY, "close", "gone", "gone", "look", "silent", "kill", "time")


class _Slow:
    """Rasa, as far as time is concerned: each answer takes a while, and several are under way at the same time."""

    def __init__(self, random: Random) -> None:
        self._random = random

    async def ask(self, sender: str, message: str, metadata: dict[str, Any]) -> list[Reply]:
        await asyncio.sleep(self._random.choice((0, 0.002, 0.01, 0.05)))
        return [Reply(f"您说的是：{message}"), Reply("还有别的事吗？")]


@dataclass
class Found:
    """What a number of runs came to.

    Args:
        runs: number of conversations.
        spoken: the words of the assistant while an agent had the conversation, as events.
        happened: how often each thing happened: kinds of events, words of the assistant (``bot words``), and deaths of
            processes (``kills``).
    """

    runs: int = 0
    spoken: list[Event] = field(default_factory=list)
    happened: Counter[str] = field(default_factory=Counter)


class _Hotline:
    """Two processes on one database, and a clock that can be put forward."""

    def __init__(self, database: Database, random: Random) -> None:
        self._database = database
        self._random = random
        self._gone: set[str] = set()
        self._ahead = timedelta()
        self.kills = 0
        self._processes: list[Conversations] = []
        self._dead: list[Conversations] = []

    async def __aenter__(self) -> _Hotline:
        use_clock(lambda: datetime.now(UTC) + self._ahead)
        self._processes = [await self._begin() for _ in range(2)]
        return self

    async def __aexit__(self, *_: object) -> None:
        for process in (*self._processes, *self._dead):
            await process.__aexit__(None, None, None)
        use_clock(None)

    async def _begin(self) -> Conversations:
        async def gone(agents: Collection[str]) -> set[str]:
            return self._gone & set(agents)

        dialogue = _Slow(self._random)
        made = Conversations(self._database, LocalEvents(), dialogue, no_answer, agents_gone=gone)
        return await made.__aenter__()

    async def _kill(self) -> None:
        """Let one process end as by ``kill -9``: nothing is finished, no lease is given back. Another one begins."""
        at = self._random.randrange(2)
        dies, self._processes[at] = self._processes[at], await self._begin()
        runner = dies._runner
        runner._again.clear()
        for task in (*runner._workers.values(), runner._keeper, *dies.jobs._loops):
            if task is not None:
                task.cancel()
        self._dead.append(dies)
        self.kills += 1

    async def talk(self, random: Random) -> str:
        """One conversation, from beginning to end; its id."""
        user = new_id()
        conversation = (await self._processes[0].find_or_create("web", "", user)).id
        doing: list[asyncio.Task[None]] = []
        for number in range(STEPS):
            doing.append(asyncio.create_task(self._step(random, conversation, user, number)))
            if random.random() < 0.4:  # often the next thing happens while the last one is still under way
                await asyncio.wait(doing)
        await asyncio.gather(*doing)
        return conversation

    async def _step(self, random: Random, conversation: str, user: str, number: int) -> None:
        """One thing that somebody does. What is refused is left undone; so is what a killed process had begun."""
        here, agent = random.choice(self._processes), random.choice(_AGENTS)
        with suppress(Conflict):
            match random.choice(_STEPS):
                case "citizen":
                    told = await here.receive(
                        InboundMessage("web", user, f"m{number}", f"第{number}件事怎么办")
                    )
                    await here.wait(told.turn_id, _PATIENCE_S)
                case "human":
                    await here.request_human(conversation, HandoffReason.CITIZEN_ASKED)
                case "take":
                    await here.take(conversation, agent)
                case "say":
                    await here.say(conversation, agent, "我看看", f"c{number}")
                case "back":
                    await here.hand_back(conversation, agent)
                case "pass":
                    await here.transfer(conversation, agent, random.choice((None, *_AGENTS)), "请接着办")
                case "over":
                    await here.take_over(conversation, agent, random.choice(_AGENTS).id, "已经下班了")
                case "close":
                    await here.close(conversation, agent)
                case "gone":
                    self._gone ^= {agent.id}
                case "look":
                    await here.jobs.run(AGENTS_GONE, "now")
                case "silent":
                    await here.jobs.run(random.choice((FIRST_REPLY, LONG_WAIT)), conversation)
                case "time":  # leases run out, of living processes, too; agents are silent for too long
                    self._ahead += timedelta(seconds=random.choice((11, 130)))
                case "kill":
                    if random.random() < 0.2:
                        await self._kill()

    async def happened(self, conversation: str) -> list[Event]:
        return await self._processes[0].happened(conversation)


def spoken_over(events: list[Event]) -> list[Event]:
    """Those events in which the assistant spoke while an agent had the conversation."""
    return [
        event
        for place, event in enumerate(events)
        if event.actor is Actor.BOT
        and isinstance(event.facts, Said)
        and replay(events[:place]).mode is Mode.HUMAN
    ]


async def run(database: Database, runs: int, seed: int = 0) -> Found:
    """Do a number of runs on a database that has every table."""
    found = Found(runs)
    random = Random(seed)
    async with _Hotline(database, random) as hotline:
        for first in range(0, runs, AT_ONCE):
            if first and first % _TOLD_EVERY == 0:
                print(f"{first} runs: spoke {len(found.spoken)} times over an agent", flush=True)
            talks = range(first, min(first + AT_ONCE, runs))
            ids = await asyncio.gather(*(hotline.talk(Random(f"{seed}-{talk}")) for talk in talks))
            for conversation in ids:
                events = await hotline.happened(conversation)
                found.spoken += spoken_over(events)
                found.happened.update(str(event.kind) for event in events)
                words = [event for event in events if event.actor is Actor.BOT]
                found.happened["bot words"] += sum(
                    event.facts.count for event in words if isinstance(event.facts, Said)
                )
            async with database.write() as session:  # who is done waits no more: the queue stays short
                done = update(Conversation).where(Conversation.id.in_(ids))
                await session.execute(done.values(mode=Mode.BOT))
        found.happened["kills"] = hotline.kills
    return found


async def _measure(url: str | None, folder: Path, runs: int, seed: int) -> Found:
    settings = Settings(data_dir=folder / "data", **({"database_url": url} if url else {}))
    await prepare(settings)
    database = Database(settings.sqlalchemy_url)
    try:
        return await run(database, runs, seed)
    finally:
        await database.close()


def main() -> int:
    """Run and print. Returns the exit status, 0 when the assistant was silent throughout."""
    options = argparse.ArgumentParser(prog="python -m benchmarks.silence")
    options.add_argument("--runs", type=int, default=RUNS)
    options.add_argument("--seed", type=int, default=0)
    options.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    given = options.parse_args()
    began = time.perf_counter()
    server = postgresql() if given.database == "postgresql" else nullcontext()
    with tempfile.TemporaryDirectory(prefix="wenban-silence-") as folder, server as url:
        found = asyncio.run(_measure(url, Path(folder), given.runs, given.seed))
    print(", ".join(f"{count} {name}" for name, count in found.happened.most_common()))
    spent = time.perf_counter() - began
    print(f"{found.runs} runs in {spent:.0f} s: the assistant spoke {len(found.spoken)} times over an agent")
    return 1 if found.spoken else 0


if __name__ == "__main__":
    sys.exit(main())
