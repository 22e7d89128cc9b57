"""Gathers the evidence about a message once in the app, for Rasa and for the actions."""

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
from bot.understanding.plea import without_plea
from bot.understanding.shorthand import names_topic, written_out
from conversations.answering import Dialogue
from conversations.types import Reply
from core.clock import local, now
from kb_index.entries.entry import Entry
from kb_index.search.searcher import SearchResult
from kb_index.service import KnowledgeBase

log = logging.getLogger(__name__)


_KEPT = 512
"""Number of searches in the cache: enough for all turns that run at the same time."""
Search = Callable[[str], Awaitable[SearchResult]]
"""Searches a question in the knowledge base."""
About = Callable[[str], Awaitable[Sequence[Entry]]]
"""Gives the entries of the topic that a message names, if it is only the name of a topic."""
Encode = Callable[[Sequence[str]], NDArray[np.float32]]
"""Texts → the encoder's states, [texts, 2 × dimensions]. Runs in a thread: it takes tens of milliseconds."""


@dataclass(frozen=True)
class Evidence:
    """The evidence about one message.

    Args:
        kinds: kind → probability, for all :data:`bot.understanding.decide.KINDS`.
        best: probability that the knowledge base's first entry answers the message, 0 to 1.
        result: the result of the search.
        topic: whether the message is only the name of a topic.
        words: the message without its cries for help (你们管不管), which are evidence of nothing.
        second: probability that the second entry answers the message, 0 to 1.
        office: whether it can be read as a question for an office (社保局电话).
    """

    kinds: dict[str, float]
    best: float
    result: SearchResult
    topic: bool = False
    words: str = ""
    second: float = 0.0
    office: bool = False

    def metadata(self) -> dict[str, Any]:
        """The JSON-safe form in a message's metadata, which Rasa's components read."""
        kinds = {kind: round(p, 4) for kind, p in self.kinds.items()}
        near = {"best": round(self.best, 4), "second": round(self.second, 4)}
        named = {"topic": self.topic, "words": self.words, "office": self.office}
        return {"kinds": kinds, **near, **named}


def found(result: SearchResult) -> Found:
    """A search result in the form that the model of kinds needs."""
    hits = result.hits
    if not hits:
        return Found()
    second = hits[1].probability if len(hits) > 1 else 0.0
    return Found(hits[0].probability, second, hits[0].lexical, hits[0].dense)


class SearchedOnce:
    """A knowledge base with a cache, so that decision and answer of a turn use the same search.

    Args:
        base: the knowledge base itself.
    """

    def __init__(self, base: KnowledgeBase) -> None:
        self._base = base
        self._found: OrderedDict[tuple[object, ...], SearchResult] = OrderedDict()

    async def search(self, question: str, regions: Sequence[str] = ()) -> SearchResult:
        """Like :meth:`kb_index.service.KnowledgeBase.search`, for today."""
        key = (self._base.version, local(now()).date(), question, tuple(regions))
        if key not in self._found:
            self._found[key] = await self._base.search(question, regions=regions)
            if len(self._found) > _KEPT:
                self._found.popitem(last=False)
        return self._found[key]

    async def about(self, word: str, regions: Sequence[str] = ()) -> tuple[Entry, ...]:
        """Like :meth:`kb_index.service.KnowledgeBase.about`, for today."""
        return await self._base.about(word, regions)

    def entry(self, entry_id: str, /) -> Entry | None:
        """The entry with this id in the version in service, if it holds today; else None."""
        return self._base.entry(entry_id)

    def unmentioned(self, question: str, entry: Entry, *, headed: bool = False) -> tuple[str, ...]:
        """The subjects that a question names and an entry does not mention."""
        return self._base.unmentioned(question, entry, headed=headed)

    def shared(self, question: str, entry: Entry) -> tuple[str, ...]:
        """The words that a question and an entry's questions share."""
        return self._base.shared(question, entry)


class Reader:
    """Gathers evidence: one search and one pass of the encoder for each message.

    Args:
        search: searches a message in the knowledge base.
        encode: the pretrained encoder.
        about: gives the entries of a topic.
        model: the fitted model of kinds; by default the shipped one.
        office: whether a message can be read as a question for an office (:mod:`bot.understanding.office`); None: none can.
    """

    def __init__(
        self,
        search: Search,
        encode: Encode,
        about: About,
        model: KindModel | None = None,
        office: Callable[[str], bool] | None = None,
    ) -> None:
        self._search, self._encode, self._about = search, encode, about
        self._office = office or (lambda _: False)
        self._model = model or shipped()

    async def read(self, text: str) -> Evidence:
        """All evidence about a message. A cry for help in it (你们管不管) is evidence of nothing."""
        text = without_plea(text)
        result = await self._search(text)
        states = await asyncio.to_thread(self._encode, [text])
        kinds = self._model.probabilities(text, states[0], found(result))
        likely = found(result)
        topic = names_topic(text) or bool(await self._about(text))
        return Evidence(kinds, likely.best, result, topic, text, likely.second, self._office(text))


class Informed:
    """Sends each message to Rasa, written out (:mod:`bot.understanding.shorthand`), with its evidence.

    Args:
        dialogue: Rasa's client.
        reader: gathers the evidence. If this fails, the message is sent without evidence; Rasa can answer
            alone.
    """

    def __init__(self, dialogue: Dialogue, reader: Reader) -> None:
        self._dialogue, self._reader = dialogue, reader

    async def ask(self, sender: str, message: str, metadata: dict[str, Any]) -> list[Reply]:
        """The replies to one message; raises :class:`conversations.rasa.RasaDown`."""
        if not message.startswith("/"):
            message = written_out(message)
            try:
                metadata = {**metadata, **(await self._reader.read(message)).metadata()}
            except Exception:
                log.exception(
                    "no evidence for a message; Rasa decides alone",
                    extra={"turn": metadata.get("turn", ""), "conversation": sender},
                )
        return await self._dialogue.ask(sender, message, metadata)
