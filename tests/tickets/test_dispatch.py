"""Which department is suggested: by the directory, the lead, the place, and how earlier tickets went."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from core.database import Database
from tests.cities import HUAINAN
from tests.conftest import Clock
from tickets import departments
from tickets.dispatch import Suggestion
from tickets.service import Tickets
from tickets.types import Actor, TicketDraft

AGENT, BOSS = Actor("agent", "坐席"), Actor("supervisor", "班长")
LAMPS = "市城市管理行政执法局"
ROADS = "市住房和城乡建设局"


@pytest.fixture
async def ids(database: Database) -> dict[str, str]:
    await departments.add_missing(database, HUAINAN)
    return {name: key for key, name in await departments.active(database)}


async def file(
    tickets: Tickets, key: str, category: str = "市政设施/路灯照明", district: str = "田家庵区"
) -> str:
    draft = TicketDraft("投诉", "小区门口的路灯坏了三天", category, district)
    return (await tickets.file(draft, key)).number


async def sent(tickets: Tickets, key: str, office: str, *, back: bool = False) -> str:
    """A ticket that was dispatched to an office; with ``back`` it was the wrong one."""
    number = await file(tickets, key)
    await tickets.moves.act(number, "accept", {}, AGENT)
    await tickets.moves.act(number, "dispatch", {"department": office}, AGENT)
    if back:
        clerk = Actor("department", "经办", None, office)
        await tickets.moves.act(number, "ask_return", {"reason": "不归我们管"}, clerk)
        await tickets.moves.act(number, "grant_return", {}, AGENT)
    return number


async def suggested(tickets: Tickets, number: str) -> Sequence[Suggestion]:
    return (await tickets.page(number)).suggestions


async def test_the_lead_comes_first_and_the_place_after_it(tickets: Tickets, ids: dict[str, str]) -> None:
    found = await suggested(tickets, await file(tickets, "k"))
    assert [(one.name, one.reason) for one in found] == [(LAMPS, "牵头单位"), ("田家庵区人民政府", "属地")]
    assert found[0].department_id == ids[LAMPS] and found[0].confidence == pytest.approx(0.8)


async def test_the_directory_outweighs_the_lead(tickets: Tickets, ids: dict[str, str]) -> None:
    found = await suggested(tickets, await file(tickets, "k", district="寿县"))
    assert [(one.name, one.reason) for one in found] == [
        ("寿县人民政府", "派单目录，属地"),
        (LAMPS, "牵头单位"),
    ]


async def test_without_a_category_the_place_is_what_is_known(tickets: Tickets, ids: dict[str, str]) -> None:
    [only] = await suggested(tickets, await file(tickets, "k", category="", district="大通区"))
    assert (only.name, only.confidence) == ("大通区人民政府", 1.0)
    assert await suggested(tickets, await file(tickets, "k2", category="", district="")) == ()


async def test_what_was_kept_speaks_for_a_department_and_a_return_against_it(
    tickets: Tickets, ids: dict[str, str]
) -> None:
    for n in range(6):
        await sent(tickets, f"roads-{n}", ids[ROADS])
    found = await suggested(tickets, await file(tickets, "k"))
    assert (found[0].name, found[0].reason) == (ROADS, "同类办过 6 件")
    for n in range(2):
        await sent(tickets, f"back-{n}", ids[ROADS], back=True)
    found = await suggested(tickets, await file(tickets, "k2"))
    assert [one.name for one in found[:2]] == [LAMPS, ROADS], "two returns take four away"
    assert "退过 2 件" in found[1].reason


async def test_who_returned_this_ticket_is_not_named_again(tickets: Tickets, ids: dict[str, str]) -> None:
    number = await sent(tickets, "k", ids[LAMPS], back=True)
    assert LAMPS not in [one.name for one in await suggested(tickets, number)]


async def test_dispatches_older_than_a_year_count_no_more(
    tickets: Tickets, ids: dict[str, str], clock: Clock
) -> None:
    for n in range(6):
        await sent(tickets, f"roads-{n}", ids[ROADS])
    clock.forward(days=366)
    found = await suggested(tickets, await file(tickets, "k"))
    assert ROADS not in [one.name for one in found]


async def test_the_government_of_another_district_is_never_suggested(
    tickets: Tickets, ids: dict[str, str]
) -> None:
    for n in range(20):
        number = await file(tickets, f"shou-{n}", district="寿县")
        await tickets.moves.act(number, "accept", {}, AGENT)
        await tickets.moves.act(number, "dispatch", {"department": ids["寿县人民政府"]}, AGENT)
    found = await suggested(tickets, await file(tickets, "k", district="凤台县"))
    assert [one.name for one in found] == ["凤台县人民政府", LAMPS]
