"""Tables of phone calls: the calls, what happened to each, and callbacks that citizens wish for at a time."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, cast

from sqlalchemy import ForeignKey, Index, Integer, String, Table, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.clock import now
from core.database import Base, UtcDateTime
from core.ids import new_id
from core.privacy import EncryptedText, lookup_key
from core.resealing import KEYED


class CallRow(Base):
    """One call of a citizen. What it is now is made of its events (:mod:`telephony.calls`)."""

    __tablename__ = "phone_calls"
    __table_args__ = (
        UniqueConstraint("system", "external_id"),
        Index("ix_phone_calls_began_at", "began_at"),
        Index("ix_phone_calls_phone_key_began_at", "phone_key", "began_at"),
    )

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    system: Mapped[str] = mapped_column(String(20))
    """Where it comes from: ``cti``, or ``hand`` when an agent wrote it down."""
    external_id: Mapped[str] = mapped_column(String(80))
    """The system's own id of the call; of one that was written down, the id that the agent's page gave it."""
    phone: Mapped[str] = mapped_column(EncryptedText, default="")
    """The caller's number in its stored form; empty when it was withheld, or is over its time."""
    phone_key: Mapped[str | None] = mapped_column(String(64), default=None)
    """Keyed digest of the number, to find the calls of the same person."""
    agent_id: Mapped[str | None] = mapped_column(String(36), default=None)
    """Whom the call rings at, or who answered it; None: nobody in particular."""
    began_at: Mapped[datetime] = mapped_column(UtcDateTime)
    """When its first event was."""
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
    state: Mapped[str] = mapped_column(String(10))
    """A value of :class:`telephony.calls.CallState`."""
    rang_s: Mapped[int | None] = mapped_column(Integer, default=None)
    """Seconds until it was answered, or until the caller gave up."""
    talked_s: Mapped[int | None] = mapped_column(Integer, default=None)
    """Seconds of the talk."""
    ticket_number: Mapped[str | None] = mapped_column(String(24), default=None)
    """The last ticket that was filed in it."""


class CallEventRow(Base):
    """What happened to a call. It is never changed."""

    __tablename__ = "phone_call_events"

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    call_id: Mapped[str] = mapped_column(ForeignKey("phone_calls.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str] = mapped_column(String(10))
    """A value of :class:`telephony.calls.Happens`."""
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    seconds: Mapped[int | None] = mapped_column(Integer, default=None)
    """As the system counted them: of ringing, or of the talk."""
    agent_id: Mapped[str | None] = mapped_column(String(36), default=None)
    delivery: Mapped[str | None] = mapped_column(String(80), unique=True, default=None)
    """The system's id of the message. The same message again is known by it."""
    digest: Mapped[str | None] = mapped_column(String(64), default=None)
    """Keyed digest of the message, so that its id never stands for another one."""
    received_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)


class WishedCallRow(Base):
    """A callback that a citizen wishes for, at a time."""

    __tablename__ = "phone_callbacks"
    __table_args__ = (
        Index("ix_phone_callbacks_open_wished_at", "ended_at", "wished_at"),
        Index("ix_phone_callbacks_phone_key", "phone_key"),
    )

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    key: Mapped[str] = mapped_column(String(100), unique=True)
    """Names the wish: the same one again adds nothing."""
    phone: Mapped[str] = mapped_column(EncryptedText, default="")
    phone_key: Mapped[str | None] = mapped_column(String(64), default=None)
    name: Mapped[str] = mapped_column(EncryptedText, default="")
    about: Mapped[str] = mapped_column(EncryptedText, default="")
    """What it is about."""
    wished_at: Mapped[datetime] = mapped_column(UtcDateTime)
    """Not before this moment."""
    ticket_number: Mapped[str | None] = mapped_column(String(24), default=None)
    call_id: Mapped[str | None] = mapped_column(String(36), default=None)
    """The call in which it was wished for."""
    noted_by: Mapped[str] = mapped_column(String(60))
    """Name of the agent who wrote it down."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    tries: Mapped[int] = mapped_column(Integer, default=0)
    """Calls that reached nobody."""
    tried_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
    ended_by: Mapped[str] = mapped_column(String(60), default="")
    result: Mapped[str] = mapped_column(String(12), default="")
    """``reached``, ``unreached`` or ``dropped``; empty: it is still to be made."""
    note: Mapped[str] = mapped_column(EncryptedText, default="")


def _keyed(clear: Mapping[str, str]) -> dict[str, Any]:
    """The digest of the number, made anew for another data key."""
    return {"phone_key": lookup_key(clear["phone"]) if clear["phone"] else None}


for _row in (CallRow, WishedCallRow):
    cast(Table, _row.__table__).info[KEYED] = _keyed
