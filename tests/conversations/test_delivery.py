"""Delivery: what is owed and due goes to its channel once, in order, and waits while the channel can't."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

import pytest
from sqlalchemy import delete, select, update

from conversations.models import Delivery, Turn
from conversations.types import Reply
from conversations.wakes import JOB
from core.clock import now
from core.database import Database
from core.jobs import JobRow, troubles
from tests.conftest import Clock
from tests.conversations.conftest import Process
from tests.conversations.paper import Paper
from tests.waiting import until


def paper_of(process: Process) -> Paper:
    found = process.conversations.channels.get("paper")
    assert isinstance(found, Paper)
    return found


async def job_of(database: Database, kind: str = JOB) -> JobRow | None:
    async with database.read() as session:
        return await session.scalar(select(JobRow).where(JobRow.kind == kind))


async def all_done(database: Database) -> bool:
    return await job_of(database) is None


async def test_everything_said_is_brought_once_by_several_processes(
    start: Callable[[], Awaitable[Process]], database: Database
) -> None:
    one, other = await start(), await start()
    for n in range(10):
        await (one, other)[n % 2].say(f"第{n}句", user=f"p{n % 3}", channel="paper")
    await until(lambda: all_done(database))
    said = [*paper_of(one).slips, *paper_of(other).slips]
    assert sorted(said) == sorted(f"您说的是：第{n}句" for n in range(10))


async def test_what_a_channel_cannot_bring_now_waits_and_comes_in_order(
    process: Process, database: Database
) -> None:
    paper = paper_of(process)
    paper.jammed = True
    await process.say("一", channel="paper")
    conversation_id = await process.id_of(channel="paper")
    await process.conversations.tell(conversation_id, Reply("二"), "k")
    assert paper.slips == []
    paper.jammed = False
    await until(lambda: len(paper.slips) == 2)
    assert paper.slips == ["您说的是：一", "二"]


async def test_a_reply_the_channels_own_answer_may_carry_is_left_to_it_for_a_while(
    process: Process, database: Database
) -> None:
    await process.say("一", channel="paper", answer_s=60)
    job = await job_of(database)
    async with database.read() as session:
        answer_until = await session.scalar(select(Turn.answer_until))
    assert job is not None and job.due_at == answer_until and paper_of(process).slips == []
    # The channel says that no answer of its own will bring it.
    await process.conversations.due_now(await process.id_of(channel="paper"))
    await until(lambda: paper_of(process).slips)


async def test_what_the_channel_put_off_comes_with_the_citizens_next_message(
    process: Process, database: Database
) -> None:
    """Put off for so long that there is no job for it any more."""
    paper = paper_of(process)
    paper.jammed = True
    await process.say("一", channel="paper")
    async with database.write() as session:
        await session.execute(update(Delivery).values(next_attempt_at=now() + timedelta(days=365)))
    paper.jammed = False
    await until(lambda: all_done(database))
    assert paper.slips == []
    await process.say("二", channel="paper")
    await until(lambda: len(paper.slips) == 2)
    assert paper.slips == ["您说的是：一", "您说的是：二"]


async def test_a_channel_that_fails_is_asked_again_later_and_the_operator_sees_it(
    process: Process, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    paper = paper_of(process)
    whole, torn = paper.deliver, [True]

    async def deliver(conversation_id: str) -> None:
        if torn[0]:
            raise OSError("the paper is torn")
        await whole(conversation_id)

    monkeypatch.setattr(paper, "deliver", deliver)
    await process.say("一", channel="paper")

    async def seen() -> str:
        return "; ".join(map(str, await troubles(database)))

    await until(seen)
    assert f"deliver {await process.id_of(channel='paper')}：失败了 1 次" in await seen()
    assert "the paper is torn" in await seen()
    torn[0] = False
    # Who writes again does not wait until the channel's next turn to be tried.
    await process.say("二", channel="paper")
    await until(lambda: len(paper.slips) == 2)
    await until(lambda: all_done(database))
    assert paper.slips == ["您说的是：一", "您说的是：二"] and await seen() == ""


async def test_a_channel_that_never_brings_anything_itself_leaves_it_to_the_citizens_next_request(
    process: Process, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def never(_: str) -> datetime | None:
        return None

    monkeypatch.setattr(paper_of(process), "ready_at", never)
    await process.say("一", channel="paper")
    await until(lambda: all_done(database))
    assert paper_of(process).slips == []
    owed = await process.conversations.undelivered(await process.id_of(channel="paper"))
    assert [one.text for one in owed] == ["您说的是：一"]


async def test_what_is_owed_without_a_job_is_found(
    start: Callable[[], Awaitable[Process]], database: Database, clock: Clock
) -> None:
    """As an installation finds it that was stopped before there were jobs, or where one was dropped by hand."""
    before = await start()
    paper_of(before).jammed = True
    await before.say("一", channel="paper")
    await before.die()
    async with database.write() as session:
        await session.execute(delete(JobRow))
    after = await start()
    await until(lambda: job_of(database, "deliver_look"))
    clock.forward(hours=1)
    after.conversations.jobs.wake()
    await until(lambda: paper_of(after).slips)
    assert paper_of(after).slips == ["您说的是：一"] and paper_of(before).slips == []
