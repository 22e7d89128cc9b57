"""What all tests share: keys for personal data, and a fresh database with every table."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

import conversations.models  # noqa: F401
import desk.models  # noqa: F401
import tickets.models  # noqa: F401
from core.database import Base, Database
from core.privacy import use_data_key

use_data_key(Fernet.generate_key().decode("ascii"))


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    made = Database(f"sqlite:///{tmp_path / 'test.db'}")
    async with made.engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
    yield made
    await made.close()
