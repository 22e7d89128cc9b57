"""Who is at the desk now: accounts whose live connection gave a sign of life in the last minute.

Signs of life are in the database, so that all processes count the same agents.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import func, select, update

from core.clock import now
from core.database import Database
from desk.models import DeskUser
from desk.roles import ANSWERING

ONLINE_FOR = timedelta(seconds=60)
"""Time for which a sign of life counts."""
AWAY_AFTER = timedelta(minutes=5)
"""Time without a sign of life after which a colleague may take over an agent's conversations.

It is longer than a reload of the page or a short loss of the network. An agent who signs out is away at once.
"""
BEAT_S = 20
"""Seconds between two signs of life. Two may get lost before an agent counts as gone."""


async def seen(database: Database, user_id: str) -> None:
    """Record a sign of life of an account."""
    async with database.write() as session:
        await session.execute(update(DeskUser).where(DeskUser.id == user_id).values(seen_at=now()))


def is_online(seen_at: datetime | None) -> bool:
    """Whether a sign of life at this moment still counts."""
    return seen_at is not None and seen_at > now() - ONLINE_FOR


def is_away(seen_at: datetime | None) -> bool:
    """Whether an agent with this last sign of life has left the desk for good."""
    return seen_at is None or seen_at <= now() - AWAY_AFTER


def has_left(row: DeskUser) -> bool:
    """Whether an account is no longer there for citizens: closed, without the right to answer, or away."""
    return not row.active or row.role not in ANSWERING or is_away(row.seen_at)


async def gone(database: Database, agents: Collection[str]) -> set[str]:
    """Which of these agents (by id) are no longer there for citizens (:func:`has_left`), or have no account."""
    async with database.read() as session:
        rows = await session.scalars(select(DeskUser).where(DeskUser.id.in_(agents)))
        return set(agents) - {row.id for row in rows if not has_left(row)}


async def agents_online(database: Database) -> int:
    """Number of accounts at the desk that may answer citizens."""
    async with database.read() as session:
        count = await session.scalar(
            select(func.count())
            .select_from(DeskUser)
            .where(
                DeskUser.active.is_(True),
                DeskUser.role.in_(sorted(ANSWERING)),
                DeskUser.seen_at > now() - ONLINE_FOR,
            )
        )
    return count or 0
