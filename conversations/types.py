"""The plain values conversations are made of, shared by channels, actions and the desk."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from core.clock import iso, now


class Mode(StrEnum):
    """Who answers a conversation."""

    BOT = "bot"
    WAITING = "waiting"
    HUMAN = "human"


class HandoffReason(StrEnum):
    """Why a human is needed."""

    CITIZEN_ASKED = "citizen_asked"
    LOW_CONFIDENCE = "low_confidence"
    EMERGENCY = "emergency"
    DEGRADED = "degraded"


@dataclass(frozen=True)
class InboundMessage:
    """A citizen's message as a channel adapter understood it.

    Args:
        channel: ``web``, ``wechat`` …
        user_id: the person within the channel (openid, visitor id).
        message_id: the channel's own id of this message; the same id again is the same message.
        account: which account of the channel, where it has several.
        kind: ``text``, ``image``, ``voice``, ``video``, ``location``, ``link`` or ``event``.
        text: what to understand; for a location its label, for voice its transcript.
        button: the payload of the pressed button, if one was.
        media: facts of a picture, recording or place. For a photo that was kept
            :attr:`conversations.media.StoredImage.media`; for a place ``lat``, ``lon`` and ``label``
            (:mod:`conversations.attachments`); the rest is the channel's own.
        source: where it was sent from, unreadable and the same for the same place, so that many urgent
            conversations from one place are seen to be that; empty where the channel does not know. Not stored.
        answer_s: seconds for which the channel may bring the replies in its answer to the citizen's own request;
            they are not brought in another way before.
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
    """A choice offered with a message: what the citizen sees, and what Rasa is told when it is chosen."""

    title: str
    payload: str


@dataclass(frozen=True)
class Reply:
    """Something to tell the citizen. ``text`` must stand on its own for channels that show nothing else."""

    text: str
    buttons: tuple[Button, ...] = ()
    card: dict[str, Any] | None = None


@dataclass(frozen=True)
class Message:
    """A stored message, as every wire shows it."""

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
    """What of a photo or place may be shown: ``image``, ``width``, ``height``, or ``lat``, ``lon``, ``label``."""

    def to_json(self) -> dict[str, Any]:
        """The shape channels and the desk send out."""
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
    """A message, or what is still owed of one, taken from the outbox to be handed over.

    Args:
        parts: ids of the outbox rows it stands in; more than one when parts that follow each other are owed.
        message: the message, with the words still owed as its text.
        doubtful: the citizen may have it already.
        ahead: it goes before what was said earlier.
    """

    parts: tuple[str, ...]
    message: Message
    doubtful: bool = False
    ahead: bool = False


@dataclass(frozen=True)
class Reach:
    """Whether words written now reach the citizen at once, in a channel that does not always allow it.

    Args:
        open: they do; otherwise they wait for the citizen's next message.
        left: how many more messages may go out.
        until: when that ends, unless the citizen writes again.
    """

    open: bool
    left: int = 0
    until: datetime | None = None

    def to_json(self) -> dict[str, Any]:
        """The shape the desk shows."""
        return {"open": self.open, "left": self.left, "until": iso(self.until) if self.until else None}


@dataclass(frozen=True)
class Receipt:
    """What receiving a message gave: it is on disk, and its turn will run (or already did)."""

    conversation_id: str
    message: Message
    turn_id: str
    duplicate: bool


@dataclass(frozen=True)
class Job:
    """A turn ready to run: what was said, which offered button it chose, earlier tries, and who answers.

    Args:
        attached: what Rasa is told of a photo or place sent instead of words (:mod:`conversations.attachments`).
    """

    turn_id: str
    text: str
    chosen: Button | None
    attempts: int
    mode: Mode
    attached: str | None = None


@dataclass(frozen=True)
class QueuePlace:
    """Where somebody who asked for a human stands.

    Args:
        position: 1 is next; 0 once an agent has taken over.
        agents_online: agents with the desk open now.
    """

    mode: Mode
    position: int
    agents_online: int


@dataclass(frozen=True)
class Agent:
    """An agent (话务员) as conversations know one."""

    id: str
    display_name: str


@dataclass(frozen=True)
class ConversationView:
    """A conversation as lists show it."""

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
    last_message: Message | None = None
