"""Whatever happens in a conversation, in whatever order: what is kept of it makes the row's state."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Collection
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import event, select

from bot.understanding.danger import shipped
from conversations import happened, store
from conversations.event_kinds import Event, Outcome
from conversations.models import ConversationEvent, MessageRow, Turn
from conversations.patience import FIRST_REPLY, LONG_WAIT
from conversations.queued import JOB as AGENTS_GONE
from conversations.replay import replay
from conversations.service import Conversations
from conversations.types import Agent, HandoffReason, Reply
from conversations.waiting import BACK_BUTTON
from core.database import Database
from core.errors import Conflict
from core.events import LocalEvents
from tests import both_databases
from tests.conftest import Clock
from tests.conversations.conftest import Process
from tests.conversations.states import replayed, stored
from tests.conversations.test_danger import FIRE
from tests.rasa_standin import SmallDialogue, no_answer

database_url = both_databases.database_url

ANNE, BILL = Agent("agent-a", "坐席 1 号"), Agent("agent-b", "坐席 2 号")
APPEAL = "法院判的我不服，我要上诉"
WORDS = ("公积金怎么提取", "说两句", "沉默", "坏了", FIRE, APPEAL, "有", "没有", BACK_BUTTON.title, "")
REASONS = st.sampled_from(list(HandoffReason))
AGENTS = st.sampled_from([ANNE, BILL])
STEPS = st.one_of(
    st.tuples(st.just("citizen"), st.sampled_from(WORDS)),
    st.tuples(st.just("human"), REASONS, st.booleans()),
    st.tuples(st.just("take"), AGENTS),
    st.tuples(st.just("say"), AGENTS),
    st.tuples(st.just("back"), AGENTS),
    st.tuples(st.just("pass"), AGENTS, st.one_of(st.none(), AGENTS)),
    st.tuples(st.just("over"), AGENTS, AGENTS),
    st.tuples(st.just("close"), AGENTS),
    st.tuples(st.just("gone"), AGENTS),
    st.tuples(st.just("look")),
    st.tuples(st.just("silent")),
    st.tuples(st.just("long")),
    st.tuples(st.just("quiet"), st.sampled_from([timedelta(minutes=31), timedelta(hours=25)])),
    st.tuples(st.just("leave")),
    st.tuples(st.just("citizen"), st.just(BACK_BUTTON.title)),
    st.tuples(st.just("tell")),
)


async def step(process: Process, clock: Clock, user: str, number: int, what: tuple[Any, ...]) -> None:
    """One thing a citizen, an agent or the system does; what is refused changes nothing."""
    conversations, conversation = process.conversations, await process.id_of(user)
    with suppress(Conflict):
        match what:
            case ("citizen", text):
                await process.say(text, user=user)
            case ("human", reason, urgent):
                await conversations.request_human(conversation, reason, urgent=urgent)
            case ("take", agent):
                await conversations.take(conversation, agent)
            case ("say", agent):
                await conversations.say(conversation, agent, "我看看", f"c{number}")
            case ("back", agent):
                await conversations.hand_back(conversation, agent)
            case ("pass", agent, to):
                await conversations.transfer(conversation, agent, to, "请接着办")
            case ("over", agent, holder):
                await conversations.take_over(conversation, agent, holder.id, "已经下班了")
            case ("close", agent):
                await conversations.close(conversation, agent)
            case ("gone", agent):
                process.gone ^= {agent.id}  # leaves, or comes back
            case ("look",):
                await (await conversations.jobs.run(AGENTS_GONE, "now"))
            case ("silent",):
                clock.forward(minutes=3)
                await (await conversations.jobs.run(FIRST_REPLY, conversation))
            case ("long",):
                clock.forward(minutes=6)
                await (await conversations.jobs.run(LONG_WAIT, conversation))
            case ("quiet", time):
                clock.forward(seconds=time.total_seconds())
                await conversations._quiet.look()
            case ("leave",):
                waits_for = (await conversations.view(conversation)).reason
                await conversations._handoff.leave_queue(
                    conversation, HandoffReason(waits_for or "emergency")
                )
            case ("tell",):
                await conversations.tell(conversation, Reply("办好了"), f"k{number}")


@pytest.fixture
async def process(database: Database) -> AsyncIterator[Process]:
    """A process on each kind of database."""
    dialogue, events, gone = SmallDialogue(), LocalEvents(), set[str]()

    async def agents_gone(agents: Collection[str]) -> set[str]:
        return gone & set(agents)

    async with Conversations(
        database, events, dialogue, no_answer, judge=shipped(), agents_gone=agents_gone
    ) as conversations:
        yield Process(conversations, dialogue, events, gone=gone)


RANDOM = settings(
    max_examples=20,
    deadline=None,
    phases=(Phase.explicit, Phase.reuse, Phase.generate),  # making it shorter takes minutes
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
_USERS = iter(range(1_000_000))


@RANDOM
@given(steps=st.lists(STEPS, min_size=8, max_size=16))
@pytest.mark.slow
async def test_whatever_happens_the_events_make_the_state(
    process: Process, database: Database, clock: Clock, steps: list[tuple[Any, ...]]
) -> None:
    user, before = f"u{next(_USERS)}", []
    conversation = await process.id_of(user)
    written: list[str] = []
    engine = database.engine.sync_engine

    def watch(_c: object, _cursor: object, statement: str, *_: object) -> None:
        written.append(statement)

    event.listen(engine, "before_cursor_execute", watch)
    try:
        for number, what in enumerate(steps):
            await step(process, clock, user, number, what)
            state, events, rows = await standing(database, conversation)
            assert replayed(replay(events)) == state, what
            assert [one.nth for one in events] == list(range(1, len(rows) + 1))
            assert events[: len(before)] == before, "what happened was changed"
            before = events
    finally:
        event.remove(engine, "before_cursor_execute", watch)
    changed = [s for s in written if "conversation_events" in s and not s.startswith(("SELECT", "INSERT"))]
    assert changed == []
    async with database.read() as session:
        turns = set(await session.scalars(select(Turn.id).where(Turn.conversation_id == conversation)))
        senders = await session.scalars(
            select(MessageRow.sender).where(MessageRow.conversation_id == conversation)
        )
        said = Counter(senders)
    told = [one.facts.turn for one in before if isinstance(one.facts, Outcome)]
    assert len(told) == len(set(told)) and set(told) == turns, "each turn came to one thing"
    assert replay(before).counts == said


async def test_of_many_at_once_each_is_kept_and_the_last_state_is_the_row_s(
    process: Process, database: Database, clock: Clock
) -> None:
    conversation = await process.id_of("crowd")
    doing = [("citizen", "公积金怎么提取"), ("human", HandoffReason.CITIZEN_ASKED, False), ("take", ANNE)]
    doing += [("take", BILL), ("say", ANNE), ("say", BILL), ("back", ANNE), ("back", BILL), ("citizen", FIRE)]
    doing += [("gone", ANNE), ("look",), ("silent",), ("long",)]
    doing += [("pass", ANNE, BILL), ("pass", BILL, None), ("close", BILL), ("quiet", timedelta(minutes=31))]
    for round_ in range(3):
        await asyncio.gather(
            *(step(process, clock, "crowd", round_ * 100 + n, what) for n, what in enumerate(doing))
        )
    state, events, rows = await standing(database, conversation)
    assert replayed(replay(events)) == state
    assert [row.nth for row in rows] == list(range(1, len(rows) + 1))


async def standing(
    database: Database, conversation_id: str
) -> tuple[Any, list[Event], list[ConversationEvent]]:
    """The row, what happened, and the rows of that in order; all of one moment.

    The row is locked meanwhile: the clock's jobs run beside the test, and change it as any step does.
    """
    async with database.write() as session:
        row = await store.get_conversation(session, conversation_id, lock=True)
        rows = await session.scalars(
            select(ConversationEvent)
            .where(ConversationEvent.conversation_id == conversation_id)
            .order_by(ConversationEvent.nth)
        )
        return stored(row), await happened.read(session, conversation_id), list(rows)
