"""One process does a job, whatever dies, stalls or stops."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select, update

from core.database import Database
from core.jobs import (
    Job,
    JobLost,
    JobRow,
    Jobs,
    add,
    cancel,
    queue,
)  # fmt: skip
from tests.core import jobbers
from tests.core.jobs.table import Clock, is_now, row
from tests.waiting import until


async def test_who_lost_the_lease_changes_nothing_and_is_stopped(database: Database, clock: Clock) -> None:
    """A process thought dead comes back: its transaction fails, and its run is ended."""
    begun, gate, wrote = asyncio.Event(), asyncio.Event(), []

    def process(name: str) -> Jobs:
        jobs = Jobs(database, look_s=0.02, clock=clock)

        async def effect(job: Job) -> None:
            if name == "slow":
                begun.set()
                await gate.wait()
            async with database.write() as session:
                await job.done(session)
                await add(session, "trace", name)
            wrote.append(name)

        jobs.handle("effect", effect, lease=timedelta(minutes=10))
        return jobs

    async with database.write() as session:
        await add(session, "effect", "a", due_at=clock.now)
    async with process("slow"):
        await asyncio.wait_for(begun.wait(), 10)
        clock.now += timedelta(minutes=11)
        async with process("quick"):
            await until(lambda: wrote == ["quick"])
        gate.set()
    assert wrote == ["quick"]
    async with database.read() as session:
        assert list(await session.scalars(select(JobRow.key).where(JobRow.kind == "trace"))) == ["quick"]


async def test_a_cancelled_jobs_run_is_ended(database: Database) -> None:
    begun, ended = asyncio.Event(), asyncio.Event()
    jobs = Jobs(database, look_s=0.02)

    async def long(job: Job) -> None:
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    jobs.handle("long", long, lease=timedelta(seconds=0.15))
    async with database.write() as session:
        await jobs.add(session, "long", "a")
    async with jobs:
        await asyncio.wait_for(begun.wait(), 10)
        async with database.write() as session:
            assert await cancel(session, "long", "a")
        await asyncio.wait_for(ended.wait(), 10)


async def test_a_run_longer_than_its_lease_stays_with_who_works_on_it(database: Database) -> None:
    runs, gate = [0], asyncio.Event()

    def process() -> Jobs:
        jobs = Jobs(database, look_s=0.02)

        async def long(_: Job) -> None:
            runs[0] += 1
            await gate.wait()

        jobs.handle("long", long, lease=timedelta(seconds=0.3))
        return jobs

    async with database.write() as session:
        await add(session, "long", "a")
    async with process(), process():
        await until(lambda: runs == [1])
        first = await row(database, "long", "a")
        assert first is not None and first.leased_until is not None

        async def twice_the_lease_later() -> bool:
            found = await row(database, "long", "a")
            assert found is not None and found.leased_until is not None
            return found.leased_until > first.leased_until + 2 * timedelta(seconds=0.3)

        await until(twice_the_lease_later)
        gate.set()
        await until(lambda: is_now(database, "long", "a", "done"))
    assert runs == [1]


async def test_stopping_gives_what_is_not_done_back(
    database: Database, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.jobs.runner.STOP_S", 0.1)
    begun = asyncio.Event()
    jobs = Jobs(database, look_s=0.02, clock=clock)

    async def long(_: Job) -> None:
        begun.set()
        await asyncio.Event().wait()

    jobs.handle("long", long)
    async with database.write() as session:
        await jobs.add(session, "long", "a")
    async with jobs:
        await asyncio.wait_for(begun.wait(), 10)
    found = await row(database, "long", "a")
    assert found is not None
    assert (found.state, found.leased_by, found.attempts, found.last_error) == ("waiting", None, 0, None)


async def test_losing_the_lease_is_an_error_in_the_transaction(database: Database, clock: Clock) -> None:
    async def nothing(_: Job) -> None:
        pass

    jobs = Jobs(database, clock=clock)
    jobs.handle("note", nothing)
    async with database.write() as session:
        await add(session, "note", "a", due_at=clock.now)
    (job,) = await queue.take(database, jobs._room(), clock)
    async with database.write() as session:
        await session.execute(update(JobRow).values(leased_by="another"))
    with pytest.raises(JobLost):
        async with database.write() as session:
            await job.done(session)


@pytest.mark.slow
async def test_killed_in_the_middle_it_is_done_once_by_the_other(database: Database, tmp_path: Path) -> None:
    async with database.write() as session:
        await add(session, "effect", "a")
    deadly = jobbers.start(database.url, tmp_path, "first", deadly=True)
    await asyncio.to_thread(deadly.join, 20)
    assert deadly.exitcode == -9 and (tmp_path / "begun").read_text() == "first a\n"
    other = jobbers.start(database.url, tmp_path, "second")
    try:
        await until(lambda: is_now(database, "effect", "a", "done"), 20)
    finally:
        other.kill()
        other.join()
    async with database.read() as session:
        traces = list(await session.scalars(select(JobRow.key).where(JobRow.kind == "trace")))
    assert traces == ["a by second at try 2"]


@pytest.mark.slow
async def test_of_many_jobs_each_is_done_once_by_processes_that_come_and_are_killed(
    database: Database, tmp_path: Path
) -> None:
    async with database.write() as session:
        for n in range(60):
            await add(session, "effect", f"{n:02}")
    # Four that die over a job each, two that live: whoever takes a job, its trace is there once.
    processes = [jobbers.start(database.url, tmp_path, f"deadly-{n}", deadly=True, count=2) for n in range(4)]
    processes += [jobbers.start(database.url, tmp_path, f"living-{n}") for n in range(2)]

    async def all_done() -> bool:
        async with database.read() as session:
            left = (
                select(func.count())
                .select_from(JobRow)
                .where(JobRow.kind == "effect", JobRow.state != "done")
            )
            return await session.scalar(left) == 0

    try:
        await until(all_done, 40)
    finally:
        for process in processes:
            process.kill()
            process.join()
    async with database.read() as session:
        traces = list(await session.scalars(select(JobRow.key).where(JobRow.kind == "trace")))
    assert sorted(trace.split()[0] for trace in traces) == [f"{n:02}" for n in range(60)]
