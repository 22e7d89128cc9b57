"""The facts of a conversation: small JSON-safe values kept between turns, such as the entry under discussion.

An action reads them in several places. Within :func:`read_once` they are read from the database only once.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from conversations import statements
from core.database import Database
from core.errors import NotFound

FORM = "form"
"""Fact that the assistant keeps while a form runs; a form takes words in any language."""
_READ: ContextVar[dict[str, dict[str, Any]] | None] = ContextVar("facts_read", default=None)
"""Facts that this task has read, by conversation; None outside of :func:`read_once`."""


@contextmanager
def read_once() -> Iterator[None]:
    """Within this block, a conversation's facts are read once; what is kept by :func:`keep` is seen.

    Changes by others within the block are not seen, so it is for the few milliseconds of an action, and not around
    a call of Rasa, whose actions keep facts.
    """
    token = _READ.set({})
    try:
        yield
    finally:
        _READ.reset(token)


async def recall(database: Database, conversation_id: str) -> dict[str, Any]:
    """All facts of a conversation.

    Raises:
        NotFound: there is no such conversation.
    """
    read = _READ.get()
    if read is not None and conversation_id in read:
        return dict(read[conversation_id])
    async with database.read() as session:
        found = await session.scalar(statements.FACTS, {"p_id": conversation_id})
    if found is None:
        raise NotFound("没有这个会话")
    if read is not None:
        read[conversation_id] = found
    return dict(found)


async def keep(session: AsyncSession, conversation_id: str, values: Mapping[str, Any]) -> None:
    """Keep facts of a conversation in the caller's transaction; the value None deletes one.

    Raises:
        NotFound: there is no such conversation.
    """
    found = await session.scalar(statements.FACTS_LOCKED, {"p_id": conversation_id})
    if found is None:
        raise NotFound("没有这个会话")
    now = {k: v for k, v in {**found, **values}.items() if v is not None}
    if now != found:
        await session.execute(statements.KEEP_FACTS, {"p_id": conversation_id, "p_facts": now})
    read = _READ.get()
    if read is not None:
        read[conversation_id] = now


def forget(conversation_id: str) -> None:
    """Read the facts of a conversation anew next time, because they were changed otherwise than by :func:`keep`."""
    read = _READ.get()
    if read is not None:
        read.pop(conversation_id, None)
