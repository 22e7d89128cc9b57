"""A small knowledge base in service, its folder, and the store of gaps beside it, on SQLite and on PostgreSQL."""

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
write = knowledge_conftest.write
folder = knowledge_conftest.folder
index_of_four = knowledge_conftest.index_of_four
index = knowledge_conftest.index


@pytest.fixture
async def gaps(database: Database, folder: Path, index: Path) -> AsyncIterator[Gaps]:
    async with KnowledgeBase(index, MODEL, poll_s=60) as knowledge:
        yield Gaps(database, knowledge, folder)


class Citizens:
    """People who ask, each in a turn of their own."""

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
