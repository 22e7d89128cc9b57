"""Received once, answered once, in order, whatever dies in between."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from sqlalchemy import func, select

from conversations import answering, outbox, turns
from conversations.inbox import MAX_TEXT
from conversations.models import Conversation, MessageRow, Turn
from conversations.types import Agent, InboundMessage, Owed
from core.clock import now
from core.database import Database
from core.errors import BadRequest
from tests.conftest import Clock
from tests.conversations.conftest import Process
from tests.waiting import until

Start = Callable[[], Awaitable[Process]]
AGENT = Agent("agent-3", "坐席 3 号")
LEASE_S = 20
"""Seconds a lease lasts here, unless its holder makes it last again."""


async def test_a_message_is_on_disk_when_receive_returns(process: Process, database: Database) -> None:
    receipt = await process.conversations.receive(InboundMessage("web", "v1", "m1", "慢慢查"))
    async with database.read() as session:
        row = await session.get_one(MessageRow, receipt.message.id)
        turn = await session.get_one(Turn, receipt.turn_id)
    assert (row.text, row.seq, turn.message_id, receipt.duplicate) == ("慢慢查", 1, row.id, False)


async def test_the_same_message_from_everywhere_at_once_is_one_turn(start: Start, database: Database) -> None:
    one, other = await start(), await start()
    message = InboundMessage("wechat", "o1", "m1", "公积金怎么提取", account="main")
    receipts = await asyncio.gather(*(p.conversations.receive(message) for p in (one, other) * 5))
    assert len({r.turn_id for r in receipts}) == 1
    assert [r.duplicate for r in receipts].count(False) == 1
    replies = [await p.conversations.wait(receipts[0].turn_id, 10) for p in (one, other)]
    assert replies[0] is not None and replies[0] == replies[1]
    assert len(one.dialogue.asked) + len(other.dialogue.asked) == 1
    async with database.read() as session:
        assert await session.scalar(select(func.count()).select_from(Turn)) == 1


@pytest.mark.parametrize(
    "message",
    [
        InboundMessage("web", "", "m", "x"),
        InboundMessage("web", "v", "", "x"),
        InboundMessage("web", "v", "m", "x" * (MAX_TEXT + 1)),
    ],
)
async def test_what_cannot_be_kept_is_refused(process: Process, message: InboundMessage) -> None:
    with pytest.raises(BadRequest):
        await process.conversations.receive(message)


async def test_twenty_messages_at_once_are_asked_in_the_order_stored(process: Process) -> None:
    receipts = await asyncio.gather(
        *(process.conversations.receive(InboundMessage("web", "v1", f"m{n}", f"第{n}句")) for n in range(20))
    )
    for receipt in receipts:
        assert await process.conversations.wait(receipt.turn_id, 20) is not None
    history = await process.conversations.history(receipts[0].conversation_id)
    assert process.dialogue.texts() == [m.text for m in history if m.direction == "in"]
    assert [m.seq for m in history] == list(range(1, 41))


@pytest.mark.slow
async def test_two_processes_keep_one_conversation_in_order(start: Start) -> None:
    one, other = await start(), await start()
    receipts = []
    for n in range(12):
        process = (one, other)[n % 2]
        receipts.append(await process.conversations.receive(InboundMessage("web", "v1", f"m{n}", f"第{n}句")))
    for receipt in receipts:
        assert await one.conversations.wait(receipt.turn_id, 20) is not None
    history = await one.conversations.history(receipts[0].conversation_id)
    outs = [m.text for m in history if m.direction == "out"]
    assert outs == [f"您说的是：第{n}句" for n in range(12)]
    assert len(one.dialogue.asked) + len(other.dialogue.asked) == 12


async def test_conversations_do_not_wait_for_each_other(process: Process) -> None:
    slow = await process.conversations.receive(InboundMessage("web", "v1", "m1", "慢慢查"))
    assert (await process.say("您好", user="v2"))[0].text == "您说的是：您好"
    assert await process.conversations.wait(slow.turn_id, 0.05) is None
    process.dialogue.gate.set()
    assert await process.conversations.wait(slow.turn_id, 10) is not None


async def test_a_dead_process_is_taken_over_once_its_lease_has_run_out(start: Start, clock: Clock) -> None:
    one = await start()
    receipt = await one.conversations.receive(InboundMessage("web", "v1", "m1", "慢慢查"))
    await until(lambda: one.dialogue.asked != [])
    await one.die()
    other = await start()
    other.dialogue.gate.set()
    # While the lease lasts the dead one may yet be alive: nobody else answers.
    assert await other.conversations.wait(receipt.turn_id, 0.5) is None
    assert other.dialogue.asked == []
    clock.forward(seconds=LEASE_S + 1)
    repeat = await other.conversations.receive(InboundMessage("web", "v1", "m1", "慢慢查"))
    assert repeat.duplicate and repeat.turn_id == receipt.turn_id
    replies = await other.conversations.wait(receipt.turn_id, 10)
    assert replies is not None and [r.text for r in replies] == ["您说的是：慢慢查"]


async def test_a_turn_that_waits_longer_than_a_lease_lasts_stays_with_who_works_on_it(
    start: Start, database: Database, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turns, "SWEEP_S", 0.05)
    one = await start()
    receipt = await one.conversations.receive(InboundMessage("web", "v1", "m1", "慢慢查"))
    clock.forward(seconds=LEASE_S + 1)

    async def lease_lasts() -> bool:
        async with database.read() as session:
            return bool(await session.scalar(select(Conversation.lease_until > now())))

    await until(lease_lasts)
    other = await start()
    # It looks for what nobody works on.
    await other.conversations._runner._sweep()
    assert other.conversations._runner._workers == {}
    one.dialogue.gate.set()
    assert await one.conversations.wait(receipt.turn_id, 10)
    assert (len(one.dialogue.asked), other.dialogue.asked) == (1, [])


async def test_the_sweeper_finds_what_nobody_asks_for(
    start: Start, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turns, "SWEEP_S", 0.1)
    one = await start()
    receipt = await one.conversations.receive(InboundMessage("web", "v1", "m1", "慢慢查"))
    await until(lambda: one.dialogue.asked != [])
    await one.die()
    clock.forward(seconds=LEASE_S + 1)
    other = await start()
    other.dialogue.gate.set()
    assert await other.conversations.wait(receipt.turn_id, 10) is not None


async def test_one_thought_dead_that_comes_back_does_not_answer_twice(start: Start, clock: Clock) -> None:
    one, other = await start(), await start()
    receipt = await one.conversations.receive(InboundMessage("web", "v1", "m1", "慢慢查"))
    await until(lambda: one.dialogue.asked != [])
    clock.forward(seconds=LEASE_S + 1)
    other.dialogue.gate.set()
    await other.conversations.receive(InboundMessage("web", "v1", "m1", "慢慢查"))
    assert await other.conversations.wait(receipt.turn_id, 10) is not None
    one.dialogue.gate.set()
    await until(lambda: one.conversations._runner._workers == {})
    history = await one.conversations.history(receipt.conversation_id)
    assert [m.direction for m in history] == ["in", "out"]


async def test_a_turn_that_failed_is_tried_again_by_whoever_looks_next(
    start: Start, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turns, "SWEEP_S", 0.1)
    one, other = await start(), await start()
    for task in one.conversations.jobs._loops:
        task.cancel()  # So that the other is the one that looks.
    receipt = await one.conversations.receive(InboundMessage("web", "v1", "m1", "出错"))
    # The lease would have lasted 20 seconds.
    replies = await other.conversations.wait(receipt.turn_id, 10)
    assert replies is not None and "记下了" in replies[0].text
    assert one.dialogue.asked


async def test_stopping_waits_for_the_turn_under_way_and_gives_the_lease_back(
    start: Start, database: Database
) -> None:
    one = await start()
    receipt = await one.conversations.receive(InboundMessage("web", "v1", "m1", "慢慢查"))
    await until(lambda: one.dialogue.asked != [])
    asyncio.get_running_loop().call_later(0.2, one.dialogue.gate.set)
    await one.conversations.__aexit__(None, None, None)
    async with database.read() as session:
        turn = await session.get_one(Turn, receipt.turn_id)
        conversation = await session.get_one(Conversation, receipt.conversation_id)
    assert turn.state == "done" and conversation.lease_owner is None


async def test_a_bug_in_the_dialogue_is_tried_again_and_then_answered_without_it(
    process: Process, monkeypatch: pytest.MonkeyPatch
) -> None:
    receipt = await process.conversations.receive(InboundMessage("web", "v1", "m1", "出错"))
    for attempt in range(1, answering.MAX_ATTEMPTS + 1):
        await until(lambda at=attempt: len(process.dialogue.asked) == at)  # type: ignore[misc]
        await until(lambda: process.conversations._runner._workers == {})
        process.conversations._runner.wake(receipt.conversation_id)
    replies = await process.conversations.wait(receipt.turn_id, 10)
    assert replies is not None and "记下了" in replies[0].text
    assert len(process.dialogue.asked) == answering.MAX_ATTEMPTS


@pytest.mark.parametrize("text", ["坏了", "沉默"])
async def test_without_rasa_the_citizen_is_answered_or_put_through(process: Process, text: str) -> None:
    sure = await process.say(f"{text}，几点开门")
    assert [r.text for r in sure] == ["市民中心工作日上午八点半开门。"]
    unsure = await process.say(text)
    assert "记下了" in unsure[0].text and "没有坐席在线" in unsure[0].text
    view = await process.conversations.view(await process.id_of())
    assert (view.mode, view.reason) == ("waiting", "degraded")


@pytest.mark.parametrize(("size", "told"), [(4_000, False), (4_001, True)])
async def test_whoever_sends_more_than_is_read_is_told(process: Process, size: int, told: bool) -> None:
    replies = await process.say("路" * size)
    assert process.dialogue.texts() == ["路" * min(size, answering.MAX_RASA_TEXT)]
    assert ("后面的没有读到" in replies[0].text) is told and len(replies) == 1 + told


async def test_only_web_messages_need_no_delivery(process: Process) -> None:
    await process.say("您好")
    assert await process.conversations.undelivered(await process.id_of()) == []
    await process.say("您好", channel="paper", user="o1", answer_s=60)
    owed = await process.conversations.undelivered(await process.id_of("o1", "paper"))
    assert [m.text for m in owed] == ["您说的是：您好"]


async def test_what_is_owed_is_claimed_by_one_and_given_back_by_time(
    start: Start, database: Database
) -> None:
    async def claim(for_s: float) -> list[Owed]:
        async with database.write() as session:
            return await outbox.claim(session, conversation_id, for_s)

    one = await start()
    await one.say("说两句", channel="paper", user="o1", answer_s=60)
    conversation_id = await one.id_of("o1", "paper")
    claims = await asyncio.gather(*(claim(5) for _ in range(3)))
    assert sorted(len(c) for c in claims) == [0, 0, 2]
    (got,) = (c for c in claims if c)
    assert [owed.message.text for owed in got] == ["第一句。", "第二句。"]
    async with database.write() as session:
        await outbox.delivered(session, got[0].parts)
        await outbox.put_in_doubt(session, [*got[0].parts, *got[1].parts])
    assert [m.text for m in await one.conversations.undelivered(conversation_id)] == ["第二句。"]
    async with database.write() as session:
        assert await outbox.claim(session, conversation_id, 5, doubtful=False) == [], "they have not written"
    async with database.write() as session:
        (again,) = await outbox.claim(session, conversation_id, 5)
    assert (again.message.text, again.doubtful) == ("第二句。", True)
    # A claim of no time is over at once (but for the allowance for clocks).
    await one.say("三", channel="paper", user="o1", answer_s=60)
    (third,) = await claim(-5)
    assert [owed.parts for owed in await claim(5)] == [third.parts]


async def test_parts_keep_their_order_and_are_one_again_when_none_is_shown(
    process: Process, database: Database
) -> None:
    await process.say("你好", channel="paper", user="o1", answer_s=60)
    conversation_id = await process.id_of("o1", "paper")

    async def claim() -> list[tuple[str, bool]]:
        async with database.write() as session:
            taken.clear()
            taken.extend(await outbox.claim(session, conversation_id, -5))
            return [(owed.message.text, owed.doubtful) for owed in taken]

    async def split(one: Owed, at: int) -> None:
        async with database.write() as session:
            await outbox.split(session, one, one.message.text[:at], one.message.text[at:])

    taken: list[Owed] = []
    assert await claim() == [("您说的是：你好", False)]
    await split(taken[0], 5)
    assert await claim() == [("您说的是：你好", False)], "nothing of it was shown"
    await split(taken[0], 2)
    async with database.write() as session:
        await outbox.delivered(session, taken[0].parts[:1])
    assert await claim() == [("的是：你好", False)]
    await split(taken[0], 3)
    async with database.write() as session:
        await outbox.put_in_doubt(session, taken[0].parts)
    assert await claim() == [("的是：", True), ("你好", False)]
    await split(taken[0], 1)
    assert await claim() == [("的是：", True), ("你好", False)], "a part of a part has its place"
    async with database.write() as session:
        for owed in taken:
            await outbox.delivered(session, owed.parts)
    assert await process.conversations.undelivered(conversation_id) == []
