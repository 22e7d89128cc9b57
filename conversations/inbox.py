"""Receiving: a citizen's message is on disk, once, before anything else happens to it."""

from __future__ import annotations

from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from conversations import store
from conversations.models import Conversation, MessageRow, Turn
from conversations.types import InboundMessage, Receipt
from core.database import Database
from core.errors import BadRequest
from core.ids import new_id
from core.text import clean

MAX_TEXT = 20_000
"""Characters of one message; channels have lower limits of their own."""


async def receive(database: Database, inbound: InboundMessage) -> Receipt:
    """Store a message and open its turn, or find both again when the message was delivered before.

    Raises:
        BadRequest: there is no user id or message id, or the text is over :data:`MAX_TEXT`.
    """
    if not inbound.user_id or not inbound.message_id:
        raise BadRequest("消息缺少发送人或编号")
    if len(inbound.text) > MAX_TEXT:
        raise BadRequest("内容太长了，请分几次发")
    try:
        return await _receive(database, inbound)
    except IntegrityError:
        # Another process stored the same message, or opened the same conversation, in between (PostgreSQL
        # only: SQLite's writers queue). The second look finds it.
        return await _receive(database, inbound)


async def _receive(database: Database, inbound: InboundMessage) -> Receipt:
    async with database.write() as session:
        conversation = await find_or_create(session, inbound.channel, inbound.account, inbound.user_id)
        known = await session.scalar(
            select(MessageRow).where(
                MessageRow.conversation_id == conversation.id,
                MessageRow.direction == "in",
                MessageRow.external_id == inbound.message_id,
            )
        )
        if known is not None:
            return Receipt(conversation.id, store.to_message(known), known.turn_id or "", duplicate=True)
        turn_id = new_id()
        message = await store.append(
            session,
            conversation.id,
            direction="in",
            sender="citizen",
            text=clean(inbound.text),
            kind=inbound.kind,
            media=inbound.media,
            external_id=inbound.message_id,
            created_at=inbound.received_at,
            turn_id=turn_id,
        )
        await session.execute(
            insert(Turn).values(
                id=turn_id,
                conversation_id=conversation.id,
                message_id=message.id,
                button=inbound.button,
                created_at=inbound.received_at,
            )
        )
        return Receipt(conversation.id, message, turn_id, duplicate=False)


async def find_or_create(session: AsyncSession, channel: str, account: str, user_id: str) -> Conversation:
    """The conversation of one person through one entrance, begun if there is none."""
    row = await session.scalar(
        select(Conversation).where(
            Conversation.channel == channel, Conversation.account == account, Conversation.user_id == user_id
        )
    )
    if row is None:
        row = Conversation(channel=channel, account=account, user_id=user_id)
        session.add(row)
        await session.flush()
    return row
