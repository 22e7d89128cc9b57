"""Tables of conversations: who talks, what was said, which turns are under way, what is still to be delivered."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Boolean, ForeignKey, Index, Integer, String, Text, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column

from core.clock import now
from core.database import Base, UtcDateTime
from core.ids import new_id


class Conversation(Base):
    """All that one person says through one entrance; its id is Rasa's ``sender_id``."""

    __tablename__ = "conversations"
    __table_args__ = (
        UniqueConstraint("channel", "account", "user_id"),
        Index("ix_conversations_mode_updated", "mode", "updated_at"),
    )

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    channel: Mapped[str] = mapped_column(String(20))
    account: Mapped[str] = mapped_column(String(32), default="")
    user_id: Mapped[str] = mapped_column(String(128))
    mode: Mapped[str] = mapped_column(String(10), default="bot")
    """Who answers: ``bot``, ``waiting`` (asked for a human, none yet) or ``human``."""
    agent_id: Mapped[str | None] = mapped_column(String(36), default=None)
    reason: Mapped[str | None] = mapped_column(String(30), default=None)
    """Why a human was asked for; one of :class:`conversations.types.HandoffReason`."""
    urgent: Mapped[bool] = mapped_column(Boolean, default=False)
    waiting_since: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
    facts: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    """Small facts actions remember between turns: the entry under discussion, the form's filled slots."""
    last_seq: Mapped[int] = mapped_column(Integer, default=0)
    seen_seq: Mapped[int] = mapped_column(Integer, default=0)
    """How far the agent has read."""
    lease_owner: Mapped[str | None] = mapped_column(String(36), default=None)
    lease_until: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
    """The process working on this conversation's turns, and until when it may be taken for alive."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)


class MessageRow(Base):
    """One message, from whomever; never changed once written."""

    __tablename__ = "messages"
    __table_args__ = (
        UniqueConstraint("conversation_id", "seq"),
        # The platform's or the browser's own id: the same message delivered again finds itself here.
        UniqueConstraint("conversation_id", "direction", "external_id"),
    )

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id"))
    seq: Mapped[int] = mapped_column(Integer)
    turn_id: Mapped[str | None] = mapped_column(String(36), default=None, index=True)
    direction: Mapped[str] = mapped_column(String(3))
    sender: Mapped[str] = mapped_column(String(10))
    agent_id: Mapped[str | None] = mapped_column(String(36), default=None)
    sender_name: Mapped[str] = mapped_column(String(60), default="")
    kind: Mapped[str] = mapped_column(String(20), default="text")
    text: Mapped[str] = mapped_column(Text, default="")
    buttons: Mapped[list[dict[str, str]]] = mapped_column(JSON, default=list)
    card: Mapped[dict[str, Any] | None] = mapped_column(JSON, default=None)
    media: Mapped[dict[str, Any] | None] = mapped_column(JSON, default=None)
    external_id: Mapped[str | None] = mapped_column(String(160), default=None)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)


class ImageRow(Base):
    """A photo a citizen sent; the file itself lies in the media folder under its id."""

    __tablename__ = "images"
    __table_args__ = (UniqueConstraint("conversation_id", "digest"),)

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id"))
    digest: Mapped[str] = mapped_column(String(64))
    """SHA-256 of the bytes as they were sent: the same photo sent again finds itself here."""
    width: Mapped[int] = mapped_column(Integer)
    height: Mapped[int] = mapped_column(Integer)
    size: Mapped[int] = mapped_column(Integer)
    """Bytes of the file."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)


class Turn(Base):
    """A citizen's message being answered; done in order, one at a time in a conversation."""

    __tablename__ = "turns"
    __table_args__ = (Index("ix_turns_open", "state", "created_at"),)

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id"), index=True)
    message_id: Mapped[str] = mapped_column(ForeignKey("messages.id"), unique=True)
    button: Mapped[str | None] = mapped_column(String(400), default=None)
    state: Mapped[str] = mapped_column(String(10), default="open")
    """``open`` until its replies are written, then ``done``."""
    answered_by: Mapped[str | None] = mapped_column(String(20), default=None)
    """``rasa``, ``emergency``, ``scope``, ``degraded``, ``agent`` (left to a human) or ``queue``."""
    reported: Mapped[dict[str, Any] | None] = mapped_column(JSON, default=None)
    """What the actions say it came to (:class:`conversations.event_kinds.Report`), until it ends and that is kept as an event."""
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    answer_until: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
    """Until when the channel may still bring the replies in its answer to the citizen's own request."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    done_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)


class ConversationEvent(Base):
    """Something that happened in a conversation (:mod:`conversations.happened`); written once and never changed."""

    __tablename__ = "conversation_events"
    __table_args__ = (
        UniqueConstraint("conversation_id", "nth"),
        Index("ix_conversation_events_kind_at", "kind", "at"),
    )

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"))
    nth: Mapped[int] = mapped_column(Integer)
    """Its place among the conversation's events, from 1: clocks of several machines tell no order."""
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    kind: Mapped[str] = mapped_column(String(20))
    actor: Mapped[str] = mapped_column(String(10))
    agent_id: Mapped[str | None] = mapped_column(String(36), default=None)
    reason: Mapped[str | None] = mapped_column(String(30), default=None)
    facts: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)


class Delivery(Base):
    """A part of an outgoing message that a channel has to bring to the citizen: the outbox.

    A message is one part until a channel has to cut it; what is shown and what is still owed are then rows of their own.
    """

    __tablename__ = "deliveries"
    __table_args__ = (Index("ix_deliveries_due", "state", "next_attempt_at"),)

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    """The first part's is its message's."""
    message_id: Mapped[str] = mapped_column(ForeignKey("messages.id"), index=True)
    part: Mapped[int] = mapped_column(Integer, default=0)
    """Its place among the message's parts, from 0."""
    text: Mapped[str | None] = mapped_column(Text, default=None)
    """The part's words; None: the whole message's."""
    ahead: Mapped[bool] = mapped_column(Boolean, default=False, server_default=false())
    """It goes before what was said earlier: advice in danger waits behind nothing."""
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id"), index=True)
    channel: Mapped[str] = mapped_column(String(20))
    state: Mapped[str] = mapped_column(String(10), default="pending")
    """``pending`` → ``sent`` or ``failed``."""
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    next_attempt_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    held_until: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
    """Somebody is just handing it over; nobody else takes it before then."""
    doubtful: Mapped[bool] = mapped_column(Boolean, default=False, server_default=false())
    """It may have reached the citizen already, and nobody can tell: given again only with words that say so."""
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
    error: Mapped[str | None] = mapped_column(Text, default=None)
