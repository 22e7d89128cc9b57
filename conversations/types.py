"""The value types of conversations, shared by channels, actions and the desk."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum, StrEnum
from typing import Any

from core.clock import iso, now


class Mode(StrEnum):
    """Who answers a conversation."""

    BOT = "bot"
    """The assistant."""
    WAITING = "waiting"
    """An agent was asked for, and none has come yet."""
    HUMAN = "human"
    """An agent."""


class Stage(StrEnum):
    """Whether a conversation goes on."""

    ACTIVE = "active"
    """Somebody has written lately."""
    IDLE = "idle"
    """静默: nobody has written for a while. The next message makes it active."""
    CLOSED = "closed"
    """结束: over, and with the bot. The citizen's next message, or an agent who takes it, opens it again."""


class Rank(IntEnum):
    """The place of a conversation among those that wait, before the time: lower ones go first."""

    URGENT = 0
    """Somebody may be in danger."""
    BACK = 1
    """An agent had it, and did not answer or is gone."""
    NORMAL = 2
    """All others."""


class HandoffReason(StrEnum):
    """Why an agent is needed."""

    CITIZEN_ASKED = "citizen_asked"
    """The citizen asked for an agent."""
    LOW_CONFIDENCE = "low_confidence"
    """The assistant did not know an answer or did not understand."""
    EMERGENCY = "emergency"
    """Somebody is in danger."""
    DEGRADED = "degraded"
    """Rasa did not answer, and the knowledge base had no sure answer."""


@dataclass(frozen=True)
class InboundMessage:
    """A citizen's message, as understood by the channel.

    Args:
        channel: ``web``, ``wechat`` …
        user_id: the person within the channel (openid, visitor id).
        message_id: the channel's id of this message. The same id again is the same message.
        text: what to understand: for a place its label, for a voice message its transcript.
        account: the account of the channel, when it has several.
        kind: ``text``, ``image``, ``voice``, ``video``, ``location``, ``link`` or ``event``.
        button: payload of the pressed button; None when no button was pressed.
        media: facts about a photo, recording or place. For a stored photo
            :attr:`conversations.media.StoredImage.media`; for a place ``lat``, ``lon`` and ``label``
            (:mod:`conversations.attachments`); otherwise in the channel's own format.
        source: keyed hash of the sender's network address. It shows when many urgent conversations have the
            same source. Empty when the channel does not know it. It is not stored.
        received_at: when the message arrived.
        answer_s: seconds for which the channel may bring the replies in its answer to the citizen's request.
            During this time they are not delivered in another way.
    """

    channel: str
    user_id: str
    message_id: str
    text: str
    account: str = ""
    kind: str = "text"
    button: str | None = None
    media: dict[str, Any] | None = None
    source: str = ""
    received_at: datetime = field(default_factory=now)
    answer_s: float = 0


@dataclass(frozen=True)
class Button:
    """A choice offered with a message: the citizen sees the title, and Rasa gets the payload."""

    title: str
    payload: str


@dataclass(frozen=True)
class Reply:
    """Something to tell the citizen.

    ``text`` must be enough alone, because some channels show nothing else.
    """

    text: str
    buttons: tuple[Button, ...] = ()
    card: dict[str, Any] | None = None


@dataclass(frozen=True)
class Message:
    """A stored message, in the form that channels and the desk show."""

    id: str
    conversation_id: str
    seq: int
    direction: str
    sender: str
    sender_name: str
    kind: str
    text: str
    created_at: datetime
    buttons: tuple[Button, ...] = ()
    card: dict[str, Any] | None = None
    client_id: str | None = None
    turn_id: str | None = None
    media: dict[str, Any] | None = None
    """What may be shown: ``image``, ``width``, ``height``, or ``lat``, ``lon``, ``label``; or None."""

    def to_json(self) -> dict[str, Any]:
        """The JSON form that channels and the desk send."""
        return {
            "id": self.id,
            "seq": self.seq,
            "direction": self.direction,
            "sender": self.sender,
            "sender_name": self.sender_name,
            "kind": self.kind,
            "text": self.text,
            "created_at": iso(self.created_at),
            "buttons": [{"title": b.title, "payload": b.payload} for b in self.buttons],
            "card": self.card,
            "client_id": self.client_id,
            "media": self.media,
        }


@dataclass(frozen=True)
class Owed:
    """A message, or the part of it that is still owed, claimed from the outbox for delivery.

    Args:
        parts: ids of its rows in the outbox; several when consecutive parts are owed.
        message: the message, with the owed words as its text.
        doubtful: whether the citizen may already have it.
        ahead: whether it goes before earlier messages.
    """

    parts: tuple[str, ...]
    message: Message
    doubtful: bool = False
    ahead: bool = False


@dataclass(frozen=True)
class Reach:
    """Whether words written now reach the citizen at once, for channels in which this is not always so.

    Args:
        open: whether they do. Otherwise they wait for the citizen's next message.
        left: number of messages that may still be sent.
        until: when the permission to send ends, unless the citizen writes again.
    """

    open: bool
    left: int = 0
    until: datetime | None = None

    def to_json(self) -> dict[str, Any]:
        """The JSON form for the desk."""
        return {"open": self.open, "left": self.left, "until": iso(self.until) if self.until else None}


@dataclass(frozen=True)
class Receipt:
    """The result of receiving a message: it is stored, and its turn will run (or has run).

    Args:
        conversation_id: its conversation.
        message: the stored message.
        turn_id: its turn.
        duplicate: whether the message was already stored before.
    """

    conversation_id: str
    message: Message
    turn_id: str
    duplicate: bool


@dataclass(frozen=True)
class Job:
    """A turn that is ready to run.

    Args:
        turn_id: id of the turn.
        text: the citizen's words, as readers get them (:func:`core.text.legible`).
        chosen: the offered button that the message chose; None when it chose none.
        attempts: number of earlier tries.
        mode: who answers the conversation.
        attached: payload for Rasa of a photo or place (:mod:`conversations.attachments`).
        beside: whether the text is the citizen's own words beside what is attached.
        offered: the buttons that could be chosen.
        takes: how often agents had got the conversation when the turn began (:attr:`conversations.models.Conversation.takes`).
    """

    turn_id: str
    text: str
    chosen: Button | None
    attempts: int
    mode: Mode
    attached: str | None = None
    offered: tuple[Button, ...] = ()
    beside: bool = False
    takes: int = 0


@dataclass(frozen=True)
class QueuePlace:
    """The place of a citizen who asked for an agent.

    Args:
        mode: who answers the conversation.
        position: 1 for the next in the queue; 0 when the conversation does not wait.
        agents_online: number of agents who have the desk open now.
        text_only: whether the citizen can't hear or speak, and so can't phone or be called (:mod:`conversations.by_text`).
    """

    mode: Mode
    position: int
    agents_online: int
    text_only: bool = False


@dataclass(frozen=True)
class Agent:
    """An agent (话务员), as conversations know them."""

    id: str
    display_name: str


@dataclass(frozen=True)
class ConversationView:
    """A conversation as shown in lists."""

    id: str
    channel: str
    account: str
    user_id: str
    mode: Mode
    agent_id: str | None
    urgent: bool
    reason: str | None
    waiting_since: datetime | None
    facts: dict[str, Any]
    updated_at: datetime
    unread: int
    stage: Stage
    last_words: Message | None = None
    """The citizen's last message."""
    rank: Rank = Rank.NORMAL
    reply_due_at: datetime | None = None
    """Until when the agent who has it must first write."""
    alerted_at: datetime | None = None
    """When the supervisors were alerted that it waits too long."""
    offered_to: str | None = None
    """The agent to whom it is offered first."""
    asked_at: datetime | None = None
    """Since when the citizen has wanted an agent; None with the assistant."""
    words: tuple[Message, ...] = ()
    """The citizen's own messages since they were last quiet for long, newest first; empty with the assistant."""
    answered_seq: int = 0
    """``seq`` of the last message that an agent wrote; 0 when none did."""
