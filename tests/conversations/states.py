"""A conversation's state, as its row has it and as its events make it: the same tuple."""

from __future__ import annotations

from datetime import datetime

from conversations.models import Conversation
from conversations.replay import State

Standing = tuple[str, str, str | None, str | None, bool, datetime | None, int]


def stored(row: Conversation) -> Standing:
    """As the row has it."""
    return (
        row.mode,
        row.stage,
        row.agent_id,
        row.reason,
        row.urgent,
        row.waiting_since,
        row.last_seq,
    )


def replayed(state: State) -> Standing:
    """As the events make it."""
    return (
        state.mode,
        state.stage,
        state.agent_id,
        state.reason,
        state.urgent,
        state.waiting_since,
        state.last_seq,
    )
