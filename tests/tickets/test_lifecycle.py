"""The table of moves: complete, the only way to a state, and the same as the documents say."""

from __future__ import annotations

import ast
import asyncio
from pathlib import Path

import pytest
from sqlalchemy import select

from core.database import Database
from core.errors import Conflict
from core.settings import ROOT
from tickets import effects, lifecycle, needs, told
from tickets.lifecycle import TRANSITIONS, IllegalMove, Who
from tickets.models import TicketEventRow, TicketRow
from tickets.service import Tickets
from tickets.states import State
from tickets.table import table
from tickets.types import ACTION_LABELS, Actor, Ticket, TicketDraft

AGENT, BOSS = Actor("agent", "坐席"), Actor("supervisor", "班长")
OURS = ("tickets", "desk", "bot", "service", "conversations", "gaps", "channels")


def test_every_move_has_fields_a_label_and_somebody_who_may_make_it() -> None:
    assert set(needs.NEEDS) == set(TRANSITIONS)
    assert len({move.label for move in TRANSITIONS.values()}) == len(TRANSITIONS)
    assert all(ACTION_LABELS[action] == move.label for action, move in TRANSITIONS.items())
    assert all(len(action) <= 20 and move.who and move.sources for action, move in TRANSITIONS.items())
    several = {action for action, move in TRANSITIONS.items() if len(move.targets) > 1}
    assert several == {"refuse_return", "callback"} <= set(effects._EFFECTS)
    assert told.ANSWERS <= told.TOLD


def test_every_state_is_reached_and_only_final_ones_are_left_by_nothing() -> None:
    reached = {State.PENDING_ACCEPTANCE} | {to for move in TRANSITIONS.values() for to in move.targets}
    assert reached == set(State)
    left = {source for move in TRANSITIONS.values() for source in move.sources}
    assert {state for state in State if state not in left} == {state for state in State if state.is_final}


def test_no_other_file_writes_a_tickets_state() -> None:
    wrong = []
    for package in OURS:
        for path in (ROOT / package).rglob("*.py"):
            file = path.relative_to(ROOT).as_posix()
            if file != "tickets/lifecycle.py":
                wrong += [f"{file}:{line}" for line in _writes(path)]
    assert wrong == []


def _writes(path: Path) -> list[int]:
    text = path.read_text("utf-8")
    if "TicketRow" not in text and not path.is_relative_to(ROOT / "tickets"):
        return []
    found = []
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Assign | ast.AugAssign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            found += [t.lineno for t in targets if isinstance(t, ast.Attribute) and t.attr == "state"]
        elif isinstance(node, ast.Call):
            called = ast.unparse(node.func)
            writes = called.endswith(("TicketRow", ".values")) and "TicketRow" in called
            if writes and any(word.arg == "state" for word in node.keywords):
                found.append(node.lineno)
    return found


async def test_the_table_refuses_an_assignment_that_no_move_makes(
    tickets: Tickets, database: Database
) -> None:
    ticket = await tickets.file(TicketDraft("投诉", "路灯坏了三天"), "k")
    async with database.write() as session:
        row = await session.scalar(select(TicketRow).where(TicketRow.number == ticket.number))
        assert row is not None
        with pytest.raises(IllegalMove):
            row.state = State.CLOSED
        with pytest.raises(IllegalMove):
            lifecycle.enter(row, TRANSITIONS["approve"], State.PENDING_CALLBACK)
    with pytest.raises(IllegalMove):
        TicketRow(state=State.CLOSED)
    assert (await tickets.get(ticket.number)).state is State.PENDING_ACCEPTANCE


async def test_two_at_once_with_the_same_version_do_one_thing(tickets: Tickets) -> None:
    ticket = await tickets.file(TicketDraft("投诉", "路灯坏了三天"), "k")

    async def act(action: str, actor: Actor) -> Ticket | Conflict:
        try:
            return await tickets.moves.act(ticket.number, action, GIVEN[action], actor, version=1)
        except Conflict as error:
            return error

    done = await asyncio.gather(act("accept", AGENT), act("decline", BOSS), act("answer", BOSS))
    refused = [one for one in done if isinstance(one, Conflict)]
    assert len(refused) == 2 and {one.code for one in refused} == {"stale"}
    events = [event.action for event in await tickets.events(ticket.number)]
    assert len(events) == 2 and (await tickets.get(ticket.number)).version == 2


GIVEN = {
    "accept": {},
    "decline": {"basis": "由法院管", "route": "向法院反映"},
    "answer": {"text": "路灯由城管部门负责"},
}


async def test_what_else_fails_in_the_transaction_leaves_nothing(
    tickets: Tickets, database: Database
) -> None:
    ticket = await tickets.file(TicketDraft("投诉", "路灯坏了三天"), "k")

    async def breaks(_: object) -> None:
        raise RuntimeError("the audit can't be written")

    with pytest.raises(RuntimeError):
        await tickets.moves.act(ticket.number, "accept", {}, AGENT, alongside=breaks)
    assert (await tickets.get(ticket.number)).state is State.PENDING_ACCEPTANCE
    async with database.read() as session:
        assert len(list(await session.scalars(select(TicketEventRow)))) == 1


def test_the_page_shows_the_table_as_it_is() -> None:
    page = (ROOT / "docs" / "tickets.md").read_text("utf-8")
    assert table() in page, "run `wenban tickets table` and put what it prints into docs/tickets.md"
    assert {who.label for who in Who} == {"群众", "话务员", "班长", "承办单位", "系统"}
