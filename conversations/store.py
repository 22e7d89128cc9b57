"""Reads and writes rows: the functions that all modules of this package share.

They use the caller's session, so that changes that belong together are committed together.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from conversations import attachments, happened, statements
from conversations.event_kinds import Said
from conversations.models import GONE, Conversation, Delivery, MessageRow, Turn
from conversations.types import Button, ConversationView, Message, Mode, Rank, Reply, Stage
from conversations.wakes import wake
from core.clock import now
from core.errors import Conflict, NotFound
from core.ids import new_id
from core.text import legible

_WORDLESS = 20
"""Most photos and places without words among the last messages that are skipped."""
BOT_NAME = "问办助手"
"""Sender name of the bot's messages."""


def to_message(row: MessageRow) -> Message:
    """The message of a stored row."""
    client_id = None
    if row.external_id and row.external_id.startswith("client:"):
        client_id = row.external_id.removeprefix("client:")
    return Message(
        id=row.id,
        conversation_id=row.conversation_id,
        seq=row.seq,
        direction=row.direction,
        sender=row.sender,
        sender_name=row.sender_name,
        kind=row.kind,
        text=row.text,
        created_at=row.created_at,
        buttons=tuple(Button(b["title"], b["payload"]) for b in row.buttons),
        card=row.card,
        client_id=client_id,
        turn_id=row.turn_id,
        media=attachments.shown(row.media),
    )


def to_view(
    row: Conversation,
    *,
    unread: int = 0,
    last_words: Message | None = None,
    words: tuple[Message, ...] = (),
    answered_seq: int = 0,
) -> ConversationView:
    """The conversation of a row, as shown in lists."""
    return ConversationView(
        id=row.id,
        channel=row.channel,
        account=row.account,
        user_id=row.user_id,
        mode=Mode(row.mode),
        agent_id=row.agent_id,
        urgent=row.urgent,
        reason=row.reason,
        waiting_since=row.waiting_since,
        facts=dict(row.facts),
        updated_at=row.updated_at,
        unread=unread,
        stage=Stage(row.stage),
        last_words=last_words,
        rank=Rank(row.rank),
        reply_due_at=row.reply_due_at,
        alerted_at=row.alerted_at,
        offered_to=row.offered_to,
        asked_at=row.asked_at,
        words=words,
        answered_seq=answered_seq,
    )


async def get_conversation(
    session: AsyncSession, conversation_id: str, *, lock: bool = False
) -> Conversation:
    """The row of a conversation.

    Args:
        session: the caller's session.
        conversation_id: its id.
        lock: whether to lock the row until the end of the transaction.

    Raises:
        NotFound: there is no conversation with this id.
    """
    row = await session.get(Conversation, conversation_id, with_for_update=lock)
    if row is None:
        raise NotFound("没有这个会话")
    return row


async def still_open(session: AsyncSession, conversation_id: str, *, lock: bool = False) -> Conversation:
    """The row of a conversation in which somebody at the desk wants to write.

    Raises:
        NotFound: there is no conversation with this id.
        Conflict: code ``erased``; what named its citizen was removed, at their wish or after its time. Nobody would read what
            is written now, and it would outlast what had to go.
    """
    row = await get_conversation(session, conversation_id, lock=lock)
    if row.user_id.startswith(GONE):
        raise Conflict("这个会话的内容已经按要求删除了，不能再写进去", code="erased")
    return row


async def append(
    session: AsyncSession,
    conversation_id: str,
    *,
    direction: str,
    sender: str,
    text: str,
    turn_id: str | None = None,
    sender_name: str = "",
    agent_id: str | None = None,
    kind: str = "text",
    buttons: Sequence[Button] = (),
    card: dict[str, Any] | None = None,
    media: dict[str, Any] | None = None,
    external_id: str | None = None,
    created_at: datetime | None = None,
    seq: int | None = None,
    release: bool = False,
) -> Message:
    """Add a message at the end of a conversation. The other arguments are the columns of the table.

    Args:
        seq: the place of the message, when the caller has already taken it; None: the next place is taken.
        release: whether to release the conversation's lease, too.
    """
    moment = now()
    if seq is None:
        take = statements.LAST_SEQ if release else statements.NEXT_SEQ
        seq = await session.scalar(take, {"p_id": conversation_id, "p_moment": moment})
    values = {
        "id": new_id(),
        "conversation_id": conversation_id,
        "seq": seq,
        "turn_id": turn_id,
        "direction": direction,
        "sender": sender,
        "sender_name": sender_name,
        "agent_id": agent_id,
        "kind": kind,
        "text": text,
        "buttons": [{"title": b.title, "payload": b.payload} for b in buttons],
        "card": card,
        "media": media,
        "image_id": media.get("image") if media else None,
        "external_id": external_id,
        "created_at": created_at or moment,
    }
    await session.execute(statements.WRITE_MESSAGE, values)
    return to_message(MessageRow(**values))


async def say(
    session: AsyncSession,
    conversation_id: str,
    replies: Sequence[Reply],
    *,
    sender: str,
    sender_name: str,
    outbox: str | None,
    turn_id: str | None = None,
    agent_id: str | None = None,
    external_id: str | None = None,
    release: bool = False,
    ahead: bool = False,
) -> list[Message]:
    """Write replies to the citizen.

    Args:
        replies: what to say, in order.
        outbox: name of the channel that must deliver them; None when the citizen's page fetches them.
        ahead: whether they are delivered before what is owed from earlier.
        release: whether to release the conversation's lease, too.
    """
    messages = []
    for reply in replies:
        message = await append(
            session,
            conversation_id,
            direction="out",
            sender=sender,
            sender_name=sender_name,
            text=reply.text,
            buttons=reply.buttons,
            card=reply.card,
            turn_id=turn_id,
            agent_id=agent_id,
            external_id=external_id,
            release=release,
        )
        messages.append(message)
        if outbox:
            session.add(
                Delivery(
                    id=message.id,
                    message_id=message.id,
                    conversation_id=conversation_id,
                    channel=outbox,
                    ahead=ahead,
                )
            )
    if outbox and messages:
        await wake(session, conversation_id, await _carried_until(session, turn_id) or now())
    if messages:
        await happened.record(session, conversation_id, Said(len(messages)), sender, agent_id=agent_id)
    return messages


async def _carried_until(session: AsyncSession, turn_id: str | None) -> datetime | None:
    """Until when the channel may bring a turn's replies in its answer to the request; None: it can't."""
    if turn_id is None:
        return None
    until: datetime | None = await session.scalar(select(Turn.answer_until).where(Turn.id == turn_id))
    return until


async def offered_buttons(session: AsyncSession, conversation_id: str) -> list[Button]:
    """The buttons that can be chosen now: those of the bot's last turn, unless an agent has written since."""
    newest = (await session.execute(statements.LATEST_SAID, {"p_id": conversation_id})).all()
    if not newest or newest[0].sender == "agent":
        return []
    turn_id = newest[0].turn_id
    said = [row for row in reversed(newest) if row.turn_id == turn_id] if turn_id else newest[:1]
    return [Button(b["title"], b["payload"]) for row in said for b in row.buttons]


async def turn_replies(session: AsyncSession, turn_id: str) -> list[Message]:
    """The replies of a turn, in order."""
    rows = await session.scalars(
        select(MessageRow)
        .where(MessageRow.turn_id == turn_id, MessageRow.direction == "out")
        .order_by(MessageRow.seq)
    )
    return [to_message(row) for row in rows]


async def recent_words(session: AsyncSession, conversation_id: str, since: datetime, limit: int) -> list[str]:
    """The texts of the citizen's last messages since a moment, oldest first; at most ``limit``."""
    rows = await session.scalars(
        select(MessageRow.text)
        .where(
            MessageRow.conversation_id == conversation_id,
            MessageRow.direction == "in",
            MessageRow.kind.in_(("text", "image", "location")),
            MessageRow.created_at >= since,
        )
        .order_by(MessageRow.seq.desc())
        # Texts are encrypted, so SQL can't leave out photos without words.
        .limit(limit + _WORDLESS)
    )
    worded = [text for text in rows if text not in (attachments.PHOTO, attachments.PLACE)][:limit]
    return [said for text in reversed(worded) if (said := legible(text))]


async def last_reported(session: AsyncSession, conversation_id: str, turn_id: str) -> dict[str, Any] | None:
    """What the actions reported of the turn before this one, in its stored form; None for nothing."""
    return await session.scalar(
        select(Turn.reported)
        .where(Turn.conversation_id == conversation_id, Turn.id != turn_id, Turn.state == "done")
        .order_by(Turn.done_at.desc())
        .limit(1)
    )


async def oldest_open_turn(session: AsyncSession, conversation_id: str) -> tuple[Turn, MessageRow] | None:
    """The next turn to run, with its message; None when no turn is open."""
    found = (
        await session.execute(
            select(Turn, MessageRow)
            .join(MessageRow, MessageRow.id == Turn.message_id)
            .where(Turn.conversation_id == conversation_id, Turn.state == "open")
            .order_by(MessageRow.seq)
            .limit(1)
        )
    ).first()
    return None if found is None else (found[0], found[1])


async def has_open_turn(session: AsyncSession, conversation_id: str, besides: str = "") -> bool:
    """Whether a turn other than ``besides`` is open."""
    found = await session.scalar(statements.ANOTHER_OPEN_TURN, {"p_id": conversation_id, "p_turn": besides})
    return found is not None


async def last_heard(session: AsyncSession, conversation_id: str) -> datetime | None:
    """When the citizen last sent a message; None when there is no message.

    Events of the platform do not count.
    """
    found: datetime | None = await session.scalar(
        select(MessageRow.created_at)
        .where(
            MessageRow.conversation_id == conversation_id,
            MessageRow.direction == "in",
            MessageRow.kind != "event",
        )
        .order_by(MessageRow.seq.desc())
        .limit(1)
    )
    return found
