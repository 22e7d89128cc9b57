"""Counting and then acting, one at a time."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession


async def one_at_a_time(session: AsyncSession, what: str) -> None:
    """Until this transaction ends, no other that asks for the same ``what`` gets past this line.

    SQLite's writers queue from ``BEGIN IMMEDIATE`` on, so there is nothing to do; PostgreSQL has advisory
    locks for it (https://www.postgresql.org/docs/current/explicit-locking.html#ADVISORY-LOCKS). Two names
    that share a hash only wait for one another needlessly.
    """
    if session.get_bind().dialect.name == "postgresql":
        await session.execute(select(func.pg_advisory_xact_lock(func.hashtext(what))))
