"""The outbox: what a channel still has to bring to the citizen, taken by one at a time and never lost.

A message is marked as sent part by part, so that *sent* is what was shown: a channel that has to cut a message says so
(:func:`split`), and what was not shown stays owed, in its place.

Functions take the caller's session: a channel writes down what it is about to send in the same transaction.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, delete, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from conversations import statements, store
from conversations.models import Delivery, MessageRow, Turn
from conversations.types import Owed
from conversations.wakes import wake
from core.clock import now

CLOCK_SKEW = timedelta(seconds=2)
"""How far the clocks of two machines may be apart."""
UNTIL_THEY_WRITE = timedelta(days=365)
"""What can't be brought now waits for the citizen's next message, not for a time."""


def free(moment: datetime) -> ColumnElement[bool]:
    """Nobody is handing it over."""
    return or_(Delivery.held_until.is_(None), Delivery.held_until <= moment - CLOCK_SKEW)


async def claim(
    session: AsyncSession, conversation_id: str, for_s: float, *, doubtful: bool = True
) -> list[Owed]:
    """Take what is owed to the citizen to hand it over now, in the order it is to be shown.

    Nobody else gets it meanwhile.

    Args:
        for_s: seconds after which what was neither :func:`delivered` nor :func:`put_back` may be taken again.
        doubtful: what the citizen may have already as well; otherwise of that only what is due, which it is once the
            citizen has written again.
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
    """Of a message taken only ``shown`` is handed over now; ``rest`` stays owed, in a part of its own."""
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
    """These parts were taken and are not handed over this time."""
    if parts:
        await session.execute(
            update(Delivery)
            .where(_pending(parts))
            .values(held_until=None)
            .execution_options(synchronize_session=False)
        )


async def delivered(session: AsyncSession, parts: Sequence[str]) -> None:
    """The channel has handed these parts over."""
    if parts:
        await session.execute(
            update(Delivery)
            .where(_pending(parts))
            .values(state="sent", sent_at=now(), attempts=Delivery.attempts + 1, held_until=None, error=None)
            .execution_options(synchronize_session=False)
        )


async def put_back(
    session: AsyncSession,
    conversation_id: str,
    parts: Sequence[str],
    *,
    at: datetime,
    error: str | None = None,
) -> None:
    """These parts were not handed over: they stay owed, and nothing of the conversation overtakes them.

    Args:
        at: when the channel may try again by itself.
        error: why it did not succeed, for who looks.
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
    """Perhaps these parts were handed over, and nobody can tell: the citizen gets them again on writing again."""
    if parts:
        await session.execute(
            update(Delivery)
            .where(_pending(parts))
            .values(
                attempts=Delivery.attempts + 1,
                held_until=None,
                error=None,
                doubtful=True,
                next_attempt_at=now() + UNTIL_THEY_WRITE,
            )
            .execution_options(synchronize_session=False)
        )


async def wait(
    session: AsyncSession, conversation_id: str, *, at: datetime, error: str | None = None
) -> None:
    """Nothing that is owed in this conversation is brought by the channel itself before ``at``."""
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


async def due_now(session: AsyncSession, conversation_id: str) -> None:
    """Everything owed is to be brought at once; no answer to a request of the citizen's will carry it."""
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


async def attempts(session: AsyncSession, parts: Sequence[str]) -> int:
    """How often the channel has tried to hand over one of these parts."""
    found = await session.scalar(select(func.max(Delivery.attempts)).where(Delivery.id.in_(list(parts))))
    return found or 0


def _pending(parts: Sequence[str]) -> ColumnElement[bool]:
    return and_(Delivery.id.in_(list(parts)), Delivery.state == "pending")
