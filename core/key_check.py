"""Finds out before anything is written whether the keys that are there are those of the stored data.

It looks at a bounded number of rows of each table with encrypted columns, so that a start takes no longer with a million tickets than with
a thousand: the first and the last rows in the order of their ids, and, where ids sort by time, some at even steps between them. A row
names the key with which each of its values was sealed. ``wenban keys list`` counts the keys of every row.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Table, Text, column, func, select, table
from sqlalchemy.exc import SQLAlchemyError

from core.database import Database
from core.errors import ConfigurationError
from core.keyring import KeyRing
from core.resealing import is_sealed, sealed_columns, sealed_tables
from core.sealing import key_of

ENDS = 100
"""Rows that are looked at from each end of a table. A new key begins with the last rows."""
STEPS, EACH = 15, 10
"""Places between the ends, and the rows that are looked at from each of them."""
_BEGINNING = 24
"""Characters of a value that name its key."""


async def require_right_keys(database: Database, keys: KeyRing) -> None:
    """Check that what is stored was sealed with these keys, as far as a sample of the rows tells.

    A database of an older version, whose values may be in clear, is not checked.

    Raises:
        ConfigurationError: a key is missing that sealed values need. The message names it.
    """
    known = {key.id for key in keys.keys}
    try:
        if not await is_sealed(database):
            return
    except SQLAlchemyError:
        return  # the schema is older than encryption
    for one in sealed_tables():
        async for row in _sample(database, one):
            for value in row:
                wanted = key_of(value) if value else ""
                if wanted and wanted not in known:
                    raise ConfigurationError(
                        f"密钥不对：数据库里的内容是用密钥 {wanted} 加密的，现在的密钥文件里没有它。"
                        "请把和这份数据一起的那份密钥（WENBAN_DATA_KEY_FILE、secrets.json 或 WENBAN_DATA_KEY）放回来，再启动"
                    )


async def _sample(database: Database, one: Table) -> AsyncIterator[Sequence[str | None]]:
    """The beginnings of the sealed values of some rows of a table; nothing of a table that a later migration makes."""
    sealed = [column(name, Text()) for place, name in sealed_columns() if place == one.name]
    keys = [column(key.name, Text()) for key in one.primary_key.columns]
    query: Any = select(*keys, *(func.substr(value, 1, _BEGINNING) for value in sealed)).select_from(
        table(one.name, *sealed)
    )
    first = await _rows(database, query.order_by(*keys).limit(ENDS))
    last = await _rows(database, query.order_by(*(key.desc() for key in keys)).limit(ENDS))
    for row in (*first, *last):
        yield row[len(keys) :]
    if len(keys) != 1 or len(first) < ENDS:
        return
    for step in _between(first[-1][0], last[-1][0]):
        for row in await _rows(database, query.where(keys[0] >= step).order_by(keys[0]).limit(EACH)):
            yield row[1:]


async def _rows(database: Database, query: Any) -> list[Any]:
    try:
        async with database.read() as session:
            return list(await session.execute(query))
    except SQLAlchemyError:
        return []  # a table or a column that a later migration makes


def _between(low: str, high: str) -> list[str]:
    """Ids at even steps between two, when both are UUIDs, which sort by time."""
    try:
        least, most = UUID(low).int, UUID(high).int
    except ValueError:
        return []
    return [str(UUID(int=least + (most - least) * step // (STEPS + 1))) for step in range(1, STEPS + 1)]
