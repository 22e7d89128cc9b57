"""建议答复: what the knowledge base has on the citizen's last words, as text that an agent may send."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import asdict, dataclass
from typing import Any

from conversations.emergency import going_on
from conversations.store import get_conversation
from conversations.tried import heard
from core.clock import local, now
from core.database import Database
from desk.assistant import Assistant
from gaps import Gaps
from kb_index.entries.entry import Entry
from kb_index.entries.render import answer_card, to_text

MOST = 3
"""Most suggestions."""
LEAST = 0.4
"""Least probability (0 to 1) of a suggestion. The assistant itself needs far more; here a person reads it first."""
_OF_THE_HOTLINE = re.compile(r"^12345")
"""Beginning of the department of entries about the hotline itself, of which an agent needs to be told nothing."""
MAX_TEXT = 3_500
"""Most characters of a suggestion's text, so that an agent can still add words to it."""
_SHORTEST = 2
_LOOKED_AT = 8
"""Most of the citizen's last messages among which one that asks something is looked for."""


@dataclass(frozen=True)
class Suggestion:
    """An entry that may answer the citizen.

    Args:
        entry: id of the entry.
        title: its question.
        department: the department it is of.
        probability: how likely (0 to 1) it answers.
        text: the answer and its source as plain text.
        cut: whether the text is only the beginning of a long answer.
        sources: the documents it rests on, as cards show them.
        validity: until when it holds and when it was checked, in words.
    """

    entry: str
    title: str
    department: str
    probability: float
    text: str
    cut: bool
    sources: list[dict[str, Any]]
    validity: str

    def to_json(self) -> dict[str, Any]:
        """The JSON form for the desk."""
        return asdict(self)


class Suggesting:
    """Looks up suggestions. Nothing is ever sent by itself, and the words are not stored.

    Args:
        database: where the conversations are.
        gaps: has the knowledge base, and the regions whose entries hold here.
        assistant: leaves out of a message what asks nothing (nobody wants to be told how to reach an agent who is there), and
            tells questions from what is only told.
    """

    def __init__(self, database: Database, gaps: Gaps, assistant: Assistant) -> None:
        self._database = database
        self._gaps = gaps
        self._assistant = assistant

    async def asked(self, conversation_id: str) -> tuple[str, dt.datetime] | None:
        """The citizen's last words that ask something, unmasked, with their time; None: there are none.

        Of a talk that asks nothing it is what was told last, except while somebody is in danger. A pressed button is neither.
        """
        async with self._database.read() as session:
            row = await get_conversation(session, conversation_id)
            danger = row.urgent and going_on(row.facts)
            last = await heard(session, conversation_id, limit=_LOOKED_AT)
        told = [(words, at) for text, at in last if (words := self._assistant.asks(text))]
        question = next((one for one in told if self._assistant.questions(one[0])), None)
        return question or next(iter([] if danger else told), None)

    async def on(self, text: str) -> list[Suggestion]:
        """Suggestions on a citizen's words, the most likely first. Expired entries, those of elsewhere and those about the hotline are none."""
        if len(text) < _SHORTEST:
            return []
        found = await self._gaps.knowledge.search(text, self._gaps.regions_of(text), limit=MOST)
        return [
            _suggestion(hit.entry, hit.probability)
            for hit in found.hits
            if hit.probability >= LEAST and not _OF_THE_HOTLINE.match(hit.entry.department)
        ]


def _suggestion(entry: Entry, probability: float) -> Suggestion:
    answer = to_text(entry.answer)
    documents = [source.document for source in entry.sources]
    basis = f"\n依据：{'；'.join(documents)}" if documents else ""
    room = MAX_TEXT - len(basis)
    text = answer if len(answer) <= room else answer[: room - 1] + "…"
    return Suggestion(
        entry.id,
        entry.title,
        entry.department,
        probability,
        text + basis,
        len(answer) > room,
        answer_card(entry)["sources"],
        _validity(entry, local(now()).date()),
    )


def _validity(entry: Entry, today: dt.date) -> str:
    until = f"有效期到 {entry.expires:%Y-%m-%d}" if entry.expires else "长期有效"
    soon = "（快到期了）" if entry.expires and (entry.expires - today).days <= 30 else ""
    return f"{until}{soon} · {entry.reviewed:%Y-%m-%d} 核对"
