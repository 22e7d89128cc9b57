"""Jobs on each database, by a clock the test moves."""

from __future__ import annotations

import pytest

from core.database import Database
from core.jobs import Jobs
from tests.core.jobs.table import Clock


@pytest.fixture
def database_url(either_database_url: str) -> str:
    return either_database_url


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def jobs(database: Database, clock: Clock) -> Jobs:
    return Jobs(database, look_s=0.02, clock=clock)
