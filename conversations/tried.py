"""What a citizen asked the assistant in this visit, and what it tried: for the agent who takes over."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from conversations import happened
from conversations.event_kinds import Actor, Closed, HandedBack, Opened, Outcome, Rated, Result
from conversations.models import MessageRow, Turn
from core.text import legible

_EVENTS = 400
"""Most events that are looked at: the newest ones."""
MOST = 8
"""Most questions that are shown: the newest ones."""
_ASKED = frozenset(
    {
        Result.ANSWERED,
        Result.ASKED_BACK,
        Result.UNKNOWN,
        Result.NOT_UNDERSTOOD,
        Result.DECLINED,
        Result.DEGRADED,
    }
)
"""Results of messages that wanted an answer."""


@dataclass(frozen=True)
class Try:
    """One question and what came of it.

    Args:
        at: when it was asked.
        words: the citizen's words, unmasked; empty when they are no longer kept.
        result: what it came to.
        entry: id of the entry of the knowledge base that was tried; None when there was none.
        probability: how likely (0 to 1) it was right; None when that was not judged.
        verdict: ``useful`` or ``useless``, as the citizen said of the answer; None when nothing was said.
    """

    at: datetime
    words: str
    result: Result
    entry: str | None
    probability: float | None
    verdict: str | None


@dataclass(frozen=True)
class Left:
    """A remark that the last agent who gave the conversation back left for the next one.

    Args:
        agent_id: who wrote it.
        note: the remark.
        at: when.
    """

    agent_id: str | None
    note: str
    at: datetime


@dataclass(frozen=True)
class Visit:
    """What is known of the present visit.

    Args:
        tries: what was asked, oldest first.
        left: the remark of the agent who had it last; None when there is none. It may be of an earlier visit.
        heard: the citizen's last words, unmasked, newest first.
    """

    tries: tuple[Try, ...]
    left: Left | None
    heard: tuple[str, ...]


async def visit(session: AsyncSession, conversation_id: str) -> Visit:
    """What was asked and tried since the conversation was last opened, and the last agent's remark."""
    events = await happened.read(session, conversation_id, messages=False, limit=_EVENTS)
    left = next((one for one in reversed(events) if isinstance(one.facts, HandedBack)), None)
    began = max((nth for nth, one in enumerate(events) if isinstance(one.facts, Opened | Closed)), default=0)
    present = events[began:]
    said = {one.facts.turn: one.facts.verdict for one in present if isinstance(one.facts, Rated)}
    asked = [one for one in present if isinstance(one.facts, Outcome) and one.facts.result in _ASKED][-MOST:]
    turns = [one.facts.turn for one in asked if isinstance(one.facts, Outcome)]
    found = await session.execute(
        select(Turn.id, MessageRow.text)
        .join(MessageRow, MessageRow.id == Turn.message_id)
        .where(Turn.id.in_(turns))
    )
    words = {row.id: row.text for row in found}
    tries = tuple(
        Try(
            one.at,
            legible(words.get(one.facts.turn, "")),
            one.facts.result,
            one.facts.entry,
            one.facts.probability,
            said.get(one.facts.turn),
        )
        for one in asked
        if isinstance(one.facts, Outcome)
    )
    last = await heard(session, conversation_id, present[0].at if present else None)
    note = left.facts.note if left is not None and isinstance(left.facts, HandedBack) else None
    return Visit(
        tries,
        Left(left.agent_id, note, left.at) if left is not None and note else None,
        tuple(words for words, _ in last),
    )


async def heard(
    session: AsyncSession, conversation_id: str, since: datetime | None = None, limit: int = 12
) -> tuple[tuple[str, datetime], ...]:
    """The citizen's own last words with their times, newest first: typed or spoken, and no pressed button."""
    query = (
        select(MessageRow.text, MessageRow.created_at)
        .outerjoin(Turn, Turn.message_id == MessageRow.id)
        .where(
            MessageRow.conversation_id == conversation_id,
            MessageRow.sender == Actor.CITIZEN,
            MessageRow.kind.in_(("text", "voice")),
            Turn.button.is_(None),
        )
        .order_by(MessageRow.seq.desc())
        .limit(limit)
    )
    if since is not None:
        query = query.where(MessageRow.created_at >= since)
    found = (await session.execute(query)).all()
    return tuple((said, at) for text, at in found if (said := legible(text)))
