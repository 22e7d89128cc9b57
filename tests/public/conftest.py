"""The public pages on a real database; each test runs on SQLite and on PostgreSQL."""

from __future__ import annotations

from tests import both_databases

database_url = both_databases.database_url
"""The fixture that runs each test on both databases."""
