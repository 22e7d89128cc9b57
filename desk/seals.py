"""Seals and checks the audit, and removes what is older than it must be kept.

A seal is the position and hash of a record, signed with a key that is derived from the installation's session key. It
is renewed every ten minutes, so whoever can write to the database, but does not know the key, can at most change what
was written since.
"""

from __future__ import annotations

import asyncio
import hmac
import logging
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import takewhile
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy import Row, delete, select
from sqlalchemy.orm import Session

from core.clock import local, now
from core.database import Database
from core.errors import WenbanError
from core.jobs import Job
from core.locks import hold
from desk import chain, second_place
from desk.acts import BEGIN_SEALING
from desk.models import AuditMark, DeskAudit

log = logging.getLogger(__name__)

SEALED = "sealed"
"""Name of the mark of the newest seal."""
SEAL_JOB, SEAL_EVERY = "audit_sealed", timedelta(minutes=10)
"""Kind of the job that seals, and how often it runs."""
KEEP_JOB, KEEP_EVERY = "audit_kept", timedelta(days=1)
"""Kind of the job that checks everything and removes what is old, and how often it runs."""
RECORDS_LOST = "records_lost"
"""Code of the record with which an audit goes on that has lost records."""
BATCH = 200
"""Most records that are checked, or removed, at once."""
PAUSE_S = 0.05
"""Seconds that the jobs leave to everything else after each batch."""


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
        lost: sentences about records that were missing when somebody sealed the rest on purpose; they stay in the audit.
    """

    records: int
    fault: str
    seq: int
    hash: str
    lost: tuple[str, ...] = ()


class Seals:
    """Checks, seals and shortens the audit of one database.

    Args:
        database: where the audit is.
        session_key: the installation's secret; the key of the seals is derived from it (HKDF, RFC 5869).
        kept: the file that keeps the newest seal a second time (:mod:`desk.second_place`); None: there is none.
    """

    def __init__(self, database: Database, session_key: str, kept: Path | None = None) -> None:
        self._database, self._kept = database, kept
        self._key = HKDF(hashes.SHA256(), 32, salt=None, info=b"wenban audit seal 1").derive(
            session_key.encode()
        )

    async def verify(self, pause_s: float = 0) -> Verdict:
        """Check all records: none is missing, none was changed, and the seal fits.

        Args:
            pause_s: seconds to leave to others after every :data:`BATCH` records.
        """
        return await self._check(pause_s=pause_s)

    async def seal(self, _: Job | None = None) -> None:
        """Check what was added since the last seal, and seal it.

        Raises:
            AuditBroken: something was changed, so nothing is sealed.
        """
        async with self._database.read() as session:
            sealed = await session.get(AuditMark, SEALED)
        since = (sealed.seq, sealed.hash) if sealed is not None else None
        verdict = await self._check(since, pause_s=PAUSE_S)
        if verdict.fault:
            raise AuditBroken(verdict.fault)
        if verdict.seq == 0:
            return
        async with self._database.write() as session:
            if sealed is None:
                # The first time, or somebody has removed the seal: this stands in the audit.
                await session.run_sync(chain.append, DeskAudit(action=BEGIN_SEALING.name, result="allowed"))
            await session.run_sync(self._put, SEALED, verdict.seq, verdict.hash)
        await self._keep(verdict)

    async def reseal(self, *, lost: bool = False) -> Verdict:
        """Check without the seals' signatures, and seal anew, after the session key was changed on purpose.

        Where the seals say that there were more records, or others, nothing is sealed: a new key changes no records.

        Args:
            lost: seal nevertheless, because records are known to be lost (an older backup was restored). What was missing is written
                into the audit and told by every later check.

        Returns:
            What the check found. When something is wrong, nothing is sealed.
        """
        claimed = await self._check(signed=False)
        verdict = await self._check(seals=False) if lost and claimed.fault else claimed
        if verdict.fault:
            return verdict
        begun = DeskAudit(action=BEGIN_SEALING.name, result="allowed")
        if claimed.fault:
            begun.code, begun.reason = RECORDS_LOST, claimed.fault[:200]
        async with self._database.write() as session:
            await session.run_sync(chain.append, begun)
            start = await session.get(AuditMark, chain.START)
            if start is not None:
                await session.run_sync(self._put, chain.START, start.seq, start.hash)
            await session.run_sync(self._put, SEALED, begun.seq, begun.hash)
        sealed = replace(verdict, seq=begun.seq, hash=begun.hash)
        await self._keep(sealed)
        return replace(sealed, lost=(*verdict.lost, *filter(None, [_lost(begun)])))

    async def shorten(self, days: int) -> int:
        """Check all records, then remove those older than ``days``, from the beginning of the chain.

        Returns:
            Number of removed records.

        Raises:
            AuditBroken: something was changed, so nothing is removed.
        """
        verdict = await self._check(pause_s=PAUSE_S)
        if verdict.fault:
            raise AuditBroken(verdict.fault)
        # Whoever collects the log has a copy of the seal that nobody can change in the database.
        log.info("the audit is whole: %d records up to %d, %s", verdict.records, verdict.seq, verdict.hash)
        before, removed = now() - timedelta(days=days), 0
        while True:
            async with self._database.write() as session:
                gone = await session.run_sync(self._shorten, before)
            removed += gone
            if gone < BATCH:
                return removed
            await asyncio.sleep(PAUSE_S)

    async def _check(
        self,
        since: tuple[int, str] | None = None,
        *,
        seals: bool = True,
        signed: bool = True,
        pause_s: float = 0,
    ) -> Verdict:
        """Check the records after a position, a batch at a time, because hashing holds up everything else.

        Args:
            since: position and hash; None: all records.
            seals: whether the records must fit what the seals say.
            signed: whether the seals must have our signature.
            pause_s: seconds to leave to others after each batch.
        """
        async with self._database.read() as session:
            marks = {mark.name: mark for mark in await session.scalars(select(AuditMark))} if seals else {}
            # What was sealed last may have been removed since, when the app did not run for half a year.
            seq, before = max(since or (0, ""), await session.run_sync(chain.beginning))
        if signed and (bad := [mark for mark in marks.values() if not self._genuine(mark)]):
            return Verdict(0, f"封条（{bad[0].name}）被改过，或者换过 WENBAN_SESSION_KEY", seq, before)
        try:
            kept = await asyncio.to_thread(self._remembered, signed) if seals else None
        except ValueError:
            return Verdict(0, f"{self._kept} 被改过，或者换过 WENBAN_SESSION_KEY", seq, before)
        sealed, records, lost = marks.get(SEALED), 0, []
        if kept and sealed is None:
            return Verdict(
                0, f"数据库里的封条不见了；按 {self._kept}，审计至少到过第 {kept.seq} 条", seq, before
            )
        while True:
            async with self._database.read() as session:
                batch = (
                    await session.execute(
                        select(*DeskAudit.__table__.columns)
                        .where(DeskAudit.seq > seq)
                        .order_by(DeskAudit.seq)
                        .limit(BATCH)
                    )
                ).all()
            for record in batch:
                if fault := _fault(record, seq, before, (sealed, kept)):
                    return Verdict(records, fault, seq, before)
                seq, before, records = record.seq, record.hash, records + 1
                if told := _lost(record):
                    lost.append(told)
            if len(batch) < BATCH:
                break
            await asyncio.sleep(pause_s)
        reached = max(mark.seq for mark in (sealed, kept) if mark) if sealed else 0
        if seq < reached:
            return Verdict(records, f"第 {seq + 1} 条到第 {reached} 条不见了", seq, before)
        return Verdict(records, "", seq, before, tuple(lost))

    def _shorten(self, session: Session, before: datetime) -> int:
        """Remove at most :data:`BATCH` records. The newest one stays, because the next one builds on it."""
        hold(session, chain.LOCK)
        first, _ = chain.beginning(session)
        oldest = session.execute(
            select(DeskAudit.seq, DeskAudit.hash, DeskAudit.at)
            .where(DeskAudit.seq > first)
            .order_by(DeskAudit.seq)
            .limit(BATCH + 1)
        ).all()
        gone = list(takewhile(lambda record: record.at < before, oldest[:-1]))
        if gone:
            self._put(session, chain.START, gone[-1].seq, gone[-1].hash)
            session.execute(delete(DeskAudit).where(DeskAudit.seq <= gone[-1].seq))
        return len(gone)

    def _put(self, session: Session, name: str, seq: int, value: str) -> None:
        mark = AuditMark(name=name, seq=seq, hash=value, at=now())
        mark.signature = self._signature(mark)
        session.merge(mark)
        session.flush()

    async def _keep(self, verdict: Verdict) -> None:
        if self._kept is None:
            return
        kept = second_place.Kept(verdict.seq, verdict.hash, now().isoformat(), "")
        signed = replace(kept, signature=self._signed(kept.signed))
        await asyncio.to_thread(second_place.write, self._kept, signed)

    def _remembered(self, signed: bool) -> second_place.Kept | None:
        kept = second_place.read(self._kept) if self._kept else None
        if (
            kept
            and signed
            and not hmac.compare_digest(kept.signature.encode(), self._signed(kept.signed).encode())
        ):
            raise ValueError("the signature does not fit")
        return kept

    def _genuine(self, mark: AuditMark) -> bool:
        return hmac.compare_digest(mark.signature.encode(), self._signature(mark).encode())

    def _signature(self, mark: AuditMark) -> str:
        at = mark.at.astimezone(UTC).isoformat(timespec="microseconds")
        return self._signed(f"{mark.name} {mark.seq} {mark.hash} {at}")

    def _signed(self, text: str) -> str:
        return hmac.digest(self._key, text.encode("utf-8"), "sha256").hex()


def _lost(record: Row[Any] | DeskAudit) -> str:
    """What a record says of others that were missing when it was written; empty for nothing."""
    if (record.action, record.code) != (BEGIN_SEALING.name, RECORDS_LOST):
        return ""
    return f"第 {record.seq} 条（{local(record.at):%Y-%m-%d %H:%M}）起重新封存，当时：{record.reason}"


def _fault(
    record: Row[Any], seq: int, before: str, seals: Iterable[AuditMark | second_place.Kept | None]
) -> str:
    """What is wrong with the record that should follow position ``seq`` with the hash ``before``; empty for nothing."""
    if record.seq != seq + 1:
        return f"第 {seq + 1} 条到第 {record.seq - 1} 条不见了"
    if record.hash != chain.digest(before, record):
        return f"第 {record.seq} 条（{local(record.at):%Y-%m-%d %H:%M}）被改过，或者它前面的一条被换过"
    if any(seal and record.seq == seal.seq and record.hash != seal.hash for seal in seals):
        return f"第 {record.seq} 条和封条对不上：前面的记录被改写过"
    return ""
