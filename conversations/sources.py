"""Counts urgent conversations by their source, so that one address does not fill the front of the queue."""

from __future__ import annotations

from collections import OrderedDict

from core.rates import Rates

SOURCE_WINDOW_S = 600.0
"""Seconds for which an urgent conversation counts for its source."""
SOURCE_URGENT = 3
"""Number of urgent conversations of one source that go first in the queue within the window.

Later ones get a mark for the agents, and wait in the normal order.
"""
_MOST_SOURCES = 10_000
"""Most conversations whose source a process remembers."""


class Sources:
    """Counts the recent urgent conversations of each source.

    Many people behind one address may really be in danger together. So no conversation is dropped; later ones
    get a mark. Only the process that received a conversation's messages knows its source; elsewhere it has
    none.
    """

    def __init__(self, rates: Rates) -> None:
        self._rates = rates
        self._of: OrderedDict[str, str] = OrderedDict()

    def heard(self, conversation_id: str, source: str) -> None:
        """Remember the source of a conversation. An empty source is ignored."""
        if source:
            self._of[conversation_id] = source
            self._of.move_to_end(conversation_id)
            while len(self._of) > _MOST_SOURCES:
                self._of.popitem(last=False)

    async def urgent(self, conversation_id: str) -> int:
        """Count an urgent conversation.

        Returns:
            Its place among the urgent conversations of its source within the window, from 1. When its source is not
            known, 1.
        """
        source = self._of.get(conversation_id)
        return (
            1
            if source is None
            else await self._rates.place("urgent", source, conversation_id, SOURCE_WINDOW_S)
        )
