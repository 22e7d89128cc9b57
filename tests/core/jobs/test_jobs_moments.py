"""A job is a row, done once, at its moment: added, moved, asked for again, recurring."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

import pytest

from core.clock import now
from core.database import Database
from core.jobs import (
    Again,
    Job,
    Jobs,
    cancel,
    move,
    remind,
)  # fmt: skip
from tests.core.jobs.table import SECOND, Clock, due_at, is_now, row, state
from tests.waiting import until


async def test_a_job_is_done_at_its_moment_and_not_before(
    database: Database, jobs: Jobs, clock: Clock
) -> None:
    done: list[Job] = []

    async def note(job: Job) -> None:
        done.append(job)

    jobs.handle("note", note)
    async with jobs:
        async with database.write() as session:
            await jobs.add(session, "note", "later", due_at=clock.now + SECOND, payload={"n": 1})
            await jobs.add(session, "note", "now")
        await until(lambda: done)
        assert [job.key for job in done] == ["now"]
        clock.now += SECOND
        jobs.wake()
        await until(lambda: len(done) == 2)
    assert (done[1].key, done[1].payload, done[1].attempt) == ("later", {"n": 1}, 1)
    assert await state(database, "note", "now") == "done"


async def test_the_same_key_is_one_job_even_after_it_was_done(
    database: Database, jobs: Jobs, done: list[str]
) -> None:
    async with database.write() as session:
        assert [await jobs.add(session, "note", "a") for _ in range(3)] == [True, False, False]
    async with jobs:
        await until(lambda: state(database, "note", "a"))
        await until(lambda: done)
        async with database.write() as session:
            assert not await jobs.add(session, "note", "a")
            await jobs.add(session, "note", "b")
        await until(lambda: len(done) == 2)
    assert done == ["a", "b"]


async def test_nothing_is_done_for_a_change_that_was_rolled_back(
    database: Database, jobs: Jobs, done: list[str]
) -> None:
    async with jobs:
        with pytest.raises(ZeroDivisionError):
            async with database.write() as session:
                await jobs.add(session, "note", "a")
                raise ZeroDivisionError
        async with database.write() as session:
            await jobs.add(session, "note", "b")
        await until(lambda: done)
    assert done == ["b"]


async def test_a_job_added_here_does_not_wait_for_the_next_look(database: Database) -> None:
    jobs, done = Jobs(database, look_s=60), asyncio.Event()

    async def note(_: Job) -> None:
        done.set()

    jobs.handle("note", note)
    async with jobs:
        await until(lambda: state(database, "jobs_forgotten"))
        async with database.write() as session:
            await jobs.add(session, "note", "a")
        await asyncio.wait_for(done.wait(), 5)


async def test_a_recurring_job_goes_on_and_makes_up_once_for_what_it_missed(
    database: Database, clock: Clock
) -> None:
    runs: list[datetime] = []

    def process() -> Jobs:
        jobs = Jobs(database, look_s=0.02, clock=clock)

        async def sweep(_: Job) -> None:
            runs.append(clock.now)

        jobs.every("sweep", 10 * SECOND, sweep)
        return jobs

    began = clock.now
    async with process() as one, process() as other:
        await until(lambda: due_at(database, began + 10 * SECOND))
        clock.now += 10 * SECOND
        one.wake()
        other.wake()
        await until(lambda: due_at(database, began + 20 * SECOND))
    assert runs == [began + 10 * SECOND]
    clock.now = began + timedelta(days=1)
    async with process():
        await until(lambda: due_at(database, clock.now + 10 * SECOND))
    assert runs == [began + 10 * SECOND, began + timedelta(days=1)]


async def test_a_shorter_interval_holds_at_once(database: Database, clock: Clock) -> None:
    async def sweep(_: Job) -> None:
        pass

    for interval in (timedelta(days=1), timedelta(minutes=1)):
        jobs = Jobs(database, look_s=0.02, clock=clock)
        jobs.every("sweep", interval, sweep)
        async with jobs:
            await until(lambda: due_at(database, clock.now + interval))  # noqa: B023


async def test_a_handler_may_ask_to_be_run_again(database: Database, jobs: Jobs, clock: Clock) -> None:
    given: list[int] = []

    async def count(job: Job) -> Again | None:
        given.append(job.payload["n"])
        assert job.attempt == 1
        return Again(clock.now, {"n": job.payload["n"] + 1}) if len(given) < 3 else None

    jobs.handle("count", count, forget=True)
    async with database.write() as session:
        await jobs.add(session, "count", "a", payload={"n": 1})
    async with jobs:
        await until(lambda: len(given) == 3)
        await until(lambda: is_now(database, "count", "a", None))
    assert given == [1, 2, 3]


async def test_cancelled_is_not_done_and_moved_is_done_later(
    database: Database, jobs: Jobs, clock: Clock, done: list[str]
) -> None:
    async with database.write() as session:
        for key in "abc":
            await jobs.add(session, "note", key)
        assert await cancel(session, "note", "a")
        assert await move(session, "note", "b", clock.now + SECOND)
        assert not await cancel(session, "note", "nothing")
    async with jobs:
        await until(lambda: done == ["c"])
        clock.now += SECOND
        jobs.wake()
        await until(lambda: done == ["c", "b"])


async def test_only_so_many_of_a_kind_at_once_and_the_others_are_not_held_up(
    database: Database, jobs: Jobs
) -> None:
    gate, slow, quick, most = asyncio.Event(), [0], [0], [0]

    async def wait(_: Job) -> None:
        slow[0] += 1
        most[0] = max(most[0], slow[0])
        await gate.wait()
        slow[0] -= 1

    async def note(_: Job) -> None:
        quick[0] += 1

    jobs.handle("slow", wait, at_once=2)
    jobs.handle("quick", note)
    async with database.write() as session:
        for n in range(300):
            await jobs.add(session, "slow" if n < 290 else "quick", str(n))
    async with jobs:
        await until(lambda: quick[0] == 10)
        gate.set()
    assert most[0] == 2


async def test_begun_at_once_for_somebody_who_waits(database: Database, jobs: Jobs) -> None:
    runs, gate = [0], asyncio.Event()

    async def fetch(job: Job) -> str:
        runs[0] += 1
        await gate.wait()
        return f"{job.key} fetched"

    jobs.handle("fetch", fetch)
    async with jobs:
        one = await jobs.run("fetch", "a")
        other = await jobs.run("fetch", "a")
        gate.set()
        assert one is other and await one == "a fetched"
        assert await (await jobs.run("fetch", "a")) is None
    assert runs == [1]


async def test_reminded_it_is_done_sooner_and_never_later_and_again_when_it_was_done(
    database: Database, jobs: Jobs, clock: Clock, done: list[str]
) -> None:

    async def reminded(moment: datetime) -> None:
        async with database.write() as session:
            await remind(session, "note", "a", moment)

    for later in (2, 1, 3):
        await reminded(clock.now + later * SECOND)
    found = await row(database, "note", "a")
    assert found is not None and found.due_at == clock.now + SECOND
    async with jobs:
        clock.now += SECOND
        jobs.wake()
        await until(lambda: is_now(database, "note", "a", "done"))
        await reminded(clock.now)
        await until(lambda: len(done) == 2)


@pytest.mark.parametrize("by", [move, remind])
async def test_given_another_moment_while_it_runs_it_is_run_again(
    database: Database, jobs: Jobs, clock: Clock, by: Callable[..., Awaitable[object]]
) -> None:
    """What it has looked at may be older than what it was reminded of."""
    begun, gate, seen, words = asyncio.Event(), asyncio.Event(), [], ["first"]

    async def look(_: Job) -> None:
        seen.append(list(words))
        begun.set()
        await gate.wait()

    jobs.handle("look", look, forget=True)
    async with database.write() as session:
        await jobs.add(session, "look", "a")
    async with jobs:
        await asyncio.wait_for(begun.wait(), 10)
        words.append("second")
        async with database.write() as session:
            await by(session, "look", "a", clock.now + SECOND)
        # A reminder is for as soon as the run ends, by the real clock.
        clock.now = max(clock.now + SECOND, now())
        gate.set()
        await until(lambda: is_now(database, "look", "a", None))
    assert seen == [["first"], ["first", "second"]]
