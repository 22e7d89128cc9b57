"""Fills an empty database with made-up tickets, each through the real lifecycle, at the time at which it would have happened.

The clock of the process is set to each moment in turn (:func:`core.clock.use_clock`), and so are the ids. What happens within
two weeks is one transaction, because thousands of small ones take minutes; within it each move is made and checked as always
(:func:`tickets.moves.do`), and what is due by the clock is done at its own time.
"""

from __future__ import annotations

import heapq
import random
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from itertools import count

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from core import clock, ids
from core.city import City
from core.database import Database
from core.errors import ConfigurationError
from core.jobs import JobRow
from demo import lives, matters
from demo.lives import Life
from demo.matters import Made
from demo.steps import Office, Step, busy
from tickets import checks, clockwork, conditions, departments, filing, needs, repeats, watches
from tickets.lifecycle import TRANSITIONS, Who
from tickets.models import Department, TicketRow
from tickets.moves import do
from tickets.states import State
from tickets.types import CITIZEN, Actor

LEAST, MOST = 60, 20_000
"""Fewest and most tickets. Fewer would not show every state."""
_DAY = timedelta(days=1)
_SPAN = 14
"""Days in one transaction."""
_HOURS = (1, 1, 1, 1, 1, 2, 4, 8, 14, 16, 15, 12, 9, 10, 14, 16, 15, 13, 11, 10, 9, 7, 4, 2)
"""How many tickets come in each hour of a day in China, against the other hours."""
_ALIKE = timedelta(days=2)
"""Time within which a ticket of the same matter may be merged into an earlier one."""


_do = partial(do, by_citizen=True)
"""Makes a move of which nobody is told: no made-up ticket has a conversation."""


@dataclass
class _Ticket:
    id: str
    life: Life
    answer: str
    version: int = 0
    step: Step | None = None
    watched: datetime | None = None


@dataclass(order=True)
class _Entry:
    at: datetime
    nth: int
    ticket: _Ticket = field(compare=False)
    step: Step | None = field(compare=False)


@dataclass(frozen=True)
class Staff:
    """Who works in the made-up hotline, as it stands in the histories."""

    agents: tuple[Actor, ...]
    supervisor: Actor


class Fill:
    """Fills a database.

    Args:
        database: an empty database.
        city: has departments, districts and rules.
        staff: who works in the hotline.
        chance: chooses; the same seed gives the same year, seen from the same moment.
        told: called after each span with the number of tickets so far.
    """

    def __init__(
        self,
        database: Database,
        city: City,
        staff: Staff,
        chance: random.Random,
        told: Callable[[int], None] = lambda filed: None,
    ) -> None:
        self._database = database
        self._city = city
        self._staff = staff
        self._chance = chance
        self._told = told
        self._heap: list[_Entry] = []
        self._order = count()
        self._filed = 0
        self._recent: deque[tuple[datetime, str, Made]] = deque(maxlen=12)

    async def run(self, tickets: int, days: int, until: datetime) -> None:
        """Make so many tickets within so many days before a moment.

        Raises:
            ConfigurationError: there is not one department, or something is in the database already.
        """
        await departments.add_missing(self._database, self._city)
        async with self._database.read() as session:
            if await session.scalar(select(TicketRow.id).limit(1)) is not None:
                raise ConfigurationError("数据库里已经有工单。示例数据只填进空的数据目录。")
            named = {
                one.name: one.id for one in await session.execute(select(Department.name, Department.id))
            }
        if len(named) < 2:
            raise ConfigurationError("城市档案里的承办单位不到两个，填不了示例数据")
        office = Office(self._city, named, self._staff.agents, self._staff.supervisor, self._chance)
        planned = self._planned(tickets, days, until)
        with _own_time() as at:
            for nth in range(0, days, _SPAN):
                end = min(until - days * _DAY + (nth + _SPAN) * _DAY, until)
                async with self._database.write() as session:
                    while planned and planned[0][0] <= end:
                        moment, life = planned.pop(0)
                        at(moment)
                        await self._file(session, moment, life)
                    await self._span(session, office, end, at)
                self._told(self._filed)
        async with self._database.write() as session:
            # Each history tells what became of its ticket: nothing of today is made of it.
            await session.execute(delete(JobRow).where(JobRow.kind == repeats.LOOK))

    def _planned(self, tickets: int, days: int, until: datetime) -> list[tuple[datetime, Life | None]]:
        """When each ticket is filed, and the life of those that stand still at the end (None: any)."""
        held = max(2, tickets // 250)
        stops = [stop for stop in lives.STOPS for _ in range(held)]
        merged = [lives.merged(self._chance) for _ in range(held)]
        overdue = [State.PENDING_SIGN, State.HANDLING, State.HANDLING] * held
        starts = [until - days * _DAY + nth * _DAY for nth in range(days)]
        chosen = self._chance.choices(
            starts, [busy(day) for day in starts], k=max(0, tickets - len(stops) - len(overdue) - held)
        )
        planned: list[tuple[datetime, Life | None]] = []
        for day in chosen:
            hour = self._chance.choices(range(24), _HOURS)[0]
            midnight = clock.local(day).replace(hour=0, minute=0, second=0, microsecond=0)
            at = midnight + timedelta(hours=hour, minutes=self._chance.uniform(0, 60))
            planned.append((min(max(at, starts[0]), until - timedelta(minutes=1)), None))
        for stop in stops:
            back = timedelta(hours=self._chance.uniform(9, 20))
            planned.append((until - back, lives.still(self._chance, stop)))
        for life in merged:
            planned.append((until - timedelta(hours=self._chance.uniform(5, 200)), life))
        for stop in overdue:
            back = timedelta(days=self._chance.uniform(18, min(40, max(19, days))))
            planned.append((max(until - back, starts[0]), lives.late(self._chance, stop)))
        return sorted(((at.astimezone(until.tzinfo), life) for at, life in planned), key=lambda one: one[0])

    async def _file(self, session: AsyncSession, moment: datetime, life: Life | None) -> None:
        life = life or lives.live(self._chance)
        made = matters.make(self._city, moment, self._chance)
        near = [one for one in self._recent if moment - one[0] < _ALIKE]
        if life.ends == "merged" and near:
            _, life.into, other = self._chance.choice(near)
            same = replace(other.draft, content=f"{other.draft.content}我也要反映这件事。", urgent=False)
            made = replace(other, draft=same)
        elif life.ends == "merged":
            life.ends = ""
        if life.stop == State.PENDING_CALLBACK:  # somebody is to be called
            made = replace(made, draft=matters.by_phone(made.draft))
        draft = checks.check(made.draft, self._city)
        ticket, _ = await filing.within(session, draft, f"demo:{self._filed}", self._city, CITIZEN)
        self._filed += 1
        if not life.ends and not life.withdrawn:
            self._recent.append((moment, ticket.number, made))
        one = _Ticket(ticket.id, life, made.answer)
        for after in life.urges:
            self._push(moment + after, one, Step(moment + after, "urge", {}, CITIZEN))
        self._push(moment, one, None)

    def _push(self, at: datetime, ticket: _Ticket, step: Step | None) -> None:
        heapq.heappush(self._heap, _Entry(at, next(self._order), ticket, step))

    async def _span(
        self, session: AsyncSession, office: Office, end: datetime, at: Callable[[datetime], None]
    ) -> None:
        """Do all that happens until the end of a span, in the order of time."""
        kept: dict[
            str, TicketRow
        ] = {}  # A session forgets rows that nobody holds, and would read each anew for each step.
        while self._heap and self._heap[0].at <= end:
            entry = heapq.heappop(self._heap)
            ticket = entry.ticket
            at(entry.at)
            if ticket.id not in kept:
                kept[ticket.id] = await session.get_one(TicketRow, ticket.id)
            row = kept[ticket.id]
            acted = ticket.version == 0
            if ticket.watched is not None and ticket.watched <= entry.at:
                acted = True
                await clockwork.catch_up(session, row, self._city, entry.at, _do)
            if entry.step is not None and (entry.step is ticket.step or entry.step.action == "urge"):
                acted = True
                await self._make(session, row, ticket, entry.step)
            if row.version != ticket.version:  # something happened, so that what was planned no longer holds
                ticket.version = row.version
                ticket.step = office.next(row, ticket.life, ticket.answer, entry.at)
                if ticket.step is not None:
                    self._push(max(ticket.step.at, entry.at), ticket, ticket.step)
            watch = await watches.at(session, ticket.id) if acted else ticket.watched
            if watch is not None and watch != ticket.watched:
                ticket.watched = watch
                self._push(max(watch, entry.at), ticket, None)

    async def _make(self, session: AsyncSession, row: TicketRow, ticket: _Ticket, step: Step) -> None:
        """Make a move when state and rules allow it; the desk would not offer it otherwise."""
        move, who, moment = TRANSITIONS[step.action], Who(step.actor.kind), clock.now()
        if step is ticket.step:
            ticket.step = None
        fits = State(row.state) in move.sources
        if step.action == "merge" and fits:
            fits = await self._still_open(session, ticket.life)
        if fits and conditions.why_not(step.action, row, who, self._city, moment) is None:
            fields = needs.read(step.action, step.fields)
            await _do(session, row, move, fields, step.actor, self._city, moment)
            # A move that only adds leaves the version as it is, and the life goes on behind it all the same.
            ticket.version = 0
        else:
            ticket.life.ends = "" if step.action == "merge" else ticket.life.ends
            ticket.version = 0  # what else can be done is looked for

    @staticmethod
    async def _still_open(session: AsyncSession, life: Life) -> bool:
        state = await session.scalar(select(TicketRow.state).where(TicketRow.number == life.into))
        return state is not None and not State(state).is_final


@contextmanager
def _own_time() -> Iterator[Callable[[datetime], None]]:
    """A clock that stands where it is put, for moments and ids, during the block."""
    now = [clock.now()]

    def put(moment: datetime) -> None:
        now[0] = moment

    clock.use_clock(lambda: now[0])
    ids.use_clock(lambda: now[0])
    try:
        yield put
    finally:
        clock.use_clock(None)
        ids.use_clock(None)
