"""What became of an agent's messages, for channels that deliver them from the outbox (WeChat)."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import timedelta
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from conversations import outbox
from conversations.models import Delivery, MessageRow
from core.clock import now

MOST = 200
"""Most messages that are looked up: the agents' newest ones."""
_WAITS = timedelta(days=30)
"""A part that is due later than this waits for the citizen's next message (:data:`conversations.outbox.UNTIL_THEY_WRITE`)."""
_LONGEST_WHY = 120


class State(StrEnum):
    """What became of a message."""

    SENT = "sent"
    """The channel has taken all of it."""
    SENDING = "sending"
    """It is on its way."""
    RETRYING = "retrying"
    """It was not taken, and is tried again soon."""
    WAITING = "waiting"
    """The platform lets nothing through before the citizen writes again; then it comes first."""
    UNSURE = "unsure"
    """The platform did not say whether it arrived."""
    FAILED = "failed"
    """It was not taken, and is not tried again by itself."""


_WORST = tuple(reversed(State))


@dataclass(frozen=True)
class Delivered:
    """What became of one message.

    Args:
        state: the state of the part that is worst off.
        why: the channel's error, for operators; empty when there is none.
    """

    state: State
    why: str = ""

    def to_json(self) -> dict[str, str]:
        """The JSON form for the desk."""
        return {name: str(value) for name, value in asdict(self).items()}


async def of_agents(session: AsyncSession, conversation_id: str) -> dict[str, Delivered]:
    """What became of the agents' newest messages, by id of the message.

    Left out are messages that need no delivery (a page fetches its own), and old ones whose record is gone.
    """
    newest = (
        select(MessageRow.id)
        .where(MessageRow.conversation_id == conversation_id, MessageRow.sender == "agent")
        .order_by(MessageRow.seq.desc())
        .limit(MOST)
    )
    parts = await session.execute(
        select(
            Delivery.message_id,
            Delivery.state,
            Delivery.doubtful,
            Delivery.next_attempt_at,
            Delivery.error,
        ).where(Delivery.message_id.in_(newest))
    )
    found: dict[str, Delivered] = {}
    late = now() + _WAITS
    for message_id, state, doubtful, at, error in parts:
        part = _part(state, doubtful=doubtful, waits=at > late, error=error or "")
        before = found.get(message_id)
        if before is None or _WORST.index(part.state) < _WORST.index(before.state):
            found[message_id] = part
    return found


def _part(state: str, *, doubtful: bool, waits: bool, error: str) -> Delivered:
    why = "" if error == outbox.NO_ROOM else error[:_LONGEST_WHY]
    if state == "sent":
        return Delivered(State.SENT)
    if state == "failed":
        return Delivered(State.FAILED, why)
    if doubtful:
        return Delivered(State.UNSURE)
    if waits:
        return Delivered(State.FAILED, why) if why else Delivered(State.WAITING)
    return Delivered(State.RETRYING, why) if why else Delivered(State.SENDING)
