"""Jobs: all work that is done at a set time. A job is a row in the database, and one of the processes does it.

A package adds a job with :func:`add`, in the same transaction as the change that needs it, and gives the
:class:`Jobs` of the process a handler for this kind of job. The runner leases a due row. When a process dies,
its lease runs out and another process does the job. A failed job is tried again after growing pauses, and
``wenban doctor`` shows it.

A handler that only changes the database runs exactly once, even when processes die: it ends the job in the
same transaction (:meth:`Job.done`). A handler that acts outside the database (such as a call to a platform)
may run again when the process dies after the act and before its record. Then the other side must recognise
the repeated act by the job's key.

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
