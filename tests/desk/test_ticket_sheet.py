"""The printed ticket: what its reader sees and nothing more, for a department its own view, each print recorded."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import select

from desk.models import DeskAudit
from tests.desk.conftest import Person
from tests.desk.test_desk_lifecycle import ANSWER, DRAFT, Hall, hall

__all__ = ["hall"]

SECRET = replace(
    DRAFT,
    content="我叫张某某，电话13800000000，楼下<b>路灯</b>坏了三天。",
    confidential=True,
)


async def printed(who: Person, number: str, status: int = 200) -> str:
    answer = await who.client.get(f"/api/desk/tickets/{number}/print")
    assert answer.status == status
    if status == 200:
        assert (
            answer.content_type == "text/html" and "script" not in answer.headers["Content-Security-Policy"]
        )
        assert answer.headers["Cache-Control"] == "no-store"
    return await answer.text()


async def test_the_sheet_has_the_whole_ticket_masked_and_says_who_printed_it(hall: Hall) -> None:
    number = await hall.handled()
    await hall.act(hall.lamps, number, "reply", public=ANSWER, confidential="灯杆老化")
    await hall.act(hall.agent, number, "approve")
    sheet = await printed(hall.agent, number)
    for words in (
        number,
        DRAFT.content,
        ANSWER,
        "灯杆老化",
        "138****0000",
        "市城市管理行政执法局",
        "坐席 1 号",
        "审核通过",
    ):
        assert words in sheet, words
    assert "None" not in sheet and "待受理 → 待派单" in sheet
    assert "13800000000" not in sheet and "张某某" not in sheet and "<script" not in sheet
    async with hall.office.database.read() as session:
        record = await session.scalar(select(DeskAudit).where(DeskAudit.action == "print_ticket"))
    assert record is not None and (record.subject, record.result, record.role) == (number, "allowed", "agent")


async def test_a_department_prints_its_own_view_and_only_its_own_tickets(hall: Hall) -> None:
    number = (await hall.office.tickets.file(SECRET, "k")).number
    await hall.act(hall.agent, number, "accept", note="市民张某某，13800000000，已核对")
    await hall.act(hall.agent, number, "dispatch", department=hall.ids["lamps"])
    sheet = await printed(hall.lamps, number)
    assert "路灯" in sheet and "保密" in sheet
    for hidden in ("张某某", "138", "0000000"):
        assert hidden not in sheet, hidden
    await printed(hall.roads, number, 404)
    await hall.act(hall.lamps, number, "ask_return", reason="不归我们管")
    await hall.act(hall.agent, number, "grant_return")
    await printed(hall.lamps, number, 404)


async def test_what_citizens_write_is_text_on_the_sheet(hall: Hall) -> None:
    number = (await hall.office.tickets.file(SECRET, "k")).number
    sheet = await printed(hall.boss, number)
    assert "&lt;b&gt;路灯&lt;/b&gt;" in sheet and "<b>路灯" not in sheet


async def test_lines_stay_lines(hall: Hall) -> None:
    content = "楼下路灯坏了：\n1. 三号杆\r\n2. 五号杆"
    number = (await hall.office.tickets.file(replace(DRAFT, content=content), "k")).number
    for action, given in (
        ("accept", {"note": "第一行\n第二行"}),
        ("dispatch", {"department": hall.ids["lamps"]}),
    ):
        await hall.act(hall.agent, number, action, **given)
    await hall.act(hall.lamps, number, "sign")
    await hall.act(hall.lamps, number, "reply", public=f"{ANSWER}\n以后有问题请再打 12345。")
    for reader in (hall.agent, hall.lamps):
        sheet = await printed(reader, number)
        assert "楼下路灯坏了：<br>1. 三号杆<br>2. 五号杆" in sheet and "第一行<br>第二行" in sheet
        assert f"{ANSWER}<br>以后有问题请再打 12345。" in sheet
