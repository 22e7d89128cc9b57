"""Finds out before anything is written whether the keys that are there are those of the stored data."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Text, column, select, table
from sqlalchemy.exc import SQLAlchemyError

from core.database import Base, Database
from core.errors import ConfigurationError
from core.keyring import KeyRing
from core.resealing import is_sealed, sealed_columns
from core.sealing import key_of

LOOKED_AT = 20
"""Values of each column that are looked at: the first and the last ones, because a new key begins with the last."""


async def require_right_keys(database: Database, keys: KeyRing) -> None:
    """Check that what is stored was sealed with these keys. A stored value begins with the id of its key.

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
    for name, place in sealed_columns():
        for wanted in await _used(database, name, place):
            if wanted not in known:
                raise ConfigurationError(
                    f"密钥不对：数据库里的内容是用密钥 {wanted} 加密的，现在的密钥文件里没有它。"
                    "请把和这份数据一起的那份密钥（WENBAN_DATA_KEY_FILE、secrets.json 或 WENBAN_DATA_KEY）放回来，再启动"
                )


async def _used(database: Database, name: str, place: str) -> set[str]:
    value = column(place, Text())
    order = Base.metadata.tables[name].primary_key.columns
    keys: list[ColumnElement[Any]] = [column(key.name) for key in order]
    query = (
        select(value).select_from(table(name, value)).where(value.is_not(None), value != "").limit(LOOKED_AT)
    )
    found: set[str] = set()
    for ordered in (keys, [key.desc() for key in keys]):
        try:
            async with database.read() as session:
                found |= {key_of(one) for one in await session.scalars(query.order_by(*ordered))}
        except SQLAlchemyError:
            return set()  # a table that a later migration makes
    return found - {""}
