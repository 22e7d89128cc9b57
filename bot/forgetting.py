"""How long Rasa's tracker keeps what was said. Rasa itself never removes anything."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import Column, Float, Integer, MetaData, String, Table, delete, func, inspect, select

from core.database import Database
from core.retention import AT_ONCE

_EVENTS = Table(
    "events",
    MetaData(),
    Column("id", Integer, primary_key=True),
    Column("sender_id", String),
    Column("timestamp", Float),
)
"""The columns of Rasa's table that are needed here (rasa.core.tracker_store.SQLTrackerStore)."""


class Tracker:
    """A rule for the events of Rasa's tracker (:class:`core.retention.Rule`).

    Args:
        keep: how long events are kept. A form whose beginning is older is forgotten.
        url: Rasa's tracker store, as in its ``endpoints.yml``.
    """

    name = "Rasa 的记忆"

    def __init__(self, keep: timedelta, url: str) -> None:
        self.keep = keep
        self._url = url

    async def step(self, moment: datetime) -> int:
        """See :class:`core.retention.Rule`."""
        old = select(_EVENTS.c.id).where(_EVENTS.c.timestamp < (moment - self.keep).timestamp())
        async with self._opened() as database:
            if database is None:
                return 0
            async with database.write() as session:
                ids = list(await session.scalars(old.order_by(_EVENTS.c.id).limit(AT_ONCE)))
                if ids:
                    await session.execute(delete(_EVENTS).where(_EVENTS.c.id.in_(ids)))
            return len(ids)

    async def overdue(self, moment: datetime) -> int:
        """See :class:`core.retention.Rule`."""
        old = _EVENTS.c.timestamp < (moment - self.keep).timestamp()
        async with self._opened() as database:
            if database is None:
                return 0
            async with database.read() as session:
                return await session.scalar(select(func.count()).select_from(_EVENTS).where(old)) or 0

    async def forget(self, sender: str) -> None:
        """Remove all events of one conversation."""
        async with self._opened() as database:
            if database is not None:
                async with database.write() as session:
                    await session.execute(delete(_EVENTS).where(_EVENTS.c.sender_id == sender))

    @asynccontextmanager
    async def _opened(self) -> AsyncIterator[Database | None]:
        """The tracker's database; None while Rasa has not made its table."""
        if self._url.startswith("sqlite") and not Path(self._url.partition("///")[2]).exists():  # noqa: ASYNC240
            yield None
            return
        database = Database(self._url)
        try:
            async with database.engine.connect() as connection:
                made = await connection.run_sync(lambda found: inspect(found).has_table(_EVENTS.name))
            yield database if made else None
        finally:
            await database.close()
