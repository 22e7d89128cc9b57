"""Conversations in which nobody writes any more: marked once, closed when only the bot has them, opened again."""

from __future__ import annotations

from collections import Counter

import pytest

from conversations.event_kinds import Actor, Closed, Event, Idle, Opened
from conversations.listing import Wanted
from conversations.quiet import JOB
from conversations.types import Agent, HandoffReason, Reply, Stage
from core.clock import now
from tests import both_databases
from tests.conftest import Clock
from tests.conversations.conftest import Process
from tests.core.jobs.table import row
from tests.waiting import until

database_url = both_databases.database_url
ANNE = Agent("agent-a", "坐席 1 号")


async def later(process: Process, clock: Clock, **by: float) -> None:
    """Put the clock forward between two looks; the runner of jobs sees that the next one is due."""

    async def between_looks() -> bool:
        job = await row(process.conversations._database, JOB)
        return job is not None and job.leased_by is None and job.due_at > now()

    await until(between_looks)
    clock.forward(**by)
    process.conversations.jobs.wake()


async def becomes(process: Process, stage: Stage, user: str = "v1") -> None:
    conversation = await process.id_of(user)

    async def is_so() -> bool:
        return (await process.conversations.view(conversation)).stage is stage

    await until(is_so)


async def told(process: Process, user: str = "v1") -> list[Event]:
    events = await process.conversations.happened(await process.id_of(user))
    return [one for one in events if isinstance(one.facts, Opened | Idle | Closed)]


async def test_quiet_is_marked_once_and_ends_with_the_next_message(process: Process, clock: Clock) -> None:
    await process.say("公积金怎么提取")
    await later(process, clock, minutes=29)
    await process.conversations._quiet.look()
    assert (await process.conversations.view(await process.id_of())).stage is Stage.ACTIVE
    await later(process, clock, minutes=2)
    await becomes(process, Stage.IDLE)
    await later(process, clock, minutes=30)
    await process.conversations._quiet.look()
    await process.say("还在吗")
    await becomes(process, Stage.ACTIVE)
    await later(process, clock, minutes=31)
    await becomes(process, Stage.IDLE)
    opened, *idle = await told(process)
    assert opened.facts == Opened("web")
    assert [type(one.facts) for one in idle] == [Idle, Idle], "a quiet time is marked once"
    assert all(one.actor is Actor.SYSTEM for one in idle)
    assert all(isinstance(one.facts, Idle) and 1_800 <= one.facts.quiet_s < 1_900 for one in idle)


async def test_after_a_day_it_is_closed_and_the_citizen_opens_it_again(
    process: Process, clock: Clock
) -> None:
    await process.say("公积金怎么提取")
    conversation = await process.id_of()
    await process.conversations.remember(conversation, "form", {"诉求类型": "投诉"})
    before = len(await process.conversations.history(conversation))
    await later(process, clock, minutes=31)
    await becomes(process, Stage.IDLE)
    await later(process, clock, hours=23)
    await process.conversations._quiet.look()
    assert (await process.conversations.view(conversation)).stage is Stage.IDLE
    await later(process, clock, hours=1)
    await becomes(process, Stage.CLOSED)
    assert len(await process.conversations.history(conversation)) == before, "nobody is told"
    assert (await process.conversations.recall(conversation))["form"] == {"诉求类型": "投诉"}
    assert conversation not in [one.id for one in (await process.conversations.list(Wanted("bot"))).views]
    assert conversation in [one.id for one in (await process.conversations.list(Wanted("all"))).views]

    await process.conversations.tell(conversation, Reply("您的工单已办结"), "k1")
    await becomes(process, Stage.CLOSED)
    assert [one.text for one in await process.say("那个提取的事")] == ["您说的是：那个提取的事"]
    await becomes(process, Stage.ACTIVE)
    kinds = [one.facts for one in await told(process)]
    assert kinds[0] == Opened("web") and kinds[-1] == Opened("web", again=True)
    assert Counter(type(one) for one in kinds) == {Opened: 2, Idle: 1, Closed: 1}
    assert isinstance(kinds[2], Closed) and kinds[2].quiet_s is not None and kinds[2].quiet_s > 86_400
    assert conversation in [one.id for one in (await process.conversations.list(Wanted("bot"))).views]


@pytest.mark.parametrize("taken", [False, True])
async def test_the_clock_closes_nothing_that_waits_or_that_an_agent_has(
    process: Process, clock: Clock, taken: bool
) -> None:
    await process.say("我要找人")
    conversation = await process.id_of()
    await process.conversations.request_human(conversation, HandoffReason.CITIZEN_ASKED)
    if taken:
        await process.conversations.take(conversation, ANNE)
        await process.conversations.say(conversation, ANNE, "您好", "c1")
    await process.say("问一句", user="v2")
    await later(process, clock, days=3)
    await becomes(process, Stage.CLOSED, "v2")
    await becomes(process, Stage.IDLE)
    view = await process.conversations.view(conversation)
    assert view.mode == ("human" if taken else "waiting") and view.agent_id == (ANNE.id if taken else None)


async def test_an_agent_who_takes_a_closed_conversation_opens_it(process: Process, clock: Clock) -> None:
    await process.say("公积金怎么提取")
    await later(process, clock, days=2)
    await becomes(process, Stage.CLOSED)
    view = await process.conversations.take(await process.id_of(), ANNE)
    assert (view.mode, view.stage) == ("human", Stage.ACTIVE)


async def test_more_than_one_look_holds_are_all_marked_once(
    process: Process, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("conversations.quiet._AT_ONCE", 2)
    users = [f"u{number}" for number in range(5)]
    for user in users:
        await process.id_of(user)
    await later(process, clock, minutes=31)
    for user in users:
        await becomes(process, Stage.IDLE, user)
        assert [type(one.facts) for one in await told(process, user)] == [Opened, Idle]
