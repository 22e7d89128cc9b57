"""The events of a conversation (经过): what changed in it, when, and who changed it.

An event is written in the same transaction as its change, and is never changed later.

The row of the conversation holds only the present state: a change overwrites who waited since when and why.
The events keep each change with its actor and reason, so that it can be shown and counted later.
:func:`conversations.replay.replay` makes the state of the row from them. Events hold no personal data, and no
text except an agent's note at a transfer or a takeover.
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
    """Write an event in the caller's transaction.

    This transaction must also make the change and hold the conversation's row.

    Args:
        facts: the facts, which also give the kind.
        actor: who caused the event.
        agent_id: the agent concerned.
        reason: a value of :class:`conversations.types.HandoffReason`.
        at: the moment of the change, when the change stores it, too; by default now.
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
    """The events of a conversation, in order.

    Args:
        after: only events with a greater ``nth``.
        messages: whether to include the events that count messages.
        limit: most events; when there are more, the newest.
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
    """When the present agent took the conversation, or got it; None when there is no event of it.

    Args:
        unanswered: also return None when the agent has written since.
    """
    got = (Kind.TAKEN, Kind.TRANSFERRED)
    kinds = (*got, Kind.FIRST_REPLY) if unanswered else got
    row = await session.scalar(
        select(ConversationEvent)
        .where(ConversationEvent.conversation_id == conversation_id, ConversationEvent.kind.in_(kinds))
        .order_by(ConversationEvent.nth.desc())
        .limit(1)
    )
    return row.at if row is not None and row.kind in got else None


def _event(row: ConversationEvent) -> Event:
    return Event(row.nth, row.at, Actor(row.actor), from_json(row.kind, row.facts), row.agent_id, row.reason)
