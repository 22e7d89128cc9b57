"""The kinds of event of a conversation (经过): the facts of each kind, and their stored form."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar, get_args

from pydantic import TypeAdapter


class Kind(StrEnum):
    """The kinds of event of a conversation."""

    OPENED = "opened"
    CARRIED_OVER = "carried_over"
    MESSAGE = "message"
    HANDED_OVER = "handed_over"
    MADE_URGENT = "made_urgent"
    LEFT_QUEUE = "left_queue"
    TAKEN = "taken"
    FIRST_REPLY = "first_reply"
    TRANSFERRED = "transferred"
    REQUEUED = "requeued"
    HANDED_BACK = "handed_back"
    OVERDUE = "overdue"
    IDLE = "idle"
    CLOSED = "closed"
    OUTCOME = "outcome"
    DANGER_BESIDE = "danger_beside"
    RATED = "rated"


class Actor(StrEnum):
    """Who caused the event; the same words as the ``sender`` of a message."""

    CITIZEN = "citizen"
    BOT = "bot"
    AGENT = "agent"
    SYSTEM = "system"


class Result(StrEnum):
    """What a citizen's message came to. Each turn has exactly one result."""

    ANSWERED = "answered"
    """Answered from an entry of the knowledge base."""
    ASKED_BACK = "asked_back"
    """The citizen was asked which entry is meant, or whether it is a question or a matter."""
    UNKNOWN = "unknown"
    """The citizen was told that no answer is known."""
    NOT_UNDERSTOOD = "not_understood"
    """The citizen was told that the message was not understood."""
    MATTER = "matter"
    """The complaint form is taking down a matter."""
    FILED = "filed"
    """The matter was filed as a ticket."""
    TICKET = "ticket"
    """The message was about an existing ticket: progress, urging, adding, rating."""
    HUMAN = "human"
    """The agents were called."""
    TALK = "talk"
    """Anything else, such as a greeting or small talk."""
    DANGER = "danger"
    """Advice for a person in danger was given."""
    DANGER_ASKED = "danger_asked"
    """The citizen was asked whether there is danger."""
    DANGER_DENIED = "danger_denied"
    """The citizen said that there is no danger."""
    DECLINED = "declined"
    """The matter is out of the hotline's scope."""
    DEGRADED = "degraded"
    """Answered without Rasa, or the agents were called because Rasa did not answer."""
    WAITING = "waiting"
    """Said while waiting in the queue."""
    LEFT_TO_AGENT = "left_to_agent"
    """An agent has the conversation, so the assistant said nothing."""


class Disposition(StrEnum):
    """What a talk with an agent came to (处理结果)."""

    ANSWERED = "answered"
    """The agent answered the question."""
    FILED = "filed"
    """A ticket was filed, or one was added to."""
    SENT_ON = "sent_on"
    """The citizen was told who is responsible."""
    NOT_OURS = "not_ours"
    """It is out of the hotline's scope."""
    NO_ANSWER = "no_answer"
    """The citizen did not write any more."""
    OTHER = "other"
    """Something else."""


@dataclass(frozen=True)
class Opened:
    """The conversation began, or the citizen wrote after it had been closed.

    Args:
        channel: name of the channel.
        again: whether it had been closed.
    """

    KIND: ClassVar[Kind] = Kind.OPENED
    channel: str
    again: bool = False


@dataclass(frozen=True)
class CarriedOver:
    """State of a conversation that is older than its events. Agent and reason are in the event itself.

    Args:
        mode: who answered, see :class:`conversations.types.Mode`.
        urgent: whether it was urgent.
        counts: number of messages so far, by sender.
        waiting_since: ISO 8601, as all moments within facts; None when it did not wait.
    """

    KIND: ClassVar[Kind] = Kind.CARRIED_OVER
    mode: str
    urgent: bool
    counts: dict[str, int]
    waiting_since: str | None = None


@dataclass(frozen=True)
class Said:
    """Messages of one side that were written together.

    Args:
        count: number of messages.
    """

    KIND: ClassVar[Kind] = Kind.MESSAGE
    count: int


@dataclass(frozen=True)
class HandedOver:
    """The conversation entered the agents' queue (转人工). The reason is in the event itself.

    In a conversation that waits already, because the assistant failed or did not understand, it says that the citizen now
    asks for an agent, or why else it waits from now on. The place is kept.

    Args:
        urgent: whether it goes before all that are not urgent.
    """

    KIND: ClassVar[Kind] = Kind.HANDED_OVER
    urgent: bool


@dataclass(frozen=True)
class MadeUrgent:
    """A conversation that waits, or that an agent has, became urgent. The event holds the new reason."""

    KIND: ClassVar[Kind] = Kind.MADE_URGENT


@dataclass(frozen=True)
class LeftQueue:
    """The conversation left the queue. The event's reason is the reason for which the citizen had waited.

    Args:
        why: ``asked`` (不等了), ``no_danger``, or ``answered``: the assistant, whose failure had put it there, answers again.
        waited_s: seconds in the queue; None when not known.
    """

    KIND: ClassVar[Kind] = Kind.LEFT_QUEUE
    why: str
    waited_s: float | None = None


@dataclass(frozen=True)
class Taken:
    """An agent took the conversation. The event's reason is the reason for which the citizen had waited.

    Args:
        waited_s: seconds in the queue; None when it did not wait.
        over_from: id of the agent who had it, when it was taken over (接手); None: nobody had it.
        note: why it was taken over, in the words of who did it.
        held_s: seconds for which the earlier agent had it; None when not known.
    """

    KIND: ClassVar[Kind] = Kind.TAKEN
    waited_s: float | None = None
    over_from: str | None = None
    note: str | None = None
    held_s: float | None = None


@dataclass(frozen=True)
class FirstReply:
    """The agent's first words after taking the conversation or getting it from a colleague.

    Args:
        after_s: seconds from taking or getting it to the first words.
    """

    KIND: ClassVar[Kind] = Kind.FIRST_REPLY
    after_s: float


@dataclass(frozen=True)
class Transferred:
    """The agent passed the conversation on (转接). The event's agent is the one who passed it.

    Args:
        note: why, in the agent's own words.
        to: id of the agent who has it now; None: it is in the queue.
        held_s: seconds since the agent got it; None when not known.
    """

    KIND: ClassVar[Kind] = Kind.TRANSFERRED
    note: str
    to: str | None = None
    held_s: float | None = None


class WhyRequeued(StrEnum):
    """Why a conversation came back from an agent without the agent's doing."""

    GONE = "gone"
    """The agent has left the desk: signed out, vanished, away, or the account was closed."""
    SILENT = "silent"
    """The agent has not written in time."""


@dataclass(frozen=True)
class Requeued:
    """The system put the conversation back at the queue's front. The event's agent is the one who had it.

    Args:
        why: see :class:`WhyRequeued`.
        since: since when the citizen waits, from the first time on; ISO 8601.
        held_s: seconds since the agent got it; None when not known.
    """

    KIND: ClassVar[Kind] = Kind.REQUEUED
    why: WhyRequeued
    since: str
    held_s: float | None = None


@dataclass(frozen=True)
class Overdue:
    """The citizen waits too long, and the supervisors were alerted.

    Args:
        waited_s: seconds in the queue; of who has an agent, since the words that got no answer.
    """

    KIND: ClassVar[Kind] = Kind.OVERDUE
    waited_s: float


@dataclass(frozen=True)
class HandedBack:
    """The agent gave the conversation back to the bot.

    Args:
        held_s: seconds since the agent got it; None when not known.
        note: what the next agent should know, in the agent's own words; None when there is nothing.
    """

    KIND: ClassVar[Kind] = Kind.HANDED_BACK
    held_s: float | None = None
    note: str | None = None


@dataclass(frozen=True)
class Idle:
    """Nobody has written for a while (静默). Any message ends it.

    Args:
        quiet_s: seconds since the last change of the conversation.
    """

    KIND: ClassVar[Kind] = Kind.IDLE
    quiet_s: float


@dataclass(frozen=True)
class Closed:
    """The conversation is over (结束): an agent ended it, the agent left after both had taken leave, or nobody wrote to the bot for long.

    Args:
        quiet_s: seconds since the last change, when the clock closed it.
        held_s: seconds since the agent got it, when an agent had it; None when not known.
        disposition: what it came to, as the agent says; None when the clock closed it, or the agent did not say.
    """

    KIND: ClassVar[Kind] = Kind.CLOSED
    quiet_s: float | None = None
    held_s: float | None = None
    disposition: Disposition | None = None


@dataclass(frozen=True)
class Outcome:
    """What a citizen's message came to.

    Args:
        result: see :class:`Result`.
        turn: id of the turn. An action leaves it empty, because the turn fills it in.
        entry: id of the knowledge-base entry that answered, or that the citizen was asked about.
        probability: probability, 0 to 1, that the entry (or else the judged kind of message) is right; None
            when nothing was judged.
        about: kind of danger or scope, number of the ticket, reason for calling the agents, or section.
    """

    KIND: ClassVar[Kind] = Kind.OUTCOME
    result: Result
    turn: str = ""
    entry: str | None = None
    probability: float | None = None
    about: str | None = None


@dataclass(frozen=True)
class DangerBeside:
    """The citizen was asked beside an answer whether there is danger. What the turn came to is its own event.

    Args:
        about: the kind of danger.
        probability: probability, 0 to 1, that there is danger.
        turn: id of the turn.
    """

    KIND: ClassVar[Kind] = Kind.DANGER_BESIDE
    about: str
    probability: float
    turn: str


class TalkVerdict(StrEnum):
    """How a citizen rates the whole talk with the hotline."""

    SATISFIED = "satisfied"
    """满意"""
    FAIR = "fair"
    """一般"""
    DISSATISFIED = "dissatisfied"
    """不满意"""


@dataclass(frozen=True)
class Rated:
    """The citizen's verdict on an answer (有用, 没用), or on the whole talk (满意, 一般, 不满意).

    Args:
        verdict: ``useful`` or ``useless`` for an answer; a value of :class:`TalkVerdict` for the talk.
        turn: id of the turn that was answered; for the talk, id of the turn that rates it.
        entry: id of the entry that answered; None for the talk, and when the answer was a list to choose from.
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
    | Transferred
    | Requeued
    | Overdue
    | HandedBack
    | Idle
    | Closed
    | Outcome
    | DangerBeside
    | Rated
)
"""The facts of an event; one class for each kind."""
_FACTS: dict[str, TypeAdapter[Facts]] = {one.KIND: TypeAdapter(one) for one in get_args(Facts)}


@dataclass(frozen=True)
class Event:
    """One event of a conversation.

    Args:
        nth: place among the events of the conversation, from 1 without gaps.
        at: when it happened.
        actor: who caused it.
        facts: the facts of its kind.
        agent_id: the agent concerned; None when there is none.
        reason: a value of :class:`conversations.types.HandoffReason`; None when there is none.
    """

    nth: int
    at: datetime
    actor: Actor
    facts: Facts
    agent_id: str | None = None
    reason: str | None = None

    @property
    def kind(self) -> Kind:
        """The kind of the event."""
        return self.facts.KIND


@dataclass(frozen=True)
class Report:
    """What an action reports about its turn. It is kept with the turn and becomes events when the turn ends.

    Args:
        outcome: what the turn came to, without the turn's id.
        rated: the citizen's verdict on an earlier answer.
    """

    outcome: Outcome | None = None
    rated: Rated | None = None

    def to_json(self) -> dict[str, Any]:
        """The stored form."""
        parts = {"outcome": self.outcome, "rated": self.rated}
        return {name: to_json(part) for name, part in parts.items() if part is not None}


def read_report(stored: dict[str, Any] | None) -> Report:
    """The report in its stored form; None gives an empty report."""
    return Report() if stored is None else _REPORT.validate_python(stored)


_REPORT = TypeAdapter(Report)


def to_json(facts: Facts) -> dict[str, Any]:
    """The facts in the form that is stored and sent. Fields without a value are left out.

    >>> to_json(Rated("useful", "t1", "gjj-withdraw")), to_json(Rated("useful", "t1"))
    ({'verdict': 'useful', 'turn': 't1', 'entry': 'gjj-withdraw'}, {'verdict': 'useful', 'turn': 't1'})
    """
    values = {field.name: getattr(facts, field.name) for field in fields(facts)}
    return {name: value for name, value in values.items() if value is not None}


def from_json(kind: str, stored: dict[str, Any]) -> Facts:
    """The facts from their stored form.

    Raises:
        KeyError: the kind is unknown.
    """
    return _FACTS[kind].validate_python(stored)
