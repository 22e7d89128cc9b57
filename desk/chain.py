"""The chain of the audit: each record holds a hash over its content and the hash of the record before it.

Whoever changes or removes a record breaks the chain. Whoever then computes all later hashes anew, or removes the end,
contradicts the seal: position and hash of a late record, signed with a key that is not in the database. See
:mod:`desk.seals`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Dialect, Row, insert
from sqlalchemy.orm import Session

from core.clock import now
from core.database import Database
from core.locks import hold
from desk.models import AuditMark, DeskAudit

GENESIS = "0" * 64
"""What stands for the hash of the record before the first one."""
START = "start"
"""Name of the mark behind the last record that was removed because of its age."""
LOCK = "desk-audit"
"""Name of the lock that is held while a record is added."""
_COLUMNS = tuple(column.name for column in DeskAudit.__table__.columns)
_NEWEST = "SELECT seq, hash FROM desk_audit ORDER BY seq DESC LIMIT 1"
_START = f"SELECT seq, hash FROM desk_audit_marks WHERE name = '{START}'"
_Run = Callable[..., Sequence[Any] | None]
"""Runs a finished statement with its values, and returns its first row."""
_inserts: dict[str, tuple[str, Callable[[datetime], Any]]] = {}
_TEXTS = ("role", "action", "kind", "subject", "result", "code", "reason", "address")


def append(session: Session, record: DeskAudit) -> None:
    """Add a record at the end of the chain, in the caller's transaction.

    Transactions that add records wait for one another, so this should be the last thing a transaction does.

    Args:
        session: the transaction.
        record: the record, without ``seq``, ``at`` and ``hash``, which are set. It does not become an object of the session.
    """
    session.flush()
    add(session.connection(), record)


def add(connection: Connection, record: DeskAudit) -> None:
    """The same in a transaction without a session.

    Args:
        connection: the transaction.
        record: as for :func:`append`.
    """

    def run(sql: str, values: tuple[Any, ...] = ()) -> Sequence[Any] | None:
        result = connection.exec_driver_sql(sql, values)
        return result.first() if result.returns_rows else None

    hold(connection, LOCK)
    _add(run, record, connection.dialect)


async def add_alone(database: Database, record: DeskAudit) -> None:
    """Add a record in a transaction of its own, as nearly every request of the desk does.

    SQLite gets the statements straight from here: they take a twentieth of a millisecond, and through an object of a session ten times
    as long (``python -m benchmarks.records``).

    Args:
        database: where the audit is.
        record: as for :func:`append`.
    """
    if database.is_sqlite:
        async with database.write_bare() as connection:
            _add(connection.run, record, database.engine.dialect)
    else:
        async with database.engine.begin() as transaction:
            await transaction.run_sync(add, record)


def _add(run: _Run, record: DeskAudit, dialect: Dialect) -> None:
    seq, before = run(_NEWEST) or run(_START) or (0, GENESIS)
    for name in _TEXTS:  # The columns' defaults would come only after the hash.
        setattr(record, name, getattr(record, name) or "")
    record.seq, record.at = seq + 1, now()
    record.hash = digest(before, record)
    if dialect.name not in _inserts:
        moment: Any = DeskAudit.__table__.c.at.type.bind_processor(dialect)
        _inserts[dialect.name] = str(insert(DeskAudit).compile(dialect=dialect)), moment
    sql, stored = _inserts[dialect.name]
    run(sql, tuple(stored(record.at) if name == "at" else getattr(record, name) for name in _COLUMNS))


def beginning(session: Session) -> tuple[int, str]:
    """Position and hash behind which the kept records begin."""
    start = session.get(AuditMark, START)
    return (start.seq, start.hash) if start is not None else (0, GENESIS)


def digest(before: str, record: DeskAudit | Row[Any]) -> str:
    """The hash of a record.

    Args:
        before: the hash of the record before it.
        record: the record, with ``seq`` and ``at``.
    """
    at = record.at.astimezone(UTC).isoformat(timespec="microseconds")
    content = [
        before,
        record.seq,
        at,
        record.user_id,
        record.role,
        record.action,
        record.kind,
        record.subject,
    ]
    content += [record.result, record.code, record.reason, record.address]
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8")).hexdigest()
