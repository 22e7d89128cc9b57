"""Which tickets a list is to hold, as statements that read their ids from an index and nothing else.

Each filter stands in each index that another filter may be read from (:data:`tickets.models.INDEXES`), so that no combination reads
whole tickets to leave most of them out. SQLite chooses among indexes without knowing how many tickets have a value. So only the column
that narrows most is compared as it is; the others are compared in a form for which it has no index.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, literal_column, or_, select

from core import pages
from core.clock import SHANGHAI, now
from core.errors import BadRequest
from core.ids import first_id
from core.sealing import lookup_keys
from core.text import clean
from tickets import dispatch
from tickets.due import SOON
from tickets.models import TicketRow, name_key
from tickets.states import State
from tickets.types import EMERGENCY, TicketType


@dataclass(frozen=True)
class Wanted:
    """Which tickets to list. What is empty does not narrow the list.

    Args:
        state: code or label of a state; ``open`` for all that are not finished.
        q: words that must all occur in number, content, address, district or category (:mod:`tickets.asked`).
        department_id: only tickets of this department. See ``own``.
        own: whether that department itself asks: it also gets what it assists with, and its own view of everything.
        guarded: whether somebody asks for the hotline who may never read a contact. Nothing is found by a phone, a ticket with
            保密 only by its whole number, and lines are those that departments read.
        category: ``一级/二级``, or a name of level 1.
        district: name of a district.
        kind: code or label of a type.
        reporter: whole name of the citizen, for the hotline's staff alone. As by a phone, a ticket with 保密 is found so by nobody.
        since, until: days on which tickets were filed, both included, by the clock of China.
        due: ``overdue``: past its next deadline; ``soon``: within :data:`tickets.due.SOON` of it.
        urgent, emergency, supervised, disputed: only such tickets.
        returned: only tickets that were returned at least so often; 0: all.
        reported: only tickets of what at least so many citizens told; 0: all.
        by_due: the first due first, instead of the newest first. Only tickets with a deadline before them are listed.
    """

    state: str = ""
    q: str = ""
    department_id: str | None = None
    own: bool = False
    guarded: bool = False
    category: str = ""
    district: str = ""
    kind: str = ""
    reporter: str = ""
    since: date | None = None
    until: date | None = None
    due: str = ""
    urgent: bool = False
    emergency: bool = False
    supervised: bool = False
    disputed: bool = False
    returned: int = 0
    reported: int = 0
    by_due: bool = False


@dataclass(frozen=True)
class Source:
    """Where tickets of a list may come from; a ticket of any source is listed.

    Args:
        name: the filter that it is, such as ``category``; ``id``: few tickets that an index names, by ``named``. Empty: all tickets.
        value: of that filter.
        named: the condition that names them.
        few: whether they are so few on PostgreSQL that all are taken and sorted, instead of looking for them in the order of the list.
    """

    name: str = ""
    value: str = ""
    named: ColumnElement[bool] | None = None
    few: bool = False


_COLUMNS: dict[str, Any] = {
    "department": TicketRow.department_id,
    "category": TicketRow.category,
    "district": TicketRow.district,
    "kind": TicketRow.type,
    "state": TicketRow.state,
}
"""Filter → the column that equals a value, the one that usually narrows most first."""


def apart(column: Any, value: str, *, sqlite: bool) -> ColumnElement[bool]:
    """SQL: ``column`` equals ``value``, on SQLite in a form for which it has no index of this column."""
    found: ColumnElement[bool] = column.concat("") == value if sqlite else column == value
    return found


class Narrowed:
    """The filters of a list.

    Args:
        wanted: what the reader wants.
        sqlite: whether the database is SQLite.

    Raises:
        BadRequest: a filter is unknown.
    """

    def __init__(self, wanted: Wanted, *, sqlite: bool) -> None:
        self._wanted, self._sqlite = wanted, sqlite
        self._state: State | None = None
        if wanted.state and wanted.state != "open":
            self._state = State.parse(wanted.state)
            if self._state is None:
                raise BadRequest("没有这种工单状态")
        self._kind = TicketType.parse(wanted.kind) if wanted.kind else None
        if wanted.kind and self._kind is None:
            raise BadRequest("没有这种诉求类型")
        if wanted.due not in ("", "overdue", "soon"):
            raise BadRequest("期限只能选 overdue（超期）或 soon（快到期）")

    @property
    def level(self) -> str:
        """The wanted category of level 1, when its tickets come from a source for each category below it; else empty."""
        return "" if self._first or "/" in self._wanted.category else self._wanted.category

    @property
    def _first(self) -> str:
        """The filter that few tickets pass, among which all others may be looked for; empty when there is none."""
        wanted = self._wanted
        if wanted.due or wanted.by_due:
            return "due"
        if wanted.state == "open":
            return "open"
        marks = (wanted.urgent, wanted.emergency, wanted.supervised, wanted.disputed)
        return "few" if any(marks) or wanted.returned or wanted.reported else ""

    def sources(self, leaves: Sequence[str] = ()) -> list[Source]:
        """Where the tickets come from. ``leaves``: the categories below :attr:`level`."""
        wanted = self._wanted
        if wanted.reporter:
            return [
                Source(
                    "id", named=TicketRow.id.in_(select(TicketRow.id).where(self._reported()).correlate(None))
                )
            ]
        if wanted.own:
            department = wanted.department_id or ""
            return [
                Source("department", department),
                Source("id", named=TicketRow.id.in_(dispatch.assisted(department))),
            ]
        return [Source("category", one) for one in leaves] if self.level else [Source()]

    @property
    def days(self) -> tuple[str | None, str | None]:
        """The lowest id of a ticket that was filed within the days, and the lowest of one filed behind them; None: no such end."""
        since, until = self._wanted.since, self._wanted.until
        behind = until + timedelta(days=1) if until is not None and until < date.max else None
        return (
            None if since is None else first_id(_midnight(since)),
            None if behind is None else first_id(_midnight(behind)),
        )

    def has(self, department_id: str) -> ColumnElement[bool]:
        """SQL: a ticket is of this department, or it assists with it; for tickets that an index names."""
        led = self._is(False, TicketRow.department_id, department_id)
        return or_(led, TicketRow.id.in_(dispatch.assisted(department_id)))

    def ids(
        self, source: Source, before: str | None, more: Sequence[ColumnElement[bool]] = ()
    ) -> Select[Any]:
        """The ids of tickets of a source, in the order of the list; of a list by deadline with their deadlines.

        Args:
            source: one of the sources.
            before: ``next`` of the previous page; None for the first page.
            more: further conditions.

        Raises:
            BadRequest: there is no such page.
        """
        wanted, by = self._wanted, self._read_by(source)
        columns = (TicketRow.id, TicketRow.next_due_at) if wanted.by_due else (TicketRow.id,)
        query = select(*columns).where(*self._filters(by, source), *more)
        if source.named is not None:
            query = query.where(source.named)
        return self._ordered(query, source.few or (self._sqlite and by == "due"), before)

    def _read_by(self, source: Source) -> str:
        """The filter by which an index is entered."""
        if source.name == "id":
            return "id"
        given = {source.name, *self._equal()}
        return self._first or next((name for name in _COLUMNS if name in given), "")

    def _equal(self) -> dict[str, str]:
        """The filters that compare a column with a value."""
        wanted = self._wanted
        given = {
            "department": None if wanted.own else wanted.department_id,
            "category": wanted.category if "/" in wanted.category else None,
            "district": wanted.district or None,
            "kind": self._kind and str(self._kind),
            "state": self._state and str(self._state),
        }
        return {name: value for name, value in given.items() if value is not None}

    def _is(self, entered: bool, column: Any, value: str) -> ColumnElement[bool]:
        """``column`` equals ``value``; ``entered``: an index is entered by it."""
        found: ColumnElement[bool] = column == value
        return found if entered else apart(column, value, sqlite=self._sqlite)

    def _filters(self, by: str, source: Source) -> list[ColumnElement[bool]]:
        wanted = self._wanted
        found: list[ColumnElement[bool]] = []
        for name, value in self._equal().items():
            # A source of the same name is narrower, or another value.
            found.append(self._is(name == by != source.name, _COLUMNS[name], value))
        if source.name in _COLUMNS:
            found.append(self._is(by == source.name, _COLUMNS[source.name], source.value))
        if wanted.state == "open":
            # Whatever ends a ticket writes when.
            found.append(TicketRow.closed_at.is_(None))
        if wanted.category and "/" not in wanted.category and not (self.level and source.name == "category"):
            found.append(TicketRow.category.startswith(f"{wanted.category}/", autoescape=True))
        if wanted.reporter:
            found.append(self._reported())
        return [*found, *self._filed(by), *self._marks()]

    def _reported(self) -> ColumnElement[bool]:
        """SQL: the citizen gave this name, and did not ask for 保密."""
        keys = lookup_keys(name_key(self._wanted.reporter))
        return TicketRow.name_key.in_(keys) & TicketRow.confidential.is_(False)

    def _filed(self, by: str) -> list[ColumnElement[bool]]:
        """SQL: filed within the days. Ids sort by the time of filing, and stand in each index."""
        # What is entered by something else must not be entered by the ids of many days instead.
        column: Any = (
            TicketRow.id.concat("") if self._sqlite and by in ("id", "due", "open", "few") else TicketRow.id
        )
        since, behind = self.days
        found: list[ColumnElement[bool]] = [] if since is None else [column >= since]
        return found if behind is None else [*found, column < behind]

    def _marks(self) -> list[ColumnElement[bool]]:
        wanted, moment = self._wanted, now()
        found: list[ColumnElement[bool]] = []
        if wanted.own and (wanted.due or wanted.by_due):
            # What is due then is a supervisor's decision, and none of the department's work.
            found.append(TicketRow.state != State.PENDING_CALLBACK)
        if wanted.due or wanted.by_due:
            found.append(TicketRow.next_due_at.is_not(None))
        if wanted.due == "overdue":
            found.append(TicketRow.next_due_at < moment)
        elif wanted.due == "soon":
            found.append(TicketRow.next_due_at.between(moment, moment + SOON))
        if wanted.urgent:
            found.append(TicketRow.urgency.is_not(None))
        if wanted.emergency:
            found.append(TicketRow.urgency == EMERGENCY)
        if wanted.supervised:
            found.append(TicketRow.supervised_at.is_not(None))
        if wanted.disputed:
            found.append(TicketRow.disputed.is_(True))
        if wanted.returned:
            # The index of those that were returned at all is used for what names its condition.
            found += [TicketRow.returns >= wanted.returned, literal_column("tickets.returns > 0")]
        if wanted.reported:
            found += [TicketRow.reporters >= wanted.reported, literal_column("tickets.reporters > 1")]
        return found

    def _ordered(self, query: Select[Any], apart: bool, before: str | None) -> Select[Any]:
        # Ids are UUIDv7: unique and sorted by the time of filing. So the next page begins below the last id.
        if not self._wanted.by_due:
            # Few ones, such as those of a time, are sorted: by the order of the ids it would look at all others, too.
            key: Any = TicketRow.id.concat("") if apart else TicketRow.id
            query = query.order_by(key.desc())
            return query if before is None else query.where(key < clean(before))
        query = query.order_by(TicketRow.next_due_at, TicketRow.id)
        return query if before is None else query.where(_behind(before))


def _midnight(day: date) -> datetime:
    # Before the epoch nothing was filed, and no id is of such a time.
    return datetime.combine(max(day, date(1971, 1, 1)), time(), SHANGHAI)


def _behind(before: str) -> ColumnElement[bool]:
    moment, last = pages.behind(before)
    after: ColumnElement[bool] = or_(
        TicketRow.next_due_at > moment, (TicketRow.next_due_at == moment) & (TicketRow.id > last)
    )
    # The first part alone is what an index is entered by.
    return (TicketRow.next_due_at >= moment) & after


def place(ticket_id: str, due_at: datetime | None) -> str:
    """What the next page begins behind. ``due_at``: the deadline of the last ticket, in a list by deadline."""
    return pages.place(due_at, ticket_id) if due_at is not None else ticket_id
