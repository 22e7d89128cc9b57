"""The table's statements: add, remind of, move and cancel a job, take what is due, say that it failed."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, case, delete, literal, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from core.clock import now
from core.database import Database, tell_watchers
from core.ids import new_id
from core.jobs.models import JobRow
from core.jobs.types import Job, Kind

KEPT = timedelta(days=30)
"""For so long a job that ended is remembered, and its key with it."""
DIED = "the process that worked on it died, or lost the database"
SOON = timedelta(seconds=1)
"""What is due later than that is found in time by the next look; what is due before, this process is told of."""
_LOOKED_AT = 200
"""Due jobs looked at in one go."""


async def add(
    session: AsyncSession,
    kind: str,
    key: str,
    *,
    due_at: datetime | None = None,
    payload: Mapping[str, Any] | None = None,
) -> bool:
    """Have something done, as part of the caller's transaction; nobody sees it before that is committed.

    Once it is, this process looks at once, the others at their next look.

    Args:
        key: what it is about, at most 200 characters; the same key of a kind is one job.
        due_at: not before then; now when None.
        payload: JSON-safe facts for the handler.

    Returns:
        False when there is (or lately was) such a job: nothing is changed then.
    """
    moment = now()
    due_at = due_at or moment
    if due_at < moment + SOON:
        tell_watchers(session)
    return await insert(session, kind=kind, key=key, due_at=due_at, payload=dict(payload or {}))


async def remind(session: AsyncSession, kind: str, key: str, due_at: datetime) -> None:
    """Have a job of this key run at ``due_at`` at the latest, whatever became of it before; as :func:`add` otherwise.

    One that is running just now is run once more as soon as it ends: what it has looked at may have been older than the
    caller's transaction.
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
    """A row with these values, unless the kind has one with that key."""
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    statement = dialect.insert(JobRow).values(**values).on_conflict_do_nothing().returning(JobRow.id)
    return (await session.execute(statement)).scalar() is not None


async def move(session: AsyncSession, kind: str, key: str, due_at: datetime) -> bool:
    """Give a job that is not yet done another moment; False when there is none. One given up is tried again."""
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
    """Forget a job that is not yet done; False when there is none. One that is just running can't end any more."""
    gone = await session.execute(
        delete(JobRow)
        .where(JobRow.kind == kind, JobRow.key == key, JobRow.state != "done")
        .returning(JobRow.id)
        .execution_options(synchronize_session=False)
    )
    return gone.scalar() is not None


def takeable(moment: datetime) -> ColumnElement[bool]:
    """Due, and nobody's."""
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
    """Take due jobs: of each kind at most as many as there is room for, the longest due first.

    Args:
        besides: ids of jobs that run here; if a lease of theirs ran out it is made to last again, not begun twice.
    """
    moment = clock()
    room = {kind.name: left for kind, left in kinds}
    by_name = {kind.name: kind for kind, _ in kinds}
    picked: dict[str, list[str]] = {}
    async with database.read() as session:
        # Looked at first without any lock: mostly there is nothing to do.
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
    # Two processes pick the same rows: the second passes over those that the first has in hand.
    free = await session.scalars(
        select(JobRow.id).where(JobRow.id.in_(ids), takeable(clock())).with_for_update(skip_locked=True)
    )
    jobs = []
    for job, error in await _lease(session, kind, JobRow.id.in_(list(free)), clock):
        if kind.most_attempts is not None and kind.every is None and job.attempt > kind.most_attempts:
            # Every try killed its process: the job itself may be what kills.
            await failed(session, job, error or DIED, give_up=True)
        else:
            jobs.append(job)
    return jobs


async def take_one(session: AsyncSession, kind: Kind, key: str, clock: Callable[[], datetime]) -> Job | None:
    """Take a job before its time; None when there is none, or somebody works on it."""
    idle = (JobRow.state == "waiting") & or_(JobRow.leased_until.is_(None), JobRow.leased_until < clock())
    taken = await _lease(session, kind, (JobRow.kind == kind.name) & (JobRow.key == key) & idle, clock)
    return taken[0][0] if taken else None


async def _lease(
    session: AsyncSession, kind: Kind, which: ColumnElement[bool], clock: Callable[[], datetime]
) -> list[tuple[Job, str | None]]:
    """Lease rows of one kind: the jobs, and why each did not go well the last time."""
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
    """Write down that a run did not go well: it is tried again after a pause, or given up."""
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
    """Let go of jobs that were begun and not ended because this process stops: another takes them at once."""
    for job in jobs:
        await session.execute(
            update(JobRow)
            .where(JobRow.id == job.id, JobRow.leased_by == job.lease)
            .values(leased_by=None, leased_until=None, attempts=JobRow.attempts - 1)
            .execution_options(synchronize_session=False)
        )


async def keep(session: AsyncSession, jobs: Sequence[Job]) -> set[str]:
    """Make the leases of running jobs last again; the ids of those that are still ours."""
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


async def plan(session: AsyncSession, kind: Kind, moment: datetime) -> None:
    """Make sure the row of a recurring job is there, and that its next run is not further off than ``every``."""
    assert kind.every is not None
    await insert(session, kind=kind.name, key="", due_at=moment, payload={})
    await session.execute(
        update(JobRow)
        .where(JobRow.kind == kind.name, JobRow.key == "", JobRow.due_at > moment + kind.every)
        .values(due_at=moment + kind.every)
        .execution_options(synchronize_session=False)
    )


async def next_due(database: Database, kinds: Sequence[str]) -> datetime | None:
    """When the next job of these kinds that nobody works on is due; None when there is none."""
    async with database.read() as session:
        return await session.scalar(
            select(JobRow.due_at)
            .where(JobRow.state == "waiting", JobRow.kind.in_(kinds), JobRow.leased_by.is_(None))
            .order_by(JobRow.due_at)
            .limit(1)
        )


async def forget_old(session: AsyncSession, moment: datetime) -> None:
    """Delete what ended longer than :data:`KEPT` ago."""
    await session.execute(
        delete(JobRow).where(JobRow.state.in_(("done", "failed")), JobRow.ended_at < moment - KEPT)
    )
