"""Writes many rows of a table at once.

PostgreSQL gets the values as one list for each column, in one statement: a statement for each row costs its server more than the row.
SQLite is in this process, and takes a prepared statement for each row.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Table, bindparam, column, func, insert, literal, select, update
from sqlalchemy.dialects.postgresql import ARRAY
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
    if connection.dialect.name == "sqlite":
        own = {one: bindparam(one, type_=table.c[one].type) for one in rows[0]}
        await connection.execute(insert(table).values({**own, **same}), list(map(dict, rows)))
        return
    read = given(table, rows, sqlite=False)
    always = [literal(value, table.c[one].type) for one, value in same.items()]
    made = select(*(read.c[one] for one in rows[0]), *always)
    await connection.execute(insert(table).from_select([*rows[0], *same], made, include_defaults=False))


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
    changed = [one for one in rows[0] if one != key]
    if connection.dialect.name == "sqlite":
        to = {one: bindparam(f"to_{one}", type_=table.c[one].type) for one in changed}
        statement = update(table).where(table.c[key] == bindparam("which")).values(to)
        every = [{"which": row[key], **{f"to_{one}": row[one] for one in changed}} for row in rows]
        await connection.execute(statement, every)
        return
    read = given(table, rows, sqlite=False)
    await connection.execute(
        update(table).where(table.c[key] == read.c[key]).values({one: read.c[one] for one in changed})
    )


def given(table: Table, rows: Sequence[Row], *, sqlite: bool) -> Any:
    """Rows as a table that a statement can read.

    Args:
        table: has the kinds of the columns; on SQLite they are texts.
        rows: each with the same columns, at least one.
        sqlite: whether the database is SQLite.
    """
    names = list(rows[0])
    if sqlite:
        each = func.json_each(json.dumps([list(row.values()) for row in rows])).table_valued("value")
        read = (func.json_extract(each.c.value, f"$[{nth}]").label(one) for nth, one in enumerate(names))
        return select(*read).select_from(each).subquery("given")
    kinds = {one: table.c[one].type for one in names}
    lists = [literal([row[one] for row in rows], ARRAY(kinds[one])) for one in names]
    made = func.unnest(*lists).table_valued(*(column(one, kinds[one]) for one in names), name="given")
    return made.render_derived()
