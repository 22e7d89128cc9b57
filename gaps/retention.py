"""How long asked questions are kept."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import Select, delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from core.database import Database
from core.retention import Rows
from gaps.models import AskedQuestion

TABLES = {"asked_questions": "keep_questions_days; personal data is removed before they are stored"}
"""The decisions for the tables of this package."""


def rules(database: Database, *, questions: timedelta) -> list[Rows]:
    """The rules of this package.

    Args:
        database: where the questions are.
        questions: how long they are kept.
    """
    return [Rows("问过的问题", questions, database, _old, _remove)]


def _old(before: datetime) -> Select[str]:
    return select(AskedQuestion.id).where(AskedQuestion.asked_at < before).order_by(AskedQuestion.asked_at)


async def _remove(session: AsyncSession, ids: Sequence[str]) -> None:
    await session.execute(delete(AskedQuestion).where(AskedQuestion.id.in_(ids)))
