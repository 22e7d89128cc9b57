"""How long the WeChat channel's records are kept."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import Select, delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from channels.wechat.models import WeChatAnswer, WeChatEvent, WeChatNoticeRow
from core.database import Database
from core.ids import first_id
from core.retention import Rows

TABLES = {
    "wechat_answers": "three days (channels.wechat.outbound.passive); longer than the platform allows pushes",
    "wechat_events": "three days, with the answers",
    "wechat_access": "kept: tokens of the app, which name no citizen",
    "wechat_notices": "keep_outbox_days",
}
"""The decisions for the tables of this package."""


def rules(database: Database, *, outbox: timedelta) -> list[Rows]:
    """The rules of this package.

    Args:
        database: where the records are.
        outbox: how long notices are kept.
    """
    return [Rows("微信通知", outbox, database, _old, _remove)]


def _old(before: datetime) -> Select[str]:
    return (
        select(WeChatNoticeRow.id)
        .where(WeChatNoticeRow.id < first_id(before), WeChatNoticeRow.created_at < before)
        .order_by(WeChatNoticeRow.id)
    )


async def _remove(session: AsyncSession, ids: Sequence[str]) -> None:
    await session.execute(delete(WeChatNoticeRow).where(WeChatNoticeRow.id.in_(ids)))


async def forget(session: AsyncSession, users: Sequence[str], conversations: Sequence[str]) -> None:
    """Remove what is stored of these citizens, by openid and by conversation."""
    await session.execute(delete(WeChatNoticeRow).where(WeChatNoticeRow.user_id.in_(users)))
    await session.execute(delete(WeChatEvent).where(WeChatEvent.user_id.in_(users)))
    await session.execute(delete(WeChatAnswer).where(WeChatAnswer.conversation_id.in_(conversations)))
