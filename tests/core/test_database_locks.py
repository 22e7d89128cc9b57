"""A process that hangs within a transaction does not stop the others for good."""

from __future__ import annotations

import asyncio
import time

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from core import database as module
from core.database import Database
from core.locks import hold


async def test_a_transaction_in_which_nothing_is_done_is_ended(
    postgresql_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The audit's lock was kept for as long as the connection lived, and nobody at the desk could do anything."""
    monkeypatch.setattr(module, "IDLE_IN_TRANSACTION_S", 1.0)
    hanging, other = Database(postgresql_url), Database(postgresql_url)
    held = asyncio.Event()

    async def hang() -> None:
        async with hanging.write() as session:
            await session.run_sync(hold, "desk-audit")
            held.set()
            await asyncio.sleep(3)
            await session.execute(text("SELECT 1"))

    task = asyncio.create_task(hang())
    await held.wait()
    began = time.monotonic()
    async with other.write() as session:
        await session.run_sync(hold, "desk-audit")
    assert time.monotonic() - began < 2.9
    with pytest.raises(DBAPIError):
        await task
    async with hanging.write() as session:  # and goes on with a new connection
        await session.execute(text("SELECT 1"))
    await hanging.close()
    await other.close()
