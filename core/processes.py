"""Which app processes use this database now, and whether they receive each other's events."""

from __future__ import annotations

import asyncio
import logging
import os
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import TracebackType
from typing import Self

from sqlalchemy import String, delete, select, update
from sqlalchemy.orm import Mapped, mapped_column

from core.clock import now
from core.database import Base, Database, UtcDateTime
from core.ids import new_id
from core.tasks import end

log = logging.getLogger(__name__)

BEAT_S = 5.0
"""Seconds between two signs of life of a process."""
GONE = timedelta(seconds=4 * BEAT_S)
"""Time without a sign of life after which a process counts as dead."""
_KEPT = timedelta(days=1)
"""Time after which the row of a dead process is deleted."""


class ProcessRow(Base):
    """An app process that is running, or was running until it was killed."""

    __tablename__ = "processes"

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    name: Mapped[str] = mapped_column(String(120))
    """Host name and process id, for an operator."""
    events: Mapped[str] = mapped_column(String(120), default="")
    """Redis channel of the events of this process; empty: its events stay within the process."""
    started_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)


@dataclass(frozen=True)
class Living:
    """A process that is alive. The fields are those of :class:`ProcessRow`."""

    id: str
    name: str
    events: str
    started_at: datetime
    seen_at: datetime


async def living(database: Database) -> list[Living]:
    """The processes that are alive, the oldest first."""
    async with database.read() as session:
        rows = await session.scalars(
            select(ProcessRow).where(ProcessRow.seen_at > now() - GONE).order_by(ProcessRow.started_at)
        )
        return [Living(row.id, row.name, row.events, row.started_at, row.seen_at) for row in rows]


def deaf(processes: Sequence[Living]) -> str:
    """Why these processes do not receive each other's events: a sentence for an operator. Empty when they do.

    >>> from datetime import UTC, datetime
    >>> at = datetime(2026, 11, 28, tzinfo=UTC)
    >>> deaf([Living("1", "a:1", "", at, at)])
    ''
    >>> deaf([Living("1", "a:1", "", at, at), Living("2", "b:7", "", at, at)])[:25]
    '有 2 个进程用这个数据库（a:1、b:7），但不'
    """
    ways = {process.events for process in processes}
    if len(processes) < 2 or (len(ways) == 1 and "" not in ways):
        return ""
    names = "、".join(process.name for process in processes)
    known = f"有 {len(processes)} 个进程用这个数据库（{names}），"
    if "" in ways:
        return known + (
            "但不是都设了 WENBAN_REDIS_URL：连在不同进程上的群众和坐席，互相的消息要过几秒才看得到。请给每个进程设成一样的。"
        )
    return known + ("但密钥（WENBAN_SESSION_KEY）不一样，在 Redis 里互相听不到。请给每个进程设成一样的。")


class SignsOfLife:
    """Keeps the row of this process up to date, and warns when it does not receive the events of others.

    This is not a job, because each process must show itself that it is alive.

    Args:
        database: where the rows are.
        events: Redis channel of the events of this process; empty: none.
    """

    def __init__(self, database: Database, events: str = "") -> None:
        self._database = database
        self._events = events
        self._id = new_id()
        self._started_at = now()
        self._warned = ""
        self._loop: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        self._loop = asyncio.create_task(self._keep_beating(), name="signs-of-life")
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await end(self._loop)
        async with self._database.write() as session:
            await session.execute(delete(ProcessRow).where(ProcessRow.id == self._id))

    async def _keep_beating(self) -> None:
        while True:
            try:
                await self._beat()
                self._warn(await living(self._database))
            except Exception:
                log.exception("a sign of life could not be given; trying again")
            await asyncio.sleep(BEAT_S)

    async def _beat(self) -> None:
        async with self._database.write() as session:
            known = await session.execute(
                update(ProcessRow)
                .where(ProcessRow.id == self._id)
                .values(seen_at=now())
                .returning(ProcessRow.id)
                .execution_options(synchronize_session=False)
            )
            if known.scalar() is not None:
                return
            await session.execute(delete(ProcessRow).where(ProcessRow.seen_at < now() - _KEPT))
            name = f"{socket.gethostname()}:{os.getpid()}"[:120]
            session.add(ProcessRow(id=self._id, name=name, events=self._events, started_at=self._started_at))

    def _warn(self, found: Sequence[Living]) -> None:
        # A process that was killed and restarted leaves its old row. So only processes that were seen after our
        # start count.
        why = deaf([one for one in found if one.id == self._id or one.seen_at > self._started_at])
        if why and why != self._warned:
            log.warning(why)
        self._warned = why
