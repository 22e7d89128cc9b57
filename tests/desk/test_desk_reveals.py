"""Numbers in conversations are masked for agents until they say why; each sight is counted, recorded and shown."""

from __future__ import annotations

import asyncio
import json
import re
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from conversations.types import Button, Reply
from core.clock import now
from desk.models import DeskAudit, DeskReveal
from desk.reveals import PRESETS
from tests.desk.conftest import MakeOffice, Office, on_both
from tickets.types import TicketDraft

NUMBERS = (
    "13955540917",
    "34040319680512142X",
    "340403680512142",
    "4111111111111111",
    "482913",
    "AC3D9KXQ",
    "05546661234",
)
SAID = (
    "我13955540917，座机05546661234，身份证34040319680512142X，旧的340403680512142，卡4111 1111 1111 1111，"
    "HN2026112300001查询码482913，新的查询码AC3D-9KXQ"
)
REASON = {"reason": PRESETS[0]}


def _in(answer: object) -> list[str]:
    told = re.sub(r"[ -]", "", json.dumps(answer, ensure_ascii=False))
    return [number for number in NUMBERS if number in told]


async def _talk(office: Office) -> str:
    """A conversation with numbers in every place where an agent may read: words, buttons, cards, facts, notes."""
    conversation_id = await office.waiting("v1")
    await office.says("v1", SAID, "v1-2")
    card = {
        "kind": "ticket",
        "number": "HN2026112300001",
        "query_code": "AC3D9KXQ",
        "state": SAID,
        "fields": [{"value": SAID}],
    }
    await office.conversations.tell(conversation_id, Reply(SAID, (Button(SAID, "/x"),), card), "t1")
    await office.conversations.remember(
        conversation_id, "form", {"诉求内容": SAID, "联系电话": "13955540917"}
    )
    return conversation_id


async def test_no_answer_holds_a_number_in_clear(office: Office) -> None:
    agent = await office.hire("a1")
    socket = await agent.client.ws_connect("/api/desk/live")
    conversation_id = await _talk(office)
    await agent.post(f"/conversations/{conversation_id}/take")
    said = await agent.post(f"/conversations/{conversation_id}/messages", {"client_id": "c1", "text": SAID})
    await agent.post(f"/conversations/{conversation_id}/transfer", {"to": None, "note": SAID})
    await office.tickets.file(TicketDraft("投诉", SAID, address=SAID[:200], subject=SAID), "k")
    number = (await agent.get("/tickets"))["tickets"][0]["number"]
    answers = [
        said,
        *[
            await agent.get(path)
            for path in (
                "/conversations",
                f"/conversations/{conversation_id}",
                f"/conversations/{conversation_id}/events",
                "/tickets",
                f"/tickets/{number}",
            )
        ],
    ]
    for answer in answers:
        assert _in(answer) == [], answer
    frames: list[Any] = []
    try:
        while True:
            frames.append(await asyncio.wait_for(socket.receive_json(), 0.5))
    except TimeoutError:
        pass
    assert {frame["type"] for frame in frames} >= {"message", "conversation", "ticket"}
    assert _in(frames) == []
    await socket.close()


async def test_one_click_shows_the_numbers_but_no_code(office: Office) -> None:
    agent, chief = await office.hire("a1", name="坐席 3 号"), await office.hire("s1", "supervisor")
    conversation_id = await _talk(office)
    clear = await agent.post(f"/conversations/{conversation_id}/reveal", REASON)
    assert _in(clear) == [number for number in NUMBERS if number not in ("482913", "AC3D9KXQ")]
    assert {"name": "联系电话", "value": "13955540917"} in clear["slots"]
    async with office.database.read() as session:
        [row] = await session.scalars(select(DeskAudit).where(DeskAudit.action == "reveal_conversation"))
    assert (row.action, row.subject, row.reason) == ("reveal_conversation", conversation_id, PRESETS[0])
    listed = await chief.get("/reveals")
    assert [(one["user"], one["what"], one["subject"], one["reason"]) for one in listed["reveals"]] == [
        ("坐席 3 号", "conversation", conversation_id, PRESETS[0])
    ]
    assert listed["today"] == [{"id": agent.id, "name": "坐席 3 号", "used": 1, "most": 60}]
    await agent.get("/reveals", 403)


@pytest.mark.parametrize(
    "reason", ["", "看看", "需要看一下", "111111", "工作需要查看", "啊啊啊啊啊啊", "......", "qwertyui"]
)
async def test_a_reason_without_substance_shows_nothing(office: Office, reason: str) -> None:
    agent = await office.hire("a1")
    conversation_id = await _talk(office)
    refused = await agent.post(f"/conversations/{conversation_id}/reveal", {"reason": reason}, 400)
    assert refused["error"]["code"] == "reason_needed" and _in(refused) == []
    async with office.database.read() as session:
        assert list(await session.scalars(select(DeskReveal))) == []


async def test_the_days_number_and_what_a_supervisor_adds(make_office: MakeOffice) -> None:
    office = await make_office(reveals_a_day=2)
    agent, chief = await office.hire("a1"), await office.hire("s1", "supervisor")
    numbers = [
        (await office.tickets.file(TicketDraft("投诉", f"第 {n} 件事"), f"k{n}")).number for n in range(4)
    ]
    for number in (numbers[0], numbers[0], numbers[1], numbers[0]):  # the same ticket counts once
        await agent.post(f"/tickets/{number}/reveal", REASON)
    refused = await agent.post(f"/tickets/{numbers[2]}/reveal", REASON, 403)
    assert refused["error"]["code"] == "reveal_budget"
    assert (await office.tickets.events(numbers[2]))[-1].action == "filed", (
        "what was refused left no trace of a sight"
    )
    await chief.post("/reveals/more", {"user": chief.id, "reason": PRESETS[0]}, 403)
    await chief.post("/reveals/more", {"user": "nobody", "reason": PRESETS[0]}, 404)
    await agent.post("/reveals/more", {"user": agent.id, "reason": PRESETS[0]}, 403)
    given = await chief.post("/reveals/more", {"user": agent.id, "reason": "集中回访昨天的停水诉求"})
    assert [(one["used"], one["most"]) for one in given["today"]] == [(2, 4)]
    await chief.post("/reveals/more", {"user": agent.id, "reason": PRESETS[0]})
    refused = await chief.post("/reveals/more", {"user": agent.id, "reason": PRESETS[0]}, 403)
    assert refused["error"]["code"] == "more_budget"
    listed = (await chief.get("/reveals"))["reveals"]
    assert [one["subject"] for one in listed if one["what"] == "more"] == [agent.id, agent.id]
    for number in numbers[2:]:
        await agent.post(f"/tickets/{number}/reveal", REASON)
    async with office.database.write() as session:
        await session.execute(update(DeskReveal).values(at=now().replace(year=2020)))
    await agent.post(f"/tickets/{numbers[0]}/reveal", REASON)


@on_both
async def test_sights_at_the_same_moment_do_not_pass_the_days_number(make_office: MakeOffice) -> None:
    office = await make_office(reveals_a_day=3)
    agent = await office.hire("a1")
    numbers = [
        (await office.tickets.file(TicketDraft("投诉", f"第 {n} 件事"), f"k{n}")).number for n in range(8)
    ]
    paths = [f"/api/desk/tickets/{number}/reveal" for number in numbers]
    header = {"X-Requested-With": "wenban"}
    answers = await asyncio.gather(*[agent.client.post(path, json=REASON, headers=header) for path in paths])
    assert sorted(answer.status for answer in answers) == [200] * 3 + [403] * 5


async def test_the_list_comes_in_pages_and_of_one_person(office: Office) -> None:
    one, two, chief = await office.hire("a1"), await office.hire("a2"), await office.hire("s1", "supervisor")
    number = (await office.tickets.file(TicketDraft("投诉", "路灯坏了"), "k")).number
    for agent in (one, two, one):
        await agent.post(f"/tickets/{number}/reveal", REASON)
    first = await chief.get("/reveals", limit=2)
    rest = await chief.get("/reveals", limit=2, before=first["next"])
    assert (len(first["reveals"]), len(rest["reveals"]), rest["next"]) == (2, 1, None)
    assert len((await chief.get("/reveals", user=one.id))["reveals"]) == 2
    await chief.get("/reveals", 400, limit=201)


def test_the_page_offers_the_reasons_that_the_server_knows() -> None:
    page = (Path(__file__).parents[2] / "web/desk/state/reveals.ts").read_text("utf-8")
    assert json.loads(re.search(r"PRESETS = (\[.*?\])", page)[1]) == list(PRESETS)  # type: ignore[index]
