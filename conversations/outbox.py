"""The outbox: what a channel still has to bring to the citizen, taken by one at a time and never lost.

Functions take the caller's session: a channel writes down what it is about to send in the same transaction.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from conversations import store
from conversations.models import Delivery, MessageRow
from conversations.types import Owed
from core.clock import now

CLOCK_SKEW = timedelta(seconds=2)
"""How far the clocks of two machines may be apart."""


def free(moment: datetime) -> ColumnElement[bool]:
    """Nobody is handing it over."""
    return or_(Delivery.held_until.is_(None), Delivery.held_until <= moment - CLOCK_SKEW)


async def claim(
    session: AsyncSession, conversation_id: str, for_s: float, *, doubtful_before: datetime | None = None
) -> list[Owed]:
    """Take what is owed to the citizen, oldest first, to hand it over now; nobody else gets it meanwhile.

    Args:
        for_s: seconds after which what was neither :func:`delivered` nor :func:`put_back` may be taken again.
        doubtful_before: of what the citizen may have already, only what was put back before that moment.
    """
    moment = now()
    wanted = [Delivery.conversation_id == conversation_id, Delivery.state == "pending", free(moment)]
    if doubtful_before is not None:
        wanted.append(or_(Delivery.doubtful.is_(False), Delivery.next_attempt_at <= doubtful_before))
    claimed = (
        await session.execute(
            update(Delivery)
            .where(*wanted)
            .values(held_until=moment + timedelta(seconds=for_s))
            .returning(Delivery.message_id, Delivery.doubtful)
            .execution_options(synchronize_session=False)
        )
    ).all()
    doubtful: dict[str, bool] = {row.message_id: row.doubtful for row in claimed}
    if not doubtful:
        return []
    rows = await session.scalars(
        select(MessageRow).where(MessageRow.id.in_(list(doubtful))).order_by(MessageRow.seq)
    )
    return [Owed(store.to_message(row), doubtful[row.id]) for row in rows]


async def delivered(session: AsyncSession, message_ids: Sequence[str]) -> None:
    """The channel has handed these messages over."""
    if message_ids:
        await session.execute(
            update(Delivery)
            .where(_pending(message_ids))
            .values(state="sent", sent_at=now(), attempts=Delivery.attempts + 1, held_until=None, error=None)
            .execution_options(synchronize_session=False)
        )


async def put_back(
    session: AsyncSession,
    message_ids: Sequence[str],
    *,
    at: datetime,
    error: str | None = None,
    doubtful: bool = False,
) -> None:
    """These messages were not handed over (or, ``doubtful``, perhaps they were): they stay owed.

    Args:
        at: when the channel may try again by itself.
        error: why it did not succeed, for who looks.
    """
    if message_ids:
        values: dict[str, object] = {"held_until": None, "next_attempt_at": at, "error": error}
        if doubtful:
            values["doubtful"] = True
        await session.execute(
            update(Delivery)
            .where(_pending(message_ids))
            .values(attempts=Delivery.attempts + 1, **values)
            .execution_options(synchronize_session=False)
        )


def _pending(message_ids: Sequence[str]) -> ColumnElement[bool]:
    return and_(Delivery.message_id.in_(list(message_ids)), Delivery.state == "pending")
