"""How long visitors' tokens are kept."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Select, delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from channels.web.models import VisitorToken
from channels.web.tokens import NOTED, VALID
from core.database import Database
from core.retention import Rows

TABLES = {"visitor_tokens": "until it is not valid any more: 30 days after its last use"}
"""The decisions for the tables of this package."""


def rules(database: Database) -> list[Rows]:
    """The rules of this package. A revoked token is kept as long as a valid one, so that it is recognised."""
    return [Rows("网页登录凭证", VALID + NOTED, database, _old, _remove)]


def _old(before: datetime) -> Select[str]:
    return (
        select(VisitorToken.digest).where(VisitorToken.seen_at < before).order_by(VisitorToken.seen_at)
    )


async def _remove(session: AsyncSession, ids: Sequence[str]) -> None:
    await session.execute(delete(VisitorToken).where(VisitorToken.digest.in_(ids)))


async def forget(session: AsyncSession, visitors: Sequence[str]) -> None:
    """Remove all tokens of these visitors, so that no browser opens their conversations any more."""
    await session.execute(delete(VisitorToken).where(VisitorToken.visitor_id.in_(visitors)))
