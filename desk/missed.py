"""What happened while no event told of it, for the open desks."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select

from conversations import store
from conversations.models import Conversation, MessageRow
from conversations.types import Mode
from core.database import Database
from tickets.models import TicketRow
from tickets.rows import to_line

MOST = 300
"""Of more conversations, messages or tickets than this a desk fetches its lists anew."""


@dataclass(frozen=True)
class Found:
    """What changed.

    Args:
        messages: each with its conversation's id, oldest first.
        conversations: ids of those that changed.
        tickets: lines of those that changed.
    """

    messages: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    conversations: list[str] = field(default_factory=list)
    tickets: list[dict[str, Any]] = field(default_factory=list)


class Missed:
    """Looks up what was written since a moment."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def since(self, moment: datetime) -> Found | None:
        """What was written at ``moment`` or later; None when it is more than :data:`MOST` of anything."""
        async with self._database.read() as session:
            changed = list(
                await session.scalars(
                    select(Conversation.id)
                    # All the modes there are: named, they let the index serve.
                    .where(Conversation.mode.in_(list(Mode)), Conversation.updated_at >= moment)
                    .limit(MOST + 1)
                )
            )
            messages = list(
                await session.scalars(
                    select(MessageRow)
                    .where(MessageRow.conversation_id.in_(changed), MessageRow.created_at >= moment)
                    .order_by(MessageRow.created_at, MessageRow.seq)
                    .limit(MOST + 1)
                )
            )
            tickets = list(
                await session.scalars(select(TicketRow).where(TicketRow.updated_at >= moment).limit(MOST + 1))
            )
        if max(len(changed), len(messages), len(tickets)) > MOST:
            return None
        return Found(
            [(row.conversation_id, store.to_message(row).to_json()) for row in messages],
            changed,
            [to_line(row).to_json() for row in tickets],
        )
