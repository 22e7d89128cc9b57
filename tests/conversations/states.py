"""A conversation's state as a tuple, once from its row and once from its events, to compare the two."""

from __future__ import annotations

from datetime import datetime

from conversations.models import Conversation
from conversations.replay import State

Standing = tuple[str, str, str | None, str | None, bool, int, datetime | None, datetime | None, int]
"""(mode, stage, agent's id, reason, whether urgent, rank, since when the citizen waits, since when they want an agent,
number of the last message)."""


def stored(row: Conversation) -> Standing:
    """The state in the conversation's row."""
    return (
        row.mode,
        row.stage,
        row.agent_id,
        row.reason,
        row.urgent,
        row.rank,
        row.waiting_since,
        row.asked_at,
        row.last_seq,
    )


def replayed(state: State) -> Standing:
    """The state computed from the conversation's events."""
    return (
        state.mode,
        state.stage,
        state.agent_id,
        state.reason,
        state.urgent,
        state.rank,
        state.waiting_since,
        state.asked_at,
        state.last_seq,
    )
