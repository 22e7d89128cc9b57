"""Looks records of the audit up, and writes them for people: as JSON for the page, as lines of a CSV file."""

from __future__ import annotations

import csv
import io
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, or_, select

from core.clock import iso, local
from core.database import Database
from desk.acts import ACTS, KINDS
from desk.models import DeskAudit, DeskUser

MOST = 100_000
"""Most records of one export: what a sheet of a spreadsheet program still opens easily."""
RESULTS = {"allowed": "允许", "refused": "拒绝", "failed": "出错"}
"""Result → its name for people."""
_BATCH = 1_000
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""What makes a spreadsheet program take a cell for a formula (OWASP, CSV injection)."""
_HEADINGS = (
    "序号",
    "时间",
    "账号",
    "显示名",
    "角色",
    "操作",
    "对象",
    "对象编号",
    "结果",
    "拒绝代码",
    "原因",
    "地址",
    "哈希",
)


@dataclass(frozen=True)
class Filter:
    """Which records are wanted. An empty field asks for all.

    Args:
        person: a word of the username or the display name.
        action: name of an act.
        subject: the number of a ticket, an id, or the end of one.
        result: ``allowed``, ``refused`` or ``failed``.
        since: the first moment.
        until: the moment before which they end.
    """

    person: str = ""
    action: str = ""
    subject: str = ""
    result: str = ""
    since: datetime | None = None
    until: datetime | None = None

    def conditions(self) -> list[ColumnElement[bool]]:
        """The conditions on the table."""
        found: list[ColumnElement[bool]] = []
        if self.person:
            columns = (DeskUser.username, DeskUser.display_name)
            named = or_(*(column.icontains(self.person, autoescape=True) for column in columns))
            people = select(DeskUser.id).where(named)
            # A failed sign-in has no user yet, but is about the account whose name was typed.
            about = (DeskAudit.kind == "account") & DeskAudit.subject.in_(people)
            found.append(or_(DeskAudit.user_id.in_(people), about))
        if self.action:
            found.append(DeskAudit.action == self.action)
        if self.subject:
            found.append(
                or_(
                    DeskAudit.subject == self.subject,
                    DeskAudit.subject.iendswith(self.subject, autoescape=True),
                )
            )
        if self.result:
            found.append(DeskAudit.result == self.result)
        if self.since:
            found.append(DeskAudit.at >= self.since)
        if self.until:
            found.append(DeskAudit.at < self.until)
        return found


class AuditList:
    """Reads the audit log in pages, the newest record first.

    Args:
        database: the database with the log.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    async def page(
        self, wanted: Filter, before: int | None, limit: int
    ) -> tuple[list[dict[str, Any]], int | None]:
        """One page as JSON, and where the next one begins; None when it is the last.

        Args:
            wanted: which records.
            before: records with a lower ``seq``; None for the newest.
            limit: most records.
        """
        rows = await self._rows(wanted, before, limit + 1)
        names = await self._names(rows)
        shown = [_as_json(row, names) for row in rows[:limit]]
        return shown, rows[limit - 1].seq if len(rows) > limit else None

    async def lines(self, wanted: Filter) -> AsyncIterator[str]:
        """The records as lines of a CSV file, in pieces, with headings; at most :data:`MOST`."""
        yield "\ufeff" + _csv([_HEADINGS])  # Without the mark Excel reads Chinese as Latin letters.
        before, left = None, MOST
        while left > 0 and (rows := await self._rows(wanted, before, min(_BATCH, left))):
            names = await self._names(rows)
            yield _csv(_cells(row, names) for row in rows)
            before, left = rows[-1].seq, left - len(rows)

    async def _rows(self, wanted: Filter, before: int | None, limit: int) -> list[DeskAudit]:
        chosen = select(DeskAudit).where(*wanted.conditions()).order_by(DeskAudit.seq.desc()).limit(limit)
        if before is not None:
            chosen = chosen.where(DeskAudit.seq < before)
        async with self._database.read() as session:
            return list(await session.scalars(chosen))

    async def _names(self, rows: Iterable[DeskAudit]) -> dict[str, tuple[str, str]]:
        ids = {
            id for row in rows for id in (row.user_id, row.subject if row.kind == "account" else None) if id
        }
        async with self._database.read() as session:
            found = await session.execute(
                select(DeskUser.id, DeskUser.username, DeskUser.display_name).where(DeskUser.id.in_(ids))
            )
            return {row.id: (row.username, row.display_name) for row in found}


def _as_json(row: DeskAudit, names: dict[str, tuple[str, str]]) -> dict[str, Any]:
    username, display_name = names.get(row.user_id or "", ("", ""))
    return {
        "seq": row.seq,
        "at": iso(row.at),
        "username": username,
        "display_name": display_name,
        "role": row.role,
        "action": row.action,
        "action_words": _words(row.action),
        "kind": KINDS.get(row.kind, ""),
        "subject": _subject(row, names),
        "result": row.result,
        "code": row.code,
        "reason": row.reason,
        "address": row.address,
    }


def _cells(row: DeskAudit, names: dict[str, tuple[str, str]]) -> list[str]:
    one = _as_json(row, names)
    at = f"{local(row.at):%Y-%m-%d %H:%M:%S}"
    known = (one["username"], one["display_name"], row.role, one["action_words"], one["kind"], one["subject"])
    return [str(row.seq), at, *known, RESULTS[row.result], row.code, row.reason, row.address, row.hash]


def _subject(row: DeskAudit, names: dict[str, tuple[str, str]]) -> str:
    """What a record is about: an account's username, otherwise the number or id."""
    return names[row.subject][0] if row.kind == "account" and row.subject in names else row.subject


def _words(action: str) -> str:
    return ACTS[action].words if action in ACTS else action


def _csv(rows: Iterable[Iterable[str]]) -> str:
    """Lines in which no cell begins like a formula, so that opening the file runs nothing.

    >>> _csv([["=1+1", "甲"]]).strip()
    "'=1+1,甲"
    """
    file = io.StringIO()
    writer = csv.writer(file)
    for row in rows:
        writer.writerow(f"'{cell}" if cell.startswith(_FORMULA) else cell for cell in row)
    return file.getvalue()
