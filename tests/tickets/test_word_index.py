"""The index of words follows every change of a ticket, and every filter of the list is read from an index."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import delete, event, select, text

from core import ids
from core.clock import local
from core.database import Database
from core.events import LocalEvents
from core.jobs import Jobs
from tests.cities import HUAINAN
from tests.conftest import Clock
from tickets import word_index
from tickets.listing import Wanted
from tickets.models import TicketEventRow, TicketRow
from tickets.retention import make_anonymous
from tickets.service import Tickets
from tickets.types import TicketDraft


async def found(tickets: Tickets, q: str, **more: Any) -> list[str]:
    return [line.number for line in (await tickets.find(Wanted(q=q, **more))).tickets]


async def test_the_index_follows_what_is_filed_changed_and_removed(
    tickets: Tickets, database: Database
) -> None:
    one = await tickets.file(TicketDraft("投诉", "花果山下面的秋千断了，叫李小梅来看"), "1")
    two = await tickets.file(TicketDraft("投诉", "花果山上的石凳裂了"), "2")
    assert await found(tickets, "花果山") == [two.number, one.number]
    assert await found(tickets, "花果山 秋千") == await found(tickets, "断了") == [one.number]
    assert await found(tickets, "果花") == [], "the same characters in another order"
    async with database.write() as session:

        async def keep(_session: object, _photos: object) -> None:
            return None

        await make_anonymous(session, keep, [one.id])  # type: ignore[arg-type]
        row = await session.get_one(TicketRow, two.id)
        row.content = "亭子里的石凳裂了"
    assert await found(tickets, "花果山") == [one.number]
    assert await found(tickets, "亭子") == [two.number]
    if database.is_sqlite:
        async with database.engine.connect() as connection:
            driver = (await connection.get_raw_connection()).driver_connection
            assert driver is not None
            driver.cursor()._cursor.execute("VACUUM")
    assert await found(tickets, "亭子") == [two.number]
    async with database.write() as session:
        await session.execute(delete(TicketEventRow).where(TicketEventRow.ticket_id == two.id))
        await session.execute(delete(TicketRow).where(TicketRow.id == two.id))
    assert await found(tickets, "石凳") == [] and await found(tickets, "花果山") == [one.number]


async def test_pages_of_a_search_follow_one_another_without_gap_or_repeat(tickets: Tickets) -> None:
    filed = [
        (
            await tickets.file(TicketDraft("投诉", f"{'花果山' if n % 2 else '别处'}的第 {n} 盏灯"), str(n))
        ).number
        for n in range(24)
    ]
    seen: list[str] = []
    before = None
    while True:
        page = await tickets.find(Wanted(q="花果山"), 5, before)
        seen += [line.number for line in page.tickets]
        before = page.next
        if before is None:
            break
    assert seen == filed[1::2][::-1]
    by_due = await tickets.find(Wanted(q="花果山", by_due=True), 5)
    assert len(by_due.tickets) == 5 and by_due.next
    assert await found(tickets, "花果山", district="凤台县") == []


async def test_words_are_found_however_they_are_written(tickets: Tickets) -> None:
    plain = (
        await tickets.file(TicketDraft("投诉", "三号楼电梯坏了，B座", "住房与物业/电梯与高层设施"), "a")
    ).number
    other = (await tickets.file(TicketDraft("投诉", "Ｂ座電梯壞了", address="國慶路 1 號"), "b")).number
    for word in ("电梯坏", "電梯壞", "電梯坏"):
        assert await found(tickets, word) == [other, plain], word
    assert await found(tickets, "Ｂ座") == await found(tickets, "b座") == [other, plain]
    assert await found(tickets, "国庆路") == await found(tickets, "國慶路") == [other]
    assert plain in await found(tickets, "住房與物業")


@pytest.fixture
def dated(clock: Clock) -> Iterator[Clock]:
    """The clock, which the ids of tickets follow, too."""
    ids.use_clock(clock.now)
    yield clock
    ids.use_clock(None)


async def test_a_search_within_days_begins_and_ends_with_them(tickets: Tickets, dated: Clock) -> None:
    filed: dict[date, list[str]] = {}
    for day in range(6):
        for nth in range(8):
            draft = TicketDraft("投诉", f"{'花果山' if nth % 2 else '别处'}的第 {nth} 盏灯")
            number = (await tickets.file(draft, f"{day} {nth}")).number
            if nth % 2:
                filed.setdefault(local(dated.now()).date(), []).append(number)
        dated.forward(days=1)
    days = sorted(filed)
    for since, until in ((1, 3), (2, 2), (0, 5), (None, 2), (4, None)):
        seen, before = list[str](), None
        first, last = (None if one is None else days[one] for one in (since, until))
        while True:
            page = await tickets.find(Wanted(q="花果山", since=first, until=last), 3, before)
            seen += [line.number for line in page.tickets]
            before = page.next
            if before is None:
                break
        assert (
            seen
            == [one for day in days[since or 0 : 1 + (5 if until is None else until)] for one in filed[day]][
                ::-1
            ]
        )
    assert not (await tickets.find(Wanted(q="花果山", since=days[-1] + timedelta(days=1)), 3)).tickets


async def test_a_ticket_is_found_by_its_number_a_part_of_it_and_its_citizens_phone(
    tickets: Tickets, draft: TicketDraft
) -> None:
    one = await tickets.file(draft, "1")
    await tickets.file(TicketDraft("投诉", "路灯坏了", contact_phone="13900001111"), "2")
    for said in (one.number, one.number.lower(), one.number[-7:], f"{one.number[:4]} {one.number[-9:]}"):
        assert one.number in await found(tickets, said), said
    assert await found(tickets, one.number) == [one.number]
    assert (
        await found(tickets, "13800000000") == await found(tickets, "１３８００００００００") == [one.number]
    )
    assert await found(tickets, "1380000000") == [], "a part of a phone is no phone"
    assert await found(tickets, "13800000000", own=True, department_id="") == []
    assert await found(tickets, "13800000000", guarded=True) == []
    hidden = await tickets.file(replace(draft, confidential=True), "3")
    assert await found(tickets, "13800000000") == [one.number], (
        "nobody tries phones until one is the masked one's"
    )
    assert hidden.number in await found(tickets, hidden.number, guarded=True)


FILTERS: tuple[dict[str, Any], ...] = (
    {},
    {"state": "open"},
    {"state": "待签收"},
    {"state": "延期审核", "by_due": True},
    {"kind": "投诉"},
    {"kind": "投诉", "state": "open"},
    {"district": "田家庵区"},
    {"category": "市政设施/路灯照明"},
    {"department_id": "d"},
    {"department_id": "d", "state": "办理中"},
    {"department_id": "d", "by_due": True},
    {"urgent": True},
    {"supervised": True},
    {"supervised": True, "state": "open"},
    {"disputed": True},
    {"disputed": True, "by_due": True},
    {"returned": 2},
    {"returned": 2, "state": "open"},
    {"due": "overdue"},
    {"due": "soon", "by_due": True},
    {"q": "花果山"},
    {"q": "13800000000"},
    {"q": "HN2026112300001"},
)


@pytest.mark.parametrize(
    "wanted", FILTERS, ids=lambda one: "-".join(f"{k}={v}" for k, v in one.items()) or "all"
)
async def test_a_list_reads_no_whole_table(database: Database, wanted: dict[str, Any]) -> None:
    tickets = Tickets(database, LocalEvents(), HUAINAN)
    asked: list[tuple[str, Any]] = []

    def note(_c: Any, _cursor: Any, statement: str, given: Any, *_: Any) -> None:
        asked.append((statement, given))

    await tickets.find(Wanted())  # which opens the connections
    engine = database._browsing if database.is_sqlite else database.engine
    assert engine is not None
    event.listen(engine.sync_engine, "before_cursor_execute", note)
    try:
        await tickets.find(Wanted(**wanted))
    finally:
        event.remove(engine.sync_engine, "before_cursor_execute", note)
    lists = [(sql, given) for sql, given in asked if "FROM tickets" in sql or "FROM ticket_words" in sql]
    assert lists
    plans = []
    async with engine.connect() as connection:
        if not database.is_sqlite:
            # An empty table is read whole in any case; so this asks whether there is an index that serves.
            await connection.execute(text("SET enable_seqscan = off"))
        for sql, given in lists:
            explain = "EXPLAIN QUERY PLAN " if database.is_sqlite else "EXPLAIN "
            rows = await connection.exec_driver_sql(explain + sql, given)
            plans += [str(row[-1]) for row in rows]
    said = json.dumps(plans, indent=1)
    if database.is_sqlite:
        assert not [one for one in plans if one.startswith("SCAN tickets") and "USING" not in one], said
        few = {"due", "q", "disputed"} & set(wanted)  # few in any order
        assert few or not [one for one in plans if "TEMP B-TREE" in one], said
    else:
        assert "Seq Scan on tickets" not in said, said


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_words_are_found_by_their_own_index_on_postgresql(database: Database) -> None:
    found = select(TicketRow.id).where(word_index.postgresql_has(["花果山"]))
    sql = found.compile(dialect=database.engine.dialect, compile_kwargs={"literal_binds": True})
    async with database.engine.connect() as connection:
        # No other way is left than an index whose expression is the one that is asked.
        await connection.execute(text("SET enable_seqscan = off"))
        await connection.execute(text("SET enable_indexscan = off"))
        plan = [str(row[0]) for row in await connection.exec_driver_sql(f"EXPLAIN {sql}")]
    assert any("ix_tickets_words" in line for line in plan), plan


async def test_parts_of_the_index_are_merged_apart_from_who_files(
    tickets: Tickets, database: Database
) -> None:
    if not database.is_sqlite:
        return
    parts = text("SELECT count(DISTINCT segid) FROM ticket_words_idx")

    async def count() -> int:
        async with database.read() as session:
            return int(await session.scalar(parts) or 0)

    filed = [
        await tickets.file(TicketDraft("投诉", f"花果山第{nth}级台阶裂了"), str(nth)) for nth in range(11)
    ]
    assert await count() > 4
    await word_index.Merging(database, Jobs(database)).run()
    assert await count() < 4
    assert await found(tickets, "花果山") == [one.number for one in reversed(filed)]
    assert await found(tickets, "第7级") == [filed[7].number]
