"""Deadlines: counted by the city's rules over China's working days, kept with the ticket, told only on good grounds."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest
from chinese_calendar.constants import holidays
from sqlalchemy import select, update

import core.holidays
from core.clock import SHANGHAI, local
from core.database import Database
from core.events import LocalEvents
from core.holidays import is_working_day, last_known_year
from tests.cities import HUAINAN, QINGWU
from tests.conftest import Clock
from tickets import clockwork, deadlines, recounting, watches, working_time
from tickets.due import Due
from tickets.models import TicketRow
from tickets.progress import progress_text
from tickets.service import Tickets
from tickets.states import State
from tickets.types import TicketDraft, TicketType
from tickets.working_time import after_working_days, after_working_hours

RULES = "《青梧市政务服务便民热线办理规则》（青政办〔2026〕7号）"
WATER = "供水供电供气供热/供水"
HOURS = ((time(9), time(12)), (time(13), time(17)))


def at(year: int, month: int, day: int, hour: int = 10, minute: int = 0) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=SHANGHAI)


def set_to(clock: Clock, moment: datetime) -> None:
    clock.forward(seconds=(moment - clock.now()).total_seconds())


@pytest.fixture
def qingwu(database: Database) -> Tickets:
    return Tickets(database, LocalEvents(), QINGWU)


@pytest.mark.parametrize(
    ("day", "works"),
    [
        (date(2023, 1, 23), False),  # 春节
        (date(2023, 1, 28), True),  # a Saturday made up for it
        (date(2024, 2, 4), True),  # a Sunday made up
        (date(2024, 5, 3), False),  # 劳动节
        (date(2025, 1, 26), True),  # a Sunday made up
        (date(2025, 10, 8), False),  # 国庆 and 中秋 together
        (date(2026, 2, 23), False),  # 春节
        (date(2026, 2, 28), True),  # a Saturday made up
        (date(2026, 11, 28), False),  # a plain Saturday
        (date(2026, 11, 30), True),  # a plain Monday
    ],
)
def test_working_days_are_those_of_the_state_council(day: date, works: bool) -> None:
    assert is_working_day(day) is works


@pytest.mark.parametrize(
    ("start", "days", "due"),
    [
        (at(2026, 11, 30, 8), 1, at(2026, 12, 1, 17)),  # the day itself does not count
        (at(2026, 11, 30, 23, 59), 1, at(2026, 12, 1, 17)),
        (at(2026, 11, 28), 1, at(2026, 11, 30, 17)),  # filed on a Saturday
        (at(2026, 9, 30), 3, at(2026, 10, 10, 17)),  # over 国庆, to a Saturday made up
        (at(2026, 2, 13), 2, at(2026, 2, 24, 17)),  # the Saturday before 春节 is made up
    ],
)
def test_limits_in_working_days(start: datetime, days: int, due: datetime) -> None:
    assert after_working_days(start, days, HOURS) == (due, False)


def test_without_office_hours_a_day_ends_at_midnight() -> None:
    assert after_working_days(at(2026, 11, 30), 1).at == at(2026, 12, 2, 0)


@pytest.mark.parametrize(
    ("start", "hours", "due"),
    [
        (at(2026, 11, 30, 10), 1, at(2026, 11, 30, 11)),
        (at(2026, 11, 30, 11), 2, at(2026, 11, 30, 14)),  # over noon
        (at(2026, 11, 30, 16, 30), 1, at(2026, 12, 1, 9, 30)),  # over night
        (at(2026, 11, 30, 20), 7, at(2026, 12, 1, 17)),  # a whole day
        (at(2026, 11, 28), 1, at(2026, 11, 30, 10)),  # a Saturday
        (at(2026, 11, 30, 12, 30), 1, at(2026, 11, 30, 14)),  # at noon
        (at(2026, 10, 1), 8, at(2026, 10, 9, 10)),  # over 国庆
    ],
)
def test_limits_in_working_hours(start: datetime, hours: int, due: datetime) -> None:
    assert after_working_hours(start, hours, HOURS) == (due, False)


def test_beyond_the_last_known_year_mondays_to_fridays_count_and_the_date_is_provisional() -> None:
    year = last_known_year()
    eve = at(year, 12, 31)
    assert after_working_days(eve, 3, HOURS).provisional
    day = date(year + 1, 1, 4)
    assert is_working_day(day) is (day.weekday() < 5)
    assert after_working_hours(eve, 100, HOURS).provisional
    assert not after_working_days(at(year, 12, 1), 3, HOURS).provisional


@pytest.mark.parametrize(
    ("kind", "category", "urgent", "rule"),
    [
        (TicketType.COMPLAINT, WATER, True, "停水"),
        (TicketType.COMPLAINT, "供水供电供气供热/供电", True, "紧急"),
        (TicketType.CONSULT, "", False, "咨询"),
        (TicketType.PRAISE, "", False, "建议和表扬"),
        (TicketType.COMPLAINT, "", False, "其他"),
    ],
)
async def test_the_first_rule_that_fits_counts(
    qingwu: Tickets, kind: TicketType, category: str, urgent: bool, rule: str
) -> None:
    ticket = await qingwu.file(TicketDraft(kind, "自来水停了两天", category, urgent=urgent), "k")
    assert ticket.due.rule == rule
    assert (await qingwu.get(ticket.number)).due == ticket.due
    assert ticket.to_json()["urgency"] == ("紧急" if urgent else None)


async def test_a_ticket_is_given_its_deadlines_when_it_is_filed(qingwu: Tickets, clock: Clock) -> None:
    set_to(clock, at(2026, 11, 30))
    ticket = await qingwu.file(TicketDraft("投诉", "路灯坏了三天"), "k")
    assert ticket.due == Due(at(2026, 12, 1, 17), at(2026, 12, 7, 17), at(2026, 12, 14, 17), "其他", RULES)
    [line] = (await qingwu.list()).tickets
    assert line.to_json()["due"] == {
        "rule": "其他",
        "basis": RULES,
        "example": False,
        "provisional": False,
        "next": {"step": "签收", "step_code": "sign", "at": "2026-12-01T09:00:00.000Z"},
        "steps": [
            {"step": "签收", "step_code": "sign", "at": "2026-12-01T09:00:00.000Z"},
            {"step": "答复", "step_code": "reply", "at": "2026-12-07T09:00:00.000Z"},
            {"step": "办结", "step_code": "close", "at": "2026-12-14T09:00:00.000Z"},
        ],
    }


@pytest.mark.parametrize(
    ("state", "left"),
    [
        (State.PENDING_ACCEPTANCE, ["sign", "reply", "close"]),
        (State.PENDING_SIGN, ["sign", "reply", "close"]),
        (State.HANDLING, ["reply", "close"]),
        (State.RETURN_REVIEW, ["reply", "close"]),
        (State.PENDING_REVIEW, ["close"]),
        (State.PENDING_CALLBACK, []),
        (State.SUSPENDED, []),
        (State.CLOSED, []),
        (State.DECLINED, []),
    ],
)
def test_steps_that_are_done_are_not_due(state: State, left: list[str]) -> None:
    due = Due(at(2026, 12, 1), at(2026, 12, 2), at(2026, 12, 3), "其他", RULES)
    assert [step.code for step in due.left(state)] == left
    assert (due.to_json(state)["next"] is None) is (not left)


async def test_a_deadline_is_told_while_it_matters(qingwu: Tickets, clock: Clock) -> None:
    set_to(clock, at(2026, 11, 30))
    ticket = await qingwu.file(TicketDraft("投诉", "路灯坏了三天"), "k")
    told = progress_text(ticket)
    assert f"按{RULES}，应当在 2026 年 12 月 7 日 17:00 前答复。" in told
    assert "12 月 14 日 17:00 前办结" in told and "签收。" not in told and "过了" not in told
    set_to(clock, at(2026, 12, 8))
    assert "前答复。现在已经过了这个时间，您可以说“催办”。" in progress_text(ticket)
    assert "应当" not in progress_text(replace(ticket, state=State.CLOSED))


async def test_an_example_is_no_promise(tickets: Tickets, qingwu: Tickets) -> None:
    ticket = await tickets.file(TicketDraft("投诉", "路灯坏了三天"), "k")
    assert ticket.due.close_at is not None and ticket.due.to_json(ticket.state)["example"] is True
    assert tickets.deadline_lines(ticket) == [] and "应当" not in progress_text(ticket)
    assert tickets.how_long("投诉", "") == "" and qingwu.how_long("建议", "") == ""
    assert qingwu.how_long("咨询", "") == f"按{RULES}，这类诉求登记后 3 个工作日内答复"


async def test_a_provisional_date_is_kept_from_the_citizen_and_counted_again_once_the_year_is_known(
    qingwu: Tickets, database: Database, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    year = last_known_year()
    set_to(clock, at(year, 12, 29))
    ticket = await qingwu.file(TicketDraft("投诉", "路灯坏了三天"), "k")
    closed = await qingwu.file(TicketDraft("投诉", "路灯坏了四天"), "k2")
    async with database.write() as session:
        await session.execute(
            update(TicketRow).where(TicketRow.number == closed.number).values(state=State.CLOSED)
        )
    assert ticket.due.provisional and ticket.due.basis and qingwu.deadline_lines(ticket) == []
    before = ticket.due.close_at
    assert before is not None

    # A newer library knows next year: its first working week is free.
    for module in (core.holidays, working_time):
        monkeypatch.setattr(module, "last_known_year", last_known_year.__wrapped__)
    for day in (date(year + 1, 1, n) for n in range(1, 10)):
        monkeypatch.setitem(holidays, day, "New Year's Day")
    assert await recounting.recount(database, QINGWU) == 1
    again = await qingwu.get(ticket.number)
    assert again.due.close_at is not None and again.due.close_at > before + timedelta(days=5)
    assert not again.due.provisional and qingwu.deadline_lines(again)
    async with database.read() as session:
        row = await session.scalar(select(TicketRow).where(TicketRow.number == ticket.number))
        watch = await watches.at(session, row.id) if row else None
    assert row is not None and row.next_due_at == min(step.at for step in again.due.steps)
    assert watch == clockwork.appointments(row, QINGWU)[0].at, "the clock waits for the new deadlines"
    assert (await qingwu.get(closed.number)).due == closed.due
    assert await recounting.recount(database, QINGWU) == 0


async def test_moments_are_stored_in_utc(qingwu: Tickets, database: Database) -> None:
    await qingwu.file(TicketDraft("投诉", "路灯坏了三天"), "k")
    async with database.read() as session:
        [row] = await session.scalars(select(TicketRow))
    assert row.close_due_at is not None and row.close_due_at.tzinfo is UTC


def test_what_a_city_lacks_is_said() -> None:
    assert deadlines.examples(HUAINAN) == ["特急", "紧急", "咨询", "其他"] and deadlines.examples(QINGWU) == [
        "建议和表扬"
    ]
    assert deadlines.covers_all(HUAINAN) and deadlines.unknown(QINGWU) == []


def test_days_are_added_from_the_day_that_ends_at_midnight() -> None:
    """Without office hours a deadline of Thursday is Friday 00:00; two working days more end with Monday, not with Tuesday."""
    rules = HUAINAN.deadlines.model_copy(update={"office_hours": None})
    city = HUAINAN.model_copy(update={"deadlines": rules})
    row = TicketRow(
        type="consult", category="", created_at=datetime(2026, 11, 30, 2, tzinfo=UTC), added_days=0
    )
    thursday = deadlines.of_row(city, row).reply_at
    row.added_days = 2
    later = deadlines.of_row(city, row).reply_at
    assert thursday is not None and local(thursday) == datetime(2026, 12, 4, tzinfo=SHANGHAI)
    assert later is not None and local(later) == datetime(2026, 12, 8, tzinfo=SHANGHAI)
