"""What is committed to SQLite is written back into its file in a thread, soon, and however long somebody writes."""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path

import pytest
from sqlalchemy import text

from core import checkpoints
from core.checkpoints import Checkpoints
from core.database import Database
from tests.waiting import until


@pytest.fixture
async def database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Database:
    monkeypatch.setattr(checkpoints, "PAUSE_S", 0.02)
    made = Database(f"sqlite:///{tmp_path / 'one.db'}")
    async with made.write() as session:
        await session.execute(text("CREATE TABLE said (words TEXT)"))
    return made


async def _say(database: Database, words: str) -> None:
    async with database.write() as session:
        await session.execute(text("INSERT INTO said VALUES (:words)"), {"words": words})


@pytest.mark.slow
async def test_the_log_is_written_back_in_a_thread_and_by_no_commit(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    threads: list[threading.Thread] = []
    real = Checkpoints._write_back

    def seen(self: Checkpoints) -> int:
        threads.append(threading.current_thread())
        return real(self)

    monkeypatch.setattr(Checkpoints, "_write_back", seen)
    for nth in range(1_500):  # more pages than those after which SQLite does it in the commit
        async with database.write() as session:
            await session.execute(text("INSERT INTO said VALUES (:words)"), {"words": f"{nth} " * 500})
            if nth == 1_499:
                await session.execute(text("INSERT INTO said VALUES ('the last words')"))
    file = tmp_path / "one.db"
    if not threads:
        assert file.stat().st_size < 100_000
    await until(lambda: b"the last words" in file.read_bytes())
    assert threads and threading.main_thread() not in threads
    await database.close()


@pytest.mark.slow
async def test_a_log_that_somebody_writes_all_the_time_does_not_grow_for_good(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checkpoints, "LONG_PAGES", 50)
    for _ in range(1_500):
        await _say(database, "路灯坏了" * 300)
        await asyncio.sleep(0)
    log = tmp_path / "one.db-wal"
    assert log.stat().st_size < 1_500 * 4_096 / 2
    await database.close()


async def test_a_reader_keeps_what_it_reads_and_nobody_waits(database: Database, tmp_path: Path) -> None:
    await _say(database, "before")
    async with database.read() as session:
        count = text("SELECT count(*) FROM said")
        assert await session.scalar(count) == 1
        await _say(database, "meanwhile")
        await asyncio.sleep(0.1)
        assert await session.scalar(count) == 1
    await _say(database, "after it")
    await until(lambda: b"after it" in (tmp_path / "one.db").read_bytes())
    await database.close()
