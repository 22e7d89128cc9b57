"""回电: callbacks that citizens wish for at a time, in a list that leads somebody to call."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select, tuple_

from core import pages
from core.clock import iso, now
from core.database import Alongside, Database
from core.errors import BadRequest, Conflict, NotFound
from core.phone import canonical
from core.privacy import lookup_key, mask_name, mask_phone
from core.sealing import lookup_keys
from core.text import clean, written
from telephony.models import WishedCallRow

LONGEST = timedelta(days=31)
"""Longest time ahead for which one may be wished."""
MAX_ABOUT, MAX_NAME, MAX_NOTE = 300, 40, 500
"""Most characters of what it is about, of the name, and of the note at its end."""
RESULTS = {"reached": "联系上了", "unreached": "没有联系上", "dropped": "不用回电了"}
"""How a try ends → its name. After ``unreached`` it stays on the list."""


@dataclass(frozen=True)
class Wish:
    """A callback to be made.

    Args:
        key: names the wish, up to 100 characters; the same one again adds nothing.
        phone: the number to call.
        wished_at: not before this moment.
        about: what it is about.
        name: how the citizen is called; empty when not told.
        ticket_number: the ticket that it belongs to; None: none.
        call_id: the call in which it was wished for; None: none.
    """

    key: str
    phone: str
    wished_at: datetime
    about: str
    name: str = ""
    ticket_number: str | None = None
    call_id: str | None = None


@dataclass(frozen=True)
class Callback:
    """A callback on the list. ``phone`` and ``name`` are in clear; what agents see is masked (:meth:`to_json`)."""

    id: str
    phone: str
    name: str
    about: str
    wished_at: datetime
    ticket_number: str | None
    noted_by: str
    tries: int
    tried_at: datetime | None

    def to_json(self) -> dict[str, Any]:
        """The JSON form for the desk, with masked number and name."""
        return {
            "id": self.id,
            "phone": mask_phone(self.phone),
            "name": mask_name(self.name),
            "about": self.about,
            "wished_at": iso(self.wished_at),
            "due": self.wished_at <= now(),
            "ticket_number": self.ticket_number,
            "noted_by": self.noted_by,
            "tries": self.tries,
            "tried_at": iso(self.tried_at) if self.tried_at else None,
        }


class Callbacks:
    """Keeps the callbacks that citizens wish for.

    Args:
        database: where they are.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, wish: Wish, noted_by: str, alongside: Alongside | None = None) -> Callback:
        """Put a callback on the list. The same key again gives the first one.

        Args:
            wish: the callback.
            noted_by: name of the agent who writes it down.
            alongside: work of the caller in the same transaction.

        Raises:
            BadRequest: the number is no phone number, the time is past or too far ahead, or a text is empty or too long.
            Conflict: code ``key_reused``; another callback has this key.
        """
        phone, about, name = canonical(wish.phone), clean(wish.about), clean(wish.name)
        wrong = {}
        if phone is None:
            wrong["phone"] = "请填 11 位手机号或带区号的座机号"
        if not now() - timedelta(minutes=5) <= wish.wished_at <= now() + LONGEST:
            wrong["wished_at"] = f"回电时间请选从现在起 {LONGEST.days} 天以内"
        if not written(about) or len(about) > MAX_ABOUT:
            wrong["about"] = f"请写一句为什么事回电（{MAX_ABOUT} 字以内）"
        if len(name) > MAX_NAME:
            wrong["name"] = f"称呼请控制在 {MAX_NAME} 字以内"
        if wrong or phone is None:
            raise BadRequest("；".join(wrong.values()), code="bad_callback", details={"fields": wrong})
        async with self._database.write() as session:
            row = await session.scalar(select(WishedCallRow).where(WishedCallRow.key == wish.key))
            if row is None:
                row = WishedCallRow(
                    key=wish.key,
                    phone=phone,
                    phone_key=lookup_key(phone),
                    name=name,
                    about=about,
                    wished_at=wish.wished_at,
                    ticket_number=wish.ticket_number,
                    call_id=wish.call_id,
                    noted_by=noted_by,
                )
                session.add(row)
                if alongside is not None:
                    await alongside(session)
                await session.flush()
            elif (row.phone, row.about) != (phone, about):
                raise Conflict("这个回电刚才已经约过了，内容和现在的不一样，请核对", code="key_reused")
            return _callback(row)

    async def open(self, limit: int = 50, after: str | None = None) -> tuple[Sequence[Callback], str | None]:
        """A page of the callbacks still to be made, the first wished first, and what begins the next page.

        Raises:
            BadRequest: there is no such page.
        """
        order = (WishedCallRow.wished_at, WishedCallRow.id)
        query = select(WishedCallRow).where(WishedCallRow.ended_at.is_(None)).order_by(*order)
        if after is not None:
            query = query.where(tuple_(*order) > pages.behind(after))
        async with self._database.read() as session:
            found = [_callback(row) for row in await session.scalars(query.limit(limit + 1))]
        return pages.cut(found, limit, lambda one: pages.place(one.wished_at, one.id))

    async def due(self) -> int:
        """How many are to be made now."""
        wanted = WishedCallRow.ended_at.is_(None) & (WishedCallRow.wished_at <= now())
        async with self._database.read() as session:
            return await session.scalar(select(func.count()).select_from(WishedCallRow).where(wanted)) or 0

    async def of_phone(self, phone: str) -> Sequence[Callback]:
        """Those still to be made to a number."""
        async with self._database.read() as session:
            rows = await session.scalars(
                select(WishedCallRow)
                .where(WishedCallRow.phone_key.in_(lookup_keys(phone)), WishedCallRow.ended_at.is_(None))
                .order_by(WishedCallRow.wished_at)
                .limit(10)
            )
            return [_callback(row) for row in rows]

    async def get(self, callback_id: str) -> Callback:
        """The callback with this id, as long as it is to be made.

        Raises:
            NotFound: there is none.
        """
        async with self._database.read() as session:
            row = await session.get(WishedCallRow, callback_id)
            if row is None or row.ended_at is not None:
                raise NotFound("没有这个回电，可能已经打过了")
            return _callback(row)

    async def end(
        self, callback_id: str, result: str, note: str, by: str, alongside: Alongside | None = None
    ) -> Callback:
        """Write down how a call went. One that reached nobody stays on the list, an hour later.

        Args:
            callback_id: the callback.
            result: one of :data:`RESULTS`.
            note: what was said; may be empty.
            by: name of the agent.
            alongside: work of the caller in the same transaction.

        Raises:
            NotFound: there is no such callback.
            Conflict: code ``ended``; somebody else has ended it.
            BadRequest: the result is unknown, or the note is too long.
        """
        note = clean(note)
        if result not in RESULTS or len(note) > MAX_NOTE:
            raise BadRequest(f"请选回电结果，备注 {MAX_NOTE} 字以内")
        async with self._database.write() as session:
            row = await session.get(WishedCallRow, callback_id, with_for_update=True)
            if row is None:
                raise NotFound("没有这个回电")
            if row.ended_at is not None:
                raise Conflict(f"这个回电已经由{row.ended_by}办完了", code="ended")
            moment = now()
            row.note = note or row.note
            if result == "unreached":
                row.tries += 1
                row.tried_at = moment
                row.wished_at = max(row.wished_at, moment + timedelta(hours=1))
            else:
                row.ended_at, row.ended_by, row.result = moment, by, result
            if alongside is not None:
                await alongside(session)
            await session.flush()
            return _callback(row)


def _callback(row: WishedCallRow) -> Callback:
    return Callback(
        id=row.id,
        phone=row.phone,
        name=row.name,
        about=row.about,
        wished_at=row.wished_at,
        ticket_number=row.ticket_number,
        noted_by=row.noted_by,
        tries=row.tries,
        tried_at=row.tried_at,
    )
