"""Nobody waits unseen: a citizen whose agent is gone or silent comes back to the queue's front, and is told."""

from __future__ import annotations

import asyncio
import time

import pytest

from conversations.event_kinds import Kind
from conversations.listing import Wanted
from conversations.models import Conversation
from conversations.patience import FIRST_REPLY, LONG_WAIT
from conversations.queued import JOB as AGENTS_GONE
from conversations.types import Agent, HandoffReason, Mode, Rank, Stage
from core.clock import now
from core.database import Database
from core.jobs import Again
from tests import both_databases, waiting
from tests.conftest import Clock
from tests.conversations.conftest import Process
from tests.conversations.test_danger import FIRE

database_url = both_databases.database_url

ANNE, BILL = Agent("a1", "坐席 1 号"), Agent("a2", "坐席 2 号")


async def queue_of(process: Process) -> list[str]:
    """Ids of those who wait, as the desk lists them."""
    page = await process.conversations.list(Wanted(mode="waiting"))
    return [view.id for view in page.views]


async def waits(process: Process, user: str, *, urgent: bool = False) -> str:
    conversation = await process.id_of(user)
    reason = HandoffReason.EMERGENCY if urgent else HandoffReason.CITIZEN_ASKED
    await process.conversations.request_human(conversation, reason, urgent=urgent)
    return conversation


async def due(process: Process, kind: str, key: str) -> None:
    await (await process.conversations.jobs.run(kind, key))


async def look(process: Process) -> None:
    await (await process.conversations.jobs.run(AGENTS_GONE, "now"))


async def told(process: Process, conversation: str) -> str:
    return (await process.conversations.history(conversation))[-1].text


async def kinds(process: Process, conversation: str) -> list[Kind]:
    return [one.kind for one in await process.conversations.happened(conversation, messages=False)]


async def test_who_comes_back_is_at_the_front_with_the_first_waiting_time(
    process: Process, clock: Clock
) -> None:
    first = await waits(process, "v1")
    since = (await process.conversations.view(first)).waiting_since
    await process.conversations.take(first, ANNE)
    clock.forward(minutes=1)
    urgent, later = await waits(process, "v2", urgent=True), await waits(process, "v3")
    process.gone.add(ANNE.id)
    await look(process)
    view = await process.conversations.view(first)
    assert (view.mode, view.rank, view.waiting_since) == ("waiting", Rank.BACK, since)
    assert await queue_of(process) == [urgent, first, later]
    assert "坐席离开了" in await told(process, first) and "前面还有 1 位" in await told(process, first)
    (place,) = await process.say("我排第几", user="v3")
    assert "前面还有 2 位" in place.text, "the citizen is told the order that the desk shows"
    # Taken straight from the assistant, nobody had waited before.
    other = await process.id_of("v4")
    await process.conversations.take(other, ANNE)
    await look(process)
    assert await queue_of(process) == [urgent, first, other, later]


async def test_danger_while_the_agent_is_gone_is_in_the_queue_at_once(process: Process) -> None:
    conversation = await process.id_of("v1")
    await process.conversations.take(conversation, ANNE)
    process.gone.add(ANNE.id)
    process.online[0] = 1
    advice, *_ = await process.say(FIRE)
    assert "119" in advice.text and "已经请坐席优先" in advice.text
    view = await process.conversations.view(conversation)
    assert (view.mode, view.agent_id, view.urgent, view.rank) == ("waiting", None, True, Rank.URGENT)
    assert [
        kind for kind in await kinds(process, conversation) if kind in (Kind.REQUEUED, Kind.MADE_URGENT)
    ] == [Kind.REQUEUED, Kind.MADE_URGENT]


async def test_a_quiet_citizen_whom_nobody_answered_is_taken_back(process: Process, clock: Clock) -> None:
    unanswered, answered = await process.id_of("v1"), await process.id_of("v2")
    for conversation, user in ((unanswered, "v1"), (answered, "v2")):
        await process.conversations.take(conversation, ANNE)
        await process.conversations.say(conversation, ANNE, "您稍等", "c1")
        await process.say("好的", user=user)
    await process.conversations.say(answered, ANNE, "办好了，再见", "c2")
    clock.forward(minutes=31)
    await process.conversations._quiet.look()
    assert (await process.conversations.view(unanswered)).stage is Stage.IDLE
    process.gone.add(ANNE.id)
    await look(process)
    assert (await process.conversations.view(unanswered)).mode == "waiting"
    assert (await process.conversations.view(answered)).mode == "human"
    await process.say("还在吗", user="v2")
    told = [one.text for one in await process.conversations.history(answered) if one.direction == "out"]
    assert any("坐席离开了" in text for text in told), "by the answer, or by the look that runs beside it"


@pytest.mark.parametrize(
    ("by_agent", "by_citizen"),
    [
        ("已经派人去修了", "办好了，再见"),
        ("办好了，再见", ""),
        ("办好了，再见！", "谢谢您"),
        ("派好了", "好的谢谢，没别的事了"),
    ],
)
async def test_who_has_taken_leave_does_not_come_back_into_the_queue(
    process: Process, by_agent: str, by_citizen: str
) -> None:
    conversation = await process.id_of("v1")
    await process.conversations.take(conversation, ANNE)
    await process.conversations.say(conversation, ANNE, by_agent, "c1")
    if by_citizen:
        await process.say(by_citizen, user="v1")
    before = len(await process.conversations.history(conversation))
    process.gone.add(ANNE.id)
    await look(process)
    view = await process.conversations.view(conversation)
    assert (view.mode, view.stage, view.agent_id) == ("bot", Stage.CLOSED, None)
    assert len(await process.conversations.history(conversation)) == before, "nobody is told anything"
    assert await queue_of(process) == [] and (await kinds(process, conversation))[-1] == Kind.CLOSED


@pytest.mark.parametrize(
    ("by_agent", "by_citizen"),
    [
        ("我查一下", "谢谢"),
        ("", "办好了，再见"),
        ("派好了", "没办好，再见"),
        ("再见面时说", ""),
        ("办好了，再见", "还没好啊"),
    ],
)
async def test_who_has_not_taken_leave_comes_back(process: Process, by_agent: str, by_citizen: str) -> None:
    conversation = await process.id_of("v1")
    await process.conversations.take(conversation, ANNE)
    if by_agent:
        await process.conversations.say(conversation, ANNE, by_agent, "c1")
    if by_citizen:
        await process.say(by_citizen, user="v1")
    process.gone.add(ANNE.id)
    await look(process)
    assert await queue_of(process) == [conversation]


async def test_thanks_to_an_agent_who_is_gone_are_answered_and_nobody_waits(process: Process) -> None:
    conversation = await process.id_of("v1")
    await process.conversations.take(conversation, ANNE)
    await process.conversations.say(conversation, ANNE, "办好了，再见", "c1")
    process.gone.add(ANNE.id)
    (told,) = await process.say("谢谢，再见", user="v1")
    assert "不客气" in told.text and await queue_of(process) == []
    assert (await process.conversations.view(conversation)).stage is Stage.CLOSED


async def test_an_emergency_is_not_over_by_a_good_bye(process: Process) -> None:
    conversation = await waits(process, "v1", urgent=True)
    await process.conversations.take(conversation, ANNE)
    await process.conversations.say(conversation, ANNE, "办好了，再见", "c1")
    await process.say("没事了，再见", user="v1")
    process.gone.add(ANNE.id)
    await look(process)
    assert await queue_of(process) == [conversation]


async def test_who_takes_and_does_not_write_loses_it(process: Process, clock: Clock) -> None:
    conversation = await waits(process, "v1")
    await process.conversations.take(conversation, ANNE)
    clock.forward(seconds=119)
    await due(process, FIRST_REPLY, conversation)
    assert (await process.conversations.view(conversation)).mode == "human"
    clock.forward(seconds=2)
    await waiting.until(lambda: waited_for(process, conversation))  # by the clock, without a push
    assert "一直没有回您" in await told(process, conversation)
    await process.conversations.take(conversation, BILL)
    await process.conversations.say(conversation, BILL, "您好", "c1")
    clock.forward(minutes=10)
    await due(process, FIRST_REPLY, conversation)
    view = await process.conversations.view(conversation)
    assert (view.mode, view.agent_id, view.reply_due_at) == ("human", BILL.id, None)
    # Who gets it from a colleague has to write in time, too.
    await process.conversations.transfer(conversation, BILL, ANNE, "请接着办")
    clock.forward(minutes=3)
    await due(process, FIRST_REPLY, conversation)
    assert (await process.conversations.view(conversation)).mode == "waiting"


async def waited_for(process: Process, conversation: str) -> bool:
    return (await process.conversations.view(conversation)).mode == "waiting"


async def test_the_supervisors_are_alerted_once_of_who_waits_long(process: Process, clock: Clock) -> None:
    conversation = await waits(process, "v1")
    clock.forward(minutes=4)
    await due(process, LONG_WAIT, conversation)
    assert (await process.conversations.view(conversation)).alerted_at is None
    clock.forward(minutes=2)
    with process.events.subscribe("desk") as heard:
        for _ in range(2):
            await due(process, LONG_WAIT, conversation)
        assert (await heard.get()).data["conversation_id"] == conversation
    assert (await process.conversations.view(conversation)).alerted_at is not None
    assert (await kinds(process, conversation)).count(Kind.OVERDUE) == 1
    await process.conversations.take(conversation, ANNE)
    assert (await process.conversations.view(conversation)).alerted_at is None


async def test_who_comes_again_is_offered_to_the_agent_they_know(process: Process) -> None:
    conversation = await waits(process, "v1")
    await process.conversations.take(conversation, ANNE)
    await process.conversations.close(conversation, ANNE)
    await process.say("还有一件事", user="v1")
    await waits(process, "v1")
    assert (await process.conversations.view(conversation)).offered_to is None, "Anne is not free"
    await process.say("不等了", user="v1")
    process.free.add(ANNE.id)
    await waits(process, "v1")
    assert (await process.conversations.view(conversation)).offered_to == ANNE.id
    await process.conversations.take(conversation, BILL)
    assert (await process.conversations.view(conversation)).offered_to is None, "others may take it, too"


@pytest.mark.parametrize("gives_back", [True, False])
async def test_a_late_answer_is_not_said_after_an_agent_had_the_conversation(
    process: Process, gives_back: bool
) -> None:
    conversation = await process.id_of("v1")
    process.dialogue.gate.clear()
    asking = asyncio.create_task(process.say("慢慢说一件事", user="v1"))
    await waiting.until(lambda: bool(process.dialogue.asked))
    await process.conversations.take(conversation, ANNE)
    if gives_back:
        await process.conversations.hand_back(conversation, ANNE)
    process.dialogue.gate.set()
    assert await asking == []


async def test_a_message_that_the_agent_gave_away_is_answered(
    process: Process, monkeypatch: pytest.MonkeyPatch
) -> None:
    conversation = await process.id_of("v1")
    await process.conversations.take(conversation, ANNE)
    answerer = process.conversations._runner._answerer
    answer, times = answerer.answer, 0

    async def given_away_meanwhile(conversation_id: str, job: object) -> object:
        nonlocal times
        times += 1
        found = await answer(conversation_id, job)  # type: ignore[arg-type]
        if times == 1:
            await process.conversations.hand_back(conversation_id, ANNE)
        return found

    monkeypatch.setattr(answerer, "answer", given_away_meanwhile)
    (reply,) = await process.say("居住证怎么办", user="v1")
    assert reply.text == "您说的是：居住证怎么办" and times == 2


async def test_a_verdict_on_the_talk_begins_no_new_one(process: Process, database: Database) -> None:
    conversation = await process.id_of("v1")
    await process.conversations.take(conversation, ANNE)
    await process.conversations.close(conversation, ANNE)
    await process.say("满意", user="v1")
    assert (await process.conversations.view(conversation)).stage is Stage.CLOSED
    await process.say("那我再问一句", user="v1")
    assert (await process.conversations.view(conversation)).stage is Stage.ACTIVE


@pytest.mark.slow
async def test_all_citizens_of_an_office_that_vanishes_are_back_without_a_pause(
    process: Process, database: Database
) -> None:
    """Of 500 the last waited over 65 s (2026-11-30), though a minute is promised: a hundred each ten seconds."""
    first = await process.id_of("v1")
    async with database.write() as session:
        row = await session.get_one(Conversation, first)
        row.mode, row.agent_id, row.last_agent_id = Mode.HUMAN, ANNE.id, ANNE.id
        for number in range(499):
            session.add(
                Conversation(
                    channel="web",
                    user_id=f"many{number}",
                    mode=Mode.HUMAN,
                    agent_id=ANNE.id,
                    last_agent_id=ANNE.id,
                )
            )
    process.gone.add(ANNE.id)
    # What the clock does: the job runs again as soon as it says so.
    queued = process.conversations.jobs._kinds[AGENTS_GONE].handler
    began, looks = time.perf_counter(), 0
    again: object = Again(now())
    while isinstance(again, Again):
        assert again.at <= now(), "the rest is not left for the next look in ten seconds"
        again, looks = await queued(None), looks + 1  # type: ignore[arg-type]
    assert (await process.conversations.counts(ANNE.id))["waiting"] == 500
    assert looks <= 6 and time.perf_counter() - began < 45
    print(f"500 conversations are back after {time.perf_counter() - began:.1f} s")
