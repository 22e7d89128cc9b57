"""Seals and checks the audit, and removes what is older than it must be kept.

A seal is the position and hash of a record, signed with a key that is derived from the installation's session key. It
is renewed every ten minutes, so whoever can write to the database, but does not know the key, can at most change what
was written since.
"""

from __future__ import annotations

import hmac
import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from core.clock import local, now
from core.database import Database
from core.errors import WenbanError
from core.jobs import Job
from core.locks import hold, one_at_a_time
from desk import acts, chain
from desk.models import AuditMark, DeskAudit

log = logging.getLogger(__name__)

SEALED = "sealed"
"""Name of the mark of the newest seal."""
SEAL_JOB, SEAL_EVERY = "audit_sealed", timedelta(minutes=10)
"""Kind of the job that seals, and how often it runs."""
KEEP_JOB, KEEP_EVERY = "audit_kept", timedelta(days=1)
"""Kind of the job that checks everything and removes what is old, and how often it runs."""
_BATCH = 2_000
"""Most records that are read, or removed, at once."""


class AuditBroken(WenbanError):
    """The audit was changed from outside. The message says where (HTTP 500)."""

    status = 500
    default_code = "audit_broken"
    default_message = "审计对不上"


@dataclass(frozen=True)
class Verdict:
    """What a check of the audit found.

    Args:
        records: number of records that were checked.
        fault: what is wrong, for people; empty when nothing is.
        seq: position of the newest record.
        hash: its hash.
    """

    records: int
    fault: str
    seq: int
    hash: str


class Seals:
    """Checks, seals and shortens the audit of one database.

    Args:
        database: where the audit is.
        session_key: the installation's secret; the key of the seals is derived from it (HKDF, RFC 5869).
    """

    def __init__(self, database: Database, session_key: str) -> None:
        self._database = database
        self._key = HKDF(hashes.SHA256(), 32, salt=None, info=b"wenban audit seal 1").derive(
            session_key.encode()
        )

    async def verify(self) -> Verdict:
        """Check all records: none is missing, none was changed, and the seal fits."""
        async with self._database.read() as session:
            return await session.run_sync(self._verify)

    async def seal(self, _: Job | None = None) -> None:
        """Check what was added since the last seal, and seal it.

        Raises:
            AuditBroken: something was changed, so nothing is sealed.
        """
        async with self._database.write() as session:
            await session.run_sync(self._seal)

    async def reseal(self) -> Verdict:
        """Check the chain without its seals, and seal it anew, after the session key was changed on purpose.

        Returns:
            What the check found. When something is wrong, nothing is sealed.
        """
        async with self._database.write() as session:
            await one_at_a_time(session, chain.LOCK)
            verdict = await session.run_sync(self._verify, seals=False)
            if not verdict.fault:
                await session.run_sync(self._renew)
        return verdict

    async def shorten(self, days: int) -> int:
        """Check all records, then remove those older than ``days``, from the beginning of the chain.

        Returns:
            Number of removed records.

        Raises:
            AuditBroken: something was changed, so nothing is removed.
        """
        verdict = await self.verify()
        if verdict.fault:
            raise AuditBroken(verdict.fault)
        # Whoever collects the log has a copy of the seal that nobody can change in the database.
        log.info("the audit is whole: %d records up to %d, %s", verdict.records, verdict.seq, verdict.hash)
        before, removed = now() - timedelta(days=days), 0
        while True:
            async with self._database.write() as session:
                gone = await session.run_sync(self._shorten, before)
            removed += gone
            if gone < _BATCH:
                return removed

    def _verify(
        self, session: Session, *, seals: bool = True, since: tuple[int, str] | None = None
    ) -> Verdict:
        marks = {mark.name: mark for mark in session.scalars(select(AuditMark))}
        seq, before = since or chain.beginning(session)
        if seals and (bad := [mark for mark in marks.values() if not self._genuine(mark)]):
            return Verdict(0, f"封条（{bad[0].name}）被改过，或者换过 WENBAN_SESSION_KEY", seq, before)
        sealed = marks.get(SEALED)
        records = 0
        for record in _from(session, seq):
            if record.seq != seq + 1:
                return Verdict(records, f"第 {seq + 1} 条到第 {record.seq - 1} 条不见了", seq, before)
            if record.hash != chain.digest(before, record):
                when = f"{local(record.at):%Y-%m-%d %H:%M}"
                return Verdict(
                    records, f"第 {record.seq} 条（{when}）被改过，或者它前面的一条被换过", seq, before
                )
            if seals and sealed and record.seq == sealed.seq and record.hash != sealed.hash:
                return Verdict(records, f"第 {record.seq} 条和封条对不上：前面的记录被改写过", seq, before)
            seq, before, records = record.seq, record.hash, records + 1
        if seals and sealed and seq < sealed.seq:
            return Verdict(records, f"第 {seq + 1} 条到第 {sealed.seq} 条不见了", seq, before)
        return Verdict(records, "", seq, before)

    def _seal(self, session: Session) -> None:
        sealed = session.get(AuditMark, SEALED)
        if sealed is None:
            if chain.end(session)[0] == 0:
                return
            # The first time, or somebody has removed the seal: this stands in the audit.
            chain.append(session, DeskAudit(action=acts.BEGIN_SEALING.name, result="allowed"))
        verdict = self._verify(session, since=(sealed.seq, sealed.hash) if sealed is not None else None)
        if verdict.fault:
            raise AuditBroken(verdict.fault)
        self._put(session, SEALED, verdict.seq, verdict.hash)

    def _renew(self, session: Session) -> None:
        chain.append(session, DeskAudit(action=acts.BEGIN_SEALING.name, result="allowed"))
        start = session.get(AuditMark, chain.START)
        if start is not None:
            self._put(session, chain.START, start.seq, start.hash)
        self._put(session, SEALED, *chain.end(session))

    def _shorten(self, session: Session, before: datetime) -> int:
        hold(session, chain.LOCK)
        first, _ = chain.beginning(session)
        # The newest record stays, because the next one builds on it.
        kept = session.scalar(select(func.min(DeskAudit.seq)).where(DeskAudit.at >= before))
        last = min(kept or chain.end(session)[0], first + _BATCH + 1) - 1
        end = session.scalar(select(DeskAudit.hash).where(DeskAudit.seq == last)) if last > first else None
        if end is None:
            return 0
        self._put(session, chain.START, last, end)
        session.execute(delete(DeskAudit).where(DeskAudit.seq <= last))
        return last - first

    def _put(self, session: Session, name: str, seq: int, value: str) -> None:
        mark = AuditMark(name=name, seq=seq, hash=value, at=now())
        mark.signature = self._signature(mark)
        session.merge(mark)
        session.flush()

    def _genuine(self, mark: AuditMark) -> bool:
        return hmac.compare_digest(mark.signature.encode(), self._signature(mark).encode())

    def _signature(self, mark: AuditMark) -> str:
        at = mark.at.astimezone(UTC).isoformat(timespec="microseconds")
        text = f"{mark.name} {mark.seq} {mark.hash} {at}"
        return hmac.digest(self._key, text.encode("utf-8"), "sha256").hex()


def _from(session: Session, seq: int) -> Iterator[DeskAudit]:
    """All records after a position, in order, a batch at a time."""
    while True:
        batch = list(
            session.scalars(
                select(DeskAudit).where(DeskAudit.seq > seq).order_by(DeskAudit.seq).limit(_BATCH)
            )
        )
        yield from batch
        if len(batch) < _BATCH:
            return
        seq = batch[-1].seq
        session.expunge_all()
