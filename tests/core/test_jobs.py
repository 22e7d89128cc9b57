"""A job is a row, done once, by the clock, whatever fails."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select, update

import service.tables  # noqa: F401
from core.database import Base, Database
from core.jobs import Again, GiveUp, Job, JobLost, JobRow, Jobs, NotYet, add, cancel, move, queue, troubles
from tests.core import jobbers
from tests.waiting import until

SECOND = timedelta(seconds=1)


class Clock:
    """A clock the test moves."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 28, 4, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "postgresql":
        url: str = request.getfixturevalue("postgresql_url")
        return url
    return f"sqlite:///{tmp_path / 'jobs.db'}"


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    made = Database(database_url)
    async with made.engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
    yield made
    await made.close()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def jobs(database: Database, clock: Clock) -> Jobs:
    return Jobs(database, look_s=0.02, clock=clock)


async def row(database: Database, kind: str, key: str = "") -> JobRow | None:
    async with database.read() as session:
        return await session.scalar(select(JobRow).where(JobRow.kind == kind, JobRow.key == key))


async def state(database: Database, kind: str, key: str = "") -> str | None:
    found = await row(database, kind, key)
    return found.state if found else None


async def settled(database: Database, kind: str, key: str, attempts: int) -> None:
    """Until so many tries were made and the last one is written down."""

    async def ended() -> bool:
        found = await row(database, kind, key)
        return found is not None and found.attempts == attempts and found.leased_by is None

    await until(ended)


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


async def test_the_same_key_is_one_job_even_after_it_was_done(database: Database, jobs: Jobs) -> None:
    done: list[str] = []

    async def note(job: Job) -> None:
        done.append(job.key)

    jobs.handle("note", note)
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


async def test_nothing_is_done_for_a_change_that_was_rolled_back(database: Database, jobs: Jobs) -> None:
    done: list[str] = []

    async def note(job: Job) -> None:
        done.append(job.key)

    jobs.handle("note", note)
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
            assert (
                str(trouble)
                == f"shaky a: failed {attempt} times, tried again (OSError: the platform is away)"
            )
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
        await until(lambda: _is(database, "bad", "a", "failed"))
        (trouble,) = await troubles(database, moment=clock.now)
        assert (trouble.state, "no such account" in trouble.error) == ("failed", True)
        before = len(tries)
        async with database.write() as session:
            assert await move(session, "bad", "a", clock.now)
        jobs.wake()
        await until(lambda: len(tries) > before)


async def _is(database: Database, kind: str, key: str, wanted: str) -> bool:
    return await state(database, kind, key) == wanted


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
        await until(lambda: _due(database, began + 10 * SECOND))
        clock.now += 10 * SECOND
        one.wake()
        other.wake()
        await until(lambda: _due(database, began + 20 * SECOND))
    clock.now = began + timedelta(days=1)
    async with process():
        await until(lambda: _due(database, clock.now + 10 * SECOND))
    assert runs == [began, began + 10 * SECOND, began + timedelta(days=1)]


async def _due(database: Database, moment: datetime) -> bool:
    found = await row(database, "sweep")
    return found is not None and found.due_at == moment and found.leased_by is None


async def test_a_recurring_job_that_failed_is_tried_before_its_next_time(
    database: Database, jobs: Jobs, clock: Clock
) -> None:
    async def sweep(_: Job) -> None:
        raise OSError("away")

    jobs.every("sweep", timedelta(days=1), sweep, most_attempts=1)
    async with jobs:
        await settled(database, "sweep", "", 1)
    assert await _due(database, clock.now + 5 * SECOND)


async def test_a_shorter_interval_holds_at_once(database: Database, clock: Clock) -> None:
    async def sweep(_: Job) -> None:
        pass

    for interval in (timedelta(days=1), timedelta(minutes=1)):
        jobs = Jobs(database, look_s=0.02, clock=clock)
        jobs.every("sweep", interval, sweep)
        async with jobs:
            await until(lambda: _due(database, clock.now + interval))  # noqa: B023


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
        await until(lambda: _is(database, "count", "a", None))  # type: ignore[arg-type]
    assert given == [1, 2, 3]


async def test_cancelled_is_not_done_and_moved_is_done_later(
    database: Database, jobs: Jobs, clock: Clock
) -> None:
    done: list[str] = []

    async def note(job: Job) -> None:
        done.append(job.key)

    jobs.handle("note", note)
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
        await until(lambda: _is(database, "long", "a", "done"))
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
        await until(lambda: _is(database, "deadly", "a", "failed"))
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
        await until(lambda: _is(database, "old", "a", None))  # type: ignore[arg-type]
    assert await state(database, "unknown", "a") == "waiting"


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


async def test_killed_in_the_middle_it_is_done_once_by_the_other(database: Database, tmp_path: Path) -> None:
    async with database.write() as session:
        await add(session, "effect", "a")
    deadly = jobbers.start(database.url, tmp_path, "first", deadly=True)
    await asyncio.to_thread(deadly.join, 20)
    assert deadly.exitcode == -9 and (tmp_path / "begun").read_text() == "first a\n"
    other = jobbers.start(database.url, tmp_path, "second")
    try:
        await until(lambda: _is(database, "effect", "a", "done"), 20)
    finally:
        other.kill()
        other.join()
    async with database.read() as session:
        traces = list(await session.scalars(select(JobRow.key).where(JobRow.kind == "trace")))
    assert traces == ["a by second at try 2"]


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
