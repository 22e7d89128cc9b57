"""Real parts for the actions, kept small: a fresh database and a knowledge base of a few entries, with or without Rasa."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from cryptography.fernet import Fernet

import kb_index
from bot.actions.runtime.context import Parts, set_parts
from bot.actions.talk.unsure import unsure
from bot.understanding.danger import shipped
from bot.understanding.decide import shipped as bars
from conversations.service import Conversations
from conversations.types import Reply
from core.city import City
from core.city.facts import FactsFolder
from core.database import Database
from core.events import Events, LocalEvents
from core.sealing import use_data_key
from core.settings import ROOT
from gaps import Gaps
from kb_index.publishing.build import build
from kb_index.service import KnowledgeBase
from tests.cities import HUAINAN
from tests.knowledge import unchanging
from tests.rasa_standin import NoRasa
from tests.tables import empty_sqlite
from tickets.service import Tickets

HERE = Path(__file__).parent
"""This folder."""
SHIPPED = ROOT / "knowledge_base"
"""The shipped knowledge base."""
MODEL = str(Path(kb_index.__file__).with_name("model"))
"""Folder of the shipped static model."""


async def _no_answer(question: str) -> Reply | None:
    return None


@dataclass
class SmallCity:
    """Everything the actions work with."""

    parts: Parts
    tickets: Tickets
    conversations: Conversations
    knowledge: KnowledgeBase
    events: Events
    gaps: Gaps
    database: Database

    async def visitor(self, user_id: str = "visitor") -> str:
        """Id of a citizen's conversation."""
        return (await self.conversations.find_or_create("web", "", user_id)).id


def build_index(index_dir: Path) -> Path:
    """An index over the few entries beside this file, with the shipped model."""
    build(HERE / "knowledge", index_dir, MODEL)
    return unchanging(index_dir)


def build_of_shipped(folder: Path, names: Sequence[str]) -> Path:
    """An index over a few of the shipped entries, by their paths without the suffix (police/id-card-lost)."""
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(SHIPPED / f"{name}.md", folder / f"{name}.md")
    for name in ("synonyms.yml", "words.txt", "places.yml"):
        shutil.copy(SHIPPED / name, folder / name)
    build(folder, folder / "index", MODEL)
    return unchanging(folder / "index")


@asynccontextmanager
async def small_city(
    folder: Path,
    index_dir: Path,
    dialogue: object = None,
    city: City = HUAINAN,
    facts: FactsFolder | None = None,
) -> AsyncIterator[SmallCity]:
    """Start the parts, with their files in ``folder``, and let the actions use them."""
    use_data_key(Fernet.generate_key().decode("ascii"))
    database = Database(empty_sqlite(folder / "bot.db"))
    events = LocalEvents()
    tickets = Tickets(database, events, city)
    knowledge = KnowledgeBase(index_dir, MODEL, poll_s=60, answer_at=bars().sure)
    talk = Conversations(
        database,
        events,
        dialogue or NoRasa(),  # type: ignore[arg-type]
        _no_answer,
        judge=shipped(),
        unsure=unsure,
    )
    if facts is not None:
        facts.refresh()
    async with knowledge, talk:
        gaps = Gaps(database, knowledge, HERE / "knowledge")
        parts = Parts(knowledge, tickets, talk, city, gaps, facts=facts)
        set_parts(parts)
        try:
            yield SmallCity(parts, tickets, talk, knowledge, events, gaps, database)
        finally:
            set_parts(None)
    await database.close()


def texts(replies: Sequence[Reply]) -> str:
    """The text of some replies, as a citizen reads it."""
    return "\n".join(reply.text for reply in replies)
