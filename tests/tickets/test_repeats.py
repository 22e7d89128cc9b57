"""Who tells the same matter again makes it urgent; what many tell is marked; and no reader learns of whom."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from sqlalchemy import func, select, update

from core.city import City, Limit
from core.database import Database
from core.events import LocalEvents
from core.jobs import JobRow, Jobs, add
from tests.cities import HUAINAN
from tests.conftest import Clock
from tests.waiting import until
from tickets.models import Department, TicketRow
from tickets.narrowing import Wanted
from tickets.repeats import LOOK, Repeats
from tickets.service import Tickets
from tickets.states import State
from tickets.types import Actor, TicketDraft

AGENT = Actor("agent", "坐席")
STORY = TicketDraft(
    "投诉",
    "小区门口的路灯坏了三天了，晚上看不见路",
    "市政设施/路灯照明",
    "田家庵区",
    "国庆中路88号",
    contact_phone="13800000000",
)
AGAIN = replace(STORY, content="门口路灯还是没修，坏了一个星期了")


class Hotline:
    """Tickets, and the job that looks at new ones."""

    def __init__(self, database: Database, city: City = HUAINAN) -> None:
        self.database = database
        self.tickets = Tickets(database, LocalEvents(), city)
        self.jobs = Jobs(database, look_s=0.05)
        Repeats(database, LocalEvents(), city, self.jobs)

    async def file(self, draft: TicketDraft, key: str) -> str:
        number = (await self.tickets.file(draft, key)).number

        async def none_left() -> bool:
            async with self.database.read() as session:
                waiting = select(func.count()).select_from(JobRow).where(JobRow.kind == LOOK)
                return not await session.scalar(waiting)

        async with self.jobs:
            await until(none_left)
        return number

    async def told(self, number: str) -> list[tuple[str, str]]:
        events = await self.tickets.events(number)
        return [(one.action, one.note) for one in events if one.actor == "系统"]


@pytest.fixture
def hotline(database: Database) -> Hotline:
    return Hotline(database)


async def test_who_tells_it_again_makes_both_urgent_and_no_deadline_later(
    hotline: Hotline, clock: Clock
) -> None:
    first = await hotline.file(STORY, "1")
    usual = (await hotline.tickets.get(first)).due
    clock.forward(hours=30)
    second = await hotline.file(AGAIN, "2")
    before, after = await hotline.tickets.get(first), await hotline.tickets.get(second)
    assert before.urgency == after.urgency == "urgent"
    assert after.parent == first and after.line.repeated and not before.line.repeated
    assert await hotline.told(first) == [("repeated", "同一位群众又来反映这件事，定为紧急")]
    assert await hotline.told(second) == [("repeated", "同一位群众之前反映过这件事，定为紧急")]
    moment = datetime.now(UTC) + clock.ahead
    assert before.due.rule == "紧急" and usual.close_at is not None and before.due.close_at is not None
    left = (before.due.close_at - moment).total_seconds() / 3600
    assert 23 < left <= 24, "the shorter time runs from the second telling, not from the first"
    assert before.due.close_at < usual.close_at and before.version == 1


async def test_the_shorter_time_is_no_later_than_the_one_that_ran(hotline: Hotline, clock: Clock) -> None:
    first = await hotline.file(STORY, "1")
    usual = (await hotline.tickets.get(first)).due
    assert usual.close_at is not None
    clock.forward(seconds=(usual.close_at - datetime.now(UTC)).total_seconds() - 3600)
    await hotline.file(AGAIN, "2")
    assert (await hotline.tickets.get(first)).due.close_at == usual.close_at


@pytest.mark.parametrize(
    ("hours", "changes", "linked", "urgent"),
    [
        (1, {}, True, False),  # pressed twice, or a word forgotten: nothing is more urgent for it
        (30, {"contact_phone": "13900000001"}, False, False),
        (30, {"content": "健身房关门跑路不退卡里的钱", "category": "", "address": ""}, False, False),
        (30, {"contact_phone": "138 0000 0000", "channel": "import"}, True, True),
    ],
)
async def test_what_is_no_repeat(
    hotline: Hotline, clock: Clock, hours: int, changes: dict[str, str], linked: bool, urgent: bool
) -> None:
    first = await hotline.file(STORY, "1")
    clock.forward(hours=hours)
    second = await hotline.file(replace(AGAIN, **changes), "2")  # type: ignore[arg-type]
    found = await hotline.tickets.get(second)
    assert found.parent == (first if linked else None)
    assert (found.urgency is not None) is urgent


@pytest.mark.parametrize("state", [State.CLOSED, State.WITHDRAWN])
async def test_what_was_settled_lately_is_told_again_but_not_what_was_taken_back(
    hotline: Hotline, clock: Clock, state: State
) -> None:
    first = await hotline.file(STORY, "1")
    clock.forward(hours=30)
    async with hotline.database.write() as session:
        moment = datetime.now(UTC) + clock.ahead
        await session.execute(update(TicketRow).values(state=state, closed_at=moment))
    second = await hotline.file(AGAIN, "2")
    found, earlier = await hotline.tickets.get(second), await hotline.tickets.get(first)
    assert (found.parent, found.urgency) == ((first, "urgent") if state is State.CLOSED else (None, None))
    assert earlier.urgency is None, "nothing is left to be done about it"


async def test_once_however_often_the_job_runs(hotline: Hotline, clock: Clock) -> None:
    first = await hotline.file(STORY, "1")
    clock.forward(hours=30)
    second = await hotline.file(AGAIN, "2")
    for _ in range(2):
        async with hotline.database.write() as session:
            row = await session.scalar(select(TicketRow.id).where(TicketRow.number == second))
            await add(session, LOOK, str(row))
        await hotline.file(replace(STORY, content="别的事情，水管爆了", category="", address=""), f"x{_}")
    assert len(await hotline.told(first)) == len(await hotline.told(second)) == 1


async def test_the_city_says_from_when_a_repeat_is_urgent(database: Database) -> None:
    rules = HUAINAN.handling.repeats.model_copy(update={"urgent_after": Limit(count=1, unit="hours")})
    handling = HUAINAN.handling.model_copy(update={"repeats": rules})
    hotline = Hotline(database, HUAINAN.model_copy(update={"handling": handling}))
    await hotline.file(STORY, "1")
    second = await hotline.file(AGAIN, "2")
    assert (await hotline.tickets.get(second)).urgency is None


@pytest.mark.parametrize("secret", [(True, False), (False, True), (False, False)])
async def test_a_department_does_not_learn_that_a_secret_ticket_is_of_the_same_citizen(
    hotline: Hotline, clock: Clock, secret: tuple[bool, bool]
) -> None:
    first = await hotline.file(replace(STORY, confidential=secret[0]), "1")
    clock.forward(hours=30)
    second = await hotline.file(replace(AGAIN, confidential=secret[1]), "2")
    async with hotline.database.write() as session:
        session.add(Department(id="lamps", name="lamps"))
        await session.flush()
        await session.execute(update(TicketRow).values(department_id="lamps"))
    for number in (first, second):
        assert [one.action for one in await hotline.tickets.events(number)][1:] in (
            ["repeated"],
            ["repeated_apart"],
        )
        seen = await hotline.tickets.for_department(number, "lamps")
        told = [one["action_code"] for one in seen["events"]]
        assert ("repeated" in told) is (not any(secret)) and "repeated_apart" not in told
        assert seen["ticket"].get("parent") is None and not seen["ticket"]["repeated"]
        assert first not in str([one["note"] for one in seen["events"]])


async def test_what_three_citizens_tell_of_one_place_is_marked_as_a_hazard(hotline: Hotline) -> None:
    numbers = [
        await hotline.file(replace(STORY, contact_phone=f"1380000000{nth}"), str(nth)) for nth in range(2)
    ]
    assert {(await hotline.tickets.get(one)).reporters for one in numbers} == {2}
    assert await hotline.told(numbers[0]) == []
    numbers.append(await hotline.file(replace(AGAIN, contact_phone="13800000002"), "2"))
    numbers.append(await hotline.file(replace(AGAIN, contact_phone="13800000001"), "3"))
    for number in numbers:
        found = await hotline.tickets.get(number)
        assert found.reporters == 3, "who tells it twice is one citizen"
        [(_, note)] = [one for one in await hotline.told(number) if one[0] == "reported_by_many"]
        assert note.startswith("已有 3 位群众反映同一地点的同样情况")
        assert (await hotline.tickets.for_department(number, None))["ticket"]["reporters"] == 3
    listed = await hotline.tickets.find(Wanted(reported=3))
    assert [one.number for one in listed.tickets] == numbers[::-1]
    assert (await hotline.tickets.find(Wanted(reported=4))).tickets == ()


async def test_what_was_filed_days_ago_is_no_news(hotline: Hotline, clock: Clock) -> None:
    await hotline.file(STORY, "1")
    second = (await hotline.tickets.file(AGAIN, "2")).number
    clock.forward(hours=50)
    await hotline.file(replace(STORY, content="水管爆了，一直在漏", category="", address=""), "3")
    assert (await hotline.tickets.get(second)).parent is None


async def test_another_place_is_another_matter(hotline: Hotline) -> None:
    for nth in range(3):
        draft = replace(
            STORY, contact_phone=f"1380000000{nth}", address=f"{'朝阳国庆龙湖'[nth * 2 :][:2]}路{nth}{nth}号"
        )
        number = await hotline.file(draft, str(nth))
        assert (await hotline.tickets.get(number)).reporters == 1


async def test_merged_reporters_are_counted(hotline: Hotline) -> None:
    first, second = [
        await hotline.file(
            replace(STORY, contact_phone=f"1380000000{nth}", address=f"{'朝阳国庆'[nth * 2 :][:2]}路"),
            str(nth),
        )
        for nth in range(2)
    ]
    for number in (first, second):
        await hotline.tickets.moves.act(number, "accept", {}, AGENT)
    await hotline.tickets.moves.act(second, "merge", {"into": first}, AGENT)
    assert (await hotline.tickets.get(first)).reporters == 2
