"""The audit: every use of the desk is in it, nobody can change it unnoticed, and the auditor can read it."""

from __future__ import annotations

import asyncio
import csv
import io
import time
from typing import Any

import pytest
from sqlalchemy import delete, func, select, text, update

from core.database import Database
from desk import audit, chain
from desk.acts import ACTS
from desk.models import AuditMark, DeskAudit
from desk.seals import AuditBroken, Seals
from tests.conftest import Clock
from tests.desk.conftest import OURS, PASSWORD, MakeOffice, Office, Person, on_both
from tickets.types import TicketDraft

KEY = "a key of the installation"
PERSONAL = ("张某某", "13800000000", "340403199001011234", "zhang@example.com")


async def records(office: Office) -> list[tuple[str, str, str, str]]:
    """Action, object, result and code of all records, oldest first."""
    async with office.database.read() as session:
        rows = await session.scalars(select(DeskAudit).order_by(DeskAudit.seq))
        return [(row.action, row.subject, row.result, row.code) for row in rows]


async def auditor(office: Office) -> Person:
    return await office.hire("shen", "auditor", name="审计员")


async def test_what_is_seen_and_done_is_recorded_with_who_and_from_where(make_office: MakeOffice) -> None:
    office = await make_office(trust_proxy=True)
    agent = await office.hire("a1")
    one = await office.waiting("v1")
    headers = OURS | {"X-Forwarded-For": "2001:db8::7"}
    await agent.client.get(f"/api/desk/conversations/{one}", headers=headers)
    await agent.client.post(f"/api/desk/conversations/{one}/take", json={}, headers=headers)
    async with office.database.read() as session:
        seen, took = list(await session.scalars(select(DeskAudit).order_by(DeskAudit.seq)))[-2:]
    assert (seen.user_id, seen.role, seen.address) == (agent.id, "agent", "2001:db8::7")
    assert (seen.action, seen.kind, seen.subject, seen.result) == (
        "open_conversation",
        "conversation",
        one,
        "allowed",
    )
    assert (took.action, took.subject, took.result) == ("take", one, "allowed")


async def test_refusals_are_recorded_with_their_code(office: Office) -> None:
    agent, editor = await office.hire("a1"), await office.hire("e1", "editor")
    one = await office.waiting("v1")
    before = len(await records(office))
    await editor.get(f"/conversations/{one}", 403)
    await agent.post(f"/conversations/{one}/hand_back", {}, 409)
    await agent.get("/conversations/01990000-0000-7000-8000-00000000000f", 404)
    await agent.get("/tickets", 400, limit=0)
    assert (await records(office))[before:] == [
        ("open_conversation", one, "refused", "role_not_allowed"),
        ("hand_back", one, "refused", "not_yours"),
        ("open_conversation", "01990000-0000-7000-8000-00000000000f", "refused", "not_found"),
        ("list_tickets", "", "refused", "bad_request"),
    ]


async def test_sign_ins_are_recorded_also_those_that_fail(office: Office) -> None:
    await office.hire("a1")
    browser = office.browser()
    await browser.login("a1", "nonsense", 401)
    await browser.login("my-Passw0rd-by-mistake", "x", 401)
    await browser.login("a1")
    await browser.post("/logout")
    rows = await _rows(office)
    failed, unknown, good, out = rows[-4:]
    assert (failed.action, failed.user_id, failed.result, failed.code) == (
        "sign_in",
        None,
        "refused",
        "wrong_credentials",
    )
    assert failed.subject == good.user_id == good.subject == out.user_id
    assert (unknown.subject, unknown.result) == ("", "refused")
    assert (good.result, out.action) == ("allowed", "sign_out")


async def test_guessers_can_not_fill_the_audit(office: Office) -> None:
    await office.hire("a1")
    browser = office.browser()
    began = time.monotonic()
    for _ in range(60):
        await browser.client.post("/api/desk/login", json={"username": "a1", "password": "x"}, headers=OURS)
    again = (time.monotonic() - began) / 2  # 30 a minute
    assert 30 <= sum(result == "refused" for _, _, result, _ in await records(office)) <= 31 + again


async def test_no_personal_word_is_in_the_audit(office: Office) -> None:
    agent = await office.hire("a1")
    ticket = await office.tickets.file(
        TicketDraft(
            "投诉", "我叫张某某，身份证340403199001011234", contact_name="张某某", contact_phone="13800000000"
        ),
        "k",
    )
    one = await office.waiting("v1")
    await agent.get("/tickets", q="13800000000")
    await agent.get("/tickets/13800000000", 404)
    await agent.get("/conversations", q="张某某")
    await agent.get("/conversations/张某某", 404)
    await agent.get("/photos/zhang@example.com", 404)
    await agent.get("/knowledge/gaps/340403199001011234", 404)
    await agent.post(f"/tickets/{ticket.number}/reveal", {"reason": "回访我叫张某某的13800000000"})
    await agent.post(f"/conversations/{one}/take")
    await agent.post(f"/conversations/{one}/messages", {"client_id": "m1", "text": "张某某，您好"})
    await agent.post(f"/conversations/{one}/transfer", {"to": None, "note": "我叫张某某，电话13800000000"})
    async with office.database.read() as session:
        kept = str((await session.execute(text("SELECT * FROM desk_audit"))).all())
    assert ticket.number in kept and "搜索" in kept
    assert [word for word in PERSONAL if word in kept] == []


async def test_nothing_is_shown_when_it_can_not_be_recorded(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    agent = await office.hire("a1")
    ticket = await office.tickets.file(TicketDraft("投诉", "路灯坏了", contact_phone="13800000000"), "k")

    def broken(*_: Any) -> None:
        raise RuntimeError("the disk is full")

    monkeypatch.setattr(chain, "digest", broken)
    for method, path in (("GET", ""), ("POST", "/reveal")):
        answer = await agent.client.request(
            method, f"/api/desk/tickets/{ticket.number}{path}", json={"reason": "核实情况"}, headers=OURS
        )
        assert answer.status == 500
        assert "路灯" not in await answer.text() and "13800000000" not in await answer.text()
    assert "contact_seen" not in str(await office.tickets.events(ticket.number))


@on_both
async def test_the_chain_does_not_fork_however_many_write_at_once(office: Office) -> None:
    people = [await office.hire(f"a{n}") for n in range(4)]
    ones = [await office.waiting(f"v{n}") for n in range(4)]

    async def work(person: Person, one: str) -> None:
        await person.post(f"/conversations/{one}/take")
        await asyncio.gather(*(person.get(f"/conversations/{each}") for each in ones))
        await person.post(f"/conversations/{one}/transfer", {"to": None, "note": "请接着办"})

    await asyncio.gather(*(work(*pair) for pair in zip(people, ones, strict=True)))
    seals = Seals(office.database, KEY)
    verdict = await seals.verify()
    assert verdict.fault == "" and verdict.records == verdict.seq == len(await records(office))
    assert verdict.records >= 4 + 4 * 6


@on_both
async def test_other_processes_join_the_same_chain(database: Database) -> None:
    second = Database(database.url)

    async def some(base: Database, name: str) -> None:
        for n in range(15):
            await audit.write(base, DeskAudit(action="take", subject=f"{name}{n}", result="allowed"))

    await asyncio.gather(some(database, "a"), some(second, "b"), some(second, "c"), some(database, "d"))
    assert await Seals(second, KEY).verify() == await Seals(database, KEY).verify()
    assert (await Seals(database, KEY).verify()).records == 60
    await second.close()


async def filled(database: Database, count: int = 12) -> Seals:
    """An audit with some records, sealed."""
    for n in range(count):
        await audit.write(database, DeskAudit(action="take", subject=str(n), result="allowed"))
    seals = Seals(database, KEY)
    await seals.seal()
    assert (await seals.verify()).fault == ""
    return seals


TAMPERING: dict[str, Any] = {
    "changed": update(DeskAudit).where(DeskAudit.seq == 5).values(user_id="somebody else"),
    "removed": delete(DeskAudit).where(DeskAudit.seq == 5),
    "its beginning removed": delete(DeskAudit).where(DeskAudit.seq <= 5),
    "its end removed": delete(DeskAudit).where(DeskAudit.seq >= 10),
    "emptied": delete(DeskAudit),
    "its seal moved": update(AuditMark).values(seq=3),
    "its time changed": update(DeskAudit).where(DeskAudit.seq == 7).values(at=func.current_timestamp()),
}


@on_both
@pytest.mark.parametrize("how", TAMPERING)
async def test_what_is_changed_or_removed_shows(database: Database, how: str) -> None:
    seals = await filled(database)
    async with database.write() as session:
        await session.execute(TAMPERING[how].execution_options(synchronize_session=False))
    assert (await seals.verify()).fault
    with pytest.raises(AuditBroken):
        await seals.shorten(183)


async def test_who_computes_all_hashes_anew_still_contradicts_the_seal(database: Database) -> None:
    seals = await filled(database)
    async with database.write() as session:
        rows = list(await session.scalars(select(DeskAudit).order_by(DeskAudit.seq)))
        rows[4].user_id, before = "somebody else", rows[3].hash
        for row in rows[4:]:
            row.hash = before = chain.digest(before, row)
    assert "封条" in (await seals.verify()).fault
    # Nor do new records make it whole, nor is anything sealed on top of it.
    await audit.write(database, DeskAudit(action="take", subject="later", result="allowed"))
    with pytest.raises(AuditBroken):
        await seals.seal()


async def test_a_seal_that_was_taken_away_leaves_a_record(database: Database) -> None:
    seals = await filled(database)
    async with database.write() as session:
        await session.execute(delete(AuditMark))
    await seals.seal()
    async with database.read() as session:
        begun = await session.scalars(select(DeskAudit.seq).where(DeskAudit.action == "begin_sealing"))
        assert len(list(begun)) == 2


async def test_another_session_key_is_told_and_can_be_accepted(database: Database) -> None:
    await filled(database)
    other = Seals(database, "a new key")
    assert "WENBAN_SESSION_KEY" in (await other.verify()).fault
    assert (await other.reseal()).fault == ""
    assert (await other.verify()).fault == ""
    async with database.write() as session:
        await session.execute(update(DeskAudit).where(DeskAudit.seq == 5).values(role="admin"))
    assert (await other.reseal()).fault and (await other.verify()).fault


@on_both
async def test_only_what_is_old_enough_is_removed_and_the_rest_still_fits(
    database: Database, clock: Clock
) -> None:
    seals = await filled(database)
    clock.forward(days=100)
    await audit.write(database, DeskAudit(action="take", subject="young", result="allowed"))
    assert await seals.shorten(183) == 0
    clock.forward(days=84)
    assert await seals.shorten(183) == 13  # with the record of the first sealing
    async with database.read() as session:
        assert list(await session.scalars(select(DeskAudit.subject))) == ["young"]
    assert (await seals.verify()).fault == ""
    await seals.seal()
    clock.forward(days=400)
    assert await seals.shorten(183) == 0, "the newest record stays, because the next one builds on it"
    await audit.write(database, DeskAudit(action="take", subject="next", result="allowed"))
    assert await seals.shorten(183) == 1
    assert (await seals.verify()).records == 1
    async with database.write() as session:
        await session.execute(update(AuditMark).where(AuditMark.name == "start").values(seq=5))
    assert (await seals.verify()).fault


async def test_the_auditor_filters_and_pages(office: Office) -> None:
    agent = await office.hire("a1", name="坐席 3 号")
    other = await office.hire("b2", name="坐席 4 号")
    ticket = await office.tickets.file(TicketDraft("投诉", "路灯坏了", contact_phone="13800000000"), "k")
    for person in (agent, other, agent):
        await person.get(f"/tickets/{ticket.number}")
    await agent.post(f"/tickets/{ticket.number}/reveal", {"reason": "回访核实地址"})
    await office.browser().login("b2", "nonsense", 401)
    reader = await auditor(office)

    async def found(**query: str | int) -> list[dict[str, Any]]:
        listed: list[dict[str, Any]] = (await reader.get("/audit", **query))["records"]
        return listed

    [reveal] = await found(action="reveal_contact")
    assert (reveal["username"], reveal["display_name"], reveal["role"]) == ("a1", "坐席 3 号", "agent")
    assert (reveal["action_words"], reveal["kind"], reveal["subject"]) == (
        "查看联系方式",
        "工单",
        ticket.number,
    )
    assert (reveal["reason"], reveal["result"], reveal["address"]) == ("回访核实地址", "allowed", "127.0.0.1")
    assert len(await found(subject=ticket.number[-6:], action="open_ticket")) == 3
    assert {one["username"] for one in await found(person="坐席 3")} == {"a1"}
    assert [one["action"] for one in await found(person="b2", result="refused")] == ["sign_in"]
    assert await found(person="nobody at all") == []
    assert await found(first="2000-01-01", last="2000-12-31") == []
    everything = await found(first="2000-01-01", limit=200)
    page = await reader.get("/audit", limit=3)
    rest = await reader.get("/audit", limit=3, before=page["next"])
    assert [one["seq"] for one in page["records"] + rest["records"]][2:] == [
        one["seq"] for one in everything[1:5]
    ]
    assert {one["name"] for one in page["actions"]} == set(ACTS)


@pytest.mark.parametrize(
    "query",
    [
        {"limit": 201},
        {"person": "长" * 41},
        {"first": "0001-01-01"},
        {"last": "x"},
        {"q": "1"},
        {"before": 0},
    ],
)
async def test_questions_to_the_audit_are_bounded(office: Office, query: dict[str, str | int]) -> None:
    await (await auditor(office)).get("/audit", 400, **query)


async def test_the_export_opens_as_a_table_and_runs_nothing(office: Office) -> None:
    agent = await office.hire("a1", name="=HYPERLINK(1)")
    ticket = await office.tickets.file(TicketDraft("投诉", "路灯坏了", contact_phone="13800000000"), "k")
    for reason in (
        "=cmd|' /C calc'!A0，回访核实漏水地址",
        "@SUM(1)，回访核实漏水地址",
        "-2+3，回访核实漏水地址",
        "核实，“漏水地址”对不对",
    ):
        await agent.post(f"/tickets/{ticket.number}/reveal", {"reason": reason})
    reader = await auditor(office)
    answer = await reader.client.get("/api/desk/audit/export", params={"person": "a1"})
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert "attachment" in answer.headers["Content-Disposition"]
    told = (await answer.read()).decode("utf-8-sig")
    headings, *lines = csv.reader(io.StringIO(told))
    assert headings[:3] == ["序号", "时间", "账号"] and len(lines) >= 5
    assert not [cell for line in lines for cell in line if cell.startswith(("=", "+", "-", "@"))]
    assert {
        "'=cmd|' /C calc'!A0，回访核实漏水地址",
        "'@SUM(1)，回访核实漏水地址",
        "'-2+3，回访核实漏水地址",
        "核实，“漏水地址”对不对",
    } <= {line[10] for line in lines}
    assert (await records(office))[-1][:1] == ("export_audit",)
    assert (await reader.client.get("/api/desk/audit/export", params={"first": "x"})).status == 400


async def test_the_auditor_reads_nothing_else(office: Office) -> None:
    reader = await auditor(office)
    one = await office.waiting("v1")
    for path in ("/conversations", f"/conversations/{one}", "/tickets", "/knowledge", "/agents", "/live"):
        await reader.get(path, 403)
    assert PASSWORD not in str(await reader.get("/audit"))


async def _rows(office: Office) -> list[DeskAudit]:
    async with office.database.read() as session:
        return list(await session.scalars(select(DeskAudit).order_by(DeskAudit.seq)))


async def test_an_object_is_recorded_however_its_id_is_spelled(office: Office) -> None:
    agent = await office.hire("a1")
    chat = await office.says("v1", "路灯不亮", "m1")
    number = (await office.tickets.file(TicketDraft("投诉", "路灯坏了"), "k")).number
    for spelled in (chat.upper(), chat.replace("-", ""), f"urn:uuid:{chat}"):
        await agent.client.get(f"/api/desk/conversations/{spelled}", headers=OURS)
    for spelled in (number.lower(), f"{number[:6]}%20{number[6:]}"):
        await agent.client.get(f"/api/desk/tickets/{spelled}", headers=OURS)
    seen = [subject for action, subject, *_ in await records(office) if action.startswith("open_")]
    assert seen == [chat] * 3 + [number] * 2
