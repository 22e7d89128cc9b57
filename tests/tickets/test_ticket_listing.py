"""Lists: newest first, page by page, found by what people remember."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import update

from core.database import Database
from core.errors import BadRequest
from tickets.models import Department, TicketRow
from tickets.service import Tickets
from tickets.states import State
from tickets.types import TicketDraft


async def test_pages_follow_one_another_without_gap_or_repeat(tickets: Tickets, draft: TicketDraft) -> None:
    filed = [(await tickets.file(draft, str(i))).number for i in range(25)]
    seen: list[str] = []
    before: str | None = None
    sizes = []
    while True:
        page = await tickets.list(limit=10, before=before)
        seen += [t.number for t in page.tickets]
        sizes.append(len(page.tickets))
        if page.next is None:
            break
        before = page.next
        # What is filed meanwhile does not push later pages about.
        await tickets.file(draft, f"meanwhile-{len(sizes)}")
    assert sizes == [10, 10, 5]
    assert seen == filed[::-1]


async def test_search_looks_at_number_content_place_and_category(
    tickets: Tickets, draft: TicketDraft
) -> None:
    lamp = await tickets.file(draft, "1")
    wages = await tickets.file(
        TicketDraft("help", "老板拖欠工资 100% 没发", "劳动与就业/拖欠工资", "凤台县", "某某镇"), "2"
    )

    async def found(q: str) -> list[str]:
        return [t.number for t in (await tickets.list(q=q)).tickets]

    assert await found(lamp.number.lower()) == [lamp.number]
    assert await found("路灯") == [lamp.number]
    assert await found("凤台 工资") == [wages.number]
    assert await found("凤台 路灯") == []
    assert await found("某某") == [wages.number, lamp.number]
    assert await found("就业") == [wages.number]
    assert await found("0%") == [wages.number]
    assert await found("_") == []
    assert await found("138") == []


async def test_lists_can_be_narrowed_to_a_state_and_a_department(
    tickets: Tickets, database: Database, draft: TicketDraft
) -> None:
    first = await tickets.file(draft, "1")
    second = await tickets.file(draft, "2")
    async with database.write() as session:
        department = Department(name="某某局")
        session.add(department)
        await session.flush()
        await session.execute(
            update(TicketRow)
            .where(TicketRow.number == first.number)
            .values(state=State.HANDLING, department_id=department.id)
        )
    assert [t.number for t in (await tickets.list(state="handling")).tickets] == [first.number]
    assert [t.number for t in (await tickets.list(state="办理中")).tickets] == [first.number]
    assert [t.number for t in (await tickets.list(state="待受理")).tickets] == [second.number]
    mine = await tickets.list(department_id=department.id)
    assert [t.number for t in mine.tickets] == [first.number]
    assert (await tickets.get(first.number)).department == "某某局"


async def test_a_summary_is_short_and_shows_no_phone(tickets: Tickets, draft: TicketDraft) -> None:
    await tickets.file(replace(draft, content="请打我电话13800000000，" + "路灯不亮。" * 30), "1")
    [line] = (await tickets.list()).tickets
    assert "138****0000" in line.summary
    assert len(line.summary) == 60


@pytest.mark.parametrize("bad", [{"limit": 0}, {"limit": 201}, {"state": "没有"}, {"q": "长" * 101}])
async def test_what_can_not_be_asked_is_refused(tickets: Tickets, bad: dict[str, object]) -> None:
    with pytest.raises(BadRequest):
        await tickets.list(**bad)  # type: ignore[arg-type]
