"""The database: SQLite (WAL) on one machine, or PostgreSQL for more. ``WENBAN_DATABASE_URL`` chooses."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, closing, nullcontext
from datetime import UTC, datetime
from typing import Any, TypeVar

from sqlalchemy import (
    ColumnElement,
    DateTime,
    Dialect,
    MetaData,
    String,
    any_,
    bindparam,
    event,
    func,
    literal,
    make_url,
    select,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.engine import Connection
from sqlalchemy.ext.asyncio import (
    AsyncEngine,
    AsyncSession,
    async_sessionmaker,
    create_async_engine,
)
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.pool import AsyncAdaptedQueuePool
from sqlalchemy.types import TypeDecorator

from core import inline_sqlite, threaded_sqlite
from core.checkpoints import CONNECTION, Checkpoints
from core.errors import ConfigurationError

Alongside = Callable[[AsyncSession], Awaitable[None]]
"""Work of the caller that is done in the transaction of a change, so that both are written or neither.

An error of the work stops the change.
"""
Found = TypeVar("Found")
_TELL = "wenban_tell"
"""Key in ``session.info``. Its value says whether to call the watchers after the commit."""
_CHANGED = "wenban_changed"
"""Key in ``session.info``: what was changed, by kind, to be told after the commit (:func:`changed`)."""


class Base(DeclarativeBase):
    """Base class of all tables. It names constraints, so that alembic finds them on both databases."""

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
    """A moment, stored in UTC.

    SQLite stores no time zone, so it is removed when writing and added when reading.
    """

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Convert a moment for storage.

        Raises:
            ValueError: the moment has no time zone. Such a moment would be wrong in every other time zone.
        """
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a naive datetime can't be stored")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def bind_processor(self, dialect: Dialect) -> Callable[[Any], Any]:
        """Convert moments for storage, in one call for each."""
        bind = self.process_bind_param
        if dialect.name != "sqlite":
            return lambda value: bind(value, dialect)

        def process(value: datetime | None) -> str | None:
            moment = bind(value, dialect)
            return None if moment is None else moment.isoformat(" ", "microseconds")

        return process

    def result_processor(self, dialect: Dialect, coltype: Any) -> Callable[[Any], Any]:
        """Read moments in UTC, with time zone, in one call for each."""
        sqlite = dialect.name == "sqlite"

        def process(value: Any) -> datetime | None:
            if value is None:
                return None
            moment = datetime.fromisoformat(value) if sqlite else value
            if moment.tzinfo is None:
                return moment.replace(tzinfo=UTC)
            return moment if moment.tzinfo is UTC else moment.astimezone(UTC)

        return process


def among(column: Any, values: Sequence[str], *, sqlite: bool) -> ColumnElement[bool]:
    """SQL: a column of text has one of some hundred values. They are one parameter, where ``in_`` would write out a statement for each.

    Args:
        column: the column.
        values: the values.
        sqlite: whether the database is SQLite.
    """
    if sqlite:
        each = func.json_each(json.dumps(list(values))).table_valued("value")
        within: ColumnElement[bool] = column.in_(select(each.c.value))
        return within
    given: Any = literal(list(values), ARRAY(String))
    equal: ColumnElement[bool] = column == any_(given)
    return equal


def among_given(column: Any, name: str, *, sqlite: bool) -> ColumnElement[bool]:
    """The same for a statement that is made once: the values come with each call, as :func:`as_given` makes them.

    Args:
        column: the column.
        name: of the parameter.
        sqlite: whether the database is SQLite.
    """
    if sqlite:
        each = func.json_each(bindparam(name, type_=String())).table_valued("value")
        within: ColumnElement[bool] = column.in_(select(each.c.value))
        return within
    given: Any = bindparam(name, type_=ARRAY(String))
    equal: ColumnElement[bool] = column == any_(given)
    return equal


def as_given(values: Sequence[str], *, sqlite: bool) -> Any:
    """Values for the parameter of :func:`among_given`."""
    return json.dumps(list(values)) if sqlite else list(values)


BROWSERS = 4
"""Most lists and searches that are read at the same time on SQLite; more wait."""
BROWSED_KB = 8_192
"""Most KB of the file that each of those connections keeps in memory."""
IDLE_IN_TRANSACTION_S = 60.0
"""Seconds after which PostgreSQL ends a transaction in which nothing is done.

A process that hangs, or whose machine is cut off, would otherwise keep its locks, such as the audit's, and stop every other process.
"""


class Database:
    """An engine with three kinds of session: ``read()``, ``browse()`` and ``write()``.

    Args:
        url: ``sqlite+aiosqlite:///path`` or ``postgresql+asyncpg://…``. ``sqlite:``, ``postgresql:`` and
            ``postgres:`` URLs get the asynchronous driver.

    On SQLite a write session takes the write lock at its beginning (``BEGIN IMMEDIATE``). Without this, two
    transactions that first read and then write would fail with "database is locked" instead of waiting.

    >>> async with database.write() as session:            # doctest: +SKIP
    ...     session.add(row)                               # committed on leaving, rolled back on an error
    """

    def __init__(self, url: str) -> None:
        self.url = async_url(url)
        # Messages of errors leave out values, because these are personal data and hashes of passwords, and the
        # messages go to logs and terminals.
        options: dict[str, Any] = {"hide_parameters": True}
        if self.is_sqlite:
            options["connect_args"] = {"async_creator_fn": inline_sqlite.connect}
        else:
            options.update(pool_size=10, max_overflow=20, pool_pre_ping=True)
        self.engine: AsyncEngine = create_async_engine(self.url, **options)
        if self.is_sqlite:
            _tune_sqlite(self.engine)
        else:
            _tune_postgresql(self.engine)
        # SQLite does not queue its writers. Within this process the lock lets them write in order of arrival.
        self._writers: AbstractAsyncContextManager[Any] = asyncio.Lock() if self.is_sqlite else nullcontext()
        path = make_url(self.url).database if self.is_sqlite else None
        self._log = Checkpoints(path, self._writers) if path and path != ":memory:" else None
        self._write = async_sessionmaker(self.engine, expire_on_commit=False)
        reader = self.engine.execution_options(wenban_read_only=True)
        self._read = async_sessionmaker(reader, expire_on_commit=False)
        self._browsing: AsyncEngine | None = None
        self.watchers: set[Callable[[], None]] = set()
        """Functions that are called after the commit of each transaction that used :func:`tell_watchers`."""
        self.listeners: dict[str, Callable[[str], None]] = {}
        """Kind of change → what is called, after the commit, with the id of each thing that :func:`changed` named."""

    @property
    def is_sqlite(self) -> bool:
        """Whether this is the embedded database (SQLite)."""
        return self.url.startswith("sqlite")

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncSession]:
        """A session with one transaction.

        It is committed at the end of the block, or rolled back on an error.
        """
        async with self._writers, self._write() as session:
            async with session.begin():
                yield session
            tell = session.info.get(_TELL, False)
        if self._log is not None:
            self._log.written()
        if tell:
            for watcher in tuple(self.watchers):
                watcher()
        for kind, ids in session.info.get(_CHANGED, {}).items():
            if kind in self.listeners:
                for one in ids:
                    self.listeners[kind](one)

    async def apart(self, work: Callable[[sqlite3.Connection], Found]) -> Found:
        """Write in a thread, on a connection of its own, while nobody else of this process writes; on SQLite alone.

        For what the database does for itself, and what would hold the event loop.

        Args:
            work: gets the connection, in a transaction that is committed when it returns.
        """
        assert self._log is not None
        path = make_url(self.url).database or ""
        async with self._writers:
            found = await asyncio.to_thread(_written_apart, path, work)
        self._log.written()
        return found

    @asynccontextmanager
    async def write_bare(self) -> AsyncIterator[inline_sqlite.InlineConnection]:
        """On SQLite only, the driver's own connection with one transaction, as :meth:`write`: no objects, and no watchers are told.

        It takes a tenth of the time, so it is for what each request writes.
        """
        async with self._writers, self.engine.connect() as held:
            driver: Any = (await held.get_raw_connection()).driver_connection
            await driver.cursor().execute("BEGIN IMMEDIATE")
            try:
                yield driver
            except BaseException:
                await driver.rollback()
                raise
            await driver.commit()

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncSession]:
        """A session for reading. It never takes the write lock."""
        async with self._read() as session:
            yield session

    @asynccontextmanager
    async def browse(self) -> AsyncIterator[AsyncSession]:
        """A session for reading much: lists, searches, counts, figures.

        On SQLite its statements run in threads, on connections of their own. So they take a little longer each, and the event
        loop goes on meanwhile, however many rows are read. On PostgreSQL it is the same as :meth:`read`.
        """
        if not self.is_sqlite:
            async with self.read() as session:
                yield session
            return
        if self._browsing is None:
            self._browsing = create_async_engine(
                self.url,
                connect_args={"async_creator_fn": threaded_sqlite.connect},
                hide_parameters=True,
                pool_size=BROWSERS,
                max_overflow=0,
                poolclass=AsyncAdaptedQueuePool,
            )
            _tune_browsing(self._browsing)
        async with AsyncSession(self._browsing, expire_on_commit=False) as session:
            yield session

    async def ping(self) -> None:
        """Ask the database for one row. When it can't be reached, the error of the driver is raised."""
        async with self.read() as session:
            await session.execute(text("SELECT 1"))

    async def close(self) -> None:
        """Close every connection."""
        if self._log is not None:
            await self._log.close()
        await self.engine.dispose()
        if self._browsing is not None:
            await self._browsing.dispose()
            self._browsing = None


def _written_apart(path: str, work: Callable[[sqlite3.Connection], Found]) -> Found:
    patience = inline_sqlite.LOCK_PATIENCE_S
    with closing(sqlite3.connect(path, timeout=patience, isolation_level=None)) as connection:
        for pragma in _PRAGMAS:
            connection.execute(f"PRAGMA {pragma}")
        connection.execute("BEGIN IMMEDIATE")
        found = work(connection)  # an error closes the connection, which takes the transaction back
        connection.execute("COMMIT")
        return found


def tell_watchers(session: AsyncSession) -> None:
    """Call all ``watchers`` of the database in this process, as soon as this transaction is committed."""
    session.info[_TELL] = True


def changed(session: AsyncSession, kind: str, subjects: Iterable[str]) -> None:
    """Call the database's listener to a kind of change as soon as this transaction is committed, once for each subject.

    Args:
        session: the transaction that makes the change.
        kind: what is changed, such as ``deliveries``.
        subjects: ids of what is changed.
    """
    # A dictionary keeps the order and no subject twice.
    session.info.setdefault(_CHANGED, {}).setdefault(kind, {}).update(dict.fromkeys(subjects))


def async_url(url: str) -> str:
    """``url`` with the name of the asynchronous driver.

    >>> async_url("postgres://u@h/db")
    'postgresql+asyncpg://u@h/db'

    Raises:
        ConfigurationError: the URL is neither of SQLite nor of PostgreSQL.
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


def _tune_postgresql(engine: AsyncEngine) -> None:
    @event.listens_for(engine.sync_engine, "connect")
    def _connect(connection: Any, _record: Any) -> None:
        cursor = connection.cursor()
        # No parameter of the connection, because a pooler between may refuse those that it does not know.
        cursor.execute(f"SET idle_in_transaction_session_timeout = {round(1000 * IDLE_IN_TRANSACTION_S)}")
        cursor.close()
        connection.commit()


def _tune_browsing(engine: AsyncEngine) -> None:
    @event.listens_for(engine.sync_engine, "connect")
    def _connect(connection: Any, _record: Any) -> None:
        cursor = connection.cursor()
        # The system keeps what is read of the file; pages that the process kept itself, or mapped, would be its own memory.
        for pragma in ("query_only=ON", f"cache_size=-{BROWSED_KB}"):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()


_PRAGMAS = (
    "journal_mode=WAL",
    # In WAL mode NORMAL loses nothing when the process crashes; only a power cut may lose the last transactions. FULL needs an
    # fsync for each message. A city that wants that safety uses PostgreSQL.
    "synchronous=NORMAL",
    "foreign_keys=ON",
    # What is deleted is overwritten, so that an erased message is not left in the file's free pages.
    "secure_delete=ON",
    *CONNECTION,
)
"""Settings of each connection to SQLite that writes."""


def _tune_sqlite(engine: AsyncEngine) -> None:
    @event.listens_for(engine.sync_engine, "connect")
    def _connect(connection: Any, _record: Any) -> None:
        cursor = connection.cursor()
        for pragma in _PRAGMAS:
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine.sync_engine, "begin")
    def _begin(connection: Connection) -> None:
        if connection.get_execution_options().get("wenban_read_only", False):
            # A statement through SQLAlchemy would take ten times as long as BEGIN itself, which never waits.
            driver: Any = connection.connection.driver_connection
            driver.begin()
        else:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
