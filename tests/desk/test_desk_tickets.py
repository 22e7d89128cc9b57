"""Tickets at the desk: found, read, and their contact shown only to who says why."""

from __future__ import annotations

import pytest
from sqlalchemy import select, update

from desk.models import DeskAudit
from tests.desk.conftest import Office, Person
from tickets.models import TicketRow
from tickets.types import Ticket, TicketDraft

UNKNOWN = "01990000-0000-7000-8000-000000000009"


@pytest.fixture
async def ticket(office: Office) -> Ticket:
    return await office.tickets.file(
        TicketDraft(
            "投诉",
            "小区门口的路灯坏了三天了",
            "市政设施/路灯照明",
            "田家庵区",
            "某某路 1 号",
            "三天前",
            "某某物业",
            "张某某",
            "13800000000",
            True,
            "web",
            "01990000-0000-7000-8000-000000000001",
        ),
        "k",
    )


async def test_list_shows_labels_and_pages(office: Office, ticket: Ticket) -> None:
    agent = await office.hire("a1")
    newer = await office.tickets.file(TicketDraft("建议", "公园里多放几把椅子"), "k2")
    page = await agent.get("/tickets", limit=1)
    assert [t["number"] for t in page["tickets"]] == [newer.number]
    rest = await agent.get("/tickets", limit=1, before=page["next"])
    assert rest["next"] is None
    [line] = rest["tickets"]
    assert line.pop("due")["next"]["step"] == "签收"
    assert line | {"created_at": ""} == {
        "number": ticket.number,
        "type": "投诉",
        "type_code": "complaint",
        "category": "市政设施/路灯照明",
        "district": "田家庵区",
        "state": "待受理",
        "state_code": "pending_acceptance",
        "created_at": "",
        "summary": "小区门口的路灯坏了三天了",
        "conversation_id": "01990000-0000-7000-8000-000000000001",
        "version": 1,
        "urgency": None,
        "supervised": False,
        "disputed": False,
        "corrected": False,
        "edited": False,
        "repeated": False,
        "reporters": 1,
        "department": None,
    }
    found = await agent.get("/tickets", q="路灯", state="待受理")
    assert [t["number"] for t in found["tickets"]] == [ticket.number]
    assert (await agent.get("/tickets", state="closed"))["tickets"] == []


async def test_detail_masks_the_contact_and_hides_the_code(office: Office, ticket: Ticket) -> None:
    agent = await office.hire("a1")
    answer = await agent.get(f"/tickets/{ticket.number}")
    shown = answer["ticket"]
    assert (shown["contact_name"], shown["contact_phone"]) == ("张**", "138****0000")
    assert (shown["address"], shown["subject"], shown["happened_at"]) == ("某某路 1 号", "某某物业", "三天前")
    assert shown["confidential"] is True
    assert [step["step"] for step in shown["due"]["steps"]] == ["签收", "办结"] and shown["due"]["example"]
    assert ticket.query_code not in str(answer) and "13800000000" not in str(answer)
    assert [(e["action"], e["actor"], e["to_state"]) for e in answer["events"]] == [
        ("登记", "群众", "待受理")
    ]


async def test_seeing_the_contact_is_written_down_twice_over(office: Office, ticket: Ticket) -> None:
    agent = await office.hire("a1", name="坐席 3 号")
    clear = await agent.post(f"/tickets/{ticket.number}/reveal", {"reason": " 回访  核实地址 "})
    assert (clear["contact_name"], clear["contact_phone"]) == ("张某某", "13800000000")
    assert clear["words"]["content"] == "小区门口的路灯坏了三天了"
    async with office.database.read() as session:
        [row] = await session.scalars(select(DeskAudit).where(DeskAudit.action == "reveal_contact"))
    assert (row.user_id, row.action, row.subject, row.reason, row.address) == (
        agent.id,
        "reveal_contact",
        ticket.number,
        "回访 核实地址",
        "127.0.0.1",
    )
    last = (await agent.get(f"/tickets/{ticket.number}"))["events"][-1]
    assert (last["action"], last["actor"]) == ("查看联系方式", "坐席 3 号")


@pytest.mark.parametrize(
    "reason",
    [
        "",
        " ",
        "看",
        "\u200b\u200b",
        "看\u2060",
        "长" * 201,
        "需要看一下",
        "看一下看一下",
        "111111",
        "asdfgh",
        "工作需要查看",
        "啊啊啊啊啊啊",
    ],
)
async def test_without_a_reason_nothing_is_shown(office: Office, ticket: Ticket, reason: str) -> None:
    agent = await office.hire("a1")
    refused = await agent.post(f"/tickets/{ticket.number}/reveal", {"reason": reason}, 400)
    assert "13800000000" not in str(refused)
    async with office.database.read() as session:
        results = await session.scalars(
            select(DeskAudit.result).where(
                DeskAudit.action == "reveal_contact", DeskAudit.subject == ticket.number
            )
        )
        assert list(results) == ["refused"]


@pytest.mark.parametrize("number", ["HN2026112399999", "nonsense"])
async def test_what_is_no_ticket_is_not_found(office: Office, number: str) -> None:
    agent = await office.hire("a1")
    assert (await agent.get(f"/tickets/{number}", 404))["error"]["message"] == "没有这张工单"


async def test_an_address_that_no_database_takes_is_refused(office: Office) -> None:
    agent = await office.hire("a1")
    await agent.get("/tickets/%00", 400)


@pytest.mark.parametrize(
    "query", [{"limit": 1000}, {"state": "没有"}, {"q": "长" * 101}, {"q": "\0"}, {"x": "1"}]
)
async def test_bad_questions_are_refused(office: Office, query: dict[str, str | int]) -> None:
    agent = await office.hire("a1")
    await agent.get("/tickets", 400, **query)


async def test_a_department_sees_what_was_dispatched_to_it_and_no_other(
    office: Office, ticket: Ticket
) -> None:
    water, roads = await office.department("水务集团"), await office.department("交通运输局")
    async with office.database.write() as session:
        await session.execute(
            update(TicketRow).where(TicketRow.number == ticket.number).values(department_id=water)
        )
    own = await office.hire("d1", "department", department=water)
    assert [t["number"] for t in (await own.get("/tickets"))["tickets"]] == [ticket.number]
    assert (await own.get(f"/tickets/{ticket.number}"))["ticket"]["number"] == ticket.number
    await _nothing_to_see(await office.hire("d2", "department", department=roads), ticket.number)


async def test_a_department_account_that_belongs_to_none_sees_nothing(office: Office, ticket: Ticket) -> None:
    # Not even what no department has yet.
    await _nothing_to_see(await office.hire("d1", "department"), ticket.number)


async def test_like_tickets_are_marked_for_who_may_see_them(office: Office, ticket: Ticket) -> None:
    roads = await office.department("交通运输局")
    draft = TicketDraft("投诉", "门口路灯还是坏的", contact_phone="13800000000")
    like = await office.tickets.file(draft, "k2")
    async with office.database.write() as session:
        await session.execute(
            update(TicketRow).where(TicketRow.number == ticket.number).values(department_id=roads)
        )
    agent = await office.hire("a1")
    [mark] = (await agent.get(f"/tickets/{ticket.number}"))["ticket"]["maybe_same"]
    assert (mark["number"], mark["why"]) == (like.number, ["同一电话"])
    own = (await (await office.hire("d1", "department", department=roads)).get(f"/tickets/{ticket.number}"))[
        "ticket"
    ]
    assert own["maybe_same"] == [] and own["conversation_id"] is None


async def _nothing_to_see(person: Person, number: str) -> None:
    assert (await person.get("/tickets"))["tickets"] == []
    reason = {"reason": "核实情况"}
    for refused in (
        await person.get(f"/tickets/{number}", 404),
        await person.get(f"/tickets/{number}/photos/{UNKNOWN}", 404),
        await person.post(f"/tickets/{number}/reveal", reason, 404),
    ):
        assert refused["error"]["message"] == "没有这张工单"


async def test_a_masked_number_is_not_found_digit_by_digit(office: Office) -> None:
    agent = await office.hire("a1")
    words = "楼上漏水，物业的人13911112222不接，查询码是AC3D9KXQ"
    number = (await office.tickets.file(TicketDraft("投诉", words), "k2")).number
    for known in ("13911", "139111122", "13911112222", "1391", "AC3D9KXQ"):
        assert (await agent.get("/tickets", q=f"{number} {known}"))["tickets"] == [], known
    assert len((await agent.get("/tickets", q=f"{number} 漏水"))["tickets"]) == 1


async def test_no_reveal_shows_a_query_code(office: Office) -> None:
    agent = await office.hire("a1")
    words = "单子HN2026112300001的查询码是AC3D9KXQ，电话13911112222"
    number = (await office.tickets.file(TicketDraft("投诉", words), "k2")).number
    shown = await agent.post(f"/tickets/{number}/reveal", {"reason": "回访核实漏水的楼层"})
    assert "13911112222" in shown["words"]["content"]
    assert "AC3D9KXQ" not in shown["words"]["content"]
