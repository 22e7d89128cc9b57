"""A year of a city: how fast its tickets are listed, searched, opened, filed and looked at by the clock.

``python -m benchmarks.tickets [--count N] [--database sqlite|postgresql] [--folder PATH]`` fills a database with made-up tickets, a
tenth of them open, and asks the desk's own addresses on a server in this process. With a folder the filled SQLite file is kept, and
used again. Besides the times it reports for how long the event loop was held meanwhile, because everybody waits for that.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import sqlite3
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

import asyncpg
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from sqlalchemy import Dialect, Table, text, update
from sqlalchemy.dialects import postgresql as postgresql_dialect
from sqlalchemy.dialects import sqlite as sqlite_dialect

import desk
from benchmarks.at_rest import _PLACES, _story
from benchmarks.figures import Figure, percentile
from conversations.media import Media
from conversations.service import Conversations
from core.city import City, load_city
from core.clock import now
from core.database import Database
from core.events import LocalEvents
from core.ids import first_id
from core.jobs import Jobs
from core.migrate import prepare
from core.privacy import lookup_key
from core.search_tokens import tokens
from core.settings import Settings
from desk.accounts import add_user
from desk.models import DeskUser
from desk.policy import Policy
from gaps import Gaps
from kb_index.service import KnowledgeBase
from service.errors import errors
from tests.kb_index.conftest import MODEL
from tests.postgres import postgresql
from tests.rasa_standin import SmallDialogue, no_answer
from tickets import catalog, departments
from tickets.models import Department, TicketDispatchRow, TicketEventRow, TicketRow
from tickets.service import Tickets
from tickets.states import State
from tickets.sweep import Sweep
from tickets.types import TicketDraft, TicketType

COUNT = 1_000_000
OPEN_SHARE = 0.1
ASKED = 60
"""How often each address is asked."""
BOUND_MS, FILING_MS, SWEEP_S, HELD_MS = 150.0, 50.0, 10.0, 50.0
DUE = 1_000
"""Tickets that are due at once in the measured turn of the clock."""
_STORIES = 20_000
"""Different stories; tickets beyond share their words."""
_OPEN = (
    State.PENDING_ACCEPTANCE,
    State.PENDING_DISPATCH,
    State.PENDING_SIGN,
    *(State.HANDLING,) * 5,
    State.PENDING_REVIEW,
    State.PENDING_CALLBACK,
)
_RARE = (State.RETURN_REVIEW, State.EXTENSION_REVIEW, State.SUSPENDED)
_ENDED = (*(State.CLOSED,) * 16, State.DECLINED, State.ANSWERED_DIRECTLY, State.MERGED, State.WITHDRAWN)
_YEAR = timedelta(days=365)
_PASSWORD = "first-Sign-in"


def _bound(table: Table, dialect: Dialect) -> dict[str, Callable[[Any], Any]]:
    """Column → what turns a value of Python into what is stored."""
    found = {}
    for column in table.columns:
        found[column.name] = column.type.dialect_impl(dialect).bind_processor(dialect) or (
            lambda value: value
        )
    return found


class _Made:
    """Makes rows of tickets with their histories and dispatches."""

    def __init__(self, city: City, offices: list[str], count: int, dialect: Dialect) -> None:
        self._chance = random.Random(count)
        self._offices, self._count, self._dialect = offices, count, dialect
        self._districts = [one.name for one in city.districts]
        self._categories = [
            f"{one.name}/{leaf.name}" for one in catalog.categories() for leaf in one.children
        ]
        self._weights = [1 / (n + 1) for n in range(len(self._categories))]
        self._bind = {
            one: _bound(cast(Table, one.__table__), dialect)
            for one in (TicketRow, TicketEventRow, TicketDispatchRow)
        }
        self._texts = [self._text(n) for n in range(min(_STORIES, count))]
        seal = self._bind[TicketRow]
        self._code, self._name = seal["query_code"]("ACDEFGH2"), seal["contact_name"]("张某某")
        self._phones = [f"138{n:08d}" for n in range(2_000)]
        self._sealed_phones = [(seal["contact_phone"](one), lookup_key(one)) for one in self._phones]
        self._answer = seal["public_reply"]("您反映的问题已经办好，现场已恢复正常，请您放心。")
        self._note = self._bind[TicketEventRow]["note"]("现场查看，已联系维修人员")

    def _text(self, nth: int) -> tuple[str, str, str]:
        seal = self._bind[TicketRow]
        rare = "金色世纪花园" if nth % 5000 == 7 else ""
        story, address = _story(self._chance), f"{self._chance.choice(_PLACES)}{nth % 400}号{rare}"
        return seal["content"](story), seal["address"](address), tokens(story, address)

    def rows(
        self, moment: datetime
    ) -> Iterator[tuple[dict[str, Any], list[dict[str, Any]], dict[str, Any] | None]]:
        """Tickets, oldest first, each with its history and its dispatch."""
        chance = self._chance
        for nth in range(self._count):
            age = _YEAR * (1 - nth / self._count)
            filed = moment - age
            # The young are open, and a few old ones.
            is_open = nth > self._count * (1 - OPEN_SHARE * 0.9) or chance.random() < OPEN_SHARE * 0.1
            state = chance.choice(_ENDED)
            if is_open:
                state = chance.choice(_RARE) if chance.random() < 0.005 else chance.choice(_OPEN)
            office = None if state in _OPEN[:2] or state is State.MERGED else chance.choice(self._offices)
            due = filed + timedelta(days=14 + chance.random())
            left = is_open and state not in (State.PENDING_CALLBACK, State.SUSPENDED)
            content, address, found = self._texts[nth % len(self._texts)]
            phone, key = self._sealed_phones[chance.randrange(len(self._phones))]
            ticket_id = first_id(filed)[:24] + f"{nth:012x}"
            row: dict[str, Any] = {
                **_DEFAULTS,
                "id": ticket_id,
                "number": f"HN{filed:%Y%m%d}{nth % 100_000:05d}"
                if self._count < 100_000 * 365
                else f"HN{nth}",
                "filing_key": f"bench:{nth}",
                "query_code": self._code,
                "type": chance.choice(list(TicketType)),
                "category": chance.choices(self._categories, self._weights)[0],
                "district": chance.choice(self._districts),
                "address": address,
                "content": content,
                "contact_name": self._name,
                "contact_phone": phone,
                "contact_key": key,
                "channel": "web",
                "state": str(state),
                "department_id": office,
                "urgency": "urgent" if chance.random() < 0.01 else None,
                "close_due_at": due,
                "next_due_at": due if left else None,
                # The clock has looked at what is late already.
                "watch_at": (due if due > moment else None) if left else None,
                "closed_at": None if is_open else filed + timedelta(days=9),
                "returns": 2 if chance.random() < 0.002 else 0,
                "supervised_at": due if chance.random() < 0.02 else None,
                "disputed": state is State.PENDING_CALLBACK and chance.random() < 0.02,
                "public_reply": self._answer if state is State.CLOSED else "",
                "search_tokens": found,
                "created_at": filed,
                "updated_at": filed,
            }
            events = [
                {
                    "id": f"{ticket_id[:-1]}{step:x}" if step else ticket_id,
                    "ticket_id": ticket_id,
                    "at": filed + timedelta(minutes=step),
                    "actor_kind": "agent",
                    "actor_id": None,
                    "actor": "坐席",
                    "action": action,
                    "from_state": None,
                    "to_state": None,
                    "note": self._note if step else "",
                    "key": None,
                }
                for step, action in enumerate(("filed", "accept", "dispatch", "note"))
            ]
            for step, event in enumerate(events):
                event["id"] = f"{nth:08x}-0000-7000-8000-{step:012x}"
            dispatched = office and {
                "id": f"{nth:08x}-0000-7000-8000-00000000d15b",
                "ticket_id": ticket_id,
                "department_id": office,
                "lead": True,
                "category": row["category"],
                "district": row["district"],
                "at": filed,
                "ended_at": None,
                "returned": False,
            }
            yield row, events, dispatched or None


_DEFAULTS: dict[str, Any] = {
    "happened_at": "",
    "subject": "",
    "place_label": "",
    "details": "[]",
    "confidential": False,
    "version": 3,
    "due_rule": "其他",
    "due_basis": "",
    "due_provisional": False,
    "added_days": 0,
    "extensions": 0,
    "suspensions": 0,
    "urges": 0,
    "redos": 0,
    "confidential_reply": "",
    "unreached": 0,
    "callback": "",
    "callback_why": "",
}
_READY = frozenset(
    {"details", "query_code", "content", "address", "contact_name", "contact_phone", "public_reply", "note"}
)
"""Columns whose values are sealed already."""


async def _fill(database: Database, city: City, count: int, moment: datetime) -> None:
    await departments.add_missing(database, city)
    async with database.read() as session:
        from sqlalchemy import select

        offices = list(await session.scalars(select(Department.id)))
    dialect: Dialect = sqlite_dialect.dialect() if database.is_sqlite else postgresql_dialect.dialect()
    made = _Made(city, offices, count, dialect)
    tables = (TicketRow, TicketEventRow, TicketDispatchRow)
    names = {one: [column.name for column in one.__table__.columns] for one in tables}
    bind = {one: _bound(cast(Table, one.__table__), dialect) for one in tables}

    def stored(one: Any, row: dict[str, Any]) -> tuple[Any, ...]:
        return tuple(
            row.get(name)
            if name in _READY or not database.is_sqlite
            else _plain(bind[one][name], row.get(name))
            for name in names[one]
        )

    batch: dict[Any, list[tuple[Any, ...]]] = {one: [] for one in tables}
    write = _sqlite_writer(database, names) if database.is_sqlite else None
    pool = None if write else await asyncpg.connect(database.url.replace("+asyncpg", ""))
    for nth, (row, events, dispatched) in enumerate(made.rows(moment), start=1):
        batch[TicketRow].append(stored(TicketRow, row))
        batch[TicketEventRow] += [stored(TicketEventRow, event) for event in events]
        if dispatched:
            batch[TicketDispatchRow].append(stored(TicketDispatchRow, dispatched))
        if nth % 20_000 == 0 or nth == count:
            for one, rows in batch.items():
                if write:
                    write(one, rows)
                else:
                    await pool.copy_records_to_table(one.__tablename__, records=rows, columns=names[one])
                rows.clear()
    if write:
        write(None, [])
    else:
        await pool.execute("VACUUM ANALYZE")
        await pool.close()


def _plain(bind: Callable[[Any], Any], value: Any) -> Any:
    found = bind(value)
    return str(found) if isinstance(found, datetime) else found


def _sqlite_writer(
    database: Database, names: dict[Any, list[str]]
) -> Callable[[Any, list[tuple[Any, ...]]], None]:
    connection = sqlite3.connect(database.url.partition("///")[2], isolation_level=None)
    connection.execute("PRAGMA synchronous=OFF")
    connection.execute("PRAGMA cache_size=-1000000")

    def write(one: Any, rows: list[tuple[Any, ...]]) -> None:
        if one is None:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            connection.close()
            return
        holes = ", ".join("?" * len(names[one]))
        connection.execute("BEGIN")
        connection.executemany(
            f"INSERT INTO {one.__tablename__} ({', '.join(names[one])}) VALUES ({holes})", rows
        )
        connection.execute("COMMIT")

    return write


class _Held:
    """Watches for how long the event loop was held: processor time of its thread between two turns of this watcher.

    Time that passes would also count what else runs on the machine.
    """

    def __init__(self) -> None:
        self.longest_ms = 0.0

    async def watch(self) -> None:
        """Until it is cancelled."""
        while True:
            began = time.thread_time()
            await asyncio.sleep(0.002)
            self.longest_ms = max(self.longest_ms, (time.thread_time() - began) * 1000)


@asynccontextmanager
async def _office(
    database: Database, tickets: Tickets, folder: Path
) -> AsyncIterator[Callable[[str, str], Awaitable[TestClient[Any, Any]]]]:
    """The desk on a server of this process; gives what signs somebody in."""
    events = LocalEvents()
    async with Conversations(database, events, SmallDialogue(), no_answer) as conversations:
        knowledge = KnowledgeBase(folder / "index", MODEL, poll_s=60)
        app = web.Application(middlewares=[errors])
        desk.setup_sessions(app, "a key of the installation")
        app.add_routes(
            desk.routes(
                *(database, events, conversations, tickets),
                gaps=Gaps(database, knowledge, folder / "knowledge"),
                media=Media(database, folder / "media"),
                policy=Policy(public_url=""),
                session_key="a key of the installation",
            )
        )
        server = TestServer(app)
        clients: list[TestClient[Any, Any]] = []

        async def sign_in(name: str, role: str, department: str | None = None) -> TestClient[Any, Any]:
            await add_user(database, name, name, role, _PASSWORD, department)
            async with database.write() as session:
                await session.execute(update(DeskUser).values(must_change_password=False))
            clients.append(client := TestClient(server))
            said = {"username": name, "password": _PASSWORD}
            answer = await client.post("/api/desk/login", json=said, headers={"X-Requested-With": "wenban"})
            assert answer.status == 200, await answer.text()
            return client

        await server.start_server()
        try:
            yield sign_in
        finally:
            for client in clients:
                await client.close()
            await server.close()


_LISTS: dict[str, dict[str, str]] = {
    "list, newest": {},
    "list, open": {"state": "open"},
    "list, 办理中": {"state": "办理中"},
    "list, 延期审核 by deadline": {"state": "延期审核", "order": "due"},
    "list, overdue by deadline": {"state": "open", "due": "overdue", "order": "due"},
    "list, 投诉": {"type": "投诉"},
    "list, one category": {"category": "市政设施/路灯照明"},
    "list, a level of categories": {"category": "市政设施"},
    "list, rare category open": {"category": "{rare}", "state": "open"},
    "list, district": {"district": "{district}"},
    "list, department": {"department": "{department}"},
    "list, department 办理中": {"department": "{department}", "state": "办理中"},
    "list, supervised open": {"state": "open", "supervised": "1"},
    "list, returned": {"state": "open", "returned": "1"},
    "list, disputed": {"disputed": "1"},
    "search, number": {"q": "{number}"},
    "search, end of a number": {"q": "{end}"},
    "search, phone": {"q": "13800000777"},
    "search, frequent word": {"q": "路灯"},
    "search, two words": {"q": "井盖松动 暖气"},
    "search, rare word": {"q": "金色世纪花园"},
    "search, no such word": {"q": "没有这个词"},
    "search, word of the catalogue": {"q": "物业"},
    "search, rare word open": {"q": "金色世纪花园", "state": "open"},
    "search, frequent word and rare state": {"q": "路灯", "state": "延期审核"},
    "search, frequent word by deadline": {"q": "路灯", "order": "due"},
}


async def _measure(database: Database, city: City, folder: Path, moment: datetime) -> list[Figure]:
    tickets = Tickets(database, LocalEvents(), city)
    figures: list[Figure] = []
    async with database.read() as session:
        from sqlalchemy import select

        [middle] = (
            await session.scalars(select(TicketRow).where(TicketRow.filing_key == "bench:4321"))
        ).all()
        newest = await session.scalar(select(TicketRow.number).order_by(TicketRow.id.desc()).limit(1))
        office = await session.scalar(select(Department.id).order_by(Department.id))
    chosen = {
        "rare": [f"{one.name}/{leaf.name}" for one in catalog.categories() for leaf in one.children][-1],
        "district": middle.district,
        "department": str(office),
        "number": middle.number,
        "end": str(newest)[-7:],
    }

    async def timed(
        name: str, act: Callable[[int], Awaitable[object]], bound: float, times: int = ASKED
    ) -> None:
        held = _Held()
        watching = asyncio.create_task(held.watch())
        spent = []
        await act(-1)
        held.longest_ms = 0.0
        for nth in range(times):
            began = time.perf_counter()
            await act(nth)
            spent.append((time.perf_counter() - began) * 1000)
        watching.cancel()
        figures.append(Figure(f"{name}, p95", percentile(spent, 0.95), "ms", bound))
        figures.append(Figure(f"{name}, loop held", held.longest_ms, "ms", HELD_MS))
        print(
            f"{name:45} p50 {percentile(spent, 0.5):8.1f}  p95 {percentile(spent, 0.95):8.1f}  held {held.longest_ms:6.1f} ms",
            flush=True,
        )

    async with _office(database, tickets, folder) as sign_in:
        name = f"b{time.time_ns()}"
        agent = await sign_in(name, "supervisor")
        clerk = await sign_in(f"{name}d", "department", str(office))

        async def get(client: TestClient[Any, Any], path: str, query: dict[str, str]) -> Any:
            answer = await client.get(f"/api/desk{path}", params=query)
            assert answer.status == 200, await answer.text()
            return await answer.json()

        for title, query in _LISTS.items():
            filled = {key: value.format(**chosen) for key, value in query.items()}
            await timed(title, lambda _, filled=filled: get(agent, "/tickets", filled), BOUND_MS)
        await timed("counts", lambda _: get(agent, "/tickets/counts", {}), BOUND_MS)
        await timed("department, list", lambda _: get(clerk, "/tickets", {}), BOUND_MS)
        inbox = {"state": "办理中", "order": "due"}
        await timed("department, inbox", lambda _: get(clerk, "/tickets", inbox), BOUND_MS)
        await timed("department, counts", lambda _: get(clerk, "/tickets/counts", {}), BOUND_MS)
        await timed("department, search", lambda _: get(clerk, "/tickets", {"q": "路灯"}), BOUND_MS)
        await timed(
            "department, search for a rare word",
            lambda _: get(clerk, "/tickets", {"q": "金色世纪花园"}),
            BOUND_MS,
        )
        chance = random.Random(7)
        async with database.read() as session:
            some = list(
                await session.scalars(
                    select(TicketRow.number).where(
                        TicketRow.filing_key.in_([f"bench:{chance.randrange(20_000)}" for _ in range(40)])
                    )
                )
            )
            some += list(
                await session.scalars(select(TicketRow.number).where(TicketRow.closed_at.is_(None)).limit(40))
            )
        chance.shuffle(some)
        await timed("ticket page", lambda n: get(agent, f"/tickets/{some[n % len(some)]}", {}), BOUND_MS)
    made = time.time_ns()

    async def file(nth: int) -> None:
        draft = TicketDraft(
            "投诉",
            _story(chance),
            "市政设施/路灯照明",
            middle.district,
            "朝阳中路 1 号",
            contact_phone="13800000000",
        )
        await tickets.file(draft, f"{made}:{nth}")

    await timed("filing", file, FILING_MS)
    figures += await _clock(database, city)
    return figures


async def _clock(database: Database, city: City) -> list[Figure]:
    """A turn of the clock with all open deadlines before it, and one in which many are due at once."""
    sweep = Sweep(database, LocalEvents(), city, Jobs(database))
    figures = []
    for due in (0, DUE):
        if due:
            chosen = f"SELECT id FROM tickets WHERE watch_at IS NOT NULL ORDER BY id LIMIT {due}"
            async with database.write() as session:
                past = now() - timedelta(hours=1)
                await session.execute(
                    text(
                        f"UPDATE tickets SET close_due_at = :past, next_due_at = :past, watch_at = :past WHERE id IN ({chosen})"
                    ),
                    {"past": past.astimezone(UTC).replace(tzinfo=None) if database.is_sqlite else past},
                )
        held = _Held()
        watching = asyncio.create_task(held.watch())
        began = time.perf_counter()
        looked = await sweep.run()
        spent = time.perf_counter() - began
        watching.cancel()
        figures.append(Figure(f"clock, {due} due", spent, "s", SWEEP_S))
        print(
            f"clock, {due} due: {looked} looked at in {spent:.2f} s, held {held.longest_ms:.1f} ms",
            flush=True,
        )
    return figures


async def _run(url: str | None, folder: Path, count: int) -> list[Figure]:
    settings = Settings(data_dir=folder / "data", **({"database_url": url} if url else {}))
    fresh = url is not None or not (folder / "data" / "wenban.db").exists()
    await prepare(settings)
    database = Database(settings.sqlalchemy_url)
    city = load_city("huainan")
    try:
        if fresh:
            began = time.perf_counter()
            await _fill(database, city, count, now())
            print(f"{count} tickets made in {time.perf_counter() - began:.0f} s", flush=True)
        return await _measure(database, city, folder, now())
    finally:
        await database.close()


def main() -> None:
    """Measure and print; the exit status is 1 when a figure is over its bound."""
    options = argparse.ArgumentParser(prog="python -m benchmarks.tickets")
    options.add_argument("--count", type=int, default=COUNT)
    options.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    options.add_argument("--folder", type=Path)
    given = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="wenban-tickets-") as made:
        folder = given.folder or Path(made)
        folder.mkdir(parents=True, exist_ok=True)
        if given.database == "sqlite":
            figures = asyncio.run(_run(None, folder, given.count))
        else:
            with postgresql() as url:
                figures = asyncio.run(_run(url, folder, given.count))
    over = [one for one in figures if not one.kept]
    for one in over:
        print(f"over its bound: {one.name} {one.value:.1f} {one.unit}")
    sys.exit(1 if over else 0)


if __name__ == "__main__":
    main()
