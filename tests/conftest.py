"""What all tests share: a key for personal data, a clock to move, and empty databases."""

from __future__ import annotations

import gc
import logging
import re
from collections.abc import AsyncIterator, Generator, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import asyncpg
import pytest
from cryptography.fernet import Fernet

from core.clock import use_clock
from core.database import Database
from core.sealing import use_data_key
from tests.commands import share_commands
from tests.knowledge import share_searchers
from tests.postgres import postgresql
from tests.tables import empty_postgresql, empty_sqlite, share_statements, write_unsynced

# Modules and thousands of tests live as long as the process. To look through them for garbage, while they are made and ever
# again, takes a fifth of the start; the app leaves them out as well (service/settled.py).
gc.disable()
use_data_key(Fernet.generate_key().decode("ascii"))
share_statements()
share_searchers()
share_commands()
write_unsynced()

_ON_POSTGRESQL = re.compile(r"[\[-]postgresql[-\]]")
"""The parameter that chooses the database, in the id of a test."""


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


def pytest_addoption(parser: pytest.Parser) -> None:
    told = "run at most this many rows of a table of cases (pytest.mark.parametrize), spread over it; default: all"
    parser.addoption("--rows", type=int, metavar="N", help=told)


@pytest.hookimpl(wrapper=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> Generator[None]:
    """Mark every test that runs on PostgreSQL (its fixtures or the name of its parameter tell), and thin out tables.

    Those which wait for other processes, a browser or the clock run once more when they fail: of hundreds one meets, now and then, a
    machine that is busy elsewhere. The summary names each with RERUN; one that comes back is a fault (CONTRIBUTING.md).
    """
    for item in items:
        fixtures = getattr(item, "fixturenames", ())
        if "postgresql_server" in fixtures or _ON_POSTGRESQL.search(item.nodeid):
            item.add_marker(pytest.mark.postgresql)
    yield  # the tests that the command line asks for are chosen
    for item in items:
        if item.get_closest_marker("end_to_end") or item.get_closest_marker("slow"):
            item.add_marker(pytest.mark.flaky(reruns=1))
    most = config.getoption("--rows")
    if most:
        left_out = _beyond(items, most)
        config.hook.pytest_deselected(items=left_out)
        gone = {id(item) for item in left_out}
        items[:] = [item for item in items if id(item) not in gone]


def _beyond(items: list[pytest.Item], most: int) -> list[pytest.Item]:
    """The rows to leave out, so that of each table at most ``most`` rows stay: its first, and others evenly spread."""
    tables: dict[str, list[pytest.Item]] = {}
    for item in items:
        tables.setdefault(item.nodeid.partition("[")[0], []).append(item)
    return [
        item
        for rows in tables.values()
        for place, item in enumerate(rows)
        if len(rows) > most and place not in {n * len(rows) // most for n in range(most)}
    ]


class Clock:
    """The clock the app reads: it runs as usual, and a test can put it forward."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def now(self) -> datetime:
        return datetime.now(UTC) + self.ahead

    def forward(self, **by: float) -> None:
        """Put the clock forward; the arguments are those of :class:`~datetime.timedelta`."""
        self.ahead += timedelta(**by)


@pytest.fixture
def clock() -> Iterator[Clock]:
    made = Clock()
    use_clock(made.now)
    yield made
    use_clock(None)


@pytest.fixture(autouse=True)
def logging_as_before() -> Iterator[None]:
    """Restores logging after each test: a command that a test runs in its own process sets up logging anew."""
    root = logging.getLogger()
    level, handlers = root.level, root.handlers[:]
    yield
    root.setLevel(level)
    root.handlers[:] = handlers


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """The URL of a SQLite database that has every table, all empty."""
    return empty_sqlite(tmp_path / "test.db")


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    return sqlite_url


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    made = Database(database_url)
    yield made
    await made.close()


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[str]:
    with postgresql() as url:
        yield url


@pytest.fixture
async def postgresql_url(postgresql_server: str) -> str:
    """The URL of a PostgreSQL database that has every table, all empty."""
    return await empty_postgresql(postgresql_server)


@pytest.fixture
async def bare_postgresql_url(postgresql_server: str) -> str:
    """The URL of a PostgreSQL database without any table."""
    connection = await asyncpg.connect(postgresql_server)
    await connection.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
    await connection.close()
    return postgresql_server
