"""Counts conversations by their source, so that one address fills neither the queue nor its front."""

from __future__ import annotations

from collections import OrderedDict

from core.rates import Rates

SOURCE_WINDOW_S = 600.0
"""Seconds for which an urgent conversation counts for its source."""
SOURCE_URGENT = 3
"""Number of urgent conversations of one source that go first in the queue within the window.

Later ones get a mark for the agents, and wait in the normal order.
"""
SOURCE_QUEUED = 12
"""Number of conversations of one source that may come into the agents' queue within the window.

A family, an office and a class of pupils fit. More would only be a program that fills the queue for everybody else.
"""
RAISED_WINDOW_S = 24 * 3600.0
"""Seconds for which a ticket counts that was made urgent by its citizen's words."""
RAISED_OF_ONE, RAISED_OF_SOURCE = 3, 10
"""Number of tickets that the words of one conversation, and of one source, make urgent within the window. A family and an office fit;
who tells of more gets a mark for the staff, who judge."""
_MOST_SOURCES = 10_000
"""Most conversations whose source a process remembers."""


class Sources:
    """Counts the recent urgent and queued conversations of each source.

    Many people behind one address may really be in danger together. So all of them are told at once what to do and
    whom to call; only the agents' queue takes a number of them. Only the process that received a conversation's messages knows its source; elsewhere it has
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

    def of(self, conversation_id: str) -> str:
        """The source of a conversation; empty when this process does not know it."""
        return self._of.get(conversation_id, "")

    async def urgent(self, conversation_id: str) -> int:
        """Count an urgent conversation.

        Returns:
            Its place among the urgent conversations of its source within the window, from 1. When its source is not
            known, 1.
        """
        return await self._place("urgent", conversation_id)

    async def may_queue(self, conversation_id: str) -> bool:
        """Count a conversation that wants to come into the queue: whether its source still has a place."""
        return await self._place("queued", conversation_id) <= SOURCE_QUEUED

    async def may_raise(self, conversation_id: str, ticket: str) -> bool:
        """Count a ticket that its citizen's words make urgent: whether conversation and source may make one more so.

        Args:
            conversation_id: the conversation in which it is told.
            ticket: number of the ticket; the same one counts once.
        """
        source, window = self._of.get(conversation_id), RAISED_WINDOW_S
        own = await self._rates.place("raised", conversation_id, ticket, window)
        near = 0 if source is None else await self._rates.place("raised-source", source, ticket, window)
        return own <= RAISED_OF_ONE and near <= RAISED_OF_SOURCE

    async def _place(self, kind: str, conversation_id: str) -> int:
        source = self._of.get(conversation_id)
        if source is None:
            return 1
        return await self._rates.place(kind, source, conversation_id, SOURCE_WINDOW_S)
