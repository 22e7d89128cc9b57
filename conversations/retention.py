"""How long messages, photos and conversations are kept."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta

from sqlalchemy import Select, delete, literal, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from conversations.media import Media
from conversations.models import (
    GONE,
    Conversation,
    ConversationEvent,
    Delivery,
    ImageRow,
    MessageRow,
    RightsRequest,
    Turn,
)
from conversations.types import Mode
from core import retention
from core.consents import Consent
from core.database import Database
from core.ids import first_id
from core.retention import After, Rows

TABLES = {
    "messages": "keep_messages_days after it was written",
    "turns": "with the message it answers",
    "images": "with its message; with its ticket when it belongs to one; a day when no message names it",
    "deliveries": "keep_outbox_days after it was delivered or given up; at the latest with its message",
    "conversations": "without the citizen's id and facts after keep_messages_days without a message; "
    "removed after keep_events_days",
    "conversation_events": "with the conversation; they hold no words and no personal data",
    "rights_requests": "keep_events_days after they were ended: they prove that a right was granted",
}
"""The decisions for the tables of this package."""

Held = Callable[[AsyncSession, Sequence[str]], Awaitable[set[str]]]
"""Which of these photos belong to tickets, and are kept with them."""


def rules(
    database: Database, media: Media, held: Held, *, messages: timedelta, outbox: timedelta, events: timedelta
) -> list[Rows]:
    """The rules of this package, in the order in which they must run.

    Args:
        database: where the conversations are.
        media: the photos.
        held: tells which photos belong to tickets.
        messages: how long messages are kept.
        outbox: how long delivered messages stay in the outbox.
        events: how long it is kept what happened.
    """

    async def remove_messages(session: AsyncSession, ids: Sequence[str]) -> After | None:
        return await forget_messages(session, media, held, ids)

    return [
        Rows("待发记录", outbox, database, _delivered, _remove_deliveries),
        Rows("对话消息", messages, database, _messages, remove_messages),
        Rows("对话里的群众标识", messages, database, _named, make_nameless),
        retention.consents(database, messages, _consents),
        Rows("个人信息请求", events, database, _requests, _remove_requests),
        Rows("对话经过", events, database, _empty, _remove_conversations),
    ]


async def forget_messages(
    session: AsyncSession, media: Media, held: Held, ids: Sequence[str]
) -> After | None:
    """Remove messages, with their turns, outbox rows and photos. Photos of tickets stay with the ticket.

    Returns:
        What removes the photos' files after the commit; None when there are none.
    """
    sent = await session.scalars(
        select(MessageRow.image_id).where(MessageRow.id.in_(ids), MessageRow.image_id.is_not(None))
    )
    photos = sorted({image for image in sent if image})
    kept = await held(session, photos) if photos else set()
    gone = [image for image in photos if image not in kept]
    await session.execute(delete(Delivery).where(Delivery.message_id.in_(ids)))
    await session.execute(delete(Turn).where(Turn.message_id.in_(ids)))
    await session.execute(delete(MessageRow).where(MessageRow.id.in_(ids)))
    if kept:
        await session.execute(update(ImageRow).where(ImageRow.id.in_(kept)).values(ticketed=True))
    return await media.forget(session, gone)


async def make_nameless(session: AsyncSession, ids: Sequence[str]) -> None:
    """Remove from conversations what names the citizen. When the citizen writes again, a new conversation begins."""
    await session.execute(
        update(Conversation)
        .where(Conversation.id.in_(ids))
        .values(user_id=literal(GONE) + Conversation.id, facts={})
        .execution_options(synchronize_session=False)
    )


def _messages(before: datetime) -> Select[str]:
    # Ids sort by time, and are the primary key: no index on the time is needed.
    return (
        select(MessageRow.id)
        .where(MessageRow.id < first_id(before), MessageRow.created_at < before)
        .order_by(MessageRow.id)
    )


def _delivered(before: datetime) -> Select[str]:
    return (
        select(Delivery.id)
        .where(Delivery.id < first_id(before), Delivery.state != "pending", Delivery.next_attempt_at < before)
        .order_by(Delivery.id)
    )


async def _remove_deliveries(session: AsyncSession, ids: Sequence[str]) -> None:
    await session.execute(delete(Delivery).where(Delivery.id.in_(ids)))


def _has_messages() -> Select[str]:
    return select(MessageRow.id).where(MessageRow.conversation_id == Conversation.id)


def _named(before: datetime) -> Select[str]:
    return (
        select(Conversation.id)
        .where(
            Conversation.mode == Mode.BOT,
            Conversation.updated_at < before,
            ~Conversation.user_id.startswith(GONE),
            ~_has_messages().exists(),
            # An open request must still be answered.
            ~select(RightsRequest.id)
            .where(RightsRequest.conversation_id == Conversation.id, RightsRequest.state == "open")
            .exists(),
        )
        .order_by(Conversation.id)
    )


def _empty(before: datetime) -> Select[str]:
    """Conversations that name nobody, and of which nothing is left."""
    photos = select(ImageRow.id).where(ImageRow.conversation_id == Conversation.id)
    requests = select(RightsRequest.id).where(RightsRequest.conversation_id == Conversation.id)
    return (
        select(Conversation.id)
        .where(
            Conversation.user_id.startswith(GONE),
            Conversation.updated_at < before,
            ~_has_messages().exists(),
            ~photos.exists(),
            ~requests.exists(),
        )
        .order_by(Conversation.id)
    )


async def _remove_conversations(session: AsyncSession, ids: Sequence[str]) -> None:
    await session.execute(delete(ConversationEvent).where(ConversationEvent.conversation_id.in_(ids)))
    await session.execute(delete(Conversation).where(Conversation.id.in_(ids)))


def _consents() -> Select[str]:
    talks = select(Conversation.id).where(
        Conversation.channel == Consent.channel,
        Conversation.account == Consent.account,
        Conversation.user_id == Consent.user_id,
    )
    return select(Consent.id).where(~talks.exists())


def _requests(before: datetime) -> Select[str]:
    return (
        select(RightsRequest.id)
        .where(RightsRequest.state != "open", RightsRequest.ended_at < before)
        .order_by(RightsRequest.id)
    )


async def _remove_requests(session: AsyncSession, ids: Sequence[str]) -> None:
    await session.execute(delete(RightsRequest).where(RightsRequest.id.in_(ids)))
