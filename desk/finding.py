"""Turns what an agent asks for in the list of conversations into conditions: numbers, names, tickets, kinds."""

from __future__ import annotations

import re
import unicodedata
from typing import Literal

from conversations.channels import Channels
from conversations.listing import Mark
from core.errors import BadRequest
from core.text import clean, without_pictures
from desk.colleagues import Colleagues
from desk.notes import Notes
from tickets.service import Tickets

Kind = Literal["", "urgent", "citizen_asked", "low_confidence", "degraded", "left"]
"""What a search can be narrowed to: urgent ones, those of one reason, or those whose agent has left the desk."""

_ID_ENDING = re.compile(r"[0-9a-f-]{4,36}")
_MOST_TICKETS = 200
MOST_WORDS = 8
"""Most different words of a search; each takes a search for tickets."""


class Finding:
    """Looks up what the words of a search may mean.

    Args:
        colleagues: tells what agents are called, and who has left the desk.
        tickets: the tickets.
        channels: tells what citizens of a channel are called.
        notes: finds conversations by their tags.
    """

    def __init__(self, colleagues: Colleagues, tickets: Tickets, channels: Channels, notes: Notes) -> None:
        self._notes = notes
        self.colleagues = colleagues
        self._tickets = tickets
        self._channels = channels

    async def marks(self, text: str) -> tuple[Mark, ...]:
        """What each word of a search may mean.

        A word is the code behind a citizen's name (the end of the conversation's id), the name of an agent, what
        citizens of a channel are called, a danger's tag (着火), a tag that agents gave, or anything that the search for tickets finds: a ticket's number, a word
        of its content or address.

        Raises:
            BadRequest: more than :data:`MOST_WORDS` words.
        """
        words = dict.fromkeys(unicodedata.normalize("NFKC", without_pictures(clean(text))).split())
        if len(words) > MOST_WORDS:
            raise BadRequest(f"一次最多搜 {MOST_WORDS} 个词")
        return tuple([await self._mark(word) for word in words])

    async def _mark(self, word: str) -> Mark:
        small = word.lower()
        page = await self._tickets.list(q=word, limit=_MOST_TICKETS)
        return Mark(
            ending=small if _ID_ENDING.fullmatch(small) else "",
            ids={line.conversation_id for line in page.tickets if line.conversation_id}
            | await self._notes.tagged(word),
            agents=await self.colleagues.named(word),
            channels=self._channels.called(word),
            danger=word,
        )

    async def agents(self, kind: Kind) -> set[str] | None:
        """Ids of the agents whose conversations a kind asks for; None when it does not ask for agents."""
        return await self.colleagues.gone() if kind == "left" else None
