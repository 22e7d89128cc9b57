"""What does not go well is tried again, later and later, or given up; and it is seen."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

import pytest
from sqlalchemy import update

from core.database import Database
from core.jobs import (
    GiveUp,
    Job,
    JobRow,
    Jobs,
    NotYet,
    add,
    move,
    queue,
    troubles,
)  # fmt: skip
from tests.core.jobs.table import SECOND, Clock, due_at, is_now, row, settled, state
from tests.waiting import until


async def test_failures_back_off_are_seen_and_are_forgotten_when_it_goes_well(
    database: Database, jobs: Jobs, clock: Clock
) -> None:
    tries: list[datetime] = []

    async def shaky(_: Job) -> None:
        tries.append(clock.now)
        if len(tries) < 4:
            raise OSError("the platform is away")

    jobs.handle("shaky", shaky, first_pause=5 * SECOND, longest_pause=15 * SECOND)
    async with database.write() as session:
        await jobs.add(session, "shaky", "a")
    async with jobs:
        for attempt, pause in enumerate([5, 10, 15], start=1):
            await settled(database, "shaky", "a", attempt)
            found = await row(database, "shaky", "a")
            assert found is not None and found.due_at == clock.now + pause * SECOND
            (trouble,) = await troubles(database, moment=clock.now)
            assert str(trouble) == f"shaky a：失败了 {attempt} 次，会再试（OSError: the platform is away）"
            clock.now += pause * SECOND
            jobs.wake()
        await until(lambda: len(tries) == 4)
        await settled(database, "shaky", "a", 0)
    assert await troubles(database, moment=clock.now) == []


@pytest.mark.parametrize("by", ["itself", "attempts"])
async def test_what_cannot_be_done_is_given_up_and_stays_seen(
    database: Database, jobs: Jobs, clock: Clock, by: str
) -> None:
    tries: list[str] = []

    async def bad(job: Job) -> None:
        tries.append(job.key)
        raise GiveUp("no such account") if by == "itself" else OSError("no such account")

    jobs.handle("bad", bad, most_attempts=2, first_pause=SECOND)
    async with database.write() as session:
        await jobs.add(session, "bad", "a")
    async with jobs:
        if by == "attempts":
            await settled(database, "bad", "a", 1)
            clock.now += SECOND
            jobs.wake()
        await until(lambda: is_now(database, "bad", "a", "failed"))
        (trouble,) = await troubles(database, moment=clock.now)
        assert (trouble.state, "no such account" in trouble.error) == ("failed", True)
        before = len(tries)
        async with database.write() as session:
            assert await move(session, "bad", "a", clock.now)
        jobs.wake()
        await until(lambda: len(tries) > before)


async def test_a_run_that_hangs_is_ended_and_tried_again(
    database: Database, jobs: Jobs, clock: Clock
) -> None:
    async def hang(_: Job) -> None:
        await asyncio.Event().wait()

    jobs.handle("hang", hang, limit=timedelta(seconds=0.05))
    async with database.write() as session:
        await jobs.add(session, "hang", "a")
    async with jobs:
        await settled(database, "hang", "a", 1)
    (trouble,) = await troubles(database, moment=clock.now)
    assert trouble.error == "TimeoutError"


async def test_a_recurring_job_that_failed_is_tried_before_its_next_time(
    database: Database, jobs: Jobs, clock: Clock
) -> None:
    async def sweep(_: Job) -> None:
        raise OSError("away")

    jobs.every("sweep", timedelta(days=1), sweep, most_attempts=1)
    async with jobs:
        await until(lambda: due_at(database, clock.now + timedelta(days=1)))
        clock.now += timedelta(days=1)
        jobs.wake()
        await settled(database, "sweep", "", 1)
    assert await due_at(database, clock.now + 5 * SECOND)


async def test_what_waits_for_its_next_try_is_tried_for_somebody_who_waits(
    database: Database, jobs: Jobs, caplog: pytest.LogCaptureFixture
) -> None:
    runs: list[int] = []

    async def fetch(job: Job) -> str:
        runs.append(job.attempt)
        if job.attempt == 1:
            raise NotYet("the platform is busy")
        return "fetched"

    jobs.handle("fetch", fetch, forget=True)
    async with jobs:
        assert await (await jobs.run("fetch", "a")) is None
        (trouble,) = await troubles(database, moment=jobs._clock())
        assert (trouble.state, trouble.error) == ("failing", "the platform is busy")
        assert await (await jobs.run("fetch", "a")) == "fetched"
    assert runs == [1, 2] and await row(database, "fetch", "a") is None
    assert "Traceback" not in caplog.text


async def test_a_job_that_kills_its_process_every_time_is_given_up(
    database: Database, jobs: Jobs, clock: Clock
) -> None:
    async def deadly(_: Job) -> None:
        raise AssertionError("it is not tried a third time")

    jobs.handle("deadly", deadly, most_attempts=2)
    async with database.write() as session:
        await jobs.add(session, "deadly", "a")
        dead = {"attempts": 2, "leased_by": "somebody", "leased_until": clock.now - SECOND}
        await session.execute(update(JobRow).where(JobRow.kind == "deadly").values(**dead))
    async with jobs:
        await until(lambda: is_now(database, "deadly", "a", "failed"))
    (trouble,) = await troubles(database, moment=clock.now)
    assert trouble.error == queue.DIED


async def test_what_nobody_does_is_seen_and_what_ended_long_ago_is_forgotten(
    database: Database, jobs: Jobs, clock: Clock
) -> None:
    async with database.write() as session:
        await add(session, "unknown", "a", due_at=clock.now)
        await add(session, "old", "a")
        ended = {"state": "done", "ended_at": clock.now - queue.KEPT - SECOND}
        await session.execute(update(JobRow).where(JobRow.kind == "old").values(**ended))
    assert await troubles(database, moment=clock.now + timedelta(minutes=1)) == []
    (trouble,) = await troubles(database, moment=clock.now + timedelta(minutes=3))
    assert (trouble.kind, trouble.state) == ("unknown", "late")
    async with jobs:
        await until(lambda: is_now(database, "jobs_forgotten", "", "waiting"))
        clock.now += timedelta(hours=1)
        jobs.wake()
        await until(lambda: is_now(database, "old", "a", None))
    assert await state(database, "unknown", "a") == "waiting"
