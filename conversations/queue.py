"""Reads the agents' queue: who waits, in which order, and which agent has which conversation."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from conversations import store
from conversations.models import Conversation, MessageRow, Turn
from conversations.types import ConversationView, Message, Mode

ORDER: tuple[Any, ...] = (Conversation.rank, Conversation.waiting_since, Conversation.id)
"""The queue's order: by :class:`conversations.types.Rank`, then who waits longest. The page sorts by the same three
(``sortQueue`` in ``web/desk/state/queue.ts``), which it gets with each conversation."""

WORDS = 20
"""Most of a citizen's own messages that are looked at to say what a conversation is about."""
PAUSE = timedelta(hours=6)
"""Time without a message after which another matter may have begun: what was said before is not taken for the present one."""


def behind(rank: int, since: datetime, last: str, *, ahead: bool = False) -> ColumnElement[bool]:
    """SQL condition: a waiting conversation comes behind this place in :data:`ORDER`; or ahead of it."""
    first, second, third = ORDER
    if ahead:
        nearer = or_(second < since, and_(second == since, third < last))
        return or_(first < rank, and_(first == rank, nearer))
    further = or_(second > since, and_(second == since, third > last))
    return or_(first > rank, and_(first == rank, further))


async def views(session: AsyncSession, rows: Sequence[Conversation]) -> list[ConversationView]:
    """The conversations with the citizen's last words and the number of unread messages, in the same order."""
    unread = case((MessageRow.seq > Conversation.seen_seq, 1))
    spoken = case((MessageRow.kind != "event", MessageRow.seq))
    # A pressed button, such as 转人工, says less than the words before it.
    worded = case(((MessageRow.kind != "event") & Turn.button.is_(None), MessageRow.seq))
    heard = (
        select(
            MessageRow.conversation_id.label("id"),
            func.count(unread).label("unread"),
            func.coalesce(func.max(worded), func.max(spoken)).label("last"),
        )
        .join(Conversation, Conversation.id == MessageRow.conversation_id)
        .outerjoin(Turn, Turn.message_id == MessageRow.id)
        .where(MessageRow.conversation_id.in_([row.id for row in rows]), MessageRow.direction == "in")
        .group_by(MessageRow.conversation_id)
        .subquery()
    )
    found = await session.execute(
        select(heard.c.id, heard.c.unread, MessageRow).outerjoin(
            MessageRow, (MessageRow.conversation_id == heard.c.id) & (MessageRow.seq == heard.c.last)
        )
    )
    said = {id: (count, words) for id, count, words in found}
    wanted = [row.id for row in rows if row.mode != Mode.BOT]
    told, answered = await _told(session, wanted), await _answered(session, wanted)
    shown = []
    for row in rows:
        count, last = said.get(row.id, (0, None))
        view = store.to_view(
            row,
            unread=count,
            last_words=store.to_message(last) if last else None,
            words=tuple(told.get(row.id, ())),
            answered_seq=answered.get(row.id, 0),
        )
        shown.append(view)
    return shown


async def _told(session: AsyncSession, ids: Sequence[str]) -> dict[str, list[Message]]:
    """The citizens' own last messages in each conversation, newest first: :data:`WORDS` at most, back to the last long pause."""
    if not ids:
        return {}
    back = func.row_number().over(partition_by=MessageRow.conversation_id, order_by=MessageRow.seq.desc())
    newest = (
        select(MessageRow.id.label("id"), back.label("back"))
        .outerjoin(Turn, Turn.message_id == MessageRow.id)
        .where(
            MessageRow.conversation_id.in_(ids),
            MessageRow.direction == "in",
            MessageRow.kind != "event",
            Turn.button.is_(None),
        )
        .subquery()
    )
    found = await session.scalars(
        select(MessageRow)
        .join(newest, newest.c.id == MessageRow.id)
        .where(newest.c.back <= WORDS)
        .order_by(MessageRow.seq.desc())
    )
    told: dict[str, list[Message]] = {}
    over: set[str] = set()
    for row in found:
        before = told.setdefault(row.conversation_id, [])
        if before and before[-1].created_at - row.created_at > PAUSE:
            over.add(row.conversation_id)
        if row.conversation_id not in over:
            before.append(store.to_message(row))
    return told


async def _answered(session: AsyncSession, ids: Sequence[str]) -> dict[str, int]:
    """``seq`` of the last message of an agent in each conversation; those without one are left out."""
    if not ids:
        return {}
    found = await session.execute(
        select(MessageRow.conversation_id, func.max(MessageRow.seq))
        .where(MessageRow.conversation_id.in_(ids), MessageRow.sender == "agent")
        .group_by(MessageRow.conversation_id)
    )
    return {row[0]: row[1] for row in found}


async def in_hand(session: AsyncSession) -> dict[str, int]:
    """How many conversations each agent has, by id of the agent. Agents without one are left out."""
    found = await session.execute(
        select(Conversation.agent_id, func.count())
        .where(Conversation.mode == Mode.HUMAN)
        .group_by(Conversation.agent_id)
    )
    return {agent: count for agent, count in found if agent is not None}


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
            select(Conversation.id).where(Conversation.mode == Mode.WAITING).order_by(*ORDER).limit(limit)
        )
    )


async def position(session: AsyncSession, row: Conversation) -> int:
    """Place in the queue, from 1, in :data:`ORDER`. 0 when it does not wait."""
    if row.mode != Mode.WAITING or row.waiting_since is None:
        return 0
    ahead = behind(row.rank, row.waiting_since, row.id, ahead=True)
    count = await session.scalar(
        select(func.count())
        .select_from(Conversation)
        .where(Conversation.mode == Mode.WAITING, Conversation.id != row.id, ahead)
    )
    return (count or 0) + 1
