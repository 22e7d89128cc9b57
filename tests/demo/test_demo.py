"""The made-up year: every kind of life, by the rules of the lifecycle, in the order of time, and marked as made up."""

from __future__ import annotations

import random
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select, update

from core import clock
from core.city import City
from core.database import Database
from core.errors import ConfigurationError
from core.events import LocalEvents
from core.ids import new_id
from core.jobs import JobRow, Jobs
from core.migrate import opened
from core.settings import Settings
from demo import lives
from demo.fill import LEAST, Fill, Staff
from demo.matters import MARK, PHONE, matters
from service.demo_cli import _fill
from tests import both_databases
from tests.cities import HUAINAN
from tickets import catalog
from tickets.lifecycle import TRANSITIONS
from tickets.models import TicketEventRow, TicketRow
from tickets.states import State
from tickets.sweep import Sweep
from tickets.types import Actor, TicketType

database_url = both_databases.database_url
STAFF = Staff((Actor("agent", "示例坐席 1 号"),), Actor("supervisor", "示例班长"))


async def _filled(database: Database, tickets: int = 150, city: City = HUAINAN) -> datetime:
    until = datetime.now(UTC)
    await Fill(database, city, STAFF, random.Random(7)).run(tickets, 60, until)
    return until


async def _rows(database: Database) -> list[TicketRow]:
    async with database.read() as session:
        return list(await session.scalars(select(TicketRow).order_by(TicketRow.id)))


def test_matters_are_of_the_catalogue_and_name_nobody() -> None:
    known = {f"{one.name}/{leaf.name}" for one in catalog.categories() for leaf in one.children}
    assert [one.category for one in matters() if one.category not in known] == []
    assert {TicketType.parse(one.type) for one in matters()} == set(TicketType)
    assert all("{day}" in one.answer for one in matters())
    for month in range(1, 13):
        assert len([one for one in matters() if month in one.months]) > 15


@pytest.mark.slow
async def test_every_state_and_every_trouble_has_its_tickets(database: Database) -> None:
    until = await _filled(database)
    rows = await _rows(database)
    assert len(rows) == 150
    states = Counter(State(row.state) for row in rows)
    assert set(states) >= {state for state in State if not state.is_final} | {State.CLOSED, State.MERGED}
    assert all(row.content.startswith(MARK) for row in rows)
    assert {(row.contact_name or "", row.contact_phone or "") for row in rows} == {
        ("", ""),
        ("示例市民", PHONE),
    }
    assert all(row.public_reply.startswith((MARK, "依据：")) for row in rows if row.public_reply)
    for what in (
        [row for row in rows if row.next_due_at and row.next_due_at < until],
        [row for row in rows if row.state == State.PENDING_DISPATCH and row.returns >= 2],
        [row for row in rows if row.disputed],
        [row for row in rows if row.supervised_at],
        [row for row in rows if row.redos],
        [row for row in rows if row.satisfied == 5],
        [row for row in rows if row.merged_into_id],
        [row for row in rows if row.call_at],
    ):
        assert what
    # Ids sort by the time of filing, and lie in it: lists and the search for the like go by them.
    assert [row.created_at for row in rows] == sorted(row.created_at for row in rows)
    assert until - timedelta(days=61) < rows[0].created_at and rows[-1].created_at <= until
    stamped = datetime.fromtimestamp((int(rows[0].id.replace("-", ""), 16) >> 80) / 1000, UTC)
    assert abs(stamped - rows[0].created_at) < timedelta(seconds=1)


@pytest.mark.slow
async def test_each_history_is_one_that_the_lifecycle_allows(database: Database) -> None:
    until = await _filled(database)
    async with database.read() as session:
        events = list(
            await session.scalars(
                select(TicketEventRow).order_by(
                    TicketEventRow.ticket_id, TicketEventRow.at, TicketEventRow.id
                )
            )
        )
        assert await session.scalar(select(func.count()).select_from(JobRow)) == 0
    states: dict[str, State] = {}
    for event in events:
        assert event.at <= until
        move = TRANSITIONS.get(event.action)
        if event.to_state is not None and move is not None:
            assert states[event.ticket_id] == event.from_state and event.from_state in move.sources
            assert event.to_state in move.targets and event.actor_kind in move.who
        if event.to_state is not None:
            states[event.ticket_id] = State(event.to_state)
    assert {row.id: row.state for row in await _rows(database)} == states
    made = {event.action for event in events}
    assert made >= {"urge", "overdue", "reminded", "supervise", "ask_return", "grant_return", "ask_extension"}
    assert abs(clock.now() - datetime.now(UTC)) < timedelta(seconds=5), "the machine's clock again"
    assert new_id() > (await _rows(database))[-1].id
    # Nothing is left undone that was due, so that the first look of the clock changes next to nothing.
    left = await Sweep(database, LocalEvents(), HUAINAN, Jobs(database)).run()
    assert left <= 3


@pytest.mark.slow
async def test_what_is_not_empty_is_not_filled(database: Database) -> None:
    await _filled(database, LEAST)
    with pytest.raises(ConfigurationError, match="已经有工单"):
        await _filled(database, LEAST)


def test_each_place_to_stand_still_is_known() -> None:
    assert set(lives.STOPS) == {state for state in State if not state.is_final} | {
        lives.DISPUTED,
        lives.RETURNED,
    }


@pytest.mark.slow
async def test_the_command_fills_once_and_makes_an_account_for_each_role(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = Settings(data_dir=tmp_path / "new")
    await _fill(settings, LEAST, 30, 1)
    said = capsys.readouterr().out
    assert "填好了 60 张示例工单" in said
    for name in ("demo-agent-1", "demo-supervisor", "demo-department", "demo-admin", "demo-auditor"):
        assert name in said
    with pytest.raises(ConfigurationError, match="工单、账号"):
        await _fill(settings, LEAST, 30, 1)
    async with opened(settings) as database, database.write() as session:
        await session.execute(update(TicketRow).values(version=1))  # it is an ordinary database
