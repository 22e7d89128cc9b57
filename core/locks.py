"""A lock for transactions that first count and then act on the count."""

from __future__ import annotations

from sqlalchemy import Connection, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session


async def one_at_a_time(session: AsyncSession, what: str) -> None:
    """Take the lock named ``what`` until the end of this transaction. Other transactions wait for it.

    On SQLite nothing is needed, because writers already wait at ``BEGIN IMMEDIATE``. On PostgreSQL it is an
    advisory lock (https://www.postgresql.org/docs/current/explicit-locking.html#ADVISORY-LOCKS). Two names
    with the same hash share a lock; that only causes some needless waiting.
    """
    await session.run_sync(hold, what)


def hold(transaction: Session | Connection, what: str) -> None:
    """The same for code that is not asynchronous, such as what runs just before a commit."""
    connection = transaction.connection() if isinstance(transaction, Session) else transaction
    if connection.dialect.name == "postgresql":
        connection.execute(select(func.pg_advisory_xact_lock(func.hashtext(what))))
