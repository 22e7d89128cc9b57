"""What happened in a conversation (经过): kept in the transaction of the change itself, and never changed after.

The conversation's row says how things stand; whoever waited since when and why is overwritten there by the next change.
Here each change stays, with who made it and why, so that it can be told and counted later, and
:func:`conversations.replay.replay` makes the row's state of it again. No words and no personal data are kept, only facts.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from conversations import statements
from conversations.event_kinds import Actor, Event, Facts, Kind, from_json, to_json
from conversations.models import ConversationEvent
from core.clock import now
from core.ids import new_id


async def record(
    session: AsyncSession,
    conversation_id: str,
    facts: Facts,
    actor: Actor | str,
    *,
    agent_id: str | None = None,
    reason: str | None = None,
    at: datetime | None = None,
) -> None:
    """Keep what happened, with the change itself: in the caller's transaction, which holds the conversation's row.

    Args:
        at: when, where the change writes that moment down as well; by default now.
    """
    await session.execute(
        statements.WRITE_EVENT,
        {
            "id": new_id(),
            "conversation_id": conversation_id,
            "p_id": conversation_id,
            "at": at or now(),
            "kind": str(facts.KIND),
            "actor": str(actor),
            "agent_id": agent_id,
            "reason": reason,
            "facts": to_json(facts),
        },
    )


async def read(
    session: AsyncSession,
    conversation_id: str,
    *,
    after: int = 0,
    messages: bool = True,
    limit: int | None = None,
) -> list[Event]:
    """What happened, in order.

    Args:
        after: only what has a greater ``nth``.
        messages: counted messages as well.
        limit: of more than that the newest.
    """
    query = (
        select(ConversationEvent)
        .where(ConversationEvent.conversation_id == conversation_id, ConversationEvent.nth > after)
        .order_by(ConversationEvent.nth.desc())
        .limit(limit)
    )
    if not messages:
        query = query.where(ConversationEvent.kind != Kind.MESSAGE)
    return [_event(row) for row in reversed(list(await session.scalars(query)))]


async def taken_at(
    session: AsyncSession, conversation_id: str, *, unanswered: bool = False
) -> datetime | None:
    """When the agent who has the conversation took it over; None when that is not kept.

    Args:
        unanswered: None as well when the agent has said something since.
    """
    kinds = (Kind.TAKEN, Kind.FIRST_REPLY) if unanswered else (Kind.TAKEN,)
    row = await session.scalar(
        select(ConversationEvent)
        .where(ConversationEvent.conversation_id == conversation_id, ConversationEvent.kind.in_(kinds))
        .order_by(ConversationEvent.nth.desc())
        .limit(1)
    )
    return row.at if row is not None and row.kind == Kind.TAKEN else None


def _event(row: ConversationEvent) -> Event:
    return Event(row.nth, row.at, Actor(row.actor), from_json(row.kind, row.facts), row.agent_id, row.reason)
