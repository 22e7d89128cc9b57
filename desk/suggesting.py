"""建议答复: what the knowledge base has on the citizen's last words, as text that an agent may send."""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict, dataclass
from typing import Any

from conversations.types import Message
from core.clock import local, now
from core.text import legible
from gaps import Gaps
from kb_index.entries.entry import Entry
from kb_index.entries.render import answer_card, to_text

MOST = 3
"""Most suggestions."""
LEAST = 0.2
"""Least probability (0 to 1) of a suggestion. The assistant itself needs far more; here a person reads it first."""
MAX_TEXT = 3_500
"""Most characters of a suggestion's text, so that an agent can still add words to it."""
_SHORTEST = 2


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
        gaps: has the knowledge base, and the regions whose entries hold here.
    """

    def __init__(self, gaps: Gaps) -> None:
        self._gaps = gaps

    async def on(self, text: str) -> list[Suggestion]:
        """Suggestions on a citizen's words, the most likely first. Expired entries and those of elsewhere are none."""
        asked = legible(text)
        if len(asked) < _SHORTEST:
            return []
        found = await self._gaps.knowledge.search(asked, self._gaps.regions, limit=MOST)
        return [_suggestion(hit.entry, hit.probability) for hit in found.hits if hit.probability >= LEAST]


def last_asked(messages: list[Message]) -> Message | None:
    """The citizen's last typed or spoken words; None when there are none."""
    return next(
        (one for one in reversed(messages) if one.direction == "in" and one.kind in ("text", "voice")), None
    )


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
