"""Reading in threads: what is cancelled in the middle of it leaves nothing that waits for ever."""

from __future__ import annotations

import asyncio
import threading

from sqlalchemy import text

from core.database import Database

LONG = (
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000000) SELECT count(*) FROM n"
)
"""A statement that takes a good part of a second."""


async def _leaves_in_the_middle(url: str) -> None:
    database = Database(url)

    async def read() -> None:
        async with database.browse() as session:
            await session.execute(text(LONG))

    reading = asyncio.create_task(read())
    await asyncio.sleep(0.05)
    reading.cancel()  # SQLAlchemy closes the connection now, in a task of its own …
    for _ in range(5):
        await asyncio.sleep(0)
    # … and the end of the event loop cancels both.


def test_the_event_loop_ends_though_a_read_was_cancelled(sqlite_url: str) -> None:
    ends = threading.Thread(target=lambda: asyncio.run(_leaves_in_the_middle(sqlite_url)), daemon=True)
    ends.start()
    ends.join(timeout=20)
    assert not ends.is_alive()
