"""Recognises messages that are only the name of a topic (低保, 社保), and finds the topic's entries."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

from bot.actions.runtime.context import parts
from bot.actions.runtime.wording import plain
from conversations.danger import yes_or_no

if TYPE_CHECKING:
    from bot.actions.runtime.turn import Turn
    from kb_index.entries.entry import Entry

_FROM = 2
_TO = 6
"""Shortest and longest message that may be the bare name of a topic, in characters."""


class Topics(Protocol):
    """The part of a knowledge base that knows topics."""

    async def about(self, word: str, regions: Sequence[str] = ()) -> tuple[Entry, ...]:
        """Entries of the topic that a word names; empty when it names none."""
        ...


async def topic_entries(base: Topics, text: str, regions: Sequence[str]) -> tuple[Entry, ...]:
    """The entries of the topic, if the message is only the name of a topic; else empty. A bare yes or no names none."""
    named = _FROM <= len(plain(text)) <= _TO and yes_or_no(text) is None
    return await base.about(plain(text), regions) if named else ()


async def named(turn: Turn) -> tuple[Entry, ...]:
    """The entries of the topic that the message of a turn names; empty when it names none."""
    return () if turn.pressed else await topic_entries(parts().kb, turn.text, parts().city.regions)
