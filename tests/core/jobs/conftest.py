"""Jobs on each database, by a clock the test moves."""

from __future__ import annotations

import pytest

from core.database import Database
from core.jobs import Job, Jobs
from tests import both_databases
from tests.core.jobs.table import Clock

database_url = both_databases.database_url


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def jobs(database: Database, clock: Clock) -> Jobs:
    return Jobs(database, look_s=0.02, clock=clock)


@pytest.fixture
def done(jobs: Jobs) -> list[str]:
    """The keys of the jobs of the kind ``note`` that were done, in order."""
    keys: list[str] = []

    async def note(job: Job) -> None:
        keys.append(job.key)

    jobs.handle("note", note)
    return keys
