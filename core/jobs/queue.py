"""SQL statements on the table of jobs: add, remind, move, cancel, take, and report a failure."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Insert, case, delete, literal, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from core.clock import now
from core.database import Database, tell_watchers
from core.ids import new_id
from core.jobs.models import JobRow
from core.jobs.types import Job, Kind

KEPT = timedelta(days=30)
"""Time for which the row of an ended job is kept. During this time its key can't be added again."""
DIED = "the process that worked on it died, or lost the database"
"""Error text of a job whose lease ran out before its run ended."""
SOON = timedelta(seconds=1)
"""A job due sooner than this wakes the runner of this process. The regular look finds later jobs in time."""
_LOOKED_AT = 200
"""Most due jobs that one look reads."""


async def add(
    session: AsyncSession,
    kind: str,
    key: str,
    *,
    due_at: datetime | None = None,
    payload: Mapping[str, Any] | None = None,
) -> bool:
    """Add a job in the caller's transaction. No process sees it before the commit.

    After the commit this process looks for due jobs at once, other processes at their next look.

    Args:
        kind: the kind of the job.
        key: what the job is about, at most 200 characters. A kind has at most one job with the same key.
        due_at: earliest start; now when None.
        payload: JSON-safe facts for the handler.

    Returns:
        False when there is already such a job, or was within :data:`KEPT`; then nothing changes.
    """
    moment = now()
    due_at = due_at or moment
    if due_at < moment + SOON:
        tell_watchers(session)
    return await insert(session, kind=kind, key=key, due_at=due_at, payload=dict(payload or {}))


async def remind(session: AsyncSession, kind: str, key: str, due_at: datetime) -> None:
    """Make sure that the job with this key runs at ``due_at`` or earlier.

    The job is added when it does not exist.

    A job that is done or given up is made to run again. A job that is running now runs again as soon as this
    run ends, because this run may have read the data before the caller's transaction changed it.
    """
    moment = now()
    if due_at < moment + SOON:
        tell_watchers(session)
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    new = dialect.insert(JobRow).values(kind=kind, key=key, due_at=due_at, payload={})
    sooner = or_(JobRow.state != "waiting", JobRow.due_at > new.excluded.due_at)
    await session.execute(
        new.on_conflict_do_update(
            index_elements=[JobRow.kind, JobRow.key],
            set_={
                "due_at": case(
                    (JobRow.leased_by.is_not(None), literal(moment, JobRow.due_at.type)),
                    (sooner, new.excluded.due_at),
                    else_=JobRow.due_at,
                ),
                "state": "waiting",
                "attempts": case((JobRow.state == "failed", 0), else_=JobRow.attempts),
            },
        )
    )


async def insert(session: AsyncSession, **values: Any) -> bool:
    """Insert a row with these values.

    Returns:
        False when the kind already has a job with this key.
    """
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    statement = dialect.insert(JobRow).values(**values).on_conflict_do_nothing().returning(JobRow.id)
    return (await session.execute(statement)).scalar() is not None


async def move(session: AsyncSession, kind: str, key: str, due_at: datetime) -> bool:
    """Change the due time of a job that is not done. A job that was given up is tried again.

    Returns:
        False when there is no such job.
    """
    moved = await session.execute(
        update(JobRow)
        .where(JobRow.kind == kind, JobRow.key == key, JobRow.state != "done")
        .values(
            due_at=due_at,
            state="waiting",
            attempts=case((JobRow.state == "failed", 0), else_=JobRow.attempts),
        )
        .returning(JobRow.id)
        .execution_options(synchronize_session=False)
    )
    return moved.scalar() is not None


async def cancel(session: AsyncSession, kind: str, key: str) -> bool:
    """Delete a job that is not done. When it is running now, that run can no longer end it successfully.

    Returns:
        False when there is no such job.
    """
    gone = await session.execute(
        delete(JobRow)
        .where(JobRow.kind == kind, JobRow.key == key, JobRow.state != "done")
        .returning(JobRow.id)
        .execution_options(synchronize_session=False)
    )
    return gone.scalar() is not None


def takeable(moment: datetime) -> ColumnElement[bool]:
    """SQL condition: the job is due at ``moment`` and no process holds a lease on it."""
    return (
        (JobRow.state == "waiting")
        & (JobRow.due_at <= moment)
        & or_(JobRow.leased_until.is_(None), JobRow.leased_until < moment)
    )


async def take(
    database: Database,
    kinds: Sequence[tuple[Kind, int]],
    clock: Callable[[], datetime],
    besides: Collection[str] = (),
) -> list[Job]:
    """Lease due jobs, the longest due first.

    Args:
        kinds: the kinds to take, each with the number of jobs that may be started now.
        clock: returns the current moment.
        besides: ids of jobs that already run in this process. They are not taken again, even when their lease
            has run out; the process renews that lease.
    """
    moment = clock()
    room = {kind.name: left for kind, left in kinds}
    by_name = {kind.name: kind for kind, _ in kinds}
    picked: dict[str, list[str]] = {}
    async with database.read() as session:
        # The first look takes no lock, because usually there is nothing to do.
        found = await session.execute(
            select(JobRow.id, JobRow.kind)
            .where(takeable(moment), JobRow.kind.in_(room), JobRow.id.not_in(besides))
            .order_by(JobRow.due_at)
            .limit(_LOOKED_AT)
        )
        for job_id, kind in found:
            if room[kind] > 0:
                room[kind] -= 1
                picked.setdefault(kind, []).append(job_id)
    if not picked:
        return []
    jobs: list[Job] = []
    async with database.write() as session:
        for kind, ids in picked.items():
            jobs += await _take(session, by_name[kind], ids, clock)
    return jobs


async def _take(
    session: AsyncSession, kind: Kind, ids: Sequence[str], clock: Callable[[], datetime]
) -> list[Job]:
    # When two processes pick the same rows, the second one skips the rows that the first one has locked.
    free = await session.scalars(
        select(JobRow.id).where(JobRow.id.in_(ids), takeable(clock())).with_for_update(skip_locked=True)
    )
    jobs = []
    for job, error in await _lease(session, kind, JobRow.id.in_(list(free)), clock):
        if kind.most_attempts is not None and kind.every is None and job.attempt > kind.most_attempts:
            # The process died in every try, perhaps because of the job itself.
            await failed(session, job, error or DIED, give_up=True)
        else:
            jobs.append(job)
    return jobs


async def take_one(session: AsyncSession, kind: Kind, key: str, clock: Callable[[], datetime]) -> Job | None:
    """Lease a job before its due time. None when there is no such job, or a process is working on it."""
    idle = (JobRow.state == "waiting") & or_(JobRow.leased_until.is_(None), JobRow.leased_until < clock())
    taken = await _lease(session, kind, (JobRow.kind == kind.name) & (JobRow.key == key) & idle, clock)
    return taken[0][0] if taken else None


async def _lease(
    session: AsyncSession, kind: Kind, which: ColumnElement[bool], clock: Callable[[], datetime]
) -> list[tuple[Job, str | None]]:
    """Lease all matching rows of one kind.

    Returns:
        Each job with its last error; None when there was none.
    """
    lease = new_id()
    rows = await session.execute(
        update(JobRow)
        .where(which)
        .values(
            last_error=case((JobRow.leased_by.is_not(None), DIED), else_=JobRow.last_error),
            leased_by=lease,
            leased_until=clock() + kind.lease,
            attempts=JobRow.attempts + 1,
        )
        .returning(
            JobRow.id,
            JobRow.key,
            JobRow.payload,
            JobRow.attempts,
            JobRow.due_at,
            JobRow.created_at,
            JobRow.last_error,
        )
        .execution_options(synchronize_session=False)
    )
    return [
        (
            Job(row.id, kind, row.key, row.payload, row.attempts, row.due_at, row.created_at, lease, clock),
            row.last_error,
        )
        for row in rows.all()
    ]


async def failed(session: AsyncSession, job: Job, why: str, *, give_up: bool = False) -> None:
    """Record that a run failed. The job is tried again after a pause, or given up."""
    kind, moment = job.kind, job.clock()
    if kind.every is None and kind.most_attempts is not None and job.attempt >= kind.most_attempts:
        give_up = True
    values: dict[str, Any] = {"leased_by": None, "leased_until": None, "last_error": why[:2_000]}
    if give_up and kind.every is None:
        values.update(state="failed", ended_at=moment)
    else:
        values.update(due_at=moment + kind.pause(job.attempt))
    await session.execute(
        update(JobRow)
        .where(JobRow.id == job.id, JobRow.leased_by == job.lease)
        .values(**values)
        .execution_options(synchronize_session=False)
    )


async def put_back(session: AsyncSession, jobs: Sequence[Job]) -> None:
    """Release jobs that this process started and can't end because it stops. Others may take them at once."""
    for job in jobs:
        await session.execute(
            update(JobRow)
            .where(JobRow.id == job.id, JobRow.leased_by == job.lease)
            .values(leased_by=None, leased_until=None, attempts=JobRow.attempts - 1)
            .execution_options(synchronize_session=False)
        )


async def keep(session: AsyncSession, jobs: Sequence[Job]) -> set[str]:
    """Renew the leases of running jobs.

    Returns:
        The ids of the jobs that this process still holds.
    """
    ours: set[str] = set()
    for job in sorted(jobs, key=lambda one: one.id):
        kept = await session.execute(
            update(JobRow)
            .where(JobRow.id == job.id, JobRow.leased_by == job.lease)
            .values(leased_until=job.clock() + job.kind.lease)
            .returning(JobRow.id)
            .execution_options(synchronize_session=False)
        )
        ours.update(kept.scalars())
    return ours


async def plan(session: AsyncSession, kinds: Sequence[Kind], moment: datetime) -> None:
    """Make sure that each recurring job has a row, and that its next run is at most its interval away.

    Args:
        session: the transaction.
        kinds: kinds of recurring jobs, in the order in which every process plans them; in another, two would wait for
            each other.
        moment: the present.
    """
    rows = [
        {"kind": kind.name, "key": "", "due_at": moment + kind.every, "payload": {}}
        for kind in kinds
        if kind.every is not None
    ]
    # One statement for all rows: every start of the app waits for it.
    await (await session.connection()).execute(_planning(session.get_bind().dialect.name), rows)


@cache
def _planning(dialect: str) -> Insert:
    new = (postgresql if dialect == "postgresql" else sqlite).insert(JobRow.__table__)
    planned: Insert = new.on_conflict_do_update(
        index_elements=[JobRow.kind, JobRow.key],
        set_={"due_at": new.excluded.due_at},
        where=JobRow.due_at > new.excluded.due_at,
    )
    return planned


async def next_due(database: Database, kinds: Sequence[str]) -> datetime | None:
    """Due time of the next job of these kinds that is not leased; None when there is none."""
    async with database.read() as session:
        return await session.scalar(
            select(JobRow.due_at)
            .where(JobRow.state == "waiting", JobRow.kind.in_(kinds), JobRow.leased_by.is_(None))
            .order_by(JobRow.due_at)
            .limit(1)
        )


async def forget_old(session: AsyncSession, moment: datetime) -> None:
    """Delete the rows of jobs that ended more than :data:`KEPT` ago."""
    await session.execute(
        delete(JobRow).where(JobRow.state.in_(("done", "failed")), JobRow.ended_at < moment - KEPT)
    )
