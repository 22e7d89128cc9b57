"""Automatic dispatch: off by itself, only where words, category and record agree, once, and by hand again after a return."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from bot.understanding.category import likely
from core.city import City
from core.city.handling import Dispatching
from core.database import Database
from core.events import LocalEvents
from core.jobs import JobRow, Jobs
from tests.cities import HUAINAN
from tests.waiting import until
from tickets import departments
from tickets.automatic import AutomaticDispatch
from tickets.effects import AUTOMATIC
from tickets.service import Tickets
from tickets.states import State
from tickets.types import CITIZEN, Actor, TicketDraft

AGENT = Actor("agent", "坐席")
LAMPS, TOWN = "市城市管理行政执法局", "寿县人民政府"
STORY = "路灯坏了好几盏，晚上不亮，麻烦修一下路灯。"
LAMP = "市政设施/路灯照明"


def city(bar: float | None) -> City:
    rules = HUAINAN.handling.model_copy(update={"dispatch": Dispatching(automatic_from=bar, example=True)})
    return HUAINAN.model_copy(update={"handling": rules})


class Office:
    """The parts that dispatch, in a city with this bar."""

    def __init__(self, database: Database, bar: float | None) -> None:
        self.database = database
        self.tickets = Tickets(database, LocalEvents(), city(bar))
        self.jobs = Jobs(database, look_s=0.05)
        AutomaticDispatch(database, self.tickets.moves, city(bar), self.jobs, likely)

    async def accepted(
        self, key: str, content: str = STORY, category: str = LAMP, district: str = "田家庵区"
    ) -> str:
        await departments.add_missing(self.database, HUAINAN)
        draft = TicketDraft("投诉", content, category, district)
        number = (await self.tickets.file(draft, key)).number
        await self.tickets.moves.act(number, "accept", {}, AGENT)
        return number

    async def settle(self) -> None:
        async def none_left() -> bool:
            async with self.database.read() as session:
                waiting = select(func.count()).select_from(JobRow).where(JobRow.kind == AUTOMATIC)
                return not await session.scalar(waiting)

        async with self.jobs:
            await until(none_left)

    async def state(self, number: str) -> State:
        return (await self.tickets.get(number)).state

    async def clerk(self, number: str) -> Actor:
        return Actor("department", "经办", None, (await self.tickets.get(number)).department_id)


@pytest.fixture
def office(database: Database) -> Office:
    return Office(database, 0.95)


def test_no_city_dispatches_by_itself_unless_it_says_so() -> None:
    assert HUAINAN.handling.dispatch.automatic_from is None


async def test_without_a_bar_nothing_is_even_planned(database: Database) -> None:
    office = Office(database, None)
    number = await office.accepted("k")
    async with database.read() as session:
        assert await session.scalar(select(JobRow.id).where(JobRow.kind == AUTOMATIC)) is None
    assert await office.state(number) is State.PENDING_DISPATCH


async def test_a_sure_one_goes_out_in_the_name_of_the_system_with_its_reason(office: Office) -> None:
    number = await office.accepted("k")
    await office.settle()
    ticket = await office.tickets.get(number)
    assert (ticket.state, ticket.department) == (State.PENDING_SIGN, LAMPS)
    last = (await office.tickets.events(number))[-1]
    assert (last.actor, last.action) == ("系统", "dispatch")
    assert "自动派单，把握 9" in last.note and "牵头单位" in last.note


async def test_words_that_say_something_else_are_left_to_a_person(office: Office) -> None:
    wrong = await office.accepted("k", "楼上邻居半夜装修电钻响个不停，吵得睡不着。")
    vague = await office.accepted("k2", "你们管一管，这件事拖了好久了。")
    await office.settle()
    assert await office.state(wrong) is State.PENDING_DISPATCH
    assert await office.state(vague) is State.PENDING_DISPATCH


async def test_without_a_district_nobody_knows_whose_it_is(office: Office) -> None:
    number = await office.accepted("k", district="")
    await office.settle()
    assert await office.state(number) is State.PENDING_DISPATCH


async def test_a_returned_ticket_waits_for_a_person_and_the_next_like_it_too(office: Office) -> None:
    number = await office.accepted("k")
    await office.settle()
    await office.tickets.moves.act(number, "ask_return", {"reason": "不归我们管"}, await office.clerk(number))
    await office.tickets.moves.act(number, "grant_return", {}, AGENT)
    like_it = await office.accepted("k2")
    await office.settle()
    assert await office.state(number) is State.PENDING_DISPATCH
    assert await office.state(like_it) is State.PENDING_DISPATCH, "one return of six speaks against it"


@pytest.mark.slow
async def test_it_learns_that_a_return_was_an_exception(office: Office) -> None:
    number = await office.accepted("k")
    await office.settle()
    await office.tickets.moves.act(number, "ask_return", {"reason": "不归我们"}, await office.clerk(number))
    await office.tickets.moves.act(number, "grant_return", {}, AGENT)
    for n in range(60):
        kept = await office.accepted(f"kept-{n}")
        await office.tickets.moves.act(kept, "dispatch", {"department": LAMPS}, AGENT)
    number = await office.accepted("k3")
    await office.settle()
    assert await office.state(number) is State.PENDING_SIGN


async def test_who_dispatches_by_hand_comes_first(office: Office) -> None:
    number = await office.accepted("k")
    await office.tickets.moves.act(number, "dispatch", {"department": TOWN}, AGENT)
    await office.settle()
    assert (await office.tickets.get(number)).department == TOWN
    assert [one.action for one in await office.tickets.events(number)].count("dispatch") == 1


async def test_who_withdrew_meanwhile_is_left_alone(office: Office) -> None:
    number = await office.accepted("k")
    await office.tickets.moves.act(number, "withdraw", {"reason": "自己好了"}, CITIZEN)
    await office.settle()
    assert await office.state(number) is State.WITHDRAWN


async def test_the_directory_decides_by_district(office: Office) -> None:
    number = await office.accepted("k", district="寿县")
    await office.settle()
    assert (await office.tickets.get(number)).department == TOWN
