"""What can happen in a conversation (经过): each kind with its facts, and how they are stored."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar, get_args

from pydantic import TypeAdapter


class Kind(StrEnum):
    """What can happen in a conversation."""

    OPENED = "opened"
    CARRIED_OVER = "carried_over"
    MESSAGE = "message"
    HANDED_OVER = "handed_over"
    MADE_URGENT = "made_urgent"
    LEFT_QUEUE = "left_queue"
    TAKEN = "taken"
    FIRST_REPLY = "first_reply"
    HANDED_BACK = "handed_back"
    OUTCOME = "outcome"
    RATED = "rated"


class Actor(StrEnum):
    """Who made it happen; the same words as a message's ``sender``."""

    CITIZEN = "citizen"
    BOT = "bot"
    AGENT = "agent"
    SYSTEM = "system"


class Result(StrEnum):
    """What a citizen's message came to; each turn has exactly one."""

    ANSWERED = "answered"
    """From an entry of the knowledge base."""
    ASKED_BACK = "asked_back"
    """Which entry, or which of question and matter, was meant."""
    UNKNOWN = "unknown"
    """A question nothing answers, said so."""
    NOT_UNDERSTOOD = "not_understood"
    MATTER = "matter"
    """A matter is being taken: the complaint form goes on."""
    FILED = "filed"
    """The matter is a ticket now."""
    TICKET = "ticket"
    """About a ticket there is: progress, urging, adding, rating."""
    HUMAN = "human"
    """The agents were called."""
    TALK = "talk"
    DANGER = "danger"
    """Advice for somebody in danger."""
    DANGER_ASKED = "danger_asked"
    """Whether somebody is in danger was asked."""
    DANGER_DENIED = "danger_denied"
    """The citizen said that nobody is."""
    DECLINED = "declined"
    """Out of the hotline's scope."""
    DEGRADED = "degraded"
    """Answered without Rasa, or the agents called because of that."""
    WAITING = "waiting"
    """Said while waiting in the queue."""
    LEFT_TO_AGENT = "left_to_agent"


@dataclass(frozen=True)
class Opened:
    """The conversation began."""

    KIND: ClassVar[Kind] = Kind.OPENED
    channel: str


@dataclass(frozen=True)
class CarriedOver:
    """How a conversation stood that is older than what is kept here; whose it was and why are the event's own.

    Args:
        waiting_since: ISO 8601, as every moment within facts.
        counts: messages so far, by sender.
    """

    KIND: ClassVar[Kind] = Kind.CARRIED_OVER
    mode: str
    urgent: bool
    counts: dict[str, int]
    waiting_since: str | None = None


@dataclass(frozen=True)
class Said:
    """Messages of one side, written together.

    Args:
        count: how many.
    """

    KIND: ClassVar[Kind] = Kind.MESSAGE
    count: int


@dataclass(frozen=True)
class HandedOver:
    """The conversation went into the agents' queue (转人工); why is the event's reason.

    Args:
        urgent: before all that are not.
    """

    KIND: ClassVar[Kind] = Kind.HANDED_OVER
    urgent: bool


@dataclass(frozen=True)
class MadeUrgent:
    """A conversation that waits, or an agent has, became urgent; why is the event's reason from then on."""

    KIND: ClassVar[Kind] = Kind.MADE_URGENT


@dataclass(frozen=True)
class LeftQueue:
    """The citizen no longer waits for an agent; the event's reason is what it had waited for.

    Args:
        why: ``asked`` (不等了) or ``no_danger``.
        waited_s: seconds in the queue.
    """

    KIND: ClassVar[Kind] = Kind.LEFT_QUEUE
    why: str
    waited_s: float | None = None


@dataclass(frozen=True)
class Taken:
    """An agent took the conversation over; the event's reason is what it had waited for.

    Args:
        waited_s: seconds in the queue; None when it did not wait.
    """

    KIND: ClassVar[Kind] = Kind.TAKEN
    waited_s: float | None = None


@dataclass(frozen=True)
class FirstReply:
    """The agent's first words since taking over.

    Args:
        after_s: seconds since then.
    """

    KIND: ClassVar[Kind] = Kind.FIRST_REPLY
    after_s: float


@dataclass(frozen=True)
class HandedBack:
    """The agent gave the conversation back to the bot.

    Args:
        held_s: seconds since taking over; None when that is not kept.
    """

    KIND: ClassVar[Kind] = Kind.HANDED_BACK
    held_s: float | None = None


@dataclass(frozen=True)
class Outcome:
    """What a citizen's message came to.

    Args:
        result: see :class:`Result`.
        turn: the turn's id; an action leaves it out, the turn knows.
        entry: the knowledge base's entry it was answered from, or asked back about.
        probability: how likely the entry (else what the message was taken for) is right, 0 to 1; None where nothing
            was judged.
        about: the danger's or scope's kind, the ticket's number, the reason for calling the agents, the section.
    """

    KIND: ClassVar[Kind] = Kind.OUTCOME
    result: Result
    turn: str = ""
    entry: str | None = None
    probability: float | None = None
    about: str | None = None


@dataclass(frozen=True)
class Rated:
    """What the citizen said of an answer (有用, 没用).

    Args:
        verdict: ``useful`` or ``useless``.
        turn: the turn that was answered.
        entry: what it was answered from; None for a list to choose from.
    """

    KIND: ClassVar[Kind] = Kind.RATED
    verdict: str
    turn: str
    entry: str | None = None


Facts = (
    Opened
    | CarriedOver
    | Said
    | HandedOver
    | MadeUrgent
    | LeftQueue
    | Taken
    | FirstReply
    | HandedBack
    | Outcome
    | Rated
)
_FACTS: dict[str, TypeAdapter[Facts]] = {one.KIND: TypeAdapter(one) for one in get_args(Facts)}


@dataclass(frozen=True)
class Event:
    """One thing that happened.

    Args:
        nth: its place among the conversation's, from 1 without gaps.
        reason: a :class:`conversations.types.HandoffReason` value.
    """

    nth: int
    at: datetime
    actor: Actor
    facts: Facts
    agent_id: str | None = None
    reason: str | None = None

    @property
    def kind(self) -> Kind:
        """What kind of thing it was."""
        return self.facts.KIND


@dataclass(frozen=True)
class Report:
    """What an action says its turn came to; kept with the turn, and made an event when the turn ends.

    Args:
        outcome: without its turn.
        rated: the citizen said what they think of an answer.
    """

    outcome: Outcome | None = None
    rated: Rated | None = None

    def to_json(self) -> dict[str, Any]:
        """As it is stored."""
        parts = {"outcome": self.outcome, "rated": self.rated}
        return {name: to_json(part) for name, part in parts.items() if part is not None}


def read_report(stored: dict[str, Any] | None) -> Report:
    """A report as it was stored; of None an empty one."""
    return Report() if stored is None else _REPORT.validate_python(stored)


_REPORT = TypeAdapter(Report)


def to_json(facts: Facts) -> dict[str, Any]:
    """The facts as they are stored and sent; what is not known is left out.

    >>> to_json(Outcome(Result.ANSWERED, "t1", "gjj/withdraw"))
    {'result': 'answered', 'turn': 't1', 'entry': 'gjj/withdraw'}
    """
    values = {field.name: getattr(facts, field.name) for field in fields(facts)}
    return {name: value for name, value in values.items() if value is not None}


def from_json(kind: str, stored: dict[str, Any]) -> Facts:
    """Facts as they were stored."""
    return _FACTS[kind].validate_python(stored)
