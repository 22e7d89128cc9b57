"""What happens to tickets by the clock: each once, whatever runs at the same time, and however late."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, text

from core.clock import SHANGHAI, now
from core.database import Database
from core.errors import Conflict
from core.events import Events, LocalEvents
from core.jobs import Jobs
from tests.cities import HUAINAN
from tests.conftest import Clock
from tickets import clockwork, watches
from tickets.models import Department, TicketEventRow, TicketRow
from tickets.moves import do
from tickets.service import Tickets
from tickets.states import State
from tickets.sweep import Sweep
from tickets.types import Actor, Ticket, TicketDraft

AGENT = Actor("agent", "坐席")
GIVEN: dict[str, dict[str, Any]] = {
    "ask_extension": {"days": 3, "reason": "等配件"},
    "ask_return": {"reason": "不归我们管"},
    "suspend": {"reason": "缺灯杆编号", "days": 2},
    "reply": {"public": "小区门口的路灯已于昨天修好，恢复照明了。"},
}
ANSWER = "小区门口的路灯已于昨天修好，恢复照明了。"
Act = Callable[..., Awaitable[Ticket]]


def set_to(clock: Clock, moment: datetime) -> None:
    clock.forward(seconds=(moment - clock.now()).total_seconds())


@pytest.fixture
def monday(clock: Clock) -> Clock:
    """Monday 2026-12-07, 10:00."""
    set_to(clock, datetime(2026, 12, 7, 10, tzinfo=SHANGHAI))
    return clock


@pytest.fixture
async def act(tickets: Tickets, database: Database) -> Act:
    async with database.write() as session:
        session.add(office := Department(name="市城市管理行政执法局"))
        await session.flush()
    clerk = Actor("department", "经办", None, office.id)

    async def make(number: str, action: str, **given: object) -> Ticket:
        who = clerk if action in ("sign", "suspend", "reply", "ask_extension", "ask_return") else AGENT
        if action == "dispatch":
            given = {"department": office.id}
        return await tickets.moves.act(number, action, given, who)

    return make


def sweep_of(database: Database, events: Events | None = None) -> Sweep:
    return Sweep(database, events or LocalEvents(), HUAINAN, Jobs(database))


async def happened(tickets: Tickets, number: str) -> list[str]:
    return [f"{event.action} {event.note}".strip() for event in await tickets.events(number)][1:]


async def test_reminders_a_missed_deadline_and_supervision_come_in_their_order(
    tickets: Tickets, database: Database, monday: Clock
) -> None:
    ticket = await tickets.file(TicketDraft("投诉", "路灯坏了三天"), "k")
    sweep = sweep_of(database)
    assert await sweep.run() == 0
    set_to(monday, datetime(2026, 12, 8, 15, 45, tzinfo=SHANGHAI))  # signing is due at 17:30
    await sweep.run()
    assert await happened(tickets, ticket.number) == ["reminded 离签收期限还有 2 小时"]
    set_to(monday, datetime(2026, 12, 8, 17, 31, tzinfo=SHANGHAI))
    await sweep.run()
    set_to(monday, datetime(2026, 12, 9, 17, 31, tzinfo=SHANGHAI))
    await sweep.run()
    assert await happened(tickets, ticket.number) == [
        "reminded 离签收期限还有 2 小时",
        "overdue 签收超过期限",
        "supervise 签收超过期限 1 个工作日",
    ]
    assert (await tickets.get(ticket.number)).supervised_at is not None


async def test_a_late_start_catches_up_and_leaves_out_reminders_of_what_is_over(
    tickets: Tickets, database: Database, monday: Clock
) -> None:
    ticket = await tickets.file(TicketDraft("投诉", "路灯坏了三天"), "k")
    monday.forward(days=30)
    await sweep_of(database).run()
    assert await happened(tickets, ticket.number) == [
        "overdue 签收超过期限",
        "supervise 签收超过期限 1 个工作日",
        "overdue 办结超过期限",
        "supervise 办结超过期限 1 个工作日",
    ]


async def test_processes_that_look_at_once_do_it_once(
    tickets: Tickets, database: Database, monday: Clock
) -> None:
    numbers = [(await tickets.file(TicketDraft("投诉", "路灯坏了三天"), str(n))).number for n in range(12)]
    monday.forward(days=3)
    events = LocalEvents()
    with events.subscribe("tickets") as heard:
        await asyncio.gather(*(sweep_of(database, events).run() for _ in range(4)))
        told = [(await heard.get()).data["ticket"]["number"] for _ in numbers]
    assert sorted(told) == sorted(numbers)
    async with database.read() as session:
        keys = list(await session.scalars(select(TicketEventRow.key).where(TicketEventRow.key.is_not(None))))
    assert len(keys) == 2 * len(numbers), "missed, and supervised"


async def test_one_whose_turn_fails_does_not_stop_the_others(
    tickets: Tickets, database: Database, monday: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = [(await tickets.file(TicketDraft("投诉", "路灯坏了"), key)).number for key in "ab"]
    real = clockwork.appointments

    def broken(row: object, *rest: object) -> list[clockwork.Appointment]:
        if getattr(row, "number", "") == first:
            raise RuntimeError("a row that nobody expected")
        return real(row, *rest)  # type: ignore[arg-type]

    monday.forward(days=3)
    monkeypatch.setattr(clockwork, "appointments", broken)
    await sweep_of(database).run()
    assert len(await happened(tickets, second)) == 2 and await happened(tickets, first) == []
    monkeypatch.setattr(clockwork, "appointments", real)
    monday.forward(hours=2)
    await sweep_of(database).run()
    assert len(await happened(tickets, first)) == 2


async def test_a_row_that_cannot_be_read_does_not_stop_the_clock(
    tickets: Tickets, database: Database, monday: Clock, act: Act
) -> None:
    """Such as one that was written with a key which is lost. What only adds lines does not read it; a move waits."""
    numbers = [(await tickets.file(TicketDraft("投诉", "路灯坏了三天"), key)).number for key in "abc"]
    lost, waits, well = numbers
    for number in (waits, well):
        for action in ("accept", "dispatch", "sign"):
            await act(number, action)
        await act(number, "suspend", reason="缺灯杆编号", days=2)
    async with database.write() as session:
        for number in (lost, waits):
            await session.execute(
                text("UPDATE tickets SET content = 'wb1:none:AAAA' WHERE number = :n"), {"n": number}
            )
    monday.forward(days=3)
    assert await sweep_of(database).run() == 3

    async def actions(number: str) -> list[str]:
        """As they are stored, because a ticket that can't be read can't be asked."""
        lines = select(TicketEventRow.action).join(TicketRow, TicketRow.id == TicketEventRow.ticket_id)
        async with database.read() as session:
            found = await session.scalars(lines.where(TicketRow.number == number).order_by(TicketEventRow.id))
            return list(found)

    assert await actions(lost) == ["filed", "overdue", "supervise"]
    assert "resume" in await actions(well) and "resume" not in await actions(waits)


@pytest.mark.slow
async def test_many_that_are_due_at_once_get_what_each_would_get_alone(
    tickets: Tickets, database: Database, monday: Clock, act: Act
) -> None:
    """The set-wise turn against the way of a single ticket, for tickets in every state that has anything before it."""

    async def made(key: str) -> list[str]:
        found = []
        for nth, (kind, urgent, actions) in enumerate(
            (kind, urgent, actions)
            for kind in ("投诉", "咨询")
            for urgent in (False, True)
            for actions in (
                (),
                ("accept",),
                ("accept", "dispatch"),
                ("accept", "dispatch", "sign"),
                ("accept", "dispatch", "sign", "ask_extension"),
                ("accept", "dispatch", "ask_return"),
                ("accept", "dispatch", "sign", "suspend"),
                ("accept", "dispatch", "sign", "reply"),
                ("accept", "dispatch", "sign", "reply", "approve"),
            )
        ):
            draft = TicketDraft(kind, "小区门口的路灯坏了三天", urgent=urgent)
            number = (await tickets.file(draft, f"{key}{nth}")).number
            for action in actions:
                await act(number, action, **GIVEN.get(action, {}))
            found.append(number)
        return found

    def hour(moment: datetime | None) -> datetime | None:
        """They were not filed in the same moment."""
        return moment and moment.replace(minute=0, second=0, microsecond=0)

    together, alone = await made("t"), await made("a")

    async def standing(numbers: list[str]) -> list[Any]:
        async with database.read() as session:
            rows = [await session.scalar(select(TicketRow).where(TicketRow.number == one)) for one in numbers]
            return [
                (
                    row.state,
                    row.version,
                    row.callback,
                    *map(hour, (await watches.at(session, row.id), row.next_due_at, row.supervised_at)),
                )
                for row in rows
                if row is not None
            ]

    for days in (1, 2, 4, 30):
        monday.forward(days=days)
        async with database.write() as session:
            for one in alone:
                row = await session.scalar(select(TicketRow).where(TicketRow.number == one))
                assert row is not None
                await clockwork.catch_up(session, row, HUAINAN, now(), do)
        await sweep_of(database).run()
        assert await standing(together) == await standing(alone)
    told = [await happened(tickets, one) for one in together]
    assert told == [await happened(tickets, one) for one in alone]
    assert len([line for lines in told for line in lines if line.startswith(("reminded", "overdue"))]) > 40


async def test_a_suspension_ends_by_itself_and_its_days_are_added(
    tickets: Tickets, database: Database, monday: Clock, act: Act
) -> None:
    number = (await tickets.file(TicketDraft("投诉", "路灯坏了三天"), "k")).number
    for action in ("accept", "dispatch", "sign"):
        before = await act(number, action)
    suspended = await act(number, "suspend", reason="缺灯杆编号", days=2)
    assert suspended.due.left(suspended.state) == ()
    monday.forward(days=2, hours=8)
    await sweep_of(database).run()
    after = await tickets.get(number)
    assert after.state is State.HANDLING and after.added_days == 2
    assert after.due.close_at is not None and before.due.close_at is not None
    assert after.due.close_at - before.due.close_at == timedelta(days=2), "from a Monday to the Wednesday"


async def test_a_suspension_whose_end_is_seen_late_adds_no_more_than_its_own_days(
    tickets: Tickets, database: Database, monday: Clock, act: Act
) -> None:
    number = (await tickets.file(TicketDraft("投诉", "路灯坏了三天"), "k")).number
    for action in ("accept", "dispatch", "sign"):
        before = await act(number, action)
    await act(number, "suspend", reason="缺灯杆编号", days=2)
    monday.forward(days=60)
    await sweep_of(database).run()
    after = await tickets.get(number)
    assert after.state is State.HANDLING and after.added_days == 2
    assert after.due.close_at is not None and before.due.close_at is not None
    assert after.due.close_at - before.due.close_at == timedelta(days=2)
    assert "overdue 办结超过期限" in await happened(tickets, number)


async def test_no_suspension_takes_away_that_a_deadline_was_missed(
    tickets: Tickets, database: Database, monday: Clock, act: Act
) -> None:
    number = (await tickets.file(TicketDraft("投诉", "路灯坏了三天"), "k")).number
    for action in ("accept", "dispatch", "sign"):
        before = await act(number, action)
    assert before.due.close_at is not None
    set_to(monday, before.due.close_at + timedelta(minutes=1))
    with pytest.raises(Conflict, match="办理期限已经过了，不能再挂起"):
        await act(number, "suspend", reason="缺灯杆编号", days=2)
    after = await tickets.get(number)
    assert (after.state, after.due) == (State.HANDLING, before.due)


async def test_what_was_signed_in_time_and_returned_later_is_not_late_with_signing(
    tickets: Tickets, database: Database, monday: Clock, act: Act
) -> None:
    number = (await tickets.file(TicketDraft("投诉", "路灯坏了三天"), "k")).number
    for action in ("accept", "dispatch", "sign"):
        signed = await act(number, action)
    assert signed.due.sign_at is not None
    await act(number, "ask_return", reason="不归我们管")
    set_to(monday, signed.due.sign_at + timedelta(hours=1))
    returned = await act(number, "grant_return")
    assert (returned.due.sign_at, returned.dispatched_at) == (None, None)
    monday.forward(days=1)
    await sweep_of(database).run()
    assert not [one for one in await happened(tickets, number) if "签收" in one]
    again = await act(number, "dispatch")
    assert again.due.sign_at is not None and again.due.sign_at > monday.now()


async def test_a_deadline_that_passes_unseen_within_a_suspension_is_not_lost(
    tickets: Tickets, database: Database, clock: Clock, act: Act
) -> None:
    """Hours run on over a week-end, in which no working day is added."""
    set_to(clock, datetime(2026, 12, 4, 16, tzinfo=SHANGHAI))  # a Friday
    number = (await tickets.file(TicketDraft("投诉", "燃气味很重", urgent=True), "k")).number
    for action in ("accept", "dispatch", "sign"):
        await act(number, action)
    await act(number, "suspend", reason="不在家，等开门", days=2)
    set_to(clock, datetime(2026, 12, 5, 18, tzinfo=SHANGHAI))
    await act(number, "resume")
    await sweep_of(database).run()
    assert "overdue 办结超过期限" in await happened(tickets, number)


async def test_whoever_answers_no_callback_has_the_ticket_filed_away(
    tickets: Tickets, database: Database, monday: Clock, act: Act
) -> None:
    quiet, called = [(await tickets.file(TicketDraft("投诉", "小区路灯坏了"), key)).number for key in "ab"]
    for number in (quiet, called):
        for action in ("accept", "dispatch", "sign"):
            await act(number, action)
        await act(number, "reply", public=ANSWER)
        await act(number, "approve")
    await act(called, "callback", reached=False)
    monday.forward(days=2)
    await sweep_of(database).run()
    assert (await tickets.get(quiet)).state is State.PENDING_CALLBACK
    monday.forward(days=6)
    await sweep_of(database).run()
    ends = [await tickets.get(number) for number in (quiet, called)]
    assert [one.state for one in ends] == [State.CLOSED] * 2
    assert [one.heard.result for one in ends] == ["unanswered", "unreached"], "counted apart"
    assert all(one.closed_at is not None and one.closed_at <= now() for one in ends)
