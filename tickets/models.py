"""Tables of tickets: the ticket, its history, the departments that handle it, and two counters.

Columns of later steps of the lifecycle (dispatch, deadlines, merging) exist and stay empty until something
fills them.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Boolean, Float, ForeignKey, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.clock import now
from core.database import Base, UtcDateTime
from core.ids import new_id
from core.privacy import EncryptedText
from tickets.states import State


class Department(Base):
    """承办单位: an office that handles tickets."""

    __tablename__ = "departments"

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    name: Mapped[str] = mapped_column(String(80), unique=True)
    active: Mapped[bool] = mapped_column(Boolean, default=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)


class TicketRow(Base):
    """One matter a citizen brought; its id is a UUIDv7, so ids sort by the time of filing."""

    __tablename__ = "tickets"
    __table_args__ = (Index("ix_tickets_state_id", "state", "id"),)

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    number: Mapped[str] = mapped_column(String(24), unique=True)
    filing_key: Mapped[str] = mapped_column(String(200), unique=True)
    """The caller's key of this filing: filing again with it finds this ticket."""
    query_code: Mapped[str] = mapped_column(EncryptedText)
    """Six digits the citizen asks for progress with; encrypted, not hashed: a repeated filing shows it."""

    type: Mapped[str] = mapped_column(String(20))
    category: Mapped[str] = mapped_column(String(80), default="")
    district: Mapped[str] = mapped_column(String(40), default="")
    address: Mapped[str] = mapped_column(String(300), default="")
    happened_at: Mapped[str] = mapped_column(String(100), default="")
    """When it happened, in the citizen's own words."""
    content: Mapped[str] = mapped_column(Text)
    subject: Mapped[str] = mapped_column(String(200), default="")
    """涉及对象: whom or what the matter is about."""
    contact_name: Mapped[str | None] = mapped_column(EncryptedText, default=None)
    contact_phone: Mapped[str | None] = mapped_column(EncryptedText, default=None)
    contact_key: Mapped[str | None] = mapped_column(String(64), index=True, default=None)
    """Keyed digest of the phone (:func:`core.privacy.lookup_key`): the same person's tickets are found by it."""
    latitude: Mapped[float | None] = mapped_column(Float, default=None)
    longitude: Mapped[float | None] = mapped_column(Float, default=None)
    place_label: Mapped[str] = mapped_column(String(200), default="", server_default="")
    """The address the citizen's device gave the point on the map."""
    confidential: Mapped[bool] = mapped_column(Boolean, default=False)
    """保密: the citizen's identity is not shown to the department."""
    channel: Mapped[str] = mapped_column(String(20), default="")
    conversation_id: Mapped[str | None] = mapped_column(String(36), index=True, default=None)

    state: Mapped[str] = mapped_column(String(20), default=State.PENDING_ACCEPTANCE)
    department_id: Mapped[str | None] = mapped_column(ForeignKey("departments.id"), index=True, default=None)
    urgency: Mapped[str | None] = mapped_column(String(20), default=None)
    deadline_at: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True, default=None)
    accepted_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
    dispatched_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
    signed_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
    merged_into_id: Mapped[str | None] = mapped_column(ForeignKey("tickets.id"), index=True, default=None)
    """并单: the ticket this one was merged into."""
    parent_id: Mapped[str | None] = mapped_column(ForeignKey("tickets.id"), index=True, default=None)
    """The ticket this one was split from or reopens (重办)."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)


class TicketEventRow(Base):
    """One change of a ticket: who, when, why; written in the same transaction, never changed."""

    __tablename__ = "ticket_events"
    __table_args__ = (UniqueConstraint("ticket_id", "key"),)

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    ticket_id: Mapped[str] = mapped_column(ForeignKey("tickets.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    actor_kind: Mapped[str] = mapped_column(String(12))
    actor_id: Mapped[str | None] = mapped_column(String(36), default=None)
    actor: Mapped[str] = mapped_column(String(60))
    """The actor's name as it was then."""
    action: Mapped[str] = mapped_column(String(20))
    from_state: Mapped[str | None] = mapped_column(String(20), default=None)
    to_state: Mapped[str | None] = mapped_column(String(20), default=None)
    note: Mapped[str] = mapped_column(Text, default="")
    key: Mapped[str | None] = mapped_column(String(200), default=None)
    """The caller's key; a second change of the ticket with the same key is not made."""


class TicketPhotoRow(Base):
    """A photo that belongs to a ticket; the conversations keep the photo itself, under the same id."""

    __tablename__ = "ticket_photos"

    ticket_id: Mapped[str] = mapped_column(ForeignKey("tickets.id"), primary_key=True)
    image_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    added_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)


class TicketCounter(Base):
    """The last ticket number of a day."""

    __tablename__ = "ticket_counters"

    day: Mapped[str] = mapped_column(String(16), primary_key=True)
    """Prefix and day, such as ``HN20261123``."""
    last: Mapped[int] = mapped_column(Integer)


class CodeFailure(Base):
    """A wrong query code; deleted when it no longer counts (:data:`tickets.lookup.WINDOW`)."""

    __tablename__ = "ticket_code_failures"
    __table_args__ = (Index("ix_ticket_code_failures_number_at", "number", "at"),)

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    number: Mapped[str] = mapped_column(String(24))
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
