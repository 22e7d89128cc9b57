"""Receiving: a citizen's message is stored once, before anything else is done with it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from conversations import attachments, buttons, happened, statements, store
from conversations.event_kinds import Actor, Opened, Said
from conversations.models import Conversation, MessageRow
from conversations.types import InboundMessage, Job, Mode, Receipt, Stage
from conversations.wakes import wake
from core.clock import now
from core.database import Database
from core.errors import BadRequest
from core.ids import new_id
from core.text import clean, legible

MAX_TEXT = 20_000
"""Most characters of one message. Channels have lower limits."""


@dataclass(frozen=True)
class Lease:
    """The right of one process to work on a conversation's turns, as written into the conversation's row.

    Args:
        owner: id of the process.
        until: when the lease ends, unless the process renews it.
    """

    owner: str
    until: datetime


async def receive(database: Database, inbound: InboundMessage, lease: Lease) -> tuple[Receipt, Job | None]:
    """Store a message and open its turn. When the message was delivered before, both are found again.

    Args:
        database: where the conversations are.
        inbound: the message.
        lease: taken in the same transaction, when no process works on the conversation.

    Returns:
        The receipt, and the turn to run; None when another process has the lease or an older turn is open.

    Raises:
        BadRequest: user id or message id is missing, or the text is longer than :data:`MAX_TEXT`.
    """
    if not inbound.user_id or not inbound.message_id:
        raise BadRequest("消息缺少发送人或编号")
    if len(inbound.text) > MAX_TEXT:
        raise BadRequest("内容太长了，请分几次发")
    try:
        return await _store(database, inbound, lease)
    except IntegrityError:
        # The message is already stored (nothing was changed), or another process has just begun the
        # conversation.
        known = await _find(database, inbound)
        return (known, None) if known else await _store(database, inbound, lease)


async def _find(database: Database, inbound: InboundMessage) -> Receipt | None:
    async with database.read() as session:
        row = await session.scalar(
            select(MessageRow)
            .join(Conversation, Conversation.id == MessageRow.conversation_id)
            .where(
                _same_entrance(inbound.channel, inbound.account, inbound.user_id),
                MessageRow.direction == "in",
                MessageRow.external_id == inbound.message_id,
            )
        )
        if row is None:
            return None
        return Receipt(row.conversation_id, store.to_message(row), row.turn_id or "", duplicate=True)


async def _store(database: Database, inbound: InboundMessage, lease: Lease) -> tuple[Receipt, Job | None]:
    """Store conversation, message, turn and lease in one transaction.

    A repeated message violates a unique constraint, and nothing changes.
    """
    async with database.write() as session:
        found = (
            await session.execute(
                statements.ARRIVE,
                {
                    "p_channel": inbound.channel,
                    "p_account": inbound.account,
                    "p_user": inbound.user_id,
                    "p_moment": now(),
                    "p_owner": lease.owner,
                    "p_until": lease.until,
                },
            )
        ).one_or_none()
        owner: str | None
        if found is None:
            conversation_id, seq, mode, owner, takes = new_id(), 1, str(Mode.BOT), lease.owner, 0
            await session.execute(
                statements.OPEN_CONVERSATION,
                {
                    "id": conversation_id,
                    "channel": inbound.channel,
                    "account": inbound.account,
                    "user_id": inbound.user_id,
                    "last_seq": seq,
                    "lease_owner": lease.owner,
                    "lease_until": lease.until,
                },
            )
            await happened.record(session, conversation_id, Opened(inbound.channel), Actor.CITIZEN)
        else:
            conversation_id, seq, mode, owner, stage, takes = found
            if stage == Stage.CLOSED and not await _rates(session, conversation_id, inbound):
                await session.execute(statements.OPEN_AGAIN, {"p_id": conversation_id})
                again = Opened(inbound.channel, again=True)
                await happened.record(session, conversation_id, again, Actor.CITIZEN)
        turn_id = new_id()
        answer_until = inbound.received_at + timedelta(seconds=inbound.answer_s)
        message = await store.append(
            session,
            conversation_id,
            seq=seq,
            direction="in",
            sender="citizen",
            text=clean(inbound.text),
            kind=inbound.kind,
            media=inbound.media,
            external_id=inbound.message_id,
            created_at=inbound.received_at,
            turn_id=turn_id,
        )
        await happened.record(session, conversation_id, Said(1), Actor.CITIZEN)
        await session.execute(
            statements.OPEN_TURN,
            {
                "id": turn_id,
                "conversation_id": conversation_id,
                "message_id": message.id,
                "button": inbound.button,
                "attempts": 1 if owner == lease.owner else 0,
                "answer_until": answer_until if inbound.answer_s else None,
                "created_at": inbound.received_at,
            },
        )
        if found is not None:
            # A citizen who writes is reading. So everything owed is sent, if possible in the answer to this
            # request.
            due = await session.execute(
                statements.DUE_NOW, {"p_id": conversation_id, "p_moment": answer_until}
            )
            if due.first() is not None:
                await wake(session, conversation_id, answer_until)
        receipt = Receipt(conversation_id, message, turn_id, duplicate=False)
        if owner != lease.owner or await store.has_open_turn(session, conversation_id, besides=turn_id):
            return receipt, None
        offered = await store.offered_buttons(session, conversation_id) if seq > 1 else []
        chosen = buttons.choose(message.text, inbound.button, offered)
        attached = attachments.payload(inbound.kind, inbound.media)
        beside = attached is not None and bool(attachments.words(message.text, inbound.media))
        said = legible(message.text)
        job = Job(turn_id, said, chosen, 0, Mode(mode), attached, tuple(offered), beside, takes)
        return receipt, job


async def _rates(session: AsyncSession, conversation_id: str, inbound: InboundMessage) -> bool:
    """Whether a message only rates the talk that has ended, so that it begins no new one."""
    offered = await store.offered_buttons(session, conversation_id)
    return buttons.choose(clean(inbound.text), inbound.button, offered) in buttons.RATE_TALK


def _same_entrance(channel: str, account: str, user_id: str) -> ColumnElement[bool]:
    return and_(
        Conversation.channel == channel, Conversation.account == account, Conversation.user_id == user_id
    )


async def find_or_create(session: AsyncSession, channel: str, account: str, user_id: str) -> Conversation:
    """The conversation of one person through one entrance. It is begun when there is none."""
    row = await session.scalar(select(Conversation).where(_same_entrance(channel, account, user_id)))
    if row is None:
        row = Conversation(channel=channel, account=account, user_id=user_id)
        session.add(row)
        await session.flush()
        await happened.record(session, row.id, Opened(channel), Actor.CITIZEN)
    return row
