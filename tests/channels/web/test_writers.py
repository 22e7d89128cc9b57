"""Several processes that write to one SQLite file: whoever comes second waits, and nobody is refused."""

from __future__ import annotations

import asyncio

from sqlalchemy import func, select, update

from conversations.models import Conversation
from core.database import Database
from tests.channels.web.conftest import Running

LOOK_S = 0.2
"""Seconds given to a message to be answered, which it must not be while another process has the file."""


async def test_a_message_waits_for_another_process_that_reads_and_then_writes(
    running: Running, database: Database
) -> None:
    visitor = await running.visitor()
    await visitor.say("您好")
    other = Database(database.url)
    async with other.write() as session:
        # From its first look on what it saw must stay so until it has written.
        count = await session.scalar(select(func.count()).select_from(Conversation))
        said = asyncio.create_task(visitor.say("公积金怎么提取"))
        done, _ = await asyncio.wait({said}, timeout=LOOK_S)
        assert not done
        await session.execute(update(Conversation).values(seen_seq=count))
    assert [reply["text"] for reply in (await said)["replies"]] == ["您说的是：公积金怎么提取"]
    await other.close()
