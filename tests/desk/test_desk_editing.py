"""An agent changes a filed ticket: on the version that was seen, with old and new value in the history, and nothing of it leaks."""

from __future__ import annotations

import json

import pytest
from sqlalchemy import select

from core.privacy import lookup_key
from tests.desk import test_desk_lifecycle
from tests.desk.conftest import on_both
from tests.desk.test_desk_lifecycle import Hall
from tickets.editing import MOST_FORMER
from tickets.models import TicketEventRow, TicketRow
from tickets.types import TicketDraft

hall = test_desk_lifecycle.hall

SECRET = TicketDraft(
    "举报", "我叫李明，住龙湖小区3号楼502室，楼下半夜赌博，电话13800000000", "公共安全/赌博",
    "田家庵区", "龙湖小区3号楼502室", contact_name="李明", contact_phone="13800000000", confidential=True,
)  # fmt: skip


async def _row(hall: Hall, number: str) -> TicketRow:
    async with hall.office.database.read() as session:
        found = await session.scalar(select(TicketRow).where(TicketRow.number == number))
    assert found is not None
    return found


async def _edit(
    hall: Hall, number: str, status: int = 200, *, who: str = "agent", **changes: object
) -> dict[str, object]:
    version = changes.pop("version", None) or await hall.version(number)
    return await getattr(hall, who).post(f"/tickets/{number}/edit", {"version": version, **changes}, status)


async def test_fields_change_and_the_history_tells_what_they_were(hall: Hall) -> None:
    number = await hall.file()
    before = await _row(hall, number)
    done = await _edit(
        hall,
        number,
        type="求助",
        address="某某路 2 号",
        subject="路灯管理所",
        contact_phone="139 1111 2222",
        urgent=True,
    )
    row = await _row(hall, number)
    assert (row.type, row.address, row.subject, row.urgency) == (
        "help",
        "某某路 2 号",
        "路灯管理所",
        "urgent",
    )
    assert row.contact_phone == "13911112222" and row.contact_key == lookup_key("13911112222")
    assert row.content == before.content and row.version == before.version + 1
    assert isinstance(done["ticket"], dict) and done["ticket"]["version"] == row.version
    (line,) = [
        e for e in (await hall.agent.get(f"/tickets/{number}"))["events"] if e["action_code"] == "edited"
    ]
    assert line["action"] == "修改"
    assert line["note"].split("\n") == [
        "话务员修改：诉求类型“投诉”改为“求助”",
        "话务员修改：发生地点“某某路 1 号”改为“某某路 2 号”",
        "话务员修改：涉及对象补为“路灯管理所”",
        "话务员修改：联系电话",
        "话务员修改：是否紧急“否”改为“是”",
    ]
    found = await hall.agent.get("/tickets", q="13911112222")
    assert [one["number"] for one in found["tickets"]] == [number], "found by the new phone"
    assert (await hall.agent.get("/tickets", q="13800000000"))["tickets"] == []


async def test_deadlines_follow_what_they_depend_on(hall: Hall) -> None:
    number = await hall.file()
    before = await _row(hall, number)
    await _edit(hall, number, subject="路灯管理所")
    assert (await _row(hall, number)).reply_due_at == before.reply_due_at
    await _edit(hall, number, urgent=True)
    assert (await _row(hall, number)).due_rule != before.due_rule


@on_both
async def test_an_older_version_is_refused_and_told_who_was_faster(hall: Hall) -> None:
    number = await hall.file()
    seen = await hall.version(number)
    await _edit(hall, number, who="boss", subject="路灯管理所")
    refused = await _edit(hall, number, 409, version=seen, subject="别的")
    error = refused["error"]
    assert isinstance(error, dict) and error["code"] == "stale" and error["details"]["action"] == "修改"
    assert (await _row(hall, number)).subject == "路灯管理所"


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({}, 400, "nothing_changed"),
        ({"address": "某某路 1 号"}, 400, "nothing_changed"),
        ({"category": "没有/这个"}, 400, "bad_ticket"),
        ({"district": "火星区"}, 400, "bad_ticket"),
        ({"content": ""}, 400, "bad_ticket"),
        ({"contact_phone": "12"}, 400, "bad_ticket"),
    ],
)
async def test_what_can_not_be_stored_changes_nothing(
    hall: Hall, changes: dict[str, object], status: int, code: str
) -> None:
    number = await hall.file()
    refused = await _edit(hall, number, status, **changes)
    assert isinstance(refused["error"], dict) and refused["error"]["code"] == code
    assert await hall.version(number) == 1


async def test_departments_never_edit_and_a_settled_ticket_stays(hall: Hall) -> None:
    number = await hall.file()
    refused = await _edit(hall, number, 403, who="lamps", subject="别的")
    assert isinstance(refused["error"], dict) and refused["error"]["code"] == "role_not_allowed"
    await hall.act(hall.agent, number, "decline", basis="不归热线", route="去法院")
    refused = await _edit(hall, number, 409, subject="别的")
    assert isinstance(refused["error"], dict) and refused["error"]["code"] == "not_now"


async def test_the_department_is_told_and_reads_what_changed(hall: Hall) -> None:
    number = await hall.file()
    await _edit(hall, number, subject="路灯所")
    await hall.act(hall.agent, number, "accept")
    await hall.act(hall.agent, number, "dispatch", department=hall.ids["lamps"])
    (line,) = (await hall.lamps.get("/tickets"))["tickets"]
    assert line["edited"] is False, "what it never saw otherwise is no news"
    await hall.act(hall.lamps, number, "sign")
    await _edit(hall, number, address="某某路 2 号")
    (line,) = (await hall.lamps.get("/tickets"))["tickets"]
    assert line["edited"] is True
    page = await hall.lamps.get(f"/tickets/{number}")
    assert page["ticket"]["address"] == "某某路 2 号" and page["ticket"]["edited"] is True
    assert "“某某路 1 号”改为“某某路 2 号”" in json.dumps(page["events"], ensure_ascii=False)


async def test_with_secrecy_the_department_reads_no_former_value_and_only_a_supervisor_takes_it_off(
    hall: Hall,
) -> None:
    number = (await hall.office.tickets.file(SECRET, "s")).number
    await hall.act(hall.agent, number, "accept")
    await hall.act(hall.agent, number, "dispatch", department=hall.ids["lamps"])
    await _edit(hall, number, content="楼下半夜赌博，请处理", contact_name="", address="龙湖小区3号楼")
    seen = json.dumps(await hall.lamps.get(f"/tickets/{number}"), ensure_ascii=False)
    assert not any(word in seen for word in ("李明", "502室", "13800000000", "138****0000"))
    assert "话务员修改了诉求内容、发生地点、联系人" in seen
    assert "李明" in json.dumps(await hall.agent.get(f"/tickets/{number}"), ensure_ascii=False), (
        "the hotline reads it"
    )
    refused = await _edit(hall, number, 403, confidential=False)
    assert isinstance(refused["error"], dict) and refused["error"]["code"] == "confidential"
    assert (await _row(hall, number)).confidential
    await _edit(hall, number, who="boss", confidential=False)
    assert not (await _row(hall, number)).confidential


async def test_a_changed_contact_is_no_end_of_the_way_back_to_the_citizen(hall: Hall) -> None:
    """Any agent could cut a complainant off for good (2026-11-30). Now a supervisor reads the former contact, and nobody else."""
    draft = TicketDraft(
        "举报",
        "厂里夜里排污水",
        "生态环境/水污染",
        "田家庵区",
        contact_name="王小明",
        contact_phone="13800000000",
    )
    number = (await hall.office.tickets.file(draft, "m")).number
    await _edit(hall, number, contact_name="李四", contact_phone="13911112222")
    for nth in range(25):
        await _edit(hall, number, contact_phone=f"1391111{nth:04d}")
    reason = {"reason": "回拨或回访群众"}
    seen = await hall.agent.post(f"/tickets/{number}/reveal", reason)
    assert seen["former_contacts"] == [] and "13800000000" not in json.dumps(seen)
    chief = await hall.office.hire("chief9", "supervisor")
    former = (await chief.post(f"/tickets/{number}/reveal", reason))["former_contacts"]
    assert {"王小明", "13800000000", "13911110023"} <= set(former) and len(former) <= MOST_FORMER


async def test_numbers_that_the_agent_sees_masked_are_kept_whole(hall: Hall) -> None:
    draft = TicketDraft("举报", "骗子用13911112222打来，冒充银行", "公共安全/诈骗", "田家庵区")
    number = (await hall.office.tickets.file(draft, "m")).number
    shown = (await hall.agent.get(f"/tickets/{number}"))["ticket"]["content"]
    assert "13911112222" not in shown
    await _edit(hall, number, content=f"{shown}，已经报警")
    assert (await _row(hall, number)).content == "骗子用13911112222打来，冒充银行，已经报警"
    async with hall.office.database.read() as session:
        events = list(await session.scalars(select(TicketEventRow).where(TicketEventRow.action == "edited")))
    assert len(events) == 1 and events[0].actor_kind == "agent"
