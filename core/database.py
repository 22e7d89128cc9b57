"""The database: SQLite (WAL) on one machine, PostgreSQL past it; the same code by ``WENBAN_DATABASE_URL`` alone."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import DateTime, Dialect, MetaData, event, text
from sqlalchemy.engine import Connection
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.types import TypeDecorator

from core import inline_sqlite
from core.errors import ConfigurationError

_TELL = "wenban_tell"


class Base(DeclarativeBase):
    """Base of every table, with constraint names alembic can find again on both databases."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


class UtcDateTime(TypeDecorator[datetime]):
    """A moment stored in UTC; SQLite keeps no zone, so it is taken off going in and put back coming out."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse naive moments: they are a bug waiting for the next time zone."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a naive datetime can't be stored")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        """Give the zone back."""
        if value is None:
            return None
        moment: datetime = value
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


class Database:
    """An engine with two kinds of session: ``read()`` and ``write()``.

    Args:
        url: ``sqlite+aiosqlite:///path`` or ``postgresql+asyncpg://…``; plain ``sqlite:`` / ``postgresql:`` /
            ``postgres:`` URLs are given the asynchronous driver.

    On SQLite a writer takes the write lock at ``BEGIN`` (``BEGIN IMMEDIATE``): otherwise two transactions that
    read first and write later fail with "database is locked" instead of waiting for one another.

    >>> async with database.write() as session:            # doctest: +SKIP
    ...     session.add(row)                               # committed on leaving, rolled back on an error
    """

    def __init__(self, url: str) -> None:
        self.url = async_url(url)
        options: dict[str, Any] = {}
        if self.is_sqlite:
            options["connect_args"] = {"async_creator_fn": inline_sqlite.connect}
        else:
            options.update(pool_size=10, max_overflow=20, pool_pre_ping=True)
        self.engine: AsyncEngine = create_async_engine(self.url, **options)
        if self.is_sqlite:
            _tune_sqlite(self.engine)
        # SQLite knows no queue of writers; within the process this one gives each its turn in order.
        self._writers: AbstractAsyncContextManager[Any] = asyncio.Lock() if self.is_sqlite else nullcontext()
        self._write = async_sessionmaker(self.engine, expire_on_commit=False)
        reader = self.engine.execution_options(wenban_read_only=True)
        self._read = async_sessionmaker(reader, expire_on_commit=False)
        self.watchers: set[Callable[[], None]] = set()
        """Called after each transaction that :func:`tell_watchers` was asked for in, once it is committed."""

    @property
    def is_sqlite(self) -> bool:
        """Whether the embedded database is in use."""
        return self.url.startswith("sqlite")

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncSession]:
        """A session in one transaction, committed when the block ends well."""
        async with self._writers, self._write() as session:
            async with session.begin():
                yield session
            tell = session.info.get(_TELL, False)
        if tell:
            for watcher in tuple(self.watchers):
                watcher()

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncSession]:
        """A session for reading; never takes the write lock."""
        async with self._read() as session:
            yield session

    async def ping(self) -> None:
        """Ask the database for one row; raises whatever the driver raises when it is not there."""
        async with self.read() as session:
            await session.execute(text("SELECT 1"))

    async def close(self) -> None:
        """Close every connection."""
        await self.engine.dispose()


def tell_watchers(session: AsyncSession) -> None:
    """Have whoever watches the database in this process look, as soon as this transaction is committed."""
    session.info[_TELL] = True


def async_url(url: str) -> str:
    """``url`` with the asynchronous driver named.

    >>> async_url("postgres://u@h/db")
    'postgresql+asyncpg://u@h/db'

    Raises:
        ConfigurationError: a database we do not run on.
    """
    scheme, _, rest = url.partition("://")
    driver = {
        "sqlite": "sqlite+aiosqlite",
        "sqlite+aiosqlite": "sqlite+aiosqlite",
        "postgres": "postgresql+asyncpg",
        "postgresql": "postgresql+asyncpg",
        "postgresql+asyncpg": "postgresql+asyncpg",
    }.get(scheme)
    if driver is None:
        raise ConfigurationError(
            f"WENBAN_DATABASE_URL must start with sqlite:// or postgresql://, not {scheme}://"
        )
    return f"{driver}://{rest}"


def _tune_sqlite(engine: AsyncEngine) -> None:
    @event.listens_for(engine.sync_engine, "connect")
    def _connect(connection: Any, _record: Any) -> None:
        cursor = connection.cursor()
        for pragma in (
            "journal_mode=WAL",
            # In WAL mode NORMAL survives a crash of the process with nothing lost; only a power cut may take
            # the last transactions. FULL costs an fsync a message; cities that want it run PostgreSQL.
            "synchronous=NORMAL",
            "foreign_keys=ON",
        ):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine.sync_engine, "begin")
    def _begin(connection: Connection) -> None:
        read_only = connection.get_execution_options().get("wenban_read_only", False)
        connection.exec_driver_sql("BEGIN" if read_only else "BEGIN IMMEDIATE")
