"""Idempotency keys: what was asked for with each, so that a key never answers for something else.

What is done twice or not is decided by the tickets themselves (their filing key, the key of a line of history). Here only stands which
request a key belongs to, as a keyed digest.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.dialects import postgresql, sqlite

from core.clock import now
from core.database import Database
from core.errors import Conflict, WenbanError
from core.sealing import lookup_keys
from partners.models import PartnerKey


@asynccontextmanager
async def once(
    database: Database, partner_id: str, key: str, asked: Mapping[str, Any]
) -> AsyncIterator[bool]:
    """What is done in the block is what this key stands for. It gets whether the key is new.

    A request that is refused frees its key, because nothing was done with it: the mended request may have the same one.

    Args:
        database: where the keys are.
        partner_id: the system, whose keys are its own.
        key: the key; empty: there is none, and nothing is kept.
        asked: what the system wants: operation, ticket and data.

    Raises:
        Conflict: code ``key_reused``; something else was asked for with this key.
    """
    if not key:
        yield True
        return
    fresh = await _taken(database, partner_id, key, json.dumps(asked, ensure_ascii=False, sort_keys=True))
    try:
        yield fresh
    except WenbanError:
        if fresh:
            async with database.write() as session:
                await session.execute(
                    delete(PartnerKey).where(PartnerKey.partner_id == partner_id, PartnerKey.key == key)
                )
        raise


async def _taken(database: Database, partner_id: str, key: str, asked: str) -> bool:
    """Write down what a key stands for; False: that stands there already."""
    digests = lookup_keys(asked)
    row = {"partner_id": partner_id, "key": key, "digest": digests[0], "created_at": now()}
    async with database.write() as session:
        dialect = session.get_bind().dialect.name
        insert = postgresql.insert if dialect == "postgresql" else sqlite.insert
        wrote = await session.execute(
            insert(PartnerKey).values(row).on_conflict_do_nothing().returning(PartnerKey.key)
        )
        if wrote.first() is not None:
            return True
        known = await session.scalar(
            select(PartnerKey.digest).where(PartnerKey.partner_id == partner_id, PartnerKey.key == key)
        )
    if known not in digests:
        raise Conflict("这个 Idempotency-Key 已经用来办过另一件事，请换一个", code="key_reused")
    return False
