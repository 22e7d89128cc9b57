"""A fixture that runs each test on SQLite and on PostgreSQL: import ``database_url`` into a conftest or test module."""

from __future__ import annotations

import pytest


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """URL of an empty database; every test runs once with SQLite and once with PostgreSQL."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url
