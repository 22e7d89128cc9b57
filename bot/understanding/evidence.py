"""What is known of a message before anybody decides: gathered once in the app, and handed to Rasa and to the actions."""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bot.understanding.kinds import Found, KindModel, shipped
from conversations.turns import Dialogue
from conversations.types import Reply
from core.clock import local, now
from kb_index.entries.entry import Entry
from kb_index.search.searcher import SearchResult
from kb_index.service import KnowledgeBase

log = logging.getLogger(__name__)


_KEPT = 512
"""Searches remembered: those of the turns under way, with room."""
Search = Callable[[str], Awaitable[SearchResult]]
"""Looks a question up in the knowledge base."""
Encode = Callable[[Sequence[str]], NDArray[np.float32]]
"""Texts to the encoder's states, [texts, 2 × dimensions]; tens of milliseconds, so it is called in a thread."""


@dataclass(frozen=True)
class Evidence:
    """Of one message.

    Args:
        kinds: probability of each of :data:`bot.understanding.decide.KINDS`.
        best: probability that the knowledge base's first entry answers it.
        result: the search it comes from.
    """

    kinds: dict[str, float]
    best: float
    result: SearchResult

    def metadata(self) -> dict[str, Any]:
        """JSON-safe, as Rasa's components find it in a message's metadata."""
        return {"kinds": {kind: round(p, 4) for kind, p in self.kinds.items()}, "best": round(self.best, 4)}


def found(result: SearchResult) -> Found:
    """A search as the model of kinds sees it."""
    hits = result.hits
    if not hits:
        return Found()
    second = hits[1].probability if len(hits) > 1 else 0.0
    return Found(hits[0].probability, second, hits[0].lexical, hits[0].dense)


class SearchedOnce:
    """The knowledge base, asked each question once: what is decided and what is answered rest on the same search.

    Args:
        base: the knowledge base itself.
    """

    def __init__(self, base: KnowledgeBase) -> None:
        self._base = base
        self._found: OrderedDict[tuple[object, ...], SearchResult] = OrderedDict()

    async def search(self, question: str, regions: Sequence[str] = ()) -> SearchResult:
        """As :meth:`kb_index.service.KnowledgeBase.search`, valid today."""
        key = (self._base.version, local(now()).date(), question, tuple(regions))
        if key not in self._found:
            self._found[key] = await self._base.search(question, regions=regions)
            if len(self._found) > _KEPT:
                self._found.popitem(last=False)
        return self._found[key]

    async def about(self, word: str, regions: Sequence[str] = ()) -> tuple[Entry, ...]:
        """As :meth:`kb_index.service.KnowledgeBase.about`, valid today."""
        return await self._base.about(word, regions)

    def entry(self, entry_id: str, /) -> Entry | None:
        """The entry with that id in the version in service."""
        return self._base.entry(entry_id)


class Reader:
    """Gathers evidence: one search and one pass of the encoder a message.

    Args:
        search: looks a message up in the knowledge base.
        encode: the pretrained encoder.
        model: the fitted model of kinds; the shipped one by default.
    """

    def __init__(self, search: Search, encode: Encode, model: KindModel | None = None) -> None:
        self._search, self._encode = search, encode
        self._model = model or shipped()

    async def read(self, text: str) -> Evidence:
        """Everything known of a message."""
        result = await self._search(text)
        states = await asyncio.to_thread(self._encode, [text])
        kinds = self._model.probabilities(text, states[0], found(result))
        return Evidence(kinds, result.hits[0].probability if result.hits else 0.0, result)


class Informed:
    """A dialogue that is told the evidence of each message beside the message itself.

    Args:
        dialogue: Rasa's client.
        reader: gathers the evidence. When that fails the message goes without it: Rasa alone answers, too.
    """

    def __init__(self, dialogue: Dialogue, reader: Reader) -> None:
        self._dialogue, self._reader = dialogue, reader

    async def ask(self, sender: str, message: str, metadata: dict[str, Any]) -> list[Reply]:
        """The replies to one message; raises :class:`conversations.rasa.RasaDown`."""
        if not message.startswith("/"):
            try:
                metadata = {**metadata, **(await self._reader.read(message)).metadata()}
            except Exception:
                log.exception(
                    "no evidence for a message; Rasa decides alone",
                    extra={"turn": metadata.get("turn", ""), "conversation": sender},
                )
        return await self._dialogue.ask(sender, message, metadata)
