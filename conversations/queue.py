"""Reads the agents' queue: who waits, in which order, and which agent has which conversation."""

from __future__ import annotations

from sqlalchemy import ColumnElement, case, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from conversations import store
from conversations.models import Conversation, MessageRow
from conversations.types import ConversationView, Mode


async def list_views(
    session: AsyncSession, mode: str, agent_id: str | None, limit: int
) -> list[ConversationView]:
    """Conversations for the desk, the most pressing first.

    The order is: waiting ones, urgent ones, the longest wait, the newest change.

    Args:
        session: the caller's session.
        mode: ``waiting``, ``human``, ``bot`` or ``all``.
        agent_id: only conversations of this agent; None: of all.
        limit: most conversations.
    """
    last_in = (
        select(MessageRow.conversation_id, func.count().label("unread"))
        .join(Conversation, Conversation.id == MessageRow.conversation_id)
        .where(MessageRow.direction == "in", MessageRow.seq > Conversation.seen_seq)
        .group_by(MessageRow.conversation_id)
        .subquery()
    )
    query = (
        select(Conversation, MessageRow, last_in.c.unread)
        .outerjoin(last_in, last_in.c.conversation_id == Conversation.id)
        .outerjoin(
            MessageRow,
            (MessageRow.conversation_id == Conversation.id) & (MessageRow.seq == Conversation.last_seq),
        )
        .order_by(
            case((Conversation.mode == Mode.WAITING, 0), else_=1),
            Conversation.urgent.desc(),
            case((Conversation.mode == Mode.WAITING, Conversation.waiting_since)),
            Conversation.updated_at.desc(),
        )
        .limit(limit)
    )
    if mode != "all":
        query = query.where(Conversation.mode == mode)
    if agent_id is not None:
        query = query.where(Conversation.agent_id == agent_id)
    found = (await session.execute(query)).all()
    return [
        store.to_view(row, unread=unread or 0, last=store.to_message(last) if last else None)
        for row, last, unread in found
    ]


async def counts(session: AsyncSession, agent_id: str) -> dict[str, int]:
    """How many conversations wait (``waiting``), and how many this agent has (``mine``)."""
    waiting = await session.scalar(
        select(func.count()).select_from(Conversation).where(Conversation.mode == Mode.WAITING)
    )
    mine = await session.scalar(
        select(func.count())
        .select_from(Conversation)
        .where(Conversation.mode == Mode.HUMAN, Conversation.agent_id == agent_id)
    )
    return {"waiting": waiting or 0, "mine": mine or 0}


async def first(session: AsyncSession, limit: int) -> list[str]:
    """Ids of the first conversations in the queue, in its order."""
    return list(
        await session.scalars(
            select(Conversation.id)
            .where(Conversation.mode == Mode.WAITING)
            .order_by(Conversation.urgent.desc(), Conversation.waiting_since)
            .limit(limit)
        )
    )


async def position(session: AsyncSession, row: Conversation) -> int:
    """Place in the queue, from 1: urgent ones first, then by waiting time. 0 when it does not wait."""
    if row.mode != Mode.WAITING or row.waiting_since is None:
        return 0
    earlier = Conversation.waiting_since < row.waiting_since
    ahead: ColumnElement[bool] = earlier & (Conversation.urgent == row.urgent)
    if not row.urgent:
        ahead = or_(ahead, Conversation.urgent.is_(True))
    count = await session.scalar(
        select(func.count())
        .select_from(Conversation)
        .where(Conversation.mode == Mode.WAITING, Conversation.id != row.id, ahead)
    )
    return (count or 0) + 1
