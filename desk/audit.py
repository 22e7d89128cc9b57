"""Writes the audit. The guard calls it for each request; the handler of a change can add the reason.

Such a handler passes :func:`record` to the change, so that both are in one transaction: nothing is done without a
record, and what fails leaves only the record of the refusal.
"""

from __future__ import annotations

import re
import unicodedata
from contextvars import ContextVar
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncSession

from core.database import Alongside, Database
from core.errors import BadRequest
from core.redaction import redact
from core.text import line, written
from desk import chain
from desk.acts import ACTS, Act
from desk.models import DeskAudit
from desk.users import User

MIN_REASON = 2
"""Fewest characters of a reason."""
MAX_REASON = 200
"""Most characters of a reason."""
_OURS = re.compile(r"[A-Z]{2,6}20\d{11,12}")
"""A ticket's number, as we make it."""


@dataclass
class Entry:
    """What the record of the present request will say.

    Args:
        act: what is done.
        address: network address from which the request came.
        user: who does it; None as long as nobody is known.
        subject: what it is about; empty for nothing in particular.
        reason: why, or how.
        written: whether the record is in the transaction of the change, so that no other is needed.
        problem: code of a refusal that the handler answers with a page instead of an error; empty for none.
    """

    act: Act
    address: str
    user: User | None = None
    subject: str = ""
    reason: str = ""
    written: bool = False
    problem: str = ""

    def row(self, result: str, code: str = "") -> DeskAudit:
        """The record."""
        return DeskAudit(
            user_id=self.user.id if self.user else None,
            role=str(self.user.role) if self.user else "",
            action=self.act.name,
            kind=self.act.of if self.subject else "",
            subject=self.subject[:40],
            result=result,
            code=code[:40],
            reason=self.reason,
            address=self.address[:64],
        )


ENTRY: ContextVar[Entry | None] = ContextVar("desk_audit_entry", default=None)
"""The entry of the request that runs now. The guard sets it."""


async def write(database: Database, row: DeskAudit) -> None:
    """Add a record in a transaction of its own."""
    await chain.add_alone(database, row)


def record(user: User, action: str, subject: str, reason: str, address: str) -> Alongside:
    """The record of what a user does, to be written in the transaction that does it, as the last thing before its end.

    Args:
        user: who does it.
        action: name of an act of :mod:`desk.acts`.
        subject: what it is about, such as the number of a ticket.
        reason: why. Phone numbers, names and other personal words in it are removed.
        address: network address of the user.

    Raises:
        BadRequest: code ``reason_needed``; the reason has less than :data:`MIN_REASON` or more than
            :data:`MAX_REASON` characters.
    """
    why = line(reason)
    if written(why) < MIN_REASON or len(why) > MAX_REASON:
        raise BadRequest(f"请写明原因（{MIN_REASON} 到 {MAX_REASON} 个字）", code="reason_needed")
    made = Entry(ACTS[action], address, user, subject, redact(why)[:MAX_REASON])

    async def alongside(session: AsyncSession) -> None:
        # At the end, because the chain's lock must be the last that a transaction takes: two that took it and a row's
        # lock in different orders would wait for each other for ever.
        def last(transaction: object) -> None:
            chain.append(session.sync_session, made.row("allowed"))
            if (entry := ENTRY.get()) is not None and entry.act is made.act:
                entry.written = True

        event.listen(session.sync_session, "before_commit", last, once=True)

    return alongside


def shown(text: str) -> str:
    """An object's id from an address, as the audit may keep it: empty when it is none of ours.

    An address holds whatever somebody types, and so perhaps a name or a phone number.

    However it is spelled, it is kept as we spell it, so that all that was done with one object is found together.

    >>> shown("hn2026 112300001"), shown("13800000000"), shown("01990000000070008000000000000ABC")
    ('HN2026112300001', '', '01990000-0000-7000-8000-000000000abc')
    """
    bare = re.sub(r"\s", "", unicodedata.normalize("NFKC", text))
    if _OURS.fullmatch(bare.upper()):
        return bare.upper()
    try:
        return str(UUID(bare))
    except ValueError:
        return ""
