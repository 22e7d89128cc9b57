"""The runner: leases due jobs, runs their handlers, renews the leases, and records the results."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from types import TracebackType
from typing import Any, Self

from sqlalchemy.ext.asyncio import AsyncSession

from core.clock import now
from core.database import Database
from core.jobs import queue
from core.jobs.types import Again, GiveUp, Handler, Job, JobLost, Kind, NotYet
from core.tasks import end

log = logging.getLogger(__name__)

LOOK_S = 1.0
"""Seconds between two looks for jobs that other processes added, or left when they died."""
STOP_S = 10.0
"""Seconds that running jobs get to end when the process stops."""
_BREATH_S = 0.01
"""Least seconds between two looks, because another process may be taking the due job at this moment."""
_KEPT_THRICE = 3
"""How often a lease is renewed within its duration."""


class Jobs:
    """Runs jobs in this process. Any number of processes may have a runner on the same database.

    Work at set times belongs here, so that the processes share it. The two loops of the runner (take jobs,
    renew leases) run in each process.

    Register all handlers, then start the runner. It takes only jobs of kinds that have a handler.

    Args:
        database: where the jobs are.
        look_s: seconds between two looks at the table. Jobs added by this process are seen at once.
        clock: returns the current moment.

    >>> jobs = Jobs(database)                                                      # doctest: +SKIP
    >>> jobs.every("sweep", timedelta(minutes=1), sweep)                           # doctest: +SKIP
    >>> async with jobs: ...                                                       # doctest: +SKIP
    """

    def __init__(
        self, database: Database, *, look_s: float = LOOK_S, clock: Callable[[], datetime] = now
    ) -> None:
        self._database = database
        self._look_s = look_s
        self._clock = clock
        self._kinds: dict[str, Kind] = {}
        self._running: dict[str, tuple[Job, asyncio.Task[object]]] = {}
        self._planned: set[str] = set()
        self._woken = asyncio.Event()
        self._loops: list[asyncio.Task[None]] = []
        self._stopping = False
        self.every("jobs_forgotten", timedelta(hours=1), self._forget)

    def handle(self, name: str, handler: Handler, **options: Any) -> None:
        """Register the handler of a kind of job.

        Args:
            name: name of the kind, at most 40 characters.
            handler: does the job.
            options: the other fields of :class:`core.jobs.types.Kind`.

        Raises:
            ValueError: the kind already has a handler.
        """
        if name in self._kinds:
            raise ValueError(f"jobs of kind {name} have a handler already")
        self._kinds[name] = Kind(name, handler, **options)

    def every(self, name: str, interval: timedelta, handler: Handler, **options: Any) -> None:
        """Register a recurring job. Each run is done by one of the processes.

        The first run is ``interval`` after the first start, because a new database has nothing to do. When runs were
        missed because no process was running, one run follows at the next start.
        """
        self.handle(name, handler, every=interval, **options)

    async def add(
        self,
        session: AsyncSession,
        kind: str,
        key: str,
        *,
        due_at: datetime | None = None,
        payload: Mapping[str, Any] | None = None,
    ) -> bool:
        """Same as :func:`core.jobs.add`, with the clock of this runner."""
        return await queue.add(session, kind, key, due_at=due_at or self._clock(), payload=payload)

    async def run(
        self, kind: str, key: str, payload: Mapping[str, Any] | None = None
    ) -> asyncio.Task[object]:
        """Add a job and start it in this process at once, for a caller that waits for the result.

        A job with this key that already runs here is joined. A job that waits for its next try is tried now.

        Returns:
            A task with the result of the handler. The result is None after a failure (the job is tried again
            later, like any other), and for a job that is done or that another process works on.
        """
        if (task := self._here(kind, key)) is not None:
            return task
        known = self._kinds[kind]
        async with self._database.write() as session:
            await queue.insert(session, kind=kind, key=key, payload=dict(payload or {}), due_at=self._clock())
            job = await queue.take_one(session, known, key, self._clock)
        if job is not None:
            return self._begin(job)
        return self._here(kind, key) or asyncio.create_task(_nothing())

    def _here(self, kind: str, key: str) -> asyncio.Task[object] | None:
        """The task of this job, when it runs in this process; else None."""
        for running, task in self._running.values():
            if running.kind.name == kind and running.key == key:
                return task
        return None

    def wake(self) -> None:
        """Look for due jobs now instead of at the next regular look."""
        self._woken.set()

    async def __aenter__(self) -> Self:
        self._stopping = False
        self._database.watchers.add(self.wake)
        self._loops = [
            asyncio.create_task(self._keep_taking(), name="jobs"),
            asyncio.create_task(self._keep_leases(), name="jobs-leases"),
        ]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        taking, keeping = self._loops
        self._database.watchers.discard(self.wake)
        self._stopping = True
        self.wake()
        # Not cancelled: jobs that it has just leased would stay blocked until their leases run out.
        await asyncio.wait({taking}, timeout=STOP_S)
        await end(taking)
        running = dict(self._running)
        if running:
            _, late = await asyncio.wait([task for _, task in running.values()], timeout=STOP_S)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)
            if late:
                async with self._database.write() as session:
                    await queue.put_back(session, [job for job, task in running.values() if task in late])
        await end(keeping)

    async def _keep_taking(self) -> None:
        while not self._stopping:
            self._woken.clear()
            pause = self._look_s
            try:
                await self._plan()
                for job in await queue.take(self._database, self._room(), self._clock, list(self._running)):
                    self._begin(job)
                pause = min(pause, await self._until_next())
            except Exception:
                log.exception("looking for due jobs failed; trying again")
            with suppress(TimeoutError):
                async with asyncio.timeout(pause):
                    await self._woken.wait()

    async def _plan(self) -> None:
        new = [k for k in self._kinds.values() if k.every is not None and k.name not in self._planned]
        if new:
            async with self._database.write() as session:
                await queue.plan(session, sorted(new, key=lambda kind: kind.name), self._clock())
            self._planned |= {kind.name for kind in new}

    def _room(self) -> list[tuple[Kind, int]]:
        busy = [job.kind.name for job, _ in self._running.values()]
        room = [(kind, kind.at_once - busy.count(kind.name)) for kind in self._kinds.values()]
        return [(kind, left) for kind, left in room if left > 0]

    async def _until_next(self) -> float:
        due = await queue.next_due(self._database, [kind.name for kind, _ in self._room()])
        return self._look_s if due is None else max(_BREATH_S, (due - self._clock()).total_seconds())

    def _begin(self, job: Job) -> asyncio.Task[object]:
        task = asyncio.create_task(self._work(job), name=f"job-{job.kind.name}")
        self._running[job.id] = (job, task)
        task.add_done_callback(lambda _: self._ended(job))
        return task

    def _ended(self, job: Job) -> None:
        # When the machine stood still for longer than a lease, this process may have begun the job a second time.
        self._running.pop(job.id, None)
        self.wake()

    async def _work(self, job: Job) -> object:
        try:
            async with asyncio.timeout(job.kind.limit.total_seconds()):
                result = await job.kind.handler(job)
            async with self._database.write() as session:
                await job.end(session, result if isinstance(result, Again) else None)
            return result
        except JobLost:
            log.warning("a job is another process's now", extra={"job": job.kind.name, "key": job.key})
        except NotYet as error:
            log.warning(
                "a job could not be done yet: %s", error, extra={"job": job.kind.name, "key": job.key}
            )
            await self._failed(job, str(error))
        except GiveUp as error:
            log.error("a job was given up: %s", error, extra={"job": job.kind.name, "key": job.key})
            await self._failed(job, str(error), give_up=True)
        except Exception as error:
            log.exception("a job failed", extra={"job": job.kind.name, "key": job.key})
            await self._failed(job, f"{type(error).__name__}: {error}".rstrip(": "))
        return None

    async def _failed(self, job: Job, why: str, *, give_up: bool = False) -> None:
        try:
            async with self._database.write() as session:
                await queue.failed(session, job, why, give_up=give_up)
        except Exception:
            log.exception("a job's failure can't be written down; its lease will run out")

    async def _keep_leases(self) -> None:
        while True:
            shortest = min(kind.lease for kind in self._kinds.values()).total_seconds()
            await asyncio.sleep(shortest / _KEPT_THRICE)
            before = dict(self._running)
            if not before:
                continue
            try:
                async with self._database.write() as session:
                    ours = await queue.keep(session, [job for job, _ in before.values()])
            except Exception:
                log.exception("the leases of running jobs could not be kept; trying again")
                continue
            for job, task in before.values():
                if job.id not in ours and not job.ended:
                    task.cancel()  # Another process holds the job now, or the job was cancelled.

    async def _forget(self, _: Job) -> None:
        async with self._database.write() as session:
            await queue.forget_old(session, self._clock())


async def _nothing() -> None:
    """The task of a job that this process does not run. Its result is None."""
