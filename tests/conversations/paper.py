"""The smallest complete channel, for tests. It uses the real outbox and "delivers" by writing on slips of paper."""

from __future__ import annotations

from datetime import datetime, timedelta

from aiohttp.web import AbstractRouteDef

from conversations import outbox
from conversations.channels import Shows
from conversations.types import ConversationView, Reach
from core.clock import now
from core.database import Database
from core.news import News


class Paper:
    """Delivers every message at once, unless it is ``jammed``."""

    name = "paper"
    label = "来信群众"
    delivers = True

    def __init__(self, database: Database) -> None:
        self._database = database
        self.slips: list[str] = []
        self.jammed = False

    def routes(self) -> list[AbstractRouteDef]:
        return []

    def shows(self, account: str) -> Shows:
        return Shows(buttons=0, cards=False, photos=False)

    async def ready_at(self, account: str) -> datetime | None:
        return now() + timedelta(seconds=0.02) if self.jammed else now()

    async def deliver(self, conversation_id: str) -> None:
        async with self._database.write() as session:
            for one in await outbox.claim(session, conversation_id, 60, doubtful=False):
                self.slips.append(one.message.text)
                await outbox.delivered(session, one.parts)

    async def reach(self, view: ConversationView) -> Reach | None:
        return Reach(not self.jammed)

    async def notify(self, view: ConversationView, news: News) -> bool:
        return False
