"""来电登记: a call by hand or from the telephone system, who calls, a ticket, a callback; and the list that leads somebody to call."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from core.clock import now
from desk.guesses import ALIKE_A_DAY
from desk.models import DeskAudit, DeskReveal
from telephony import Calls
from telephony.calls import CTI, Happens, Told
from telephony.models import CallEventRow, WishedCallRow
from tests.desk.conftest import OURS, Office, Person, on_both
from tests.desk.test_desk_lifecycle import ANSWER
from tickets.models import TicketRow
from tickets.types import TicketDraft

PHONE = "13800000000"
MATTER = {
    "type": "求助",
    "content": "龙湖路路灯坏了三天",
    "district": "田家庵区",
    "contact_phone": PHONE,
    "key": "key-00001",
}


def _at(**ahead: int) -> str:
    return (now() + timedelta(**ahead)).isoformat()


async def _count(office: Office, table: Any) -> int:
    async with office.database.read() as session:
        return await session.scalar(select(func.count()).select_from(table)) or 0


async def test_a_call_is_written_down_once_and_ended(office: Office) -> None:
    agent = await office.hire("agent1", name="坐席 7 号")
    call = (await agent.post("/phone/calls", {"key": "call-0001", "phone": "138 0000 0000"}))["call"]
    assert (call["state"], call["phone"], call["agent"]["display_name"]) == ("通话中", PHONE, "坐席 7 号")
    again = (await agent.post("/phone/calls", {"key": "call-0001", "phone": "138 0000 0000"}))["call"]
    assert again["id"] == call["id"] and await _count(office, CallEventRow) == 1
    ended = (await agent.post(f"/phone/calls/{call['id']}", {"event": "ended"}))["call"]
    assert ended["state"] == "已结束" and ended["talked_s"] is not None
    await agent.post(f"/phone/calls/{call['id']}", {"event": "ended"}, 409)
    await agent.post("/phone/calls", {"key": "call-0002", "phone": PHONE, "missed": True})
    figures = await agent.get("/phone/figures", days=1)
    assert (figures["answered"], figures["missed"], figures["answered_share"]) == (1, 1, 0.5)
    refused = await agent.post("/phone/calls", {"key": "call-0003", "phone": "12"}, 400)
    assert refused["error"]["code"] == "bad_phone"


async def test_only_who_answers_reads_the_number(office: Office) -> None:
    agent, other = await office.hire("agent1"), await office.hire("agent2")
    call = (await agent.post("/phone/calls", {"key": "call-0001", "phone": PHONE}))["call"]
    assert (await agent.get("/phone/calls"))["calls"][0]["phone"] == PHONE
    assert (await other.get("/phone/calls"))["calls"][0]["phone"] == "138****0000"
    assert (await other.get(f"/phone/calls/{call['id']}"))["call"]["phone"] == "138****0000"
    refused = await other.post(f"/phone/calls/{call['id']}", {"event": "ended"}, 409)
    assert refused["error"]["code"] == "not_yours"


async def test_the_caller_is_known_by_tickets_talks_and_calls(office: Office) -> None:
    agent = await office.hire("agent1")
    talk = await office.says("v1", "路灯坏了", "v1-1")
    draft = TicketDraft("求助", "龙湖路路灯坏了", contact_phone=PHONE, conversation_id=talk)
    number = (await office.tickets.file(draft, "k1")).number
    secret = TicketDraft("举报", "楼下赌博", contact_phone=PHONE, confidential=True)
    hidden = (await office.tickets.file(secret, "k2")).number
    call = (await agent.post("/phone/calls", {"key": "call-0001", "phone": PHONE}))["call"]
    caller = (await agent.get(f"/phone/calls/{call['id']}"))["caller"]
    assert [one["number"] for one in caller["tickets"]] == [number], "none with 保密"
    assert [one["id"] for one in caller["conversations"]] == [talk]
    assert [one["id"] for one in caller["calls"]] == [call["id"]]
    typed = await agent.post("/phone/caller", {"phone": "138-0000-0000"})
    assert [one["number"] for one in typed["tickets"]] == [number]
    assert hidden not in json.dumps(typed) and PHONE not in json.dumps(typed["tickets"])
    await agent.post("/phone/caller", {"phone": "路灯"}, 400)


@on_both
async def test_a_ticket_of_a_call_is_filed_once_and_its_citizen_is_called_about_the_answer(
    office: Office,
) -> None:
    agent = await office.hire("agent1")
    lamps = await office.department("测试市路灯管理所")
    department = await office.hire("lamps", "department", department=lamps)
    call = (await agent.post("/phone/calls", {"key": "call-0001", "phone": PHONE}))["call"]
    sent = [agent.post("/phone/tickets", {**MATTER, "call": call["id"]}) for _ in range(4)]
    (number,) = {found["number"] for found in await asyncio.gather(*sent)}
    assert await _count(office, TicketRow) == 1
    page = (await agent.get(f"/tickets/{number}"))["ticket"]
    assert page["channel"] == "phone" and page["conversation_id"] is None
    assert (await agent.get(f"/phone/calls/{call['id']}"))["call"]["ticket_number"] == number
    for who, action, fields in (
        (agent, "accept", {}),
        (agent, "dispatch", {"department": lamps}),
        (department, "sign", {}),
        (department, "reply", {"public": ANSWER.replace("小区门口", "龙湖路"), "override": "已经核对过"}),
        (agent, "approve", {}),
    ):
        version = (await agent.get(f"/tickets/{number}"))["ticket"]["version"]
        await who.post(f"/tickets/{number}/act", {"action": action, "version": version, "fields": fields})
    calls = (await agent.get("/calls"))["calls"]
    assert [one["number"] for one in calls] == [number], "at once, because nobody can ask in a conversation"
    async with office.database.read() as session:
        kept = await session.scalars(select(DeskAudit).where(DeskAudit.action == "file_ticket"))
        assert [one.subject for one in kept if one.subject] == [number]


async def test_numbers_put_in_for_callbacks_are_counted_and_a_bad_moment_is_told_in_one_language(
    office: Office,
) -> None:
    agent = await office.hire("agent1")
    wish = {"about": "问办证时间", "wished_at": _at(hours=2)}
    for nth in range(ALIKE_A_DAY):
        await agent.post(
            "/phone/callbacks", {"key": f"wish-10{nth:02d}", "phone": f"1397{nth}001234", **wish}
        )
    more = {"key": "wish-1099", "phone": "13979001234", **wish}
    refused = await agent.post("/phone/callbacks", more, 403)
    assert refused["error"]["code"] == "number_budget"
    bad = await agent.post("/phone/callbacks", {**more, "wished_at": 17}, 400)
    assert "回电时间要写成" in bad["error"]["message"] and "a time" not in bad["error"]["message"]


async def test_a_callback_at_a_time_leads_somebody_to_call(office: Office) -> None:
    agent, other = await office.hire("agent1", name="坐席 1 号"), await office.hire("agent2")
    call = (await agent.post("/phone/calls", {"key": "call-0001", "phone": PHONE}))["call"]
    wish = {
        "key": "wish-0001",
        "call": call["id"],
        "about": "问公积金提取的材料",
        "name": "李明",
        "wished_at": _at(hours=2),
    }
    made = [agent.post("/phone/callbacks", wish) for _ in range(3)]
    (one,) = {found["callback"]["id"] for found in await asyncio.gather(*made)}
    soon = {
        "key": "wish-0002",
        "phone": "13911112222",
        "about": "问狗证，电话13955556666",
        "wished_at": _at(seconds=0),
    }
    two = (await other.post("/phone/callbacks", soon))["callback"]["id"]
    listed = await other.get("/phone/callbacks")
    assert [(c["id"], c["due"], c["phone"]) for c in listed["callbacks"]] == [
        (two, True, "139****2222"),
        (one, False, "138****0000"),
    ]
    assert listed["due"] == 1 and "13955556666" not in json.dumps(listed)
    assert listed["callbacks"][1]["noted_by"] == "坐席 1 号" and listed["callbacks"][1]["name"] == "李*"
    await other.post(f"/phone/callbacks/{two}/reveal", {"reason": "看"}, 400)
    clear = await other.post(f"/phone/callbacks/{two}/reveal", {"reason": "回拨或回访群众"})
    assert clear["phone"] == "13911112222"
    async with office.database.read() as session:
        seen = await session.scalar(select(DeskReveal).where(DeskReveal.what == "callback"))
    assert seen is not None and seen.subject == two
    tried = (await other.post(f"/phone/callbacks/{two}/end", {"result": "unreached"}))["callback"]
    assert tried["tries"] == 1 and tried["due"] is False
    assert (await other.get("/phone/callbacks"))["due"] == 0
    await other.post(f"/phone/callbacks/{two}/end", {"result": "reached", "note": "讲清楚了"})
    await agent.post(f"/phone/callbacks/{two}/end", {"result": "reached"}, 409)
    assert [c["id"] for c in (await other.get("/phone/callbacks"))["callbacks"]] == [one]
    caller = await agent.post("/phone/caller", {"phone": PHONE})
    assert [c["id"] for c in caller["callbacks"]] == [one]


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"phone": "12"}, "phone"),
        ({"phone": ""}, "phone"),
        ({"about": "  "}, "about"),
        ({"wished_at": (now() - timedelta(hours=1)).isoformat()}, "wished_at"),
        ({"wished_at": (now() + timedelta(days=60)).isoformat()}, "wished_at"),
        ({"wished_at": "2026-11-30T10:00:00"}, "wished_at"),
    ],
)
async def test_a_callback_needs_a_number_a_time_and_a_reason(
    office: Office, wrong: dict[str, str], field: str
) -> None:
    agent = await office.hire("agent1")
    wish = {"key": "wish-0001", "phone": PHONE, "about": "问材料", "wished_at": _at(hours=1), **wrong}
    refused = await agent.post("/phone/callbacks", wish, 400)
    assert field in refused["error"]["details"]["fields"]
    assert await _count(office, WishedCallRow) == 0


async def test_an_incoming_call_pops_up_at_the_desks(office: Office) -> None:
    agent = await office.hire("agent1")
    async with agent.client.ws_connect("/api/desk/live", headers=OURS) as socket:
        told = Told("c-1", Happens.RUNG, now(), PHONE, agent.id, delivery="d-1", body="b")
        call = await Calls(office.database, office.events).tell(CTI, told)
        frame = await asyncio.wait_for(socket.receive_json(), 5)
    assert frame["type"] == "call" and frame["happened"] == "rung"
    assert frame["call"]["id"] == call.id and frame["call"]["agent_id"] == agent.id
    assert PHONE not in json.dumps(frame)
    taken = (await agent.post(f"/phone/calls/{call.id}", {"event": "answered"}))["call"]
    assert taken["state"] == "通话中" and taken["phone"] == PHONE


async def test_an_agents_key_is_the_agents_own_and_never_stands_for_something_else(office: Office) -> None:
    agent, other = await office.hire("agent1"), await office.hire("agent2")
    key = "k" * 64
    one = (await agent.post("/phone/calls", {"key": key, "phone": PHONE}))["call"]
    two = (await other.post("/phone/calls", {"key": key, "phone": "13911112222"}))["call"]
    assert one["id"] != two["id"] and two["phone"] == "13911112222"
    missed = await agent.post("/phone/calls", {"key": key, "phone": PHONE, "missed": True}, 409)
    assert missed["error"]["code"] == "key_reused"
    await agent.post("/phone/calls", {"key": key[:-1] + "x", "phone": "13955556666"})
    assert await _count(office, CallEventRow) == 3, "keys that begin alike are two"
    number = (await agent.post("/phone/tickets", {**MATTER, "key": key}))["number"]
    refused = await agent.post("/phone/tickets", {**MATTER, "key": key, "content": "楼道堆了杂物"}, 409)
    assert refused["error"]["code"] == "key_reused" and refused["error"]["details"]["number"] == number
    assert (await other.post("/phone/tickets", {**MATTER, "key": key}))["number"] != number


@on_both
async def test_the_longest_key_fits_a_callback_and_another_wish_needs_another(office: Office) -> None:
    agent = await office.hire("agent1")
    wish = {"key": "k" * 64, "phone": PHONE, "about": "问材料", "wished_at": _at(hours=1)}
    made = (await agent.post("/phone/callbacks", wish))["callback"]
    assert (await agent.post("/phone/callbacks", wish))["callback"]["id"] == made["id"]
    refused = await agent.post("/phone/callbacks", {**wish, "about": "问别的"}, 409)
    assert refused["error"]["code"] == "key_reused"
    await agent.post("/phone/callbacks", {**wish, "key": "key-00002", "ticket": "HN2026010199999"}, 404)
    nobodys = "01990000-0000-7000-8000-000000000001"
    await agent.post("/phone/callbacks", {**wish, "key": "key-00003", "call": nobodys}, 404)
    assert await _count(office, WishedCallRow) == 1


@on_both
async def test_of_two_who_take_a_call_at_once_one_has_it(office: Office) -> None:
    people = [await office.hire(f"agent{nth}") for nth in range(4)]
    rung = Told("c-1", Happens.RUNG, now(), PHONE, delivery="d-1", body="b")
    call = await Calls(office.database, office.events).tell(CTI, rung)
    early = await people[0].post(f"/phone/calls/{call.id}", {"event": "ended"}, 409)
    assert early["error"]["code"] == "not_answered", "nobody hangs up what nobody has taken"

    async def takes(one: Person) -> tuple[int, str]:
        path = f"/api/desk/phone/calls/{call.id}"
        async with one.client.post(path, json={"event": "answered"}, headers=OURS) as response:
            return response.status, await response.text()

    taken = await asyncio.gather(*map(takes, people))
    assert sorted(status for status, _ in taken) == [200, 409, 409, 409]
    assert sum(PHONE in found for _, found in taken) == 1, "and only they read the number"
    loser = next(one for one, (status, _) in zip(people, taken, strict=True) if status == 409)
    refused = await loser.post("/phone/tickets", {**MATTER, "call": call.id}, 409)
    assert refused["error"]["code"] == "not_yours" and await _count(office, TicketRow) == 0


async def test_a_call_that_rings_at_a_colleague_is_the_colleagues(office: Office) -> None:
    colleague, agent = await office.hire("agent1"), await office.hire("agent2")
    rung = Told("c-1", Happens.RUNG, now(), PHONE, agent_id=colleague.id, delivery="d-1", body="b")
    call = await Calls(office.database, office.events).tell(CTI, rung)
    refused = await agent.post(f"/phone/calls/{call.id}", {"event": "answered"}, 409)
    assert refused["error"]["code"] == "not_yours" and PHONE not in str(refused)
    assert PHONE in str(await colleague.post(f"/phone/calls/{call.id}", {"event": "answered"}))


async def test_a_call_whose_end_was_never_told_rings_no_longer(office: Office) -> None:
    agent = await office.hire("agent1")
    rung = Told("c-1", Happens.RUNG, now() - timedelta(minutes=11), PHONE, delivery="d-1", body="b")
    call = await Calls(office.database, office.events).tell(CTI, rung)
    assert (await agent.get("/phone/calls"))["calls"][0]["state"] == "未接"
    refused = await agent.post(f"/phone/calls/{call.id}", {"event": "answered"}, 409)
    assert refused["error"]["code"] == "call_over"


async def test_pages_of_calls_and_callbacks_hold_each_once_and_no_other_place_is_taken(
    office: Office,
) -> None:
    agent = await office.hire("agent1")
    for nth in range(5):
        await agent.post("/phone/calls", {"key": f"call-000{nth}", "phone": PHONE})
        wish = {"phone": PHONE, "about": f"第 {nth} 件", "wished_at": _at(hours=2)}
        await agent.post("/phone/callbacks", {"key": f"wish-000{nth}", **wish})
    for what in ("calls", "callbacks"):
        seen: list[str] = []
        after = ""
        while True:
            page = await agent.get(f"/phone/{what}", limit=2, after=after)
            seen += [one["id"] for one in page[what]]
            if not page["next"]:
                break
            after = page["next"]
        assert len(seen) == len(set(seen)) == 5, what
        for wrong in (
            "x",
            "2026-11-30T10:00:00 a",
            "9999-12-31T23:59:59-12:00 a",
            "0001-01-01T00:00:00+12:00 a",
        ):
            await agent.get(f"/phone/{what}", 400, after=wrong)


@pytest.mark.parametrize("role", ["admin", "auditor", "editor"])
async def test_who_answers_nobody_has_no_telephone(office: Office, role: str) -> None:
    person = await office.hire("somebody", role)
    for path in ("/phone/calls", "/phone/figures", "/phone/callbacks"):
        await person.get(path, 403)
    await person.post("/phone/tickets", MATTER, 403)
    await person.post("/phone/caller", {"phone": PHONE}, 403)
