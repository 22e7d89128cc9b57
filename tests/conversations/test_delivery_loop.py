"""The delivery loop: what is owed and due goes to its channel once, in order, and waits while the channel can't."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from sqlalchemy import update

from conversations.delivery import DeliveryLoop
from conversations.models import Turn
from conversations.types import Reply
from core.clock import now
from core.database import Database
from tests.conversations.conftest import Process
from tests.conversations.paper import Paper


async def test_everything_said_is_brought_once_by_several_processes(
    start: Callable[[], Awaitable[Process]], database: Database
) -> None:
    one, other = await start(), await start()
    papers = [Paper(database), Paper(database)]
    async with (
        DeliveryLoop(database, papers[0], poll_s=0.02),
        DeliveryLoop(database, papers[1], poll_s=0.02),
    ):
        for n in range(10):
            await (one, other)[n % 2].say(f"第{n}句", user=f"p{n % 3}", channel="paper")
        await one.until(lambda: sum(len(paper.slips) for paper in papers) == 10)
    said = [slip for paper in papers for slip in paper.slips]
    assert sorted(said) == sorted(f"您说的是：第{n}句" for n in range(10))


async def test_what_a_channel_cannot_bring_now_waits_and_comes_in_order(
    process: Process, database: Database
) -> None:
    paper = Paper(database)
    paper.jammed = True
    async with DeliveryLoop(database, paper, poll_s=0.02):
        await process.say("一", channel="paper")
        conversation_id = await process.id_of(channel="paper")
        await process.conversations.tell(conversation_id, Reply("二"), "k")
        assert paper.slips == []
        paper.jammed = False
        await process.until(lambda: len(paper.slips) == 2)
    assert paper.slips == ["您说的是：一", "二"]


async def test_a_reply_the_channels_own_answer_may_carry_is_left_to_it_for_a_while(
    process: Process, database: Database
) -> None:
    paper = Paper(database)
    loop = DeliveryLoop(database, paper)
    await process.say("一", channel="paper", answer_s=60)
    assert await loop.due() == []
    conversation_id = await process.id_of(channel="paper")
    async with database.write() as session:
        await session.execute(update(Turn).values(answer_until=now()))
    assert await loop.due() == [conversation_id]


async def test_a_channel_that_fails_is_asked_again(process: Process, database: Database) -> None:
    class Torn(Paper):
        tears = 2

        async def deliver(self, conversation_id: str) -> None:
            if self.tears:
                self.tears -= 1
                raise OSError("the paper is torn")
            await super().deliver(conversation_id)

    paper = Torn(database)
    await process.say("一", channel="paper")
    async with DeliveryLoop(database, paper, poll_s=0.02):
        await process.until(lambda: bool(paper.slips))
        await asyncio.sleep(0)
    assert paper.slips == ["您说的是：一"]
