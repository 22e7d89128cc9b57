"""What a handler is given, and what it may answer."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import case, delete, literal, update
from sqlalchemy.ext.asyncio import AsyncSession

from core.clock import now
from core.jobs.models import JobRow


class JobLost(Exception):
    """The lease ran out and the job is another's now: whatever was about to be written must not be."""


class NotYet(Exception):
    """Raised by a handler: it could not be done now, as was to be expected; tried again later like any failure."""


class GiveUp(Exception):
    """Raised by a handler: the job can't be done, now or later. The text is kept for the operator."""


@dataclass(frozen=True)
class Again:
    """Returned by a handler: nothing is wrong, but the job is to be run again at ``at``.

    Args:
        payload: what the next run is given instead; None leaves it.
    """

    at: datetime
    payload: dict[str, Any] | None = None


@dataclass(eq=False)
class Job:
    """A job just taken.

    Args:
        attempt: 1 for the first try since it was added or last went well.
        due_at: when it should have been done; earlier than now when the system was down.
        created_at: when it was added.
        lease: names this one taking of the job.
    """

    id: str
    kind: Kind
    key: str
    payload: dict[str, Any]
    attempt: int
    due_at: datetime
    created_at: datetime
    lease: str
    clock: Callable[[], datetime] = now
    ended: bool = False
    """Whether its end was written, if only in a transaction that is still open."""

    async def done(self, session: AsyncSession) -> None:
        """End the job in the caller's transaction: what else is written there is written exactly once.

        Call it first: from then on no other process can do the same until the transaction ends.

        Raises:
            JobLost: the job is another's now; the transaction must not be committed.
        """
        if not await self.end(session):
            raise JobLost(f"{self.kind.name}:{self.key}")

    async def end(self, session: AsyncSession, again: Again | None = None) -> bool:
        """Write down that the run went well; False when the lease was not ours any longer.

        Somebody who gave it another moment while it ran (:func:`core.jobs.move`, :func:`core.jobs.remind`) is heard: it
        is run again then.
        """
        ours = (JobRow.id == self.id) & (JobRow.leased_by == self.lease)
        as_taken = JobRow.due_at == self.due_at
        moment = self.clock()
        if again is None and self.kind.every is not None:
            again = Again(moment + self.kind.every)
        if again is None and self.kind.forget:
            gone = await session.execute(
                delete(JobRow)
                .where(ours, as_taken)
                .returning(JobRow.id)
                .execution_options(synchronize_session=False)
            )
            if gone.scalar() is not None:
                self.ended = True
                return True
        values: dict[str, Any] = {
            "leased_by": None,
            "leased_until": None,
            "attempts": 0,
            "last_error": None,
            "ended_at": moment,
        }
        if again is None:
            values["state"] = case((as_taken, "done"), else_=JobRow.state)
        else:
            values["due_at"] = case((as_taken, literal(again.at, JobRow.due_at.type)), else_=JobRow.due_at)
            if again.payload is not None:
                values["payload"] = again.payload
        ended = await session.execute(
            update(JobRow)
            .where(ours)
            .values(**values)
            .returning(JobRow.id)
            .execution_options(synchronize_session=False)
        )
        self.ended = ended.scalar() is not None
        return self.ended


Handler = Callable[[Job], Awaitable[object]]
"""Does a job; returns :class:`Again` to be run again, anything else when it is done."""


@dataclass(frozen=True)
class Kind:
    """How the jobs of one kind are run.

    Args:
        name: at most 40 characters.
        every: for a recurring job, from the end of one run to the beginning of the next.
        lease: after which a process that died loses the job to another; a living one makes it last again.
        limit: a run that takes longer is ended and counts as failed.
        at_once: how many of this kind one process runs at the same time.
        first_pause: from the first failure to the next try; doubled each time.
        longest_pause: at most so long.
        most_attempts: after so many it is given up; None: never. A recurring job is never given up.
        forget: whether a row is deleted when its job is done; else it is kept for
            :data:`core.jobs.queue.KEPT`, in which adding the same key again adds nothing.
    """

    name: str
    handler: Handler = field(compare=False)
    every: timedelta | None = None
    lease: timedelta = timedelta(seconds=30)
    limit: timedelta = timedelta(minutes=5)
    at_once: int = 4
    first_pause: timedelta = timedelta(seconds=5)
    longest_pause: timedelta = timedelta(hours=1)
    most_attempts: int | None = None
    forget: bool = False

    def pause(self, attempt: int) -> timedelta:
        """How long to wait after the ``attempt``-th failure in a row."""
        longest = self.longest_pause if self.every is None else max(self.every, self.first_pause)
        return min(self.first_pause * float(1 << min(attempt - 1, 30)), longest)
