"""Passing a conversation on at the desk, and ending it there."""

from __future__ import annotations

import asyncio
import re

import pytest
from sqlalchemy import select, update

from desk.models import DeskAudit, DeskUser
from tests.desk.conftest import OURS, Office, Person, on_both
from tests.desk.test_desk_live import connect, until


async def audited(office: Office) -> list[tuple[str | None, str, str, str]]:
    """What was passed on and taken over, as the audit has it, without what was refused."""
    async with office.database.read() as session:
        rows = await session.scalars(
            select(DeskAudit)
            .where(DeskAudit.action.in_(("transfer", "take_over")), DeskAudit.result == "allowed")
            .order_by(DeskAudit.seq)
        )
        return [(row.user_id, row.action, row.subject, row.reason) for row in rows]


async def taken(office: Office, agent: Person, visitor: str = "v1") -> str:
    """A conversation that the agent has; its address."""
    conversation_id = await office.waiting(visitor)
    await agent.post(f"/conversations/{conversation_id}/take")
    return f"/conversations/{conversation_id}"


@on_both
async def test_the_colleague_hears_at_once_and_reads_the_note(office: Office) -> None:
    anne, bill = await office.hire("a1", name="坐席 1 号"), await office.hire("a2", name="坐席 2 号")
    socket = await connect(bill)
    one = await taken(office, anne)
    passed = (await anne.post(f"{one}/transfer", {"to": bill.id, "note": "请核实楼栋"}))["conversation"]
    by = {"id": anne.id, "display_name": "坐席 1 号"}
    to = {"id": bill.id, "display_name": "坐席 2 号"}
    assert (passed["agent"], passed["transfer"]) == (to, {"by": by, "note": "请核实楼栋"})
    heard = await until(socket, "conversation", id=passed["id"], agent=to)
    assert heard["conversation"]["transfer"]["note"] == "请核实楼栋"
    assert heard["conversation"]["unread"] == 1
    assert (await bill.get("/conversations", mode="human", mine=1))["counts"]["mine"] == 1
    event = (await bill.get(f"{one}/events"))["events"][-1]
    assert (event["kind"], event["agent"], event["to"]) == ("transferred", by, to)
    assert event["facts"]["note"] == "请核实楼栋"
    assert await audited(office) == [(anne.id, "transfer", passed["id"], "请核实楼栋")]
    await anne.post(f"{one}/messages", {"client_id": "m1", "text": "还有"}, 409)
    await bill.post(f"{one}/messages", {"client_id": "m1", "text": "您好，我接着办"})


async def test_into_the_queue_and_taken_by_whoever_is_free(office: Office) -> None:
    anne, bill = await office.hire("a1"), await office.hire("a2")
    one = await taken(office, anne)
    passed = (await anne.post(f"{one}/transfer", {"to": None, "note": "要懂社保的同事"}))["conversation"]
    assert (passed["mode"], passed["agent"]) == ("waiting", None)
    assert passed["transfer"]["note"] == "要懂社保的同事"
    assert (await bill.post(f"{one}/take"))["conversation"]["transfer"]["note"] == "要懂社保的同事"
    back = (await bill.post(f"{one}/hand_back"))["conversation"]
    assert back["transfer"] is None


async def test_who_can_be_chosen(office: Office) -> None:
    anne = await office.hire("a1")
    busy, free, away = [await office.hire(f"b{n}", name=f"坐席 {n} 号") for n in range(3)]
    await office.hire("e1", "editor")
    await office.hire("d1", "department")
    sockets = [await connect(one) for one in (anne, busy, free)]
    await taken(office, busy)
    shown = (await anne.get("/agents"))["agents"]
    assert [(one["id"], one["display_name"], one["online"], one["in_hand"]) for one in shown] == [
        (free.id, "坐席 1 号", True, 0),
        (busy.id, "坐席 0 号", True, 1),
        (away.id, "坐席 2 号", False, 0),
    ]
    for socket in sockets:
        await socket.close()


async def test_what_is_refused_says_why_and_is_not_recorded_as_done(office: Office) -> None:
    anne, bill = await office.hire("a1", name="坐席 1 号"), await office.hire("a2", name="坐席 2 号")
    editor = await office.hire("e1", "editor")
    closed = await office.hire("a3")
    async with office.database.write() as session:
        await session.execute(update(DeskUser).where(DeskUser.id == closed.id).values(active=False))
    one = await taken(office, anne)
    for person, to, note, status, code in (
        (bill, anne.id, "给你", 409, "not_yours"),
        (bill, None, "给大家", 409, "not_yours"),
        (anne, anne.id, "给我", 409, "same_agent"),
        (anne, bill.id, "给你", 409, "agent_offline"),
        (anne, editor.id, "给你", 400, "not_an_agent"),
        (anne, closed.id, "给你", 400, "not_an_agent"),
        (anne, "nobody", "给谁", 400, "not_an_agent"),
        (anne, None, " ", 400, "note_needed"),
        (anne, None, "长" * 201, 400, "note_needed"),
    ):
        error = (await person.post(f"{one}/transfer", {"to": to, "note": note}, status))["error"]
        assert error["code"] == code, error
        assert error["message"], error
    assert (
        "坐席 2 号现在不在线"
        in (await anne.post(f"{one}/transfer", {"to": bill.id, "note": "给你"}, 409))["error"]["message"]
    )
    assert await audited(office) == []
    view = (await anne.get(one))["conversation"]
    assert (view["mode"], view["agent"]["id"]) == ("human", anne.id)


@on_both
async def test_of_several_at_once_one_passes_it_and_only_that_is_recorded(office: Office) -> None:
    anne = await office.hire("a1")
    one = await taken(office, anne)

    async def passed_on(note: str) -> int:
        answer = await anne.client.post(
            f"/api/desk{one}/transfer", json={"to": None, "note": note}, headers=OURS
        )
        return answer.status

    found = await asyncio.gather(*(passed_on(f"第 {n} 次") for n in range(6)))
    assert sorted(found) == [200, *[409] * 5]
    [record] = await audited(office)
    assert record[3] == f"第 {found.index(200)} 次"


@pytest.mark.parametrize("blank", ["\u200b\u200b", "\u3164 \u2800", "看\u200b", "\u00ad\u2060 \n"])
async def test_a_note_that_nobody_can_read_is_none(office: Office, blank: str) -> None:
    anne = await office.hire("a1")
    one = await taken(office, anne)
    refused = await anne.post(f"{one}/transfer", {"to": None, "note": blank}, 400)
    assert refused["error"]["code"] == "note_needed"
    await anne.post(f"{one}/messages", {"client_id": "m1", "text": blank.replace("看", "")}, 400)
    assert await audited(office) == []


@pytest.mark.parametrize(
    "body", [{}, {"to": None}, {"note": "x y"}, {"to": 5, "note": "给你"}, {"to": "", "note": "给"}]
)
async def test_bad_requests_are_refused(office: Office, body: dict[str, object]) -> None:
    agent = await office.hire("a1")
    one = await taken(office, agent)
    error = (await agent.post(f"{one}/transfer", body, 400))["error"]
    assert not re.search(
        "[A-Za-z]{3}", error["message"] + "".join(error["details"].get("fields", {}).values())
    )


async def test_an_ended_conversation_is_closed_until_the_citizen_writes(office: Office) -> None:
    anne, bill = await office.hire("a1", name="坐席 1 号"), await office.hire("a2")
    one = await taken(office, anne)
    await bill.post(f"{one}/close", status=409)
    closed = (await anne.post(f"{one}/close"))["conversation"]
    assert (closed["mode"], closed["stage"], closed["agent"]) == ("bot", "closed", None)
    assert (await anne.get("/conversations", mode="bot"))["conversations"] == []
    event = (await anne.get(f"{one}/events"))["events"][-1]
    assert (event["kind"], event["actor"], event["agent"]["id"]) == ("closed", "agent", anne.id)
    await office.says("v1", "再问一句", "v1-2")
    assert (await anne.get(one))["conversation"]["stage"] == "active"
    [listed] = (await anne.get("/conversations", mode="bot"))["conversations"]
    assert listed["last_words"]["text"] == "再问一句"
