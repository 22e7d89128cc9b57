"""How long the records of connected systems are kept."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import Select, delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from core.database import Database
from core.retention import Rows
from partners.models import WebhookDelivery

TABLES = {
    "partners": "kept; names systems and no person",
    "webhook_deliveries": "keep_outbox_days; ids and states, no personal data",
}
"""The decisions for the tables of this package."""


def rules(database: Database, *, outbox: timedelta) -> list[Rows]:
    """The rules of this package.

    Args:
        database: where the records are.
        outbox: how long messages to other systems are kept, received or not.
    """
    return [Rows("对接系统的消息", outbox, database, _old, _remove)]


def _old(before: datetime) -> Select[str]:
    return (
        select(WebhookDelivery.event_id)
        .where(WebhookDelivery.created_at < before)
        .order_by(WebhookDelivery.event_id)
    )


async def _remove(session: AsyncSession, ids: Sequence[str]) -> None:
    await session.execute(delete(WebhookDelivery).where(WebhookDelivery.event_id.in_(ids)))
