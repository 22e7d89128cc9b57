"""How long phone calls and callbacks are kept, and what of them names a citizen."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import Select, delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from core.database import Database
from core.retention import Rows
from telephony.models import CallEventRow, CallRow, WishedCallRow

TABLES = {
    "phone_calls": "without the caller's number after keep_messages_days; removed after keep_events_days",
    "phone_call_events": "with the call; no personal data",
    "phone_callbacks": "keep_messages_days after it was ended",
}
"""The decisions for the tables of this package."""


def rules(database: Database, *, messages: timedelta, events: timedelta) -> list[Rows]:
    """The rules of this package.

    Args:
        database: where the calls are.
        messages: how long a call names its caller.
        events: how long calls are counted.
    """
    return [
        Rows("来电号码", messages, database, _named, forget_callers),
        Rows("来电记录", events, database, _old, _remove),
        Rows("回电登记", messages, database, _ended, remove_callbacks),
    ]


def _named(before: datetime) -> Select[str]:
    return (
        select(CallRow.id)
        .where(CallRow.began_at < before, CallRow.phone_key.is_not(None))
        .order_by(CallRow.began_at)
    )


async def forget_callers(session: AsyncSession, ids: Sequence[str]) -> None:
    """Remove the numbers of callers. The calls are still counted."""
    await session.execute(
        update(CallRow)
        .where(CallRow.id.in_(ids))
        .values(phone="", phone_key=None)
        .execution_options(synchronize_session=False)
    )


def _old(before: datetime) -> Select[str]:
    return select(CallRow.id).where(CallRow.began_at < before).order_by(CallRow.began_at)


async def _remove(session: AsyncSession, ids: Sequence[str]) -> None:
    await session.execute(delete(CallEventRow).where(CallEventRow.call_id.in_(ids)))
    await session.execute(delete(CallRow).where(CallRow.id.in_(ids)))


def _ended(before: datetime) -> Select[str]:
    return select(WishedCallRow.id).where(WishedCallRow.ended_at < before).order_by(WishedCallRow.ended_at)


async def remove_callbacks(session: AsyncSession, ids: Sequence[str]) -> None:
    """Remove callbacks."""
    await session.execute(delete(WishedCallRow).where(WishedCallRow.id.in_(ids)))
