"""保密 is kept: whatever of a citizen stands anywhere in a ticket, nothing that a department can ask for tells it."""

from __future__ import annotations

import io
import json
from datetime import timedelta

import pytest
from PIL import Image
from sqlalchemy import update

import tickets.models
from core.clock import local, now
from core.database import Base
from core.jobs import Jobs
from tests.desk.conftest import OURS, Office, Person, on_both
from tickets.department_view import DECISIONS, DepartmentView
from tickets.models import TicketEventRow, TicketRow
from tickets.shown import Shown
from tickets.types import CITIZEN, Detail, Ticket, TicketDraft

NAME = "欧阳梦岚"
PHONE = "13955540917"
FIELDS = ("content", "address", "happened_at", "subject", "place_label", "note", "noted", "detail")
"""Fields with free words. Each gets a phone, an identity card, a bank card, a plate and a home of its own."""


def _markers(field: str) -> dict[str, str]:
    nth = FIELDS.index(field)
    return {
        "phone": f"1585540{nth}123",
        "identity": f"34040319680512{nth}42{nth}",
        "plate": f"皖D·A{nth}7K2",
        "home": f"梧桐花园{nth + 31}栋{nth + 2}单元60{nth}室",
        "mail": f"mark{nth}er@example.com",
    }


def _words(field: str) -> str:
    mark = _markers(field)
    return (
        f"我叫{NAME}，电话{mark['phone']}，我的号{PHONE}，身份证{mark['identity']}，车牌{mark['plate']}，"
        f"邮箱{mark['mail']}，家住{mark['home']}，烧烤店油烟"
    )


def _hidden() -> list[str]:
    found = [NAME, NAME[:2], PHONE, PHONE[:3] + "****", "13955", "filing-key-marker"]
    for field in FIELDS:
        found += _markers(field).values()
        found.append(_markers(field)["home"][:4])
    return found


@pytest.fixture
async def department(office: Office) -> str:
    return await office.department("城市管理局")


@pytest.fixture
async def secret(office: Office, department: str) -> Ticket:
    conversation = await office.says("v1", "路灯不亮", "m1")
    picture = io.BytesIO()
    exif = Image.Exif()
    exif[0x013B] = "EXIF-OWNER-MARKER"
    Image.new("RGB", (40, 40), "red").save(picture, "JPEG", exif=exif)
    image = await office.media.keep(conversation, picture.getvalue())
    ticket = await office.tickets.file(
        TicketDraft(
            "举报",
            _words("content"),
            "城市管理/油烟",
            "田家庵区",
            _words("address")[:290],
            _words("happened_at")[:100],
            _words("subject")[:200],
            NAME,
            PHONE,
            True,
            "web",
            conversation,
            32.6451234,
            117.0123456,
            _words("place_label")[:200],
            (image.id,),
            (Detail("shop", "店名", _words("detail")),),
        ),
        "filing-key-marker",
    )
    await office.tickets.note(ticket.number, CITIZEN, _words("noted"))
    async with office.database.write() as session:
        await session.execute(
            update(TicketRow).where(TicketRow.number == ticket.number).values(department_id=department)
        )
        session.add(
            TicketEventRow(
                ticket_id=ticket.id,
                actor_kind="agent",
                actor="坐席 3 号",
                action="noted",
                note=_words("note"),
            )
        )
    return ticket


async def _make_findable(office: Office) -> None:
    assert await Shown(office.database, office.tickets.view, Jobs(office.database)).run() == 1


async def _all_answers(office: Office, person: Person, ticket: Ticket) -> dict[str, str]:
    """Every answer of every address of the app, asked for by this person: bodies and headers."""
    answers: dict[str, str] = {}
    for route in office.server.app.router.routes():
        path = (route.resource.canonical if route.resource else "").format(
            id=ticket.conversation_id, number=ticket.number, group=ticket.conversation_id
        )
        if path.startswith("/api/desk/tickets/") and "/photos/" in path:
            path = f"/api/desk/tickets/{ticket.number}/photos/{ticket.photos[0]}"
        if path in ("/api/desk/logout", "/api/desk/login", "/api/desk/password"):
            continue
        body = {"reason": "回拨或回访群众"}
        answer = await person.client.request(route.method, path, json=body, headers=OURS)
        raw = await answer.read()
        answers[f"{route.method} {path}"] = (
            f"{answer.status} {dict(answer.headers)} {raw.decode('utf-8', 'replace')}"
        )
    return answers


async def test_no_answer_holds_a_marker(office: Office, secret: Ticket, department: str) -> None:
    person = await office.hire("d1", "department", department=department)
    answers = await _all_answers(office, person, secret)
    told = {path: body for path, body in answers.items() if body.startswith("200")}
    assert {"GET /api/desk/tickets", f"GET /api/desk/tickets/{secret.number}"} <= set(told)
    assert f"GET /api/desk/tickets/{secret.number}/photos/{secret.photos[0]}" in told
    for path, body in answers.items():
        clear = body.encode().decode("unicode_escape", "replace") if "\\u" in body else body
        for marker in [
            *_hidden(),
            secret.query_code,
            str(secret.conversation_id),
            "EXIF-OWNER-MARKER",
            "117.0123456",
        ]:
            if marker == secret.conversation_id and path.split("/")[-1] == marker:
                continue
            assert marker not in clear and marker not in body, (path, marker)
    seen = (await person.get(f"/tickets/{secret.number}"))["ticket"]
    assert (seen["contact_name"], seen["contact_phone"], seen["conversation_id"]) == ("", "", None)
    assert "烧烤店油烟" in seen["content"] and seen["latitude"] == 32.645, "what the department needs stays"


async def test_no_move_of_a_department_is_answered_with_more_than_it_may_read(
    office: Office, secret: Ticket, department: str
) -> None:
    """A page that was refused a word must not get it as the answer of a button, nor an assisting department."""
    helper = await office.department("市住房和城乡建设局")
    agent = await office.hire("a1")
    lead = await office.hire("d1", "department", department=department)
    assists = await office.hire("d2", "department", department=helper)
    answers = []
    version = secret.version
    for who, action, fields in (
        (agent, "accept", {}),
        (agent, "dispatch", {"department": department, "assisting": [helper]}),
        (lead, "sign", {}),
        (assists, "note", {"text": "已经到现场看过"}),
        (lead, "ask_extension", {"days": 1, "reason": "等检测结果"}),
    ):
        said = {"action": action, "version": version, "fields": fields}
        answer = await who.post(f"/tickets/{secret.number}/act", said)
        version = answer["ticket"]["version"]
        answers += [answer] if who is not agent else []
    listed = (await lead.get("/tickets"))["tickets"]
    assert answers[-1]["ticket"] == listed[0] and not answers[-1]["gone"], "the line of its own list"
    told = json.dumps(answers, ensure_ascii=False)
    assert "烧烤店油烟" in told and secret.conversation_id not in told
    assert [marker for marker in _hidden() if marker in told] == []


@pytest.mark.parametrize(
    "q", [NAME, "欧阳", PHONE, PHONE[-4:], "0917", "15855400123", "梧桐花园", "31栋", "A07K2", "340403"]
)
async def test_a_search_by_what_is_hidden_finds_nothing(
    office: Office, secret: Ticket, department: str, q: str
) -> None:
    person = await office.hire("d1", "department", department=department)
    assert (await person.get("/tickets", q=q))["tickets"] == []
    assert [t["number"] for t in (await person.get("/tickets", q="烧烤店油烟"))["tickets"]] == [secret.number]


async def test_a_search_goes_on_behind_tickets_that_hide_the_word(office: Office, department: str) -> None:
    for nth in range(6):
        hidden = nth % 3 != 0
        words = f"我叫{NAME}，路灯坏了{nth}" if hidden else f"欧阳修路口的路灯坏了{nth}"
        await office.tickets.file(
            TicketDraft("投诉", words, contact_name=NAME, confidential=hidden), f"k{nth}"
        )
    async with office.database.write() as session:
        await session.execute(update(TicketRow).values(department_id=department))
    person = await office.hire("d1", "department", department=department)
    first = await person.get("/tickets", q="欧阳", limit=1)
    assert "欧阳修" in first["tickets"][0]["summary"]
    second = await person.get("/tickets", q="欧阳", limit=1, before=first["next"])
    assert "欧阳修" in second["tickets"][0]["summary"] and second["next"] is None


async def test_an_ordinary_ticket_shows_masked_numbers_until_revealed(
    office: Office, department: str
) -> None:
    draft = TicketDraft(
        "投诉", f"路灯坏了，打{PHONE}", contact_name=NAME, contact_phone=PHONE, address="国庆路 3 号"
    )
    ticket = await office.tickets.file(draft, "k")
    async with office.database.write() as session:
        await session.execute(update(TicketRow).values(department_id=department))
    person = await office.hire("d1", "department", department=department)
    seen = await person.get(f"/tickets/{ticket.number}")
    assert PHONE not in json.dumps(seen) and seen["ticket"]["contact_phone"] == "139****0917"
    assert (await person.get("/tickets", q=PHONE))["tickets"] == []
    clear = await person.post(f"/tickets/{ticket.number}/reveal", {"reason": "核对地址或事情经过"})
    assert clear["contact_phone"] == PHONE and PHONE in clear["words"]["content"]


def test_every_field_has_a_decision() -> None:
    ours = [
        m.class_.__table__ for m in Base.registry.mappers if m.class_.__module__ == tickets.models.__name__
    ]
    assert {table.name: set(table.columns.keys()) for table in ours} == {
        name: set(columns) for name, columns in DECISIONS.items()
    }


async def test_the_view_has_these_fields_and_no_other(
    office: Office, secret: Ticket, department: str
) -> None:
    """A field that the hotline's staff sees reaches a department only by a line in the view."""
    person, agent = await office.hire("d1", "department", department=department), await office.hire("a1")
    theirs = await person.get(f"/tickets/{secret.number}")
    full = await agent.get(f"/tickets/{secret.number}")
    assert set(theirs["ticket"]) == set(full["ticket"])
    assert set(theirs["ticket"]) == {
        *(
            "number",
            "type",
            "type_code",
            "category",
            "district",
            "state",
            "state_code",
            "created_at",
            "summary",
        ),
        *(
            "conversation_id",
            "due",
            "address",
            "happened_at",
            "content",
            "subject",
            "contact_name",
            "details",
        ),
        *("contact_phone", "confidential", "channel", "department", "urgency", "updated_at", "accepted_at"),
        *("dispatched_at", "signed_at", "closed_at", "merged_into", "parent", "latitude", "longitude"),
        *(
            "place_label",
            "photos",
            "suggested_department",
            "maybe_same",
            "version",
            "supervised",
            "disputed",
            "corrected",
            "edited",
            "repeated",
            "reporters",
        ),
        *("suspended_until", "supervised_at", "replied_at", "approved_at", "asked_days", "added_days"),
        *("public_reply", "confidential_reply", "assisting", "rounds", "callback"),
    }
    assert set(theirs["events"][0]) == {
        "at",
        "actor",
        "action",
        "action_code",
        "from_state",
        "to_state",
        "note",
    }


@pytest.mark.parametrize("made", [True, False])
async def test_a_search_opens_as_many_secret_tickets_for_a_hidden_word_as_for_one_that_stands_nowhere(
    office: Office, secret: Ticket, department: str, made: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Were those opened that have the word where it is hidden, the time of the answer would tell the name."""
    opened: list[list[str]] = []
    real = DepartmentView.found

    def seen(view: DepartmentView, row: TicketRow, words: list[str]) -> bool:
        opened.append(words)
        return real(view, row, words)

    monkeypatch.setattr(DepartmentView, "found", seen)
    clerk = await office.hire("d9", "department", department=department)
    if made:
        await _make_findable(office)
    for words in ("{}", f"{secret.number} {{}}", "油烟 {}", "烧烤店 {}"):
        for word in (NAME[:2], "甲乙", PHONE[3:7], "0000"):
            await clerk.get("/tickets", q=words.format(word))
    # What is not made yet is opened whatever is searched.
    assert len(opened) == (0 if made else 16)
    await clerk.get("/tickets", q="烧烤店")
    assert len(opened) == (1 if made else 17)


@pytest.mark.slow
@pytest.mark.parametrize("made", [True, False])
async def test_every_way_to_a_secret_ticket_goes_by_what_the_department_reads(
    office: Office, department: str, made: bool
) -> None:
    """Found by each word that its line or page shows, by none that they hide, whatever else narrows the list."""
    draft = TicketDraft(
        "投诉",
        f"我叫{NAME}，住金色花园3栋2单元501，楼下烧烤店油烟呛人，电话{PHONE}",
        "城市管理/油烟",
        "田家庵区",
        "国庆路金色花园3栋2单元501",
        contact_name=NAME,
        contact_phone=PHONE,
        confidential=True,
    )
    ticket = await office.tickets.file(draft, "k")
    async with office.database.write() as session:
        await session.execute(update(TicketRow).values(department_id=department))
    if made:
        await _make_findable(office)
    clerk = await office.hire("d1", "department", department=department)
    day = f"{local(ticket.created_at):%Y-%m-%d}"
    narrowed: list[dict[str, str]] = [
        {},
        {"state": "待受理"},
        {"state": "open"},
        {"category": "城市管理"},
        {"category": "城市管理/油烟"},
        {"district": "田家庵区"},
        {"type": "投诉"},
        {"order": "due"},
        {"state": "open", "order": "due"},
        {"since": day, "until": day},
    ]
    end = ticket.number[-5:]
    wide = "".join(chr(ord(one) + 0xFEE0) for one in ticket.number)
    shown = [
        "烧烤店",
        "油烟呛人",
        "国庆路",
        "田家庵",
        "油烟",
        "城市管理",
        ticket.number,
        ticket.number.lower(),
        wide,
        end,
    ]
    hidden = [NAME, PHONE, PHONE[-4:], "501", "2单元"]
    for more in narrowed:
        for word in shown:
            page = await clerk.get("/tickets", q=word, **more)
            assert [one["number"] for one in page["tickets"]] == [ticket.number], (word, more)
        for word in hidden:
            assert (await clerk.get("/tickets", q=word, **more))["tickets"] == [], (word, more)
            both = await clerk.get("/tickets", q=f"烧烤店 {word}", **more)
            assert both["tickets"] == [], (word, more)
    await clerk.get("/tickets", 400, name=NAME)
    await clerk.get("/tickets/export", 400, name=NAME)


@on_both
async def test_the_hotline_finds_by_name_and_day_and_never_who_wants_to_stay_unnamed(office: Office) -> None:
    agent = await office.hire("a1")

    async def filed(key: str, name: str, secret: bool = False) -> str:
        draft = TicketDraft(
            "投诉", "路灯坏了三天", contact_name=name, contact_phone=PHONE, confidential=secret
        )
        return (await office.tickets.file(draft, key)).number

    first, other = await filed("1", NAME), await filed("2", "李某某")
    await filed("3", NAME, secret=True)
    second = await filed("4", f" {NAME[:2]} {NAME[2:]} ")
    today = local(now()).date()

    async def found(**query: str) -> list[str]:
        return [one["number"] for one in (await agent.get("/tickets", **query))["tickets"]]

    assert await found(name=NAME) == [second, first]
    assert await found(name=NAME, q="路灯", state="open") == [second, first]
    assert await found(name=NAME, order="due") == [first, second]
    assert await found(name=NAME[:2]) == [] and await found(name=NAME, q="井盖") == []
    page = await agent.get("/tickets", name=NAME, limit=1)
    assert [one["number"] for one in page["tickets"]] == [second]
    assert await found(name=NAME, limit="1", before=page["next"]) == [first]
    assert len(await found(since=str(today), until=str(today))) == 4
    assert await found(since=str(today + timedelta(days=1))) == []
    assert await found(until=str(today - timedelta(days=1))) == []
    assert other in await found(since=str(today - timedelta(days=1)), state="open", order="due")
    for wrong in ({"since": "2026-02-30"}, {"since": "昨天"}, {"until": "2026-1-1"}):
        await agent.get("/tickets", 400, **wrong)
    assert await found(since="0001-01-01", until="9999-12-31", q="路灯") != []
