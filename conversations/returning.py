"""Puts a conversation back at the queue's front, when the agent who has it does not answer or is gone."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from conversations import happened
from conversations.event_kinds import Actor, Requeued, WhyRequeued
from conversations.models import Conversation
from conversations.moves import PASSED, TOLD_WAITING, seconds
from conversations.patience import Patience
from conversations.types import Mode, Rank, Stage

NOTES = {
    WhyRequeued.GONE: "坐席离开",
    WhyRequeued.SILENT: "坐席接入后没有回复",
}
"""Why it came back → the note with which it goes into the queue, for whoever takes it."""
SORRY = {
    WhyRequeued.GONE: "刚才接待您的坐席离开了，您的对话转回排队，前面说的都在，不用重说。",
    WhyRequeued.SILENT: "让您久等了，接入的坐席一直没有回您，您的对话转回排队的前面，前面说的都在，不用重说。",
}
"""Why it came back → what the citizen is told."""


async def requeue(
    session: AsyncSession, row: Conversation, why: WhyRequeued, patience: Patience, moment: datetime
) -> None:
    """Put a conversation that an agent has back into the queue, in the caller's transaction, with the row locked.

    The citizen has waited since they first asked, so this first moment is kept; and they go before those who have not
    been with an agent yet, urgent ones excepted.
    """
    holder = row.agent_id
    since = row.asked_at or moment
    got = await happened.taken_at(session, row.id)
    back = Requeued(why, since.isoformat(), None if got is None else seconds(got))
    await happened.record(session, row.id, back, Actor.SYSTEM, agent_id=holder, reason=row.reason, at=moment)
    row.facts = {
        **{key: value for key, value in row.facts.items() if key != TOLD_WAITING},
        PASSED: {"from": None, "note": NOTES[why]},  # by the system
    }
    row.mode, row.agent_id, row.waiting_since, row.stage = Mode.WAITING, None, since, Stage.ACTIVE
    row.asked_at, row.offered_to = since, None
    row.rank = Rank.URGENT if row.urgent else Rank.BACK
    row.updated_at = moment
    await patience.waits(session, row)
