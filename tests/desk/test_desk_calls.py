"""回访电话: who stands in the list, when, how a call that reaches nobody is counted, and what the figures say."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select, update

from tests.conftest import Clock
from tests.desk.conftest import on_both
from tests.desk.test_desk_lifecycle import ANSWER, DRAFT, Hall, hall
from tickets.models import TicketRow
from tickets.types import CITIZEN, TicketDraft

__all__ = ["hall"]

TALK = "01990000-0000-7000-8000-00000000000f"


async def answered(hall: Hall, key: str = "k", draft: TicketDraft = DRAFT) -> str:
    """A ticket whose answer was just reviewed."""
    number = (await hall.office.tickets.file(draft, key)).number
    await hall.act(hall.agent, number, "accept")
    await hall.act(hall.agent, number, "dispatch", department=hall.ids["lamps"])
    await hall.act(hall.lamps, number, "sign")
    await hall.act(hall.lamps, number, "reply", public=ANSWER)
    await hall.act(hall.agent, number, "approve")
    return number


async def later(hall: Hall, clock: Clock, days: int = 1) -> None:
    """Days pass, and the agent signs in again."""
    clock.forward(days=days)
    await hall.agent.login("a1")


async def listed(hall: Hall, **query: Any) -> list[str]:
    return [one["number"] for one in (await hall.agent.get("/calls", **query))["calls"]]


async def test_who_came_by_phone_is_called_at_once_and_shown_masked(hall: Hall) -> None:
    number = await answered(hall)
    page = await hall.agent.get("/calls")
    [call] = page["calls"]
    assert (call["number"], call["phone"], call["tries"], page["waiting"]) == (number, "138****0000", 0, 1)
    assert call["department"] == "市城市管理行政执法局" and call["called_at"] is None


async def test_who_can_answer_in_the_conversation_gets_a_working_day(hall: Hall, clock: Clock) -> None:
    number = await answered(hall, draft=replace(DRAFT, channel="web", conversation_id=TALK))
    assert await listed(hall) == []
    await later(hall, clock, 4)
    assert await listed(hall) == [number]
    await hall.office.tickets.by_citizen(number, "callback", {"solved": True})
    assert await listed(hall) == [], "who answered is not called for a mark"


async def test_without_a_phone_there_is_nobody_to_call(hall: Hall, clock: Clock) -> None:
    number = await answered(hall, draft=replace(DRAFT, contact_phone=""))
    assert await listed(hall) == []
    await hall.act(hall.agent, number, "callback", reached=False)
    await later(hall, clock)
    assert await hall.state(number) == "待回访"
    assert await listed(hall) == [], "nor on the next day"


@on_both
async def test_three_calls_on_different_days_then_it_counts_apart(hall: Hall, clock: Clock) -> None:
    number = await answered(hall)
    for day in (1, 2, 3):
        assert await listed(hall) == [number]
        await hall.act(hall.agent, number, "callback", reached=False)
        assert await listed(hall) == [], "not again on the same day"
        if day < 3:
            # Somebody tries once more on the same day: it is written down, and counts as the same day.
            await hall.act(hall.agent, number, "callback", reached=False)
            shown = (await hall.agent.get(f"/tickets/{number}"))["ticket"]
            assert (shown["state"], shown["rounds"]["unreached"]) == ("待回访", day)
            await later(hall, clock)
    end = await hall.agent.get(f"/tickets/{number}")
    assert end["ticket"]["state"] == "办结归档" and end["ticket"]["callback"]["result"] == "未联系上"
    assert [one["actor"] for one in end["events"] if one["action"] == "归档"] == ["系统"]
    await hall.lamps.login("d1")
    await hall.act(hall.agent, await answered(hall, "k2"), "callback", solved=True, satisfied=5)
    figures = await hall.agent.get("/calls/figures", days=30)
    assert (figures["unreached"], figures["solved"], figures["answered"]) == (1, 1, 2)
    assert (figures["solved_share"], figures["satisfied_share"]) == (1.0, 1.0), (
        "who was not reached is in no share"
    )


async def test_a_call_that_reaches_somebody_ends_it_or_begins_the_redoing(hall: Hall) -> None:
    number = await answered(hall)
    await hall.act(hall.agent, number, "callback", solved=False, satisfied=2, why="又灭了")
    assert await listed(hall) == [] and await hall.state(number) == "办理中"
    await hall.act(hall.lamps, number, "reply", public=ANSWER)
    await hall.act(hall.agent, number, "approve")
    [call] = (await hall.agent.get("/calls"))["calls"]
    assert call["tries"] == 0, "the new answer is asked about anew"
    await hall.act(hall.agent, number, "callback", solved=True, satisfied=4)
    figures = await hall.agent.get("/calls/figures")
    assert (figures["answered"], figures["solved"], figures["unsolved"]) == (2, 1, 1)
    assert (figures["marked"], figures["satisfied"]) == (2, 1), (
        "the answer before counts with what was said of it"
    )


@pytest.mark.slow
@on_both
async def test_the_shares_count_every_answer_that_was_asked_about(hall: Hall, clock: Clock) -> None:
    numbers = [await answered(hall, f"k{n}") for n in range(5)]
    for number in numbers[:2]:
        await hall.act(hall.agent, number, "callback", solved=True, satisfied=5)
    for number in numbers[2:]:
        await hall.act(hall.agent, number, "callback", solved=False, satisfied=1, why="又灭了")
    figures = await hall.agent.get("/calls/figures")
    assert (figures["answered"], figures["solved"], figures["unsolved"], figures["waiting"]) == (5, 2, 3, 0)
    assert (figures["solved_share"], figures["satisfied_share"]) == (0.4, 0.4), "three are handled again"
    disputed, unasked = numbers[2], numbers[3]
    for number in (disputed, unasked):
        await hall.act(hall.lamps, number, "reply", public=ANSWER)
        await hall.act(hall.agent, number, "approve")
    await hall.act(hall.agent, disputed, "callback", solved=False, satisfied=2, why="还是不亮")
    figures = await hall.agent.get("/calls/figures")
    assert (figures["answered"], figures["unsolved"], figures["waiting"]) == (7, 4, 1), (
        "what a supervisor decides about was heard"
    )
    assert (figures["solved_share"], figures["satisfied_share"]) == (0.3333, 0.3333)
    await later(hall, clock, 10)
    assert (await hall.agent.get("/calls/figures", days=7))["answered"] == 0


async def test_who_is_not_reached_but_disputes_waits_for_the_supervisor(hall: Hall, clock: Clock) -> None:
    number = await answered(hall, draft=replace(DRAFT, channel="web", conversation_id=TALK))
    await hall.office.tickets.moves.act(number, "callback", {"solved": False, "satisfied": 1}, CITIZEN)
    for _ in range(4):
        await hall.act(hall.agent, number, "callback", reached=False)
        await later(hall, clock)
    assert await hall.state(number) == "待回访"


@on_both
async def test_pages_hold_each_call_once_who_waits_longest_first(hall: Hall) -> None:
    numbers = [await answered(hall, f"k{n}") for n in range(5)]
    async with hall.office.database.write() as session:
        # Some wait since the same moment: a page must not end between them.
        same = select(TicketRow.call_at).where(TicketRow.number == numbers[2]).scalar_subquery()
        some = TicketRow.number.in_(numbers[1:4])
        await session.execute(update(TicketRow).where(some).values(call_at=same))
    seen: list[str] = []
    after = ""
    while True:
        page = await hall.agent.get("/calls", limit=2, **({"after": after} if after else {}))
        seen += [one["number"] for one in page["calls"]]
        if page["next"] is None:
            break
        after = page["next"]
    assert sorted(seen) == sorted(numbers) and page["waiting"] == 5
    await hall.agent.get("/calls", 400, after="nonsense")


@pytest.mark.parametrize("query", [{"days": "0"}, {"days": "9999"}, {"days": "x"}])
async def test_figures_of_no_period_are_refused(hall: Hall, query: dict[str, str]) -> None:
    await hall.agent.get("/calls/figures", 400, **query)
