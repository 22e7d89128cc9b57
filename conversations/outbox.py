"""The outbox: what a channel still has to deliver.

A part is a message, or a piece of one. Only one process at a time has a claim on a part, and no part is lost.

A message is marked as sent part by part, so that *sent* means that the citizen was shown it. A channel that has to
cut a message calls :func:`split`; the rest stays owed, in its place.

All functions use the caller's session, so that a channel records in the same transaction what it is going to
send.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, delete, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from conversations import statements, store
from conversations.models import Delivery, MessageRow, Turn
from conversations.types import Message, Owed
from conversations.wakes import wake
from core.clock import now
from core.database import changed

CLOCK_SKEW = timedelta(seconds=2)
"""Largest difference between the clocks of two machines that is allowed for."""
UNTIL_THEY_WRITE = timedelta(days=365)
"""Delay of parts that can't be delivered now. In practice they wait for the citizen's next message."""
NO_ROOM = "no room until the citizen writes"
"""Error of parts that the platform does not let through before the citizen writes again. It is no fault of theirs."""
DELIVERIES = "deliveries"
"""Kind of change (:func:`core.database.changed`) of what became of parts; its subjects are conversations."""


def free(moment: datetime) -> ColumnElement[bool]:
    """SQL condition: no process has a claim on the part."""
    return or_(Delivery.held_until.is_(None), Delivery.held_until <= moment - CLOCK_SKEW)


async def claim(
    session: AsyncSession, conversation_id: str, for_s: float, *, doubtful: bool = True
) -> list[Owed]:
    """Claim what is owed to the citizen, in the order in which it must be shown. No other process gets it.

    Args:
        session: the caller's transaction.
        conversation_id: the citizen's conversation.
        for_s: seconds after which others may claim a part that was neither :func:`delivered` nor
            :func:`put_back`.
        doubtful: whether to include all parts that the citizen may already have. Otherwise only those that
            are due; they become due when the citizen writes again.
    """
    moment = now()
    wanted = [Delivery.conversation_id == conversation_id, Delivery.state == "pending", free(moment)]
    if not doubtful:
        wanted.append(or_(Delivery.doubtful.is_(False), Delivery.next_attempt_at <= moment))
    claimed = list(
        await session.scalars(
            update(Delivery)
            .where(*wanted)
            .values(held_until=moment + timedelta(seconds=for_s))
            .returning(Delivery.id)
            .execution_options(synchronize_session=False)
        )
    )
    if not claimed:
        return []
    found = await session.execute(
        select(Delivery.id, Delivery.text, Delivery.doubtful, Delivery.ahead, MessageRow)
        .join(MessageRow, MessageRow.id == Delivery.message_id)
        .where(Delivery.id.in_(claimed))
        .order_by(Delivery.ahead.desc(), Delivery.doubtful.desc(), MessageRow.seq, Delivery.part)
    )
    owed: list[Owed] = []
    for part, text, is_doubtful, ahead, row in found:
        message = store.to_message(row)
        if text is not None:
            message = replace(message, text=text)
        before = owed[-1] if owed else None
        if before and before.message.id == message.id and before.doubtful == is_doubtful:
            whole = replace(message, text=before.message.text + message.text)
            owed[-1] = replace(before, parts=(*before.parts, part), message=whole)
        else:
            owed.append(Owed((part,), message, is_doubtful, ahead))
    return owed


async def split(session: AsyncSession, one: Owed, shown: str, rest: str) -> None:
    """Record that only ``shown`` of a claimed message is sent now.

    ``rest`` stays owed, as a part of its own.
    """
    first, *others = one.parts
    await session.execute(
        update(Delivery)
        .where(Delivery.id == first)
        .values(text=shown)
        .execution_options(synchronize_session=False)
    )
    if others:
        await session.execute(
            update(Delivery)
            .where(Delivery.id == others[0])
            .values(text=rest, held_until=None)
            .execution_options(synchronize_session=False)
        )
        await session.execute(
            delete(Delivery).where(Delivery.id.in_(others[1:])).execution_options(synchronize_session=False)
        )
        return
    row = await session.get_one(Delivery, first, populate_existing=True)
    await session.execute(
        update(Delivery)
        .where(Delivery.message_id == row.message_id, Delivery.part > row.part)
        .values(part=Delivery.part + 1)
        .execution_options(synchronize_session=False)
    )
    session.add(
        Delivery(
            message_id=row.message_id,
            part=row.part + 1,
            text=rest,
            ahead=row.ahead,
            doubtful=row.doubtful,
            conversation_id=row.conversation_id,
            channel=row.channel,
            next_attempt_at=row.next_attempt_at,
        )
    )
    await session.flush()


async def let_go(session: AsyncSession, parts: Sequence[str]) -> None:
    """Give up the claim on these parts without a try to deliver them."""
    if parts:
        await session.execute(
            update(Delivery)
            .where(_pending(parts))
            .values(held_until=None)
            .execution_options(synchronize_session=False)
        )


async def delivered(session: AsyncSession, parts: Sequence[str]) -> None:
    """Record that the channel has delivered these parts."""
    if parts:
        sent = await session.scalars(
            update(Delivery)
            .where(_pending(parts))
            .values(state="sent", sent_at=now(), attempts=Delivery.attempts + 1, held_until=None, error=None)
            .returning(Delivery.conversation_id)
            .execution_options(synchronize_session=False)
        )
        changed(session, DELIVERIES, sent)


async def put_back(
    session: AsyncSession,
    conversation_id: str,
    parts: Sequence[str],
    *,
    at: datetime,
    error: str | None = None,
) -> None:
    """Record that these parts could not be delivered. They stay owed, and no later message goes before them.

    Args:
        session: the caller's transaction.
        conversation_id: the citizen's conversation.
        parts: ids of the parts.
        at: when the channel may try again by itself.
        error: the error, for operators.
    """
    if parts:
        await session.execute(
            update(Delivery)
            .where(_pending(parts))
            .values(attempts=Delivery.attempts + 1, held_until=None, error=error)
            .execution_options(synchronize_session=False)
        )
    await wait(session, conversation_id, at=at)
    await wake(session, conversation_id, at)


async def put_in_doubt(session: AsyncSession, parts: Sequence[str]) -> None:
    """Record that it is unknown whether these parts were delivered.

    The citizen gets them again after writing the next message.
    """
    if parts:
        unsure = await session.scalars(
            update(Delivery)
            .where(_pending(parts))
            .values(
                attempts=Delivery.attempts + 1,
                held_until=None,
                error=None,
                doubtful=True,
                next_attempt_at=now() + UNTIL_THEY_WRITE,
            )
            .returning(Delivery.conversation_id)
            .execution_options(synchronize_session=False)
        )
        changed(session, DELIVERIES, unsure)


async def wait(
    session: AsyncSession, conversation_id: str, *, at: datetime, error: str | None = None
) -> None:
    """Let the channel deliver nothing in this conversation by itself before ``at``."""
    values: dict[str, object] = {"next_attempt_at": at} | ({} if error is None else {"error": error})
    await session.execute(
        update(Delivery)
        .where(
            Delivery.conversation_id == conversation_id,
            Delivery.state == "pending",
            Delivery.next_attempt_at < at,
        )
        .values(**values)
        .execution_options(synchronize_session=False)
    )
    changed(session, DELIVERIES, [conversation_id])


async def due_now(session: AsyncSession, conversation_id: str) -> None:
    """Make everything owed due now. No answer to an open request will carry it any more."""
    moment = now()
    await session.execute(
        update(Turn)
        .where(Turn.conversation_id == conversation_id, Turn.answer_until > moment)
        .values(answer_until=moment)
        .execution_options(synchronize_session=False)
    )
    await session.execute(statements.DUE_NOW, {"p_id": conversation_id, "p_moment": moment})
    if await session.scalar(statements.OWED, {"p_id": conversation_id}) is not None:
        await wake(session, conversation_id, moment)


async def undelivered(session: AsyncSession, conversation_id: str) -> list[Message]:
    """Messages of a conversation that are owed to the citizen, oldest first."""
    rows = await session.scalars(
        select(MessageRow)
        .join(Delivery, Delivery.message_id == MessageRow.id)
        .where(Delivery.conversation_id == conversation_id, Delivery.state == "pending")
        .distinct()
        .order_by(MessageRow.seq)
    )
    return [store.to_message(row) for row in rows]


async def attempts(session: AsyncSession, parts: Sequence[str]) -> int:
    """The number of tries to deliver these parts: the largest of all of them."""
    found = await session.scalar(select(func.max(Delivery.attempts)).where(Delivery.id.in_(list(parts))))
    return found or 0


def _pending(parts: Sequence[str]) -> ColumnElement[bool]:
    return and_(Delivery.id.in_(list(parts)), Delivery.state == "pending")
