"""No agent holds a whole hotline: not by taking all who wait, nor by a word of greeting, nor by taking one again and again."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest

from conversations.event_kinds import Kind
from conversations.models import Conversation
from conversations.neglected import JOB
from conversations.types import InboundMessage
from core.clock import use_clock
from desk.taking import AGAIN
from tests.conftest import Clock
from tests.core.jobs.table import row
from tests.desk.conftest import Office, Person, on_both
from tests.desk.test_desk_live import connect
from tests.desk.test_desk_presence import Stopped


@pytest.fixture(autouse=True)
def clock() -> Iterator[Clock]:
    stopped = Stopped()
    use_clock(stopped.now)
    yield stopped
    use_clock(None)


async def _waiting(office: Office, number: int, *, urgent: bool = False) -> list[str]:
    made = []
    for nth in range(number):
        one = await office.says(f"v{nth}", "路灯坏了", f"v{nth}-1")
        await office.conversations.request_human(one, "citizen_asked", urgent=urgent)
        made.append(f"/conversations/{one}")
    return made


async def _capacity(chief: Person, agent: Person, number: int) -> None:
    await chief.post(f"/agents/{agent.id}/capacity", {"capacity": number})


async def test_an_agent_takes_no_more_than_they_may_have(office: Office) -> None:
    """One agent took nine of nine who waited, with a capacity of one (2026-11-30)."""
    chief, agent = await office.hire("chief", "supervisor"), await office.hire("agent1")
    await _capacity(chief, agent, 1)
    talks = await _waiting(office, 4)
    for one in talks[:2]:
        await agent.post(f"{one}/take")
        await agent.post(f"{one}/messages", {"client_id": "m1", "text": "您好"})
    refused = await agent.post(f"{talks[2]}/take", status=409)
    assert refused["error"]["code"] == "full" and "最多接待" in refused["error"]["message"]
    await agent.post(f"{talks[0]}/take")  # one's own again changes nothing
    # Somebody in danger is taken nevertheless, a supervisor may raise the number, and who is passed on makes room.
    await office.conversations.request_human(talks[2].rpartition("/")[2], "emergency", urgent=True)
    await agent.post(f"{talks[2]}/take")
    await agent.post(f"{talks[3]}/take", status=409)
    await _capacity(chief, agent, 2)
    await agent.post(f"{talks[3]}/take")


@on_both
async def test_of_many_takes_at_once_only_so_many_succeed(office: Office) -> None:
    chief, agent = await office.hire("chief", "supervisor"), await office.hire("agent1")
    await _capacity(chief, agent, 1)
    talks = await _waiting(office, 6)
    sent = [
        agent.client.post(f"/api/desk{one}/take", json={}, headers={"X-Requested-With": "wenban"})
        for one in talks
    ]
    statuses = sorted([response.status for response in await asyncio.gather(*sent)])
    assert statuses == [200, 200, 409, 409, 409, 409]


async def test_the_same_citizen_is_not_taken_again_and_again(office: Office, clock: Clock) -> None:
    """Twenty rounds in 2.6 s told a citizen forty messages (2026-11-30)."""
    agent = await office.hire("agent1")
    (one,) = await _waiting(office, 1)
    for _ in range(AGAIN):
        await agent.post(f"{one}/take")
        await agent.post(f"{one}/hand_back")
    refused = await agent.post(f"{one}/take", status=409)
    assert refused["error"]["code"] == "taken_often"
    colleague = await office.hire("agent2")
    await colleague.post(f"{one}/take")
    await colleague.post(f"{one}/hand_back")
    clock.forward(minutes=61)
    await agent.login("agent1")
    await agent.post(f"{one}/take")


async def test_a_talk_does_not_go_round_without_a_word_to_its_citizen(office: Office, clock: Clock) -> None:
    """Forty transfers between two agents in 18 s, each with a new clock for the first reply (2026-12-01)."""
    people = [await office.hire("agent1"), await office.hire("agent2")]
    sockets = [await connect(one) for one in people]
    (one,) = await _waiting(office, 1)
    await people[0].post(f"{one}/take")
    due = await _due(office, one)
    for nth in range(AGAIN):
        clock.forward(seconds=5)
        await people[nth % 2].post(
            f"{one}/transfer", {"to": people[(nth + 1) % 2].id, "note": "请同事看一下"}
        )
    assert due is not None and await _due(office, one) == due, "the citizen waits by the same clock"
    holder, other = people[AGAIN % 2], people[(AGAIN + 1) % 2]
    refused = await holder.post(f"{one}/transfer", {"to": other.id, "note": "请同事看一下"}, status=409)
    assert refused["error"]["code"] == "passed_often"
    await holder.post(f"{one}/transfer", {"to": None, "note": "请同事看一下"})  # into the queue always
    for socket in sockets:
        await socket.close()


async def _due(office: Office, one: str) -> datetime:
    async with office.database.read() as session:
        row = await session.get_one(Conversation, one.rpartition("/")[2])
        assert row.reply_due_at is not None
        return row.reply_due_at


async def _look(office: Office) -> None:
    neglected = office.conversations.jobs._kinds[JOB]
    await neglected.handler(await row(office.database, JOB))  # type: ignore[arg-type]


async def test_supervisors_hear_of_who_was_only_greeted_and_of_who_gets_no_answer(
    office: Office, clock: Clock
) -> None:
    chief, agent = await office.hire("chief", "supervisor"), await office.hire("agent1")
    greeted, asked, served = await _waiting(office, 3)
    for one in (greeted, asked, served):
        await agent.post(f"{one}/take")
        await agent.post(f"{one}/messages", {"client_id": "m1", "text": "您好"})
    await agent.post(f"{served}/messages", {"client_id": "m2", "text": "路灯已经报给市政了，今天会有人去看"})
    clock.forward(minutes=1)
    again = InboundMessage("web", "v1", "v1-2", "在吗")
    await office.conversations.receive(again)
    await _look(office)

    async def alerted(one: str) -> bool:
        return (await chief.get(one))["conversation"]["alerted_at"] is not None

    assert not any([await alerted(one) for one in (greeted, asked, served)])
    clock.forward(minutes=5)
    for _ in range(2):
        await _look(office)
    assert [await alerted(one) for one in (greeted, asked, served)] == [True, True, False]
    events = (await chief.get(f"{asked}/events"))["events"]
    (told,) = [event for event in events if event["kind"] == Kind.OVERDUE]
    assert (
        told["agent"]["id"] == agent.id and told["facts"]["waited_s"] >= timedelta(minutes=5).total_seconds()
    )
    await agent.post(f"{asked}/messages", {"client_id": "m2", "text": "在的，正在给您查"})
    assert not await alerted(asked)
    await chief.post(f"{greeted}/take_over", {"holder": agent.id, "note": "没人回复，我来"})
    assert not await alerted(greeted)
