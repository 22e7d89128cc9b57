"""Encrypts anew what is stored: with a new key, or for the first time after an upgrade.

Rows are read in the order of their primary key and written in small transactions, so that the app goes on meanwhile, and
an interrupted run begins where it likes: what is already sealed with the present key stays as it is.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Mapping
from contextlib import closing
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Table,
    Text,
    bindparam,
    column,
    func,
    make_url,
    select,
    table,
    text,
    tuple_,
    update,
)
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from core.database import Base, Database
from core.inline_sqlite import LOCK_PATIENCE_S
from core.privacy import Sealed
from core.sealing import renewed, ring, unseal

AT_ONCE = 100
"""Rows of one transaction. Encrypting them takes a few milliseconds."""
KEYED = "keyed"
"""Key in a table's ``info``: a function from the clear texts of its encrypted columns, by name, to the values of those
columns that depend on the key, such as digests for finding."""

Keyed = Callable[[Mapping[str, str]], Mapping[str, Any]]
"""The type of such a function."""


class ClearTable(Base):
    """A table whose values an older version wrote, and that may not all be encrypted yet.

    The migration that makes columns encrypted inserts the names of their tables; :func:`seal_clear` removes them.
    """

    __tablename__ = "clear_tables"

    name: Mapped[str] = mapped_column(primary_key=True)


def sealed_tables() -> list[Table]:
    """All tables with encrypted columns, in the order of their names."""
    tables = [one for one in Base.metadata.tables.values() if _sealed(one)]
    return sorted(tables, key=lambda one: one.name)


def sealed_columns() -> list[tuple[str, str]]:
    """All encrypted columns, as names of table and column."""
    return [(one.name, name) for one in sealed_tables() for name in _sealed(one)]


def _sealed(one: Table) -> dict[str, Sealed]:
    return {found.name: found.type for found in one.columns if isinstance(found.type, Sealed)}


async def reseal(database: Database, one: Table, *, clear: bool = False) -> int:
    """Seal all values of a table with the present key.

    Args:
        database: where the table is.
        one: the table.
        clear: whether it may hold clear values; see :func:`core.sealing.renewed`.

    Returns:
        The number of rows that were changed.

    Raises:
        ConfigurationError: a value does not open.
    """
    kinds = _sealed(one)
    keys = [column(key.name, Text()) for key in one.primary_key.columns]
    columns = [column(name, Text()) for name in kinds]
    after: ColumnElement[Any] | None = None
    changed = 0
    while True:
        query = (
            select(*keys, *columns)
            .select_from(table(one.name))
            .order_by(*keys)
            .limit(AT_ONCE)
            .with_for_update()
        )
        if after is not None:
            query = query.where(tuple_(*keys) > after)
        async with database.write() as session:
            rows = [row._asdict() for row in await session.execute(query)]
            written = [new for row in rows if (new := _renewed(one, kinds, row, clear=clear))]
            await _write(session, one, written)
        changed += len(written)
        if len(rows) < AT_ONCE:
            return changed
        after = tuple_(*(bindparam(None, rows[-1][key.name], Text()) for key in keys))
        await asyncio.sleep(0)


def _renewed(one: Table, kinds: Mapping[str, Sealed], row: dict[str, Any], *, clear: bool) -> dict[str, Any]:
    """The row with its values sealed anew; empty when nothing changes."""
    new = dict(row)
    for name, kind in kinds.items():
        value = row[name]
        # Older versions stored JSON's null for a missing value.
        if value is None or value in kind.empty:
            continue
        new[name] = (
            None
            if clear and value == "null" and kind.empty != {""}
            else renewed(value, kind.place, clear=clear)
        )
    if new == row:
        return {}
    keyed: Keyed | None = one.info.get(KEYED)
    if keyed:
        new |= keyed({name: _clear(new[name], kind) for name, kind in kinds.items()})
    return new


def _clear(value: str | None, kind: Sealed) -> str:
    if value is None:
        return ""
    return value if value in kind.empty else unseal(value, kind.place)


async def _write(session: AsyncSession, one: Table, rows: list[dict[str, Any]]) -> None:
    if not rows:
        return
    keys = [key.name for key in one.primary_key.columns]
    names = [name for name in rows[0] if name not in keys]
    raw = table(one.name, *(column(name, Text()) for name in rows[0]))
    await session.execute(
        update(raw)
        .where(*(raw.c[key] == bindparam(f"p_{key}") for key in keys))
        .values({name: bindparam(f"v_{name}") for name in names})
        .execution_options(synchronize_session=False),
        [{f"p_{key}": row[key] for key in keys} | {f"v_{name}": row[name] for name in names} for row in rows],
    )


async def is_sealed(database: Database) -> bool:
    """Whether no table is left that an older version wrote."""
    async with database.read() as session:
        return await session.scalar(select(ClearTable.name).limit(1)) is None


async def seal_clear(database: Database) -> None:
    """Encrypt what older versions wrote, and remove its clear traces from the database's files.

    Called at the upgrade, before the app runs. An interrupted run is continued by the next.

    Raises:
        ConfigurationError: no key is set, or a value that an older version encrypted does not open.
    """
    async with database.read() as session:
        names = list(await session.scalars(select(ClearTable.name).order_by(ClearTable.name)))
    changed = []
    for name in names:
        if await reseal(database, Base.metadata.tables[name], clear=True):
            changed.append(name)
    if changed:
        await _wipe(database, changed)
    async with database.write() as session:
        for row in await session.scalars(select(ClearTable).where(ClearTable.name.in_(names))):
            await session.delete(row)


async def _wipe(database: Database, names: list[str]) -> None:
    """Write the tables anew, so that no freed page holds what was there before."""
    if database.is_sqlite:
        await asyncio.to_thread(_wipe_file, make_url(database.url).database or "")
        return
    async with database.engine.connect() as connection:
        outside = await connection.execution_options(isolation_level="AUTOCOMMIT")
        for name in names:
            await outside.execute(text(f'VACUUM FULL "{name}"'))


def _wipe_file(path: str) -> None:
    with closing(sqlite3.connect(path, timeout=LOCK_PATIENCE_S, isolation_level=None)) as connection:
        connection.execute("VACUUM")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


async def counts(database: Database) -> dict[str, int]:
    """How many rows of all tables have a value under each key: the key's id → number. It reads every table once."""
    found: dict[str, int] = {}
    for one in sealed_tables():
        for name in _sealed(one):
            start = func.substr(column(name, Text()), 1, 12)
            query = (
                select(start, func.count()).select_from(table(one.name, column(name, Text()))).group_by(start)
            )
            async with database.read() as session:
                for value, count in await session.execute(query):
                    if value and value.startswith("w1:") and value.endswith(":"):
                        found[value[3:11]] = found.get(value[3:11], 0) + count
    return found


def due() -> bool:
    """Whether there are keys besides the present one, so that something may be sealed with them."""
    return len(ring().keys) > 1
