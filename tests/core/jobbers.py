"""Processes that do jobs on a test's database and can be killed in the middle of one."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import signal
from datetime import timedelta
from pathlib import Path

from core.database import Database
from core.jobs import Job, Jobs, add

FRESH = multiprocessing.get_context("forkserver")
"""Starts processes by forking one that is nearly empty. What it loads beforehand is set by the tests of WeChat."""


def note(folder: Path, name: str, word: str) -> None:
    """Append a line to a file, by which the test learns what happened in the process."""
    with (folder / name).open("a") as file:
        file.write(word + "\n")


async def _work(url: str, folder: Path, name: str, deadly: bool, count: int) -> None:
    database = Database(url)
    jobs = Jobs(database, look_s=0.05)

    async def effect(job: Job) -> None:
        """Add a job of the kind "trace" in the same transaction that marks this job as done."""
        note(folder, "begun", f"{name} {job.key}")
        async with database.write() as session:
            await job.done(session)
            # The key tells who did it in which try: a job done twice leaves two of them.
            await add(session, "trace", f"{job.key} by {name} at try {job.attempt}")
            if deadly:
                os.kill(os.getpid(), signal.SIGKILL)
        note(folder, "done", f"{name} {job.key}")

    jobs.handle("effect", effect, lease=timedelta(seconds=0.6), at_once=count)
    async with jobs:
        note(folder, "started", name)
        await asyncio.Event().wait()


def start(
    url: str, folder: Path, name: str, *, deadly: bool = False, count: int = 4
) -> multiprocessing.process.BaseProcess:
    """Start a process. A deadly one kills itself while the transaction of its first job is still open."""
    process = FRESH.Process(target=_main, args=(url, folder, name, deadly, count), daemon=True)
    process.start()
    return process


def _main(url: str, folder: Path, name: str, deadly: bool, count: int) -> None:
    asyncio.run(_work(url, folder, name, deadly, count))
