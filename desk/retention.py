"""How long the desk's records are kept."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from core.database import Database
from core.retention import Rows
from desk.talk_models import ReplyDraft, TalkNote, TalkTag

DRAFTS = timedelta(days=7)
"""How long a reply that was never sent is kept after it was last typed in."""

TABLES = {
    "desk_users": "kept: an account is part of the record of who did what; it names staff, not citizens",
    "desk_audit": "kept: the law asks for six months at least; it names no citizen",
    "desk_audit_marks": "kept: places in the chain of the audit",
    "desk_reveals": "kept: who saw masked data and why belongs to the record of who did what; it names no citizen",
    "desk_recovery_codes": "used once, or replaced; digests only",
    "desk_sessions": "desk.sessions removes one that is over when it is next shown",
    "desk_views": "kept until its owner or a supervisor removes it, 30 an account; encrypted, because its words may name a citizen",
    "reply_drafts": "7 days after it was last typed in; what is sent is taken out at once",
    "talk_notes": "keep_messages_days after it was written, as the messages beside which it stands",
    "talk_tags": "keep_messages_days after it was given",
    "canned_replies": "kept until somebody removes it, 100 an account and 300 of the hotline; words of the staff",
    "login_failures": "desk.lockout removes them by itself after minutes",
}
"""The decisions for the tables of this package."""


def rules(database: Database, *, messages: timedelta) -> list[Rows]:
    """The rules of this package.

    Args:
        database: where the rows are.
        messages: how long messages are kept, and what agents write beside them.
    """
    return [
        Rows(
            "没发出的草稿", DRAFTS, database, _older(ReplyDraft, ReplyDraft.updated_at), _remover(ReplyDraft)
        ),
        Rows("内部备注", messages, database, _older(TalkNote, TalkNote.created_at), _remover(TalkNote)),
        Rows("会话标签", messages, database, _older(TalkTag, TalkTag.created_at), _remover(TalkTag)),
    ]


async def forget(session: AsyncSession, conversations: Sequence[str]) -> None:
    """Remove all that agents wrote beside these conversations."""
    for table in (ReplyDraft, TalkNote, TalkTag):
        await session.execute(delete(table).where(table.conversation_id.in_(conversations)))


def _older(table: Any, at: Any) -> Callable[[datetime], Select[str]]:
    def older(before: datetime) -> Select[str]:
        return select(table.id).where(at < before).order_by(table.id)

    return older


def _remover(table: Any) -> Callable[[AsyncSession, Sequence[str]], Any]:
    async def remove(session: AsyncSession, ids: Sequence[str]) -> None:
        await session.execute(delete(table).where(table.id.in_(ids)))

    return remove
