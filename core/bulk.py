"""Writes and looks up many rows of a table at once.

PostgreSQL gets the values as one list for each column, in one statement: a statement for each row costs its server more than the row.
SQLite is in this process, and takes a prepared statement for each row. The statements are written here, and the values made ready
column by column, because SQLAlchemy does both anew for each row, which takes longer than the database itself.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import Dialect, Table
from sqlalchemy.ext.asyncio import AsyncSession

Row = Mapping[str, Any]
"""Name of a column → value."""


async def insert_many(session: AsyncSession, table: Table, rows: Sequence[Row], same: Row) -> None:
    """Add rows.

    Args:
        session: the transaction.
        table: the table.
        rows: each with the same columns.
        same: the other columns, with the value that they have in every row.
    """
    if not rows:
        return
    connection = await session.connection()
    dialect, own = connection.dialect, tuple(rows[0])
    always = [_ready(table, one, dialect, [value])[0] for one, value in same.items()]
    lists = [_ready(table, one, dialect, [row[one] for row in rows]) for one in own]
    statement = _insert(table, own, tuple(same), dialect)
    if dialect.name == "sqlite":
        await connection.exec_driver_sql(statement, [(*row, *always) for row in zip(*lists, strict=True)])
    else:
        await connection.exec_driver_sql(statement, (*lists, *always))


async def update_many(session: AsyncSession, table: Table, key: str, rows: Sequence[Row]) -> None:
    """Change rows.

    Args:
        session: the transaction.
        table: the table.
        key: the column that says which row is changed.
        rows: each with the same columns, ``key`` among them.
    """
    if not rows:
        return
    connection = await session.connection()
    dialect = connection.dialect
    names = (*(one for one in rows[0] if one != key), key)
    lists = [_ready(table, one, dialect, [row[one] for row in rows]) for one in names]
    statement = _update(table, names, dialect)
    if dialect.name == "sqlite":
        await connection.exec_driver_sql(statement, list(zip(*lists, strict=True)))
    else:
        await connection.exec_driver_sql(statement, tuple(lists))


async def existing(session: AsyncSession, table: Table, rows: Sequence[Row]) -> list[Any]:
    """Those of some rows that the table has, as tuples of the values that were given.

    Args:
        session: the transaction.
        table: the table.
        rows: each with the same columns, which are texts and of which an index begins.
    """
    if not rows:
        return []
    connection = await session.connection()
    names = tuple(rows[0])
    values = [[row[one] for row in rows] for one in names]
    sqlite = connection.dialect.name == "sqlite"
    asked = (json.dumps(list(zip(*values, strict=True))),) if sqlite else tuple(values)
    return list(await connection.exec_driver_sql(_existing(table, names, connection.dialect), asked))


def _ready(table: Table, name: str, dialect: Dialect, values: list[Any]) -> list[Any]:
    """Values of a column as the driver takes them."""
    made = _processor(table, name, dialect)
    return values if made is None else [made(value) for value in values]


@cache
def _processor(table: Table, name: str, dialect: Dialect) -> Any:
    kind = table.c[name].type
    return kind.dialect_impl(dialect).bind_processor(dialect)


@cache
def _insert(table: Table, own: tuple[str, ...], same: tuple[str, ...], dialect: Dialect) -> str:
    into = f"INSERT INTO {table.name} ({', '.join((*own, *same))})"
    if dialect.name == "sqlite":
        return f"{into} VALUES ({', '.join('?' * (len(own) + len(same)))})"
    always = [f"${nth}::{_kind(table, one, dialect)}" for nth, one in enumerate(same, len(own) + 1)]
    read = ", ".join((*(f"given.{one}" for one in own), *always))
    return f"{into} SELECT {read} FROM {_unnested(table, own, dialect)}"


@cache
def _update(table: Table, names: tuple[str, ...], dialect: Dialect) -> str:
    *changed, key = names
    if dialect.name == "sqlite":
        return f"UPDATE {table.name} SET {', '.join(f'{one} = ?' for one in changed)} WHERE {key} = ?"
    to = ", ".join(f"{one} = given.{one}" for one in changed)
    read = _unnested(table, names, dialect)
    return f"UPDATE {table.name} SET {to} FROM {read} WHERE {table.name}.{key} = given.{key}"


@cache
def _existing(table: Table, names: tuple[str, ...], dialect: Dialect) -> str:
    read = ", ".join(f"{table.name}.{one}" for one in names)
    if dialect.name != "sqlite":
        same = " AND ".join(f"{table.name}.{one} = given.{one}" for one in names)
        return f"SELECT {read} FROM {_unnested(table, names, dialect)} JOIN {table.name} ON {same}"
    same = " AND ".join(
        f"{table.name}.{one} = json_extract(given.value, '$[{nth}]')" for nth, one in enumerate(names)
    )
    # Each of them is looked up in the index, and not each of the table among them.
    return f"SELECT {read} FROM json_each(?) AS given CROSS JOIN {table.name} ON {same}"


def _unnested(table: Table, names: tuple[str, ...], dialect: Dialect) -> str:
    """Lists of values, one for each column, as a table ``given``; on PostgreSQL."""
    lists = ", ".join(f"${nth}::{_kind(table, one, dialect)}[]" for nth, one in enumerate(names, 1))
    return f"unnest({lists}) AS given({', '.join(names)})"


def _kind(table: Table, name: str, dialect: Dialect) -> str:
    return table.c[name].type.compile(dialect=dialect)
