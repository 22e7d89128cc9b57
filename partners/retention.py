"""How long the records of connected systems are kept."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import Select, delete, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from core.database import Database
from core.retention import Rows
from partners.models import PartnerKey, WebhookDelivery

TABLES = {
    "partners": "kept; names systems and no person",
    "partner_keys": "keep_outbox_days; keyed digests, no personal data",
    "webhook_deliveries": "keep_outbox_days; ids and states, no personal data",
}
"""The decisions for the tables of this package."""


def rules(database: Database, *, outbox: timedelta) -> list[Rows]:
    """The rules of this package.

    Args:
        database: where the records are.
        outbox: how long messages to other systems are kept, received or not, and what was asked for with their keys.
    """
    return [
        Rows("对接系统的消息", outbox, database, _old, _remove),
        Rows("对接系统的请求编号", outbox, database, _old_keys, _remove_keys),
    ]


def _old(before: datetime) -> Select[str]:
    return (
        select(WebhookDelivery.event_id)
        .where(WebhookDelivery.created_at < before)
        .order_by(WebhookDelivery.event_id)
    )


async def _remove(session: AsyncSession, ids: Sequence[str]) -> None:
    await session.execute(delete(WebhookDelivery).where(WebhookDelivery.event_id.in_(ids)))


def _old_keys(before: datetime) -> Select[str]:
    name = (PartnerKey.partner_id + " " + PartnerKey.key).label("name")
    return select(name).where(PartnerKey.created_at < before).order_by(PartnerKey.created_at)


async def _remove_keys(session: AsyncSession, ids: Sequence[str]) -> None:
    pairs = [tuple(one.split(" ", 1)) for one in ids]
    which = tuple_(PartnerKey.partner_id, PartnerKey.key).in_(pairs)
    await session.execute(delete(PartnerKey).where(which))
