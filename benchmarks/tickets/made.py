"""Makes the rows of a year: tickets with their histories and dispatches, as the database stores them."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import Dialect, Table

from benchmarks.at_rest import _PLACES, _story
from core.city import City
from core.ids import first_id
from core.privacy import lookup_key
from core.search_tokens import tokens
from tickets import catalog
from tickets.models import TicketDispatchRow, TicketEventRow, TicketRow, TicketWatchRow, name_key
from tickets.states import State
from tickets.types import TicketType

TABLES = (TicketRow, TicketWatchRow, TicketEventRow, TicketDispatchRow)
OPEN_SHARE = 0.1
CONFIDENTIAL, ASSISTED = 0.03, 0.05
"""Shares of the tickets with 保密, and of those with which a second department assists."""
RARE_WORD, FREQUENT_WORD = "金色世纪花园", "路灯"
RARE_NAME, FREQUENT_NAME = "某某七", "王女士"
"""A name of some hundred citizens at a million tickets, and one that every hundredth gives."""
KEY = "bench:"
"""Beginning of the filing keys; the number of the ticket follows."""
_STORIES = 20_000
"""Different stories; tickets beyond share their words."""
_PHONES = 2_000
"""Different phones: at a million tickets, each has called five hundred times."""
_BEGUN = (State.PENDING_ACCEPTANCE, State.PENDING_DISPATCH, State.PENDING_SIGN)
_OPEN = (*(State.HANDLING,) * 7, State.PENDING_REVIEW, State.PENDING_CALLBACK)
_RARE = (State.RETURN_REVIEW, State.EXTENSION_REVIEW, State.SUSPENDED)
_ENDED = (*(State.CLOSED,) * 16, State.DECLINED, State.ANSWERED_DIRECTLY, State.MERGED, State.WITHDRAWN)
_YEAR, _DAY = timedelta(days=365), timedelta(days=1)
_STEPS = ("filed", "accept", "dispatch", "note")
_DEFAULTS: dict[str, Any] = {
    "happened_at": "",
    "subject": "",
    "place_label": "",
    "details": "[]",
    "former_contacts": "[]",
    "version": 3,
    "reporters": 1,
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

Row = tuple[Any, ...]
Batch = dict[Any, list[Row]]
"""Table → rows, each with the values of all columns in the table's own order."""


def names(table: Any) -> list[str]:
    """The columns of a table, in the order of :data:`Batch`."""
    return [column.name for column in cast(Table, table.__table__).columns]


class Made:
    """Makes tickets, the oldest first.

    Args:
        city: has the districts.
        offices: ids of the departments.
        count: how many tickets.
        dialect: of the database, because each stores moments differently.
        moment: the present; the year ends here.
    """

    def __init__(
        self, city: City, offices: list[str], count: int, dialect: Dialect, moment: datetime
    ) -> None:
        self._chance = random.Random(count)
        self._offices, self._count, self._moment = offices, count, moment
        self._plain = dialect.name == "sqlite"
        self._districts = [one.name for one in city.districts]
        self._categories = [
            f"{one.name}/{leaf.name}" for one in catalog.categories() for leaf in one.children
        ]
        self._weights = [1 / (n + 1) for n in range(len(self._categories))]
        self._types = [str(one) for one in TicketType]
        self._seal = {
            column.name: _bound(column, dialect) for column in cast(Table, TicketRow.__table__).columns
        }
        self._texts = [self._text(n) for n in range(min(_STORIES, count))]
        seal = self._seal
        self._code = seal["query_code"]("ACDEFGH2")
        self._names = [
            (seal["contact_name"](one), lookup_key(name_key(one)))
            for one in ("张某某", FREQUENT_NAME, RARE_NAME)
        ]
        phones = [f"138{n:08d}" for n in range(_PHONES)]
        self._phones = [(seal["contact_phone"](one), lookup_key(one)) for one in phones]
        self._answer = seal["public_reply"]("您反映的问题已经办好，现场已恢复正常，请您放心。")
        note = _bound(TicketEventRow.__table__.columns["note"], dialect)
        self._note = note("现场查看，已联系维修人员")
        self._columns = {one: names(one) for one in TABLES}

    def _text(self, nth: int) -> tuple[str, str, str]:
        rare = RARE_WORD if nth % 5000 == 7 else ""
        story, address = _story(self._chance), f"{self._chance.choice(_PLACES)}{nth % 400}号{rare}"
        return self._seal["content"](story), self._seal["address"](address), tokens(story, address)

    def batches(self, size: int) -> Iterator[Batch]:
        """All rows, those of at most ``size`` tickets at a time."""
        for start in range(0, self._count, size):
            batch: Batch = {one: [] for one in TABLES}
            for nth in range(start, min(start + size, self._count)):
                self._add(batch, nth)
            yield batch

    def _at(self, moment: datetime | None) -> Any:
        return str(moment)[:-6] if self._plain and moment is not None else moment

    def _state(self, nth: int, age: timedelta) -> State:
        chance = self._chance
        # The young are open, and a few old ones.
        is_open = nth > self._count * (1 - OPEN_SHARE * 0.9) or chance.random() < OPEN_SHARE * 0.1
        if not is_open:
            return chance.choice(_ENDED)
        if age < _DAY:
            return chance.choice(_BEGUN)
        return chance.choice(_RARE) if chance.random() < 0.005 else chance.choice(_OPEN)

    def _add(self, batch: Batch, nth: int) -> None:
        chance, at = self._chance, self._at
        age = _YEAR * (1 - nth / self._count)
        filed = (self._moment - age).replace(microsecond=nth % 1_000_000 or 1)
        state = self._state(nth, age)
        office = (
            None if state in (*_BEGUN[:2], State.MERGED, State.DECLINED) else chance.choice(self._offices)
        )
        sign, close = filed + 1.1 * _DAY, filed + (28 + 8 * chance.random()) * _DAY
        left = not state.is_final and state not in (State.PENDING_CALLBACK, State.SUSPENDED)
        due = (min(sign, close) if state in _BEGUN else close) if left else None
        # The clock has looked at what is late already, and reminds a day before.
        watch = due - timedelta(hours=2 if state in _BEGUN else 24) if due else None
        content, address, found = self._texts[nth % len(self._texts)]
        phone, key = chance.choice(self._phones)
        # Those that are asked for; most have another, whatever it is.
        name, named = self._names[1 if nth % 100 == 3 else 2 if nth % 5000 == 7 else 0]
        ticket_id = first_id(filed)[:24] + f"{nth:012x}"
        row: dict[str, Any] = {
            **_DEFAULTS,
            "id": ticket_id,
            "number": f"HN{filed:%Y%m%d}{nth % 100_000:05d}",
            "filing_key": f"{KEY}{nth}",
            "query_code": self._code,
            "type": chance.choice(self._types),
            "category": chance.choices(self._categories, self._weights)[0],
            "district": chance.choice(self._districts),
            "address": address,
            "content": content,
            "contact_name": name,
            "name_key": named,
            "contact_phone": phone,
            "contact_key": key,
            "confidential": chance.random() < CONFIDENTIAL,
            "channel": "web",
            "state": str(state),
            "department_id": office,
            "urgency": "urgent" if chance.random() < 0.01 else None,
            "sign_due_at": at(sign),
            "close_due_at": at(close),
            "next_due_at": at(due),
            "approved_at": at(self._moment) if state is State.PENDING_CALLBACK else None,
            "closed_at": at(filed + 9 * _DAY) if state.is_final else None,
            "returns": 2 if chance.random() < 0.002 else 0,
            "supervised_at": at(close) if chance.random() < 0.02 else None,
            "disputed": state is State.PENDING_CALLBACK and chance.random() < 0.02,
            "public_reply": self._answer if state is State.CLOSED else "",
            "search_tokens": found,
            "created_at": at(filed),
            "updated_at": at(filed),
        }
        batch[TicketRow].append(tuple(map(row.get, self._columns[TicketRow])))
        if watch and watch > self._moment:
            batch[TicketWatchRow].append((ticket_id, at(watch)))
        for step, action in enumerate(_STEPS):
            event = {
                "id": f"{nth:08x}-0000-7000-8000-{step:012x}",
                "ticket_id": ticket_id,
                "at": at(filed + timedelta(minutes=step)),
                "actor_kind": "agent",
                "actor": "坐席",
                "action": action,
                "note": self._note if step else "",
            }
            batch[TicketEventRow].append(tuple(map(event.get, self._columns[TicketEventRow])))
        if office:
            sent = {
                "id": f"{nth:08x}-0000-7000-8000-00000000d15b",
                "ticket_id": ticket_id,
                "department_id": office,
                "lead": True,
                "category": row["category"],
                "district": row["district"],
                "at": at(filed),
                "returned": False,
            }
            sents = [sent]
            if chance.random() < ASSISTED:
                other = chance.choice(self._offices)
                sents.append({**sent, "id": f"{sent['id'][:-1]}c", "department_id": other, "lead": False})
            for one in sents:
                batch[TicketDispatchRow].append(tuple(map(one.get, self._columns[TicketDispatchRow])))


def _bound(column: Any, dialect: Dialect) -> Callable[[Any], Any]:
    """What turns a value of Python into what is stored."""
    return column.type.dialect_impl(dialect).bind_processor(dialect) or (lambda value: value)
