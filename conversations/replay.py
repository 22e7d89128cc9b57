"""How a conversation stands, made of nothing but what happened in it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from conversations.event_kinds import (
    Actor,
    CarriedOver,
    Event,
    FirstReply,
    HandedBack,
    HandedOver,
    LeftQueue,
    MadeUrgent,
    Opened,
    Said,
    Taken,
)
from conversations.types import Mode


@dataclass(frozen=True)
class State:
    """How a conversation stands.

    Args:
        mode, agent_id, reason, urgent, waiting_since: as in the conversation's row.
        counts: messages so far, by who said them.
        replied: the agent who has it has said something since taking over.
    """

    mode: Mode = Mode.BOT
    agent_id: str | None = None
    reason: str | None = None
    urgent: bool = False
    waiting_since: datetime | None = None
    counts: Mapping[Actor, int] = field(default_factory=dict)
    replied: bool = False

    @property
    def last_seq(self) -> int:
        """The place of the last message."""
        return sum(self.counts.values())


def replay(events: Iterable[Event]) -> State:
    """The state after all events of one conversation, given in their order."""
    state = State()
    for event in events:
        state = _after(state, event)
    return state


def _after(state: State, event: Event) -> State:
    match event.facts:
        case CarriedOver(mode, urgent, counts, since):
            return State(
                Mode(mode),
                event.agent_id,
                event.reason,
                urgent,
                datetime.fromisoformat(since) if since else None,
                {Actor(sender): count for sender, count in counts.items()},
            )
        case Said(count):
            return replace(
                state, counts={**state.counts, event.actor: state.counts.get(event.actor, 0) + count}
            )
        case HandedOver(urgent):
            return replace(
                state, mode=Mode.WAITING, reason=event.reason, urgent=urgent, waiting_since=event.at
            )
        case MadeUrgent():
            return replace(state, urgent=True, reason=event.reason)
        case Taken():
            return replace(state, mode=Mode.HUMAN, agent_id=event.agent_id, waiting_since=None, replied=False)
        case FirstReply():
            return replace(state, replied=True)
        case Opened() | LeftQueue() | HandedBack():
            return State(counts=state.counts)
        case _:  # what a turn came to, and what was thought of it, leave the conversation as it is
            return state
