"""Everything that happens by the clock: a job is a row, and one of however many processes does it.

A room adds a job in the same transaction as the change that asks for it (:func:`add`) and gives the process's
:class:`Jobs` a handler for its kind. The runner takes a due row by a lease; a process that dies loses the lease,
and another does the job. What fails is tried again, later and later, and is seen by ``wenban doctor``.

A handler that only changes the database is done exactly once, whatever dies: it ends the job in the same transaction
(:meth:`Job.done`). One that acts outside (a call to a platform) may be run again after a crash between the act and
the note of it; the outside must know the act again by the job's key.

>>> async def remind(job: Job) -> None:                                           # doctest: +SKIP
...     async with database.write() as session:
...         await job.done(session)
...         …                                              # all of it, or nothing and the job is still to do
>>> jobs.handle("deadline", remind)                                               # doctest: +SKIP
>>> async with database.write() as session:                                       # doctest: +SKIP
...     await add(session, "deadline", ticket.number, due_at=ticket.due_at)
"""

from core.jobs.health import Trouble, troubles
from core.jobs.models import JobRow
from core.jobs.queue import add, cancel, move, remind
from core.jobs.runner import Jobs
from core.jobs.types import Again, GiveUp, Job, JobLost, NotYet

__all__ = [
    "Again",
    "GiveUp",
    "Job",
    "JobLost",
    "JobRow",
    "Jobs",
    "NotYet",
    "Trouble",
    "add",
    "cancel",
    "move",
    "remind",
    "troubles",
]
