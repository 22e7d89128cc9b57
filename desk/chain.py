"""The chain of the audit: each record holds a hash over its content and the hash of the record before it.

Whoever changes or removes a record breaks the chain. Whoever then computes all later hashes anew, or removes the end,
contradicts the seal: position and hash of a late record, signed with a key that is not in the database. See
:mod:`desk.seals`.
"""

from __future__ import annotations

import hashlib
import json
from datetime import UTC
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from core.clock import now
from core.locks import hold
from desk.models import AuditMark, DeskAudit

GENESIS = "0" * 64
"""What stands for the hash of the record before the first one."""
START = "start"
"""Name of the mark behind the last record that was removed because of its age."""
LOCK = "desk-audit"
"""Name of the lock that is held while a record is added."""
_TEXTS = ("role", "action", "kind", "subject", "result", "code", "reason", "address")


def append(session: Session, record: DeskAudit) -> None:
    """Add a record at the end of the chain, in the caller's transaction.

    Transactions that add records wait for one another, so this should be the last thing a transaction does.

    Args:
        session: the transaction.
        record: the record, without ``seq``, ``at`` and ``hash``.
    """
    session.flush()
    hold(session, LOCK)
    seq, before = end(session)
    for name in _TEXTS:  # The columns' defaults would come only after the hash.
        setattr(record, name, getattr(record, name) or "")
    record.seq, record.at = seq + 1, now()
    record.hash = digest(before, record)
    session.add(record)
    session.flush()


def end(session: Session) -> tuple[int, str]:
    """Position and hash of the newest record."""
    newest = session.execute(
        select(DeskAudit.seq, DeskAudit.hash).order_by(DeskAudit.seq.desc()).limit(1)
    ).first()
    return (newest.seq, newest.hash) if newest is not None else beginning(session)


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
