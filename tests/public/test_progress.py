"""The page /progress: all of a ticket for who has its number and code, and nothing for anybody else."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from sqlalchemy import func, select

from conversations.media import Media
from conversations.service import Conversations
from core import codes
from core.database import Database
from core.events import LocalEvents
from core.rates import LocalRates
from core.settings import Settings
from public import progress as page
from public.progress import DONE_PER_MINUTE, LOOKS_PER_MINUTE, NOT_FOUND, Progress
from public.progress_photos import ProgressPhotos
from service.errors import errors
from service.proxy import forwarded
from tests.cities import HUAINAN
from tests.rasa_standin import SmallDialogue, no_answer
from tickets.lookup import OF_SOURCE
from tickets.models import Department, TicketEventRow
from tickets.public import PublicTickets
from tickets.service import Tickets
from tickets.states import State
from tickets.types import WITHDRAWAL_WISHED, Actor, Ticket, TicketDraft

AGENT = Actor("agent", "坐席甲乙")
BOSS = Actor("supervisor", "班长丙丁")
OFFICE = "市城市管理行政执法局"
DRAFT = TicketDraft(
    type="投诉",
    content="小区门口的路灯坏了三天了，我叫某某某，晚上看不见路。",
    category="市政设施/路灯照明",
    district="田家庵",
    address="某某路 1 号门口",
    contact_name="某某某",
    contact_phone="13800000000",
    channel="web",
)
ANSWER = "小区门口的路灯已于 11 月 29 日修好。"


@dataclass
class Hall:
    """The page and what is behind it."""

    client: TestClient[web.Request, web.Application]
    database: Database
    tickets: Tickets
    clerk: Actor
    conversations: Conversations
    media: Media

    async def post(self, address: str = "203.0.113.5", **fields: str) -> tuple[int, str]:
        answer = await self.client.post("/progress", data=fields, headers={"X-Forwarded-For": address})
        assert answer.content_type == "text/html" and answer.headers["Cache-Control"] == "no-store"
        assert "script" not in answer.headers["Content-Security-Policy"]
        return answer.status, await answer.text()

    async def see(self, ticket: Ticket, **fields: str) -> str:
        status, html = await self.post(number=ticket.number, code=ticket.query_code, **fields)
        assert status == 200, html
        return html

    async def act(self, ticket: Ticket, *moves: tuple[str, dict[str, Any], Actor]) -> None:
        for action, given, who in moves:
            await self.tickets.moves.act(ticket.number, action, given, who)

    async def count(self, action: str) -> int:
        async with self.database.read() as session:
            asked = select(func.count()).where(TicketEventRow.action == action)
            return int(await session.scalar(asked) or 0)


@pytest.fixture
async def hall(database: Database, tmp_path: Path) -> AsyncIterator[Hall]:
    tickets = Tickets(database, LocalEvents(), HUAINAN)
    media = Media(database, tmp_path / "media")
    conversations = Conversations(database, LocalEvents(), SmallDialogue(), no_answer)
    notice = Settings(data_dir=tmp_path).notice
    photos = ProgressPhotos(database, tickets, conversations, media, notice)
    async with database.write() as session:
        session.add(office := Department(name=OFFICE))
        await session.flush()
        clerk = Actor("department", "经办戊己", None, office.id)
    app = web.Application(middlewares=[forwarded, errors])
    seen, where = PublicTickets(database, tickets), lambda request: request.remote or ""
    app.add_routes(Progress(tickets, seen, LocalRates(), where, photos, "淮南市").routes())
    async with TestClient(TestServer(app)) as client:
        yield Hall(client, database, tickets, clerk, conversations, media)


@pytest.fixture
async def ticket(hall: Hall) -> Ticket:
    return await hall.tickets.file(DRAFT, "k")


def _to_review(hall: Hall) -> list[tuple[str, dict[str, Any], Actor]]:
    dispatch = {"department": hall.clerk.department_id, "note": "请从快"}
    reply = {"public": ANSWER, "confidential": "灯杆老化，报修三次"}
    return [
        ("accept", {"note": "已电话核对"}, AGENT),
        ("dispatch", dispatch, AGENT),
        ("sign", {}, hall.clerk),
        ("note", {"text": "已联系灯具厂家"}, hall.clerk),
        ("reply", reply, hall.clerk),
    ]


def _keys(html: str) -> list[str]:
    return re.findall(r'name="key" value="([^"]+)"', html)


async def test_number_and_code_show_where_it_stands_and_name_nobody(hall: Hall, ticket: Ticket) -> None:
    code = f"{ticket.query_code[:4].lower()} - {ticket.query_code[4:]}"
    status, html = await hall.post(number=f" {ticket.number.lower()} ", code=code)
    assert (
        status == 200 and "待受理" in html and "登记了您的诉求" in html and "投诉 · 市政设施/路灯照明" in html
    )
    for hidden in ("某某", "138", "路 1 号", "看不见"):
        assert hidden not in html, hidden
    await hall.act(ticket, *_to_review(hall))
    html = await hall.see(ticket)
    assert "待审核" in html and "承办单位签收" in html
    for hidden in (ANSWER, "灯杆老化", "灯具厂家", "请从快", "已电话核对", "坐席甲乙", "经办戊己"):
        assert hidden not in html, hidden
    await hall.act(ticket, ("approve", {}, AGENT))
    html = await hall.see(ticket)
    assert ANSWER in html and "答复了您" in html and "灯杆老化" not in html and OFFICE in html


async def test_an_answer_shows_no_number_of_anybody(hall: Hall, ticket: Ticket) -> None:
    told = "已电话联系报修人 13912345678，路灯已于 11 月 29 日修好，有事请打 12345。"
    moves = _to_review(hall)
    moves[-1] = ("reply", {"public": told, "override": "说明清楚"}, hall.clerk)
    await hall.act(ticket, *moves, ("approve", {}, AGENT))
    html = await hall.see(ticket)
    assert "139****5678" in html and "13912345678" not in html and "请打 12345" in html


async def test_who_guesses_learns_nothing_and_waits_while_others_are_heard(
    hall: Hall, ticket: Ticket
) -> None:
    other = f"{ticket.number[:-5]}99999"
    there = await hall.post(number=ticket.number, code=codes.new())
    nowhere = await hall.post(number=other, code=codes.new())
    assert there[0] == nowhere[0] == 200 and NOT_FOUND in there[1]
    assert there[1].replace(ticket.number, "") == nowhere[1].replace(other, "")
    for _ in range(OF_SOURCE - 2):
        assert (await hall.post(number=other, code=codes.new()))[0] == 200
    status, html = await hall.post(number=ticket.number, code=ticket.query_code)
    assert status == 429 and "12345" in html and "待受理" not in html
    assert (await hall.post("198.51.100.7", number=ticket.number, code=ticket.query_code))[0] == 200


async def test_many_requests_of_one_address_are_refused(hall: Hall, ticket: Ticket) -> None:
    for _ in range(LOOKS_PER_MINUTE):
        assert (await hall.post(number=ticket.number, code=ticket.query_code))[0] == 200
    answer = await hall.client.post("/progress", data={}, headers={"X-Forwarded-For": "203.0.113.5"})
    assert answer.status == 429 and int(answer.headers["Retry-After"]) > 0


async def test_an_address_shows_a_number_and_never_takes_a_code(hall: Hall, ticket: Ticket) -> None:
    asked = await hall.client.get(
        "/progress", params={"number": '"><script>alert(1)', "code": ticket.query_code, "act": "withdraw"}
    )
    html = await asked.text()
    assert asked.status == 200 and "<script" not in html and ticket.query_code not in html
    both = {"number": ticket.number, "code": ticket.query_code, "act": "withdraw"}
    answer = await hall.client.post("/progress", params=both)
    assert "待受理" not in await answer.text()
    assert (await hall.tickets.get(ticket.number)).state is State.PENDING_ACCEPTANCE


async def test_words_are_added_once_however_often_the_form_is_sent(hall: Hall, ticket: Ticket) -> None:
    key = _keys(await hall.see(ticket))[0]
    for _ in range(2):
        html = await hall.see(ticket, act="add", key=key, words="今天\r\n又坏了一盏")
    assert "已经补充到工单上" in html and html.count("您补充了情况") == 1
    notes = [one.note for one in await hall.tickets.events(ticket.number) if one.action == "noted"]
    assert notes == ["今天\n又坏了一盏"]
    status, html = await hall.post(number=ticket.number, code=ticket.query_code, act="add", words="　")
    assert status == 400 and "现在是空的" in html
    long = "<b>" + "长" * page.MAX_WORDS
    status, html = await hall.post(number=ticket.number, code=ticket.query_code, act="add", words=long)
    assert status == 400 and "&lt;b&gt;长长" in html and await hall.count("noted") == 1


async def test_what_was_asked_for_lets_the_ticket_go_on(hall: Hall, ticket: Ticket) -> None:
    suspend = ("suspend", {"reason": "路灯杆上的编号", "days": 2}, hall.clerk)
    await hall.act(ticket, *_to_review(hall)[:3], suspend)
    assert "请您补充情况：路灯杆上的编号" in await hall.see(ticket)
    html = await hall.see(ticket, act="add", words="编号是 17", key="k1")
    assert "办理中" in html and (await hall.tickets.get(ticket.number)).state is State.HANDLING


async def test_urging_and_withdrawing_follow_the_rules_of_the_talk(hall: Hall, ticket: Ticket) -> None:
    html = await hall.see(ticket, act="urge", key="k1")
    assert "已经记下催办" in html and await hall.count("urge") == 1
    assert (await hall.see(ticket, act="urge", key="k1")) and await hall.count("urge") == 1
    other = await hall.tickets.file(replace(DRAFT, content="门口的垃圾没人清运，堆了一周了"), "other")
    await hall.act(other, ("merge", {"into": ticket.number}, AGENT))
    html = await hall.see(ticket, act="withdraw", key="k2")
    assert (await hall.tickets.get(ticket.number)).state is State.PENDING_ACCEPTANCE
    assert other.number not in html
    merged = await hall.see(other)
    assert "合并办理" in merged and ticket.number not in merged and "催办</button>" not in merged
    alone = await hall.tickets.file(replace(DRAFT, content="公交站牌倒了，压在人行道上"), "alone")
    # Who knows the two numbers need not be the citizen: the wish is noted, and asked back where the ticket was filed.
    for key in ("k3", "k4"):
        html = await hall.see(alone, act="withdraw", key=key)
        assert "登记时的那个聊天窗口" in html and "已经撤回" not in html
    assert (await hall.tickets.get(alone.number)).state is State.PENDING_ACCEPTANCE
    wishes = [one for one in await hall.tickets.events(alone.number) if one.action == WITHDRAWAL_WISHED]
    assert len(wishes) == 1 and "在进度查询页" in wishes[0].note and "请先核实" in wishes[0].note
    await hall.act(alone, ("withdraw", {"reason": "群众来电说不办了"}, AGENT))
    assert "想撤回" not in (await hall.see(alone)).partition("<ol>")[0]
    for act in ("add", "urge", "withdraw"):
        status, html = await hall.post(number=alone.number, code=alone.query_code, act=act, words="还有一件")
        assert status == 409 and 'role="alert"' in html and "转人工”" not in html.split("</p>")[1]


async def test_one_ticket_is_not_flooded(hall: Hall, ticket: Ticket) -> None:
    seen = []
    for nth in range(DONE_PER_MINUTE + 1):
        sent = {"act": "add", "words": f"第 {nth} 次", "key": f"k{nth}"}
        address = f"203.0.113.{nth}"
        seen.append((await hall.post(address, number=ticket.number, code=ticket.query_code, **sent))[0])
    assert seen == [200] * DONE_PER_MINUTE + [429]


async def test_what_is_refused_is_not_counted_as_done(hall: Hall, ticket: Ticket) -> None:
    wrong = [
        {"act": "add", "words": "　"},
        {"act": "add", "words": "长" * (page.MAX_WORDS + 1)},
        {"act": "rate", "solved": "yes", "mark": "9"},
        {"act": "rate", "solved": "yes", "mark": "5"},  # there is no answer to rate yet
        {"act": "photo", "agree": "1"},
        {"act": "nonsense"},
    ]
    for nth, sent in enumerate([*wrong, *wrong]):
        given = {"number": ticket.number, "code": ticket.query_code, **sent}
        assert (await hall.post(f"203.0.113.{nth}", **given))[0] in (400, 409), sent
    assert "已经记下催办" in await hall.see(ticket, act="urge", key="k1")
    for _ in range(DONE_PER_MINUTE):
        assert "已经记下催办" in await hall.see(ticket, act="urge", key="k1"), "the same form, as by a reload"
    for nth in range(DONE_PER_MINUTE - 1):
        await hall.see(ticket, act="add", words=f"第 {nth} 次", key=f"a{nth}")
    both = {"number": ticket.number, "code": ticket.query_code}
    assert (await hall.post(act="add", words="又一次", key="last", **both))[0] == 429


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 200),
        (b"number=\xff\xfe&code=1", 400),
        (b"number=HN%00&code=1", 400),
        (b"&".join(b"a%d=1" % nth for nth in range(50)), 400),
        (b"words=" + b"x" * 40_000, 413),
        (b"number=HN2026112300001&code=" + b"A" * 4_000, 200),
        (b"{}", 200),
    ],
)
async def test_anything_else_is_answered_with_the_form(hall: Hall, body: bytes, status: int) -> None:
    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    answer = await hall.client.post("/progress", data=body, headers=kind)
    assert answer.status == status and 'name="code"' in await answer.text()


async def test_an_unknown_act_does_nothing(hall: Hall, ticket: Ticket) -> None:
    status, html = await hall.post(number=ticket.number, code=ticket.query_code, act="archive", key="k")
    assert status == 400 and "待受理" in html
