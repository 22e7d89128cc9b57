"""Computes the state of a conversation from its events alone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from conversations.event_kinds import (
    Actor,
    CarriedOver,
    Closed,
    Event,
    FirstReply,
    HandedBack,
    HandedOver,
    Idle,
    LeftQueue,
    MadeUrgent,
    Opened,
    Requeued,
    Said,
    Taken,
    Transferred,
)
from conversations.types import Mode, Rank, Stage


@dataclass(frozen=True)
class State:
    """The state of a conversation.

    Args:
        mode, stage, agent_id, reason, urgent, waiting_since, asked_at, rank: as in the row of the conversation.
        counts: number of messages so far, by sender.
        replied: whether the present agent has written since getting it.
    """

    mode: Mode = Mode.BOT
    agent_id: str | None = None
    reason: str | None = None
    urgent: bool = False
    waiting_since: datetime | None = None
    counts: Mapping[Actor, int] = field(default_factory=dict)
    replied: bool = False
    stage: Stage = Stage.ACTIVE
    asked_at: datetime | None = None
    rank: Rank = Rank.NORMAL

    @property
    def last_seq(self) -> int:
        """``seq`` of the last message."""
        return sum(self.counts.values())


def replay(events: Iterable[Event]) -> State:
    """The state after all events of one conversation, which must be given in order."""
    state = State()
    for event in events:
        state = _after(state, event)
    return state


def _after(state: State, event: Event) -> State:
    match event.facts:
        case CarriedOver(mode, urgent, counts, since):
            moment = datetime.fromisoformat(since) if since else None
            return State(
                Mode(mode),
                event.agent_id,
                event.reason,
                urgent,
                moment,
                {Actor(sender): count for sender, count in counts.items()},
                asked_at=moment,
                rank=Rank.URGENT if urgent else Rank.NORMAL,
            )
        case Said(count):
            # A closed conversation stays closed when the system tells something in it.
            return replace(
                state,
                counts={**state.counts, event.actor: state.counts.get(event.actor, 0) + count},
                stage=Stage.ACTIVE if state.stage is Stage.IDLE else state.stage,
            )
        case HandedOver() if state.mode is Mode.WAITING:  # asked for an agent after all: the place is kept
            return replace(state, reason=event.reason)
        case HandedOver(urgent):
            return replace(
                state,
                mode=Mode.WAITING,
                reason=event.reason,
                urgent=urgent,
                waiting_since=event.at,
                asked_at=event.at,
                rank=Rank.URGENT if urgent else Rank.NORMAL,
                stage=Stage.ACTIVE,
            )
        case MadeUrgent():
            return replace(state, urgent=True, rank=Rank.URGENT, reason=event.reason, stage=Stage.ACTIVE)
        case Taken():
            return _with_agent(state, event.agent_id, asked_at=state.asked_at or event.at)
        case FirstReply():
            return replace(state, replied=True)
        case Transferred(_, None):
            return replace(
                state,
                mode=Mode.WAITING,
                agent_id=None,
                waiting_since=state.asked_at or event.at,
                asked_at=state.asked_at or event.at,
                replied=False,
                stage=Stage.ACTIVE,
            )
        case Transferred(_, to):
            return _with_agent(state, to)
        case Requeued(_, since):
            moment = datetime.fromisoformat(since)
            return replace(
                state,
                mode=Mode.WAITING,
                agent_id=None,
                waiting_since=moment,
                asked_at=moment,
                rank=Rank.URGENT if state.urgent else Rank.BACK,
                replied=False,
                stage=Stage.ACTIVE,
            )
        case Idle():
            return replace(state, stage=Stage.IDLE)
        case Closed():
            return State(counts=state.counts, stage=Stage.CLOSED)
        case Opened() | LeftQueue() | HandedBack():
            return State(counts=state.counts)
        case _:  # the outcome of a turn, the citizen's verdict and an alert do not change the state
            return state


def _with_agent(state: State, agent_id: str | None, asked_at: datetime | None = None) -> State:
    return replace(
        state,
        mode=Mode.HUMAN,
        agent_id=agent_id,
        waiting_since=None,
        asked_at=asked_at or state.asked_at,
        rank=Rank.URGENT if state.urgent else Rank.NORMAL,
        replied=False,
        stage=Stage.ACTIVE,
    )
