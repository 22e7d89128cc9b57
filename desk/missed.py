"""Finds changes whose events were lost, for the open desks."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select

from conversations import store
from conversations.models import Conversation, MessageRow
from conversations.types import Mode, Stage
from core.database import Database
from tickets.models import TicketRow
from tickets.rows import to_line

MOST = 300
"""Most conversations, messages or tickets that are sent one by one. With more, desks read their lists again."""


@dataclass(frozen=True)
class Found:
    """The changes since a moment.

    Args:
        messages: (id of the conversation, message), oldest first.
        conversations: ids of changed conversations.
        tickets: lines of changed tickets.
    """

    messages: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    conversations: list[str] = field(default_factory=list)
    tickets: list[dict[str, Any]] = field(default_factory=list)


class Missed:
    """Looks up what was written since a moment."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def since(self, moment: datetime) -> Found | None:
        """All changes at ``moment`` or later; None when there are more than :data:`MOST` of one kind."""
        async with self._database.read() as session:
            changed = list(
                await session.scalars(
                    select(Conversation.id)
                    # All modes and stages are listed, so that the database can use the index.
                    .where(
                        Conversation.mode.in_(list(Mode)),
                        Conversation.stage.in_(list(Stage)),
                        Conversation.updated_at >= moment,
                    )
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
