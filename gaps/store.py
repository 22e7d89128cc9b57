"""Reads and writes the table of gaps."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, and_, case, func, or_, select, update
from sqlalchemy.exc import IntegrityError

from core.clock import now
from core.database import Database
from core.redaction import redact
from core.text import clean
from gaps.models import AskedQuestion
from gaps.types import Asked, Kind, Question, Rating

LONGEST = 300
"""Number of characters of a question that are stored. Citizens say earlier than that what they ask."""
MOST = 20_000
"""Most questions that are read: the newest of the time window."""
_AT_ONCE = 500
"""Most ids in one SQL statement. SQLite has a limit of some thousands."""

_UNANSWERED = or_(
    AskedQuestion.outcome == "unknown",
    and_(AskedQuestion.outcome == "ask_back", AskedQuestion.verdict == "useless"),
)
_USELESS = and_(AskedQuestion.outcome == "answer", AskedQuestion.verdict == "useless")
_KINDS: dict[Kind, ColumnElement[bool]] = {
    "all": or_(_UNANSWERED, _USELESS),
    "unanswered": _UNANSWERED,
    "useless": _USELESS,
}


async def keep(database: Database, asked: Asked) -> None:
    """Store a question without its personal data. The same turn again changes only the citizen's verdict."""
    try:
        await _keep(database, asked)
    except IntegrityError:  # Another process has just stored this turn. The second try finds its row.
        await _keep(database, asked)


async def _keep(database: Database, asked: Asked) -> None:
    async with database.write() as session:
        row = await session.scalar(select(AskedQuestion).where(AskedQuestion.turn_id == asked.turn_id))
        if row is not None:
            row.verdict = asked.verdict or row.verdict
            return
        session.add(
            AskedQuestion(
                turn_id=asked.turn_id,
                # Cut before redacting, so that a long story is not searched whole. Cut to the stored length only
                # after it, so that a phone number cut in two does not escape.
                question=redact(clean(asked.question)[: 2 * LONGEST])[:LONGEST],
                outcome=asked.outcome,
                verdict=asked.verdict,
                entry_id=asked.entry_id,
                channel=asked.channel,
            )
        )


async def questions(database: Database, kind: Kind, since: datetime) -> list[Question]:
    """The gaps since a moment, oldest first. At most :data:`MOST`: the newest ones."""
    async with database.read() as session:
        rows = await session.scalars(
            select(AskedQuestion)
            .where(_KINDS[kind], AskedQuestion.asked_at >= since, AskedQuestion.question != "")
            .order_by(AskedQuestion.id.desc())
            .limit(MOST)
        )
        return [_question(row) for row in reversed(list(rows))]


async def count(database: Database, kind: Kind, since: datetime) -> int:
    """The number of gaps since a moment."""
    async with database.read() as session:
        found = await session.scalar(
            select(func.count()).where(
                _KINDS[kind], AskedQuestion.asked_at >= since, AskedQuestion.question != ""
            )
        )
        return found or 0


async def mark(
    database: Database, ids: Sequence[str], state: str, by: str = "", draft_id: str | None = None
) -> None:
    """Record what an editor did with some questions.

    Args:
        database: where the questions are.
        ids: ids of the questions.
        state: the new state; ``open`` takes back what was recorded before.
        by: name of the editor.
        draft_id: id of the entry that was drafted for them.
    """
    handled_at = None if state == "open" else now()
    async with database.write() as session:
        for start in range(0, len(ids), _AT_ONCE):
            await session.execute(
                update(AskedQuestion)
                .where(AskedQuestion.id.in_(ids[start : start + _AT_ONCE]))
                .values(state=state, handled_by=by, handled_at=handled_at, draft_id=draft_id)
            )


async def ratings(database: Database, since: datetime) -> list[Rating]:
    """What citizens said of each entry's answers since a moment, the least helpful entry first."""
    useful = func.sum(case((AskedQuestion.verdict == "useful", 1), else_=0))
    useless = func.sum(case((AskedQuestion.verdict == "useless", 1), else_=0))
    async with database.read() as session:
        rows = await session.execute(
            select(AskedQuestion.entry_id, useful, useless)
            .where(
                AskedQuestion.outcome == "answer",
                AskedQuestion.verdict.is_not(None),
                AskedQuestion.entry_id.is_not(None),
                AskedQuestion.asked_at >= since,
            )
            .group_by(AskedQuestion.entry_id)
        )
        found = [Rating(str(entry), int(good), int(bad)) for entry, good, bad in rows]
    return sorted(found, key=lambda r: (r.share, -r.useless, r.entry_id))


def _question(row: AskedQuestion) -> Question:
    return Question(
        row.id,
        row.question,
        row.outcome,
        row.entry_id,
        row.asked_at,
        row.state,
        row.draft_id,
        row.handled_by,
        row.handled_at,
    )
