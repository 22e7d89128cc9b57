"""Tables of conversations: conversations, messages, photos, turns, events, the outbox, and requests about personal data."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Boolean, ForeignKey, Index, Integer, String, Text, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column

from core.clock import now
from core.database import Base, UtcDateTime
from core.ids import new_id
from core.privacy import EncryptedJson, EncryptedText

GONE = "gone:"
"""How ``user_id`` begins where nothing names the citizen any more (:func:`conversations.retention.make_nameless`)."""


GONE = "gone:"
"""Begin of the ``user_id`` of a conversation that names nobody any more."""


class Conversation(Base):
    """All messages between one person and the hotline through one entrance.

    Its id is Rasa's ``sender_id``.
    """

    __tablename__ = "conversations"
    __table_args__ = (
        UniqueConstraint("channel", "account", "user_id"),
        # Each message writes to this index. So there is only one, and a query by time alone lists all modes and stages.
        Index("ix_conversations_mode_stage_updated", "mode", "stage", "updated_at"),
    )

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    channel: Mapped[str] = mapped_column(String(20))
    account: Mapped[str] = mapped_column(String(32), default="")
    user_id: Mapped[str] = mapped_column(String(128))
    mode: Mapped[str] = mapped_column(String(10), default="bot")
    """Who answers: ``bot``, ``waiting`` (an agent was asked for, none has come) or ``human``."""
    stage: Mapped[str] = mapped_column(String(10), default="active", server_default="active")
    """A value of :class:`conversations.types.Stage`."""
    agent_id: Mapped[str | None] = mapped_column(String(36), default=None)
    reason: Mapped[str | None] = mapped_column(String(30), default=None)
    """Why an agent was asked for; a value of :class:`conversations.types.HandoffReason`."""
    urgent: Mapped[bool] = mapped_column(Boolean, default=False)
    waiting_since: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
    asked_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
    """Since when the citizen has wanted an agent: kept while one has the conversation, None with the bot."""
    rank: Mapped[int] = mapped_column(Integer, default=2, server_default="2")
    """Place in the queue before the time; a value of :class:`conversations.types.Rank`."""
    takes: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    """How often an agent has got the conversation: what the bot began before the last time is not said after it."""
    reply_due_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
    """Until when the agent must first write; None when they have, or when no agent has the conversation."""
    alerted_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
    """When the supervisors were alerted that it waits too long, in the queue or for its agent; None when they were not."""
    last_agent_id: Mapped[str | None] = mapped_column(String(36), default=None)
    """The agent who has it, or had it last."""
    offered_to: Mapped[str | None] = mapped_column(String(36), default=None)
    """The agent to whom it is offered first, because the citizen knows them; None: to nobody in particular."""
    facts: Mapped[dict[str, Any]] = mapped_column(EncryptedJson, default=dict)
    """Small facts kept between turns, such as the entry under discussion or the form's filled slots."""
    last_seq: Mapped[int] = mapped_column(Integer, default=0)
    """``seq`` of the last message."""
    seen_seq: Mapped[int] = mapped_column(Integer, default=0)
    """``seq`` of the last message that the agent has read."""
    lease_owner: Mapped[str | None] = mapped_column(String(36), default=None)
    lease_until: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
    """The process that works on this conversation's turns, and the end of its lease."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)


class MessageRow(Base):
    """One message of any side. It is never changed."""

    __tablename__ = "messages"
    __table_args__ = (
        UniqueConstraint("conversation_id", "seq"),
        # Id given by the platform or the browser. A message that is delivered again is recognised by it.
        UniqueConstraint("conversation_id", "direction", "external_id"),
    )

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id"))
    seq: Mapped[int] = mapped_column(Integer)
    """Place in the conversation, from 1."""
    turn_id: Mapped[str | None] = mapped_column(String(36), default=None, index=True)
    direction: Mapped[str] = mapped_column(String(3))
    """``in`` (from the citizen) or ``out``."""
    sender: Mapped[str] = mapped_column(String(10))
    """``citizen``, ``bot``, ``agent`` or ``system``."""
    agent_id: Mapped[str | None] = mapped_column(String(36), default=None)
    sender_name: Mapped[str] = mapped_column(String(60), default="")
    kind: Mapped[str] = mapped_column(String(20), default="text")
    text: Mapped[str] = mapped_column(EncryptedText, default="")
    buttons: Mapped[list[dict[str, str]]] = mapped_column(EncryptedJson, default=list)
    card: Mapped[dict[str, Any] | None] = mapped_column(EncryptedJson, default=None)
    media: Mapped[dict[str, Any] | None] = mapped_column(EncryptedJson, default=None)
    image_id: Mapped[str | None] = mapped_column(String(36), default=None)
    """The photo that ``media`` names, for SQL: which photos were sent."""
    external_id: Mapped[str | None] = mapped_column(String(160), default=None)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)


class ImageRow(Base):
    """A citizen's photo. Its file is in the media folder, named by the id."""

    __tablename__ = "images"
    __table_args__ = (UniqueConstraint("conversation_id", "digest"),)

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id"))
    digest: Mapped[str] = mapped_column(String(64))
    """SHA-256 of the bytes as sent. A photo that is sent again is recognised by it."""
    width: Mapped[int] = mapped_column(Integer)
    height: Mapped[int] = mapped_column(Integer)
    size: Mapped[int] = mapped_column(Integer)
    """Size of the file in bytes."""
    ticketed: Mapped[bool] = mapped_column(Boolean, default=False, server_default=false())
    """Whether its message is gone and it is kept with a ticket."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)


class Turn(Base):
    """A citizen's message that is to be answered. The turns of a conversation run in order, one at a time."""

    __tablename__ = "turns"
    __table_args__ = (Index("ix_turns_open", "state", "created_at"),)

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id"), index=True)
    message_id: Mapped[str] = mapped_column(ForeignKey("messages.id"), unique=True)
    button: Mapped[str | None] = mapped_column(EncryptedText, default=None)
    """Payload of the pressed button, as the channel sent it."""
    state: Mapped[str] = mapped_column(String(10), default="open")
    """``open`` until the replies are written, then ``done``."""
    answered_by: Mapped[str | None] = mapped_column(String(20), default=None)
    """Who found the replies.

    ``rasa``; ``emergency`` (the alarm); ``scope`` (a matter out of scope); ``degraded`` (without Rasa); ``agent``
    (an agent has the conversation, so there are no replies); ``queue`` (the citizen waits); ``empty`` (nothing was
    said); ``rights`` (asked about their own data); ``foreign`` (in letters that the assistant can't read). None until the turn has ended.
    """
    reported: Mapped[dict[str, Any] | None] = mapped_column(EncryptedJson, default=None)
    """What actions report about this turn, as JSON of :class:`conversations.event_kinds.Report`.

    When the turn ends, events are made of it.
    """
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    """Number of times that the turn was started."""
    answer_until: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
    """Until then the channel may bring the replies in its answer to the citizen's own request."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    done_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)


class ConversationEvent(Base):
    """One event of a conversation (:mod:`conversations.happened`). It is never changed."""

    __tablename__ = "conversation_events"
    __table_args__ = (
        UniqueConstraint("conversation_id", "nth"),
        Index("ix_conversation_events_kind_at", "kind", "at"),
    )

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"))
    nth: Mapped[int] = mapped_column(Integer)
    """Place among the conversation's events, from 1. Clocks of several machines would give no sure order."""
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    kind: Mapped[str] = mapped_column(String(20))
    actor: Mapped[str] = mapped_column(String(10))
    agent_id: Mapped[str | None] = mapped_column(String(36), default=None)
    reason: Mapped[str | None] = mapped_column(String(30), default=None)
    facts: Mapped[dict[str, Any]] = mapped_column(EncryptedJson, default=dict)


class Delivery(Base):
    """The outbox: a part of a message that a channel still has to deliver to the citizen, or has delivered.

    A message is one part. When a channel must cut it, the part that was shown and the part still owed get
    rows of their own.
    """

    __tablename__ = "deliveries"
    __table_args__ = (Index("ix_deliveries_due", "state", "next_attempt_at"),)

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    """For the first part the id of the message."""
    message_id: Mapped[str] = mapped_column(ForeignKey("messages.id"), index=True)
    part: Mapped[int] = mapped_column(Integer, default=0)
    """Place among the parts of the message, from 0."""
    text: Mapped[str | None] = mapped_column(EncryptedText, default=None)
    """The words of this part; None: all words of the message."""
    ahead: Mapped[bool] = mapped_column(Boolean, default=False, server_default=false())
    """Whether it goes before earlier messages. Advice in danger must not wait."""
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id"), index=True)
    channel: Mapped[str] = mapped_column(String(20))
    state: Mapped[str] = mapped_column(String(10), default="pending")
    """``pending`` → ``sent`` or ``failed``."""
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    """Number of tries to deliver it."""
    next_attempt_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    """When the channel may next try to deliver it by itself."""
    held_until: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
    """End of a claim: until then only the claiming process may deliver it."""
    doubtful: Mapped[bool] = mapped_column(Boolean, default=False, server_default=false())
    """Whether the citizen may already have it. It is then repeated only with words that say so."""
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
    error: Mapped[str | None] = mapped_column(Text, default=None)
    """Error of the last try; None when there was none."""


class RightsRequest(Base):
    """What a citizen wants done with their own data, as asked for in the conversation. Somebody at the desk handles it."""

    __tablename__ = "rights_requests"
    __table_args__ = (Index("ix_rights_requests_state_asked_at", "state", "asked_at"),)

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id"), index=True)
    kind: Mapped[str] = mapped_column(String(10))
    """A value of :class:`conversations.rights.Right`."""
    state: Mapped[str] = mapped_column(String(10), default="open")
    """``open`` → ``done``, ``refused``, or ``taken_back`` by the citizen."""
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
    ended_by: Mapped[str] = mapped_column(String(60), default="")
    """The account's display name, or ``wenban`` for the command line."""
    note: Mapped[str] = mapped_column(EncryptedText, default="")
    """What the citizen was told; for a refusal the reason."""
