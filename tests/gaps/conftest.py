"""A small knowledge base in use, its folder, and its store of gaps; each test runs on SQLite and on PostgreSQL."""

from __future__ import annotations

from collections.abc import AsyncIterator
from itertools import count
from pathlib import Path

import pytest

from core.database import Database
from gaps import Asked, Gaps
from gaps.types import Outcome, Verdict
from kb_index.service import KnowledgeBase
from tests.kb_index import conftest as knowledge_conftest
from tests.kb_index.conftest import MODEL
from tests.tickets import conftest as tickets_conftest

database_url = tickets_conftest.database_url
"""The fixture that runs each test on both databases."""
write = knowledge_conftest.write
"""The fixture that writes entries into the folder."""
folder = knowledge_conftest.folder
"""The fixture with the folder of four entries."""
index_of_four = knowledge_conftest.index_of_four
"""The fixture with an index over those four, to be copied."""
index = knowledge_conftest.index
"""The fixture with the test's own copy of that index."""


@pytest.fixture
async def gaps(database: Database, folder: Path, index: Path) -> AsyncIterator[Gaps]:
    async with KnowledgeBase(index, MODEL, poll_s=60) as knowledge:
        yield Gaps(database, knowledge, folder)


class Citizens:
    """Citizens who ask questions, each question in a turn of its own."""

    def __init__(self, gaps: Gaps) -> None:
        self._gaps = gaps
        self._turns = count(1)

    async def ask(
        self,
        *questions: str,
        outcome: Outcome = "unknown",
        entry: str | None = None,
        verdict: Verdict | None = None,
        times: int = 1,
    ) -> None:
        for question in questions:
            for _ in range(times):
                turn = f"turn-{next(self._turns)}"
                await self._gaps.keep(Asked(turn, question, outcome, "web", entry, verdict))


@pytest.fixture
def citizens(gaps: Gaps) -> Citizens:
    return Citizens(gaps)
