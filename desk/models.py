"""Tables of the desk: accounts, the audit, and failed sign-ins."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Boolean, ForeignKey, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

import tickets.models  # noqa: F401  (the table `departments`, which accounts refer to)
from core.clock import now
from core.database import Base, UtcDateTime
from core.ids import new_id


class DeskUser(Base):
    """An account of the desk."""

    __tablename__ = "desk_users"

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    username: Mapped[str] = mapped_column(String(40), unique=True)
    """In lower case."""
    display_name: Mapped[str] = mapped_column(String(40))
    """The name that citizens and colleagues read, such as 坐席 3 号."""
    password_hash: Mapped[str] = mapped_column(Text)
    role: Mapped[str] = mapped_column(String(20))
    """A value of :class:`desk.roles.Role`."""
    department_id: Mapped[str | None] = mapped_column(ForeignKey("departments.id"), index=True, default=None)
    must_change_password: Mapped[bool] = mapped_column(Boolean, default=True)
    active: Mapped[bool] = mapped_column(Boolean, default=True)
    session_epoch: Mapped[int] = mapped_column(Integer, default=0)
    """Sessions begun under a lower number have ended."""
    seen_at: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True, default=None)
    """When the account's live connection gave its last sign of life."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)


class DeskAudit(Base):
    """The record that somebody saw personal data in clear, passed a conversation on, or took one over.

    It says who, when, which ticket or conversation, and why. The desk never changes or deletes it.
    """

    __tablename__ = "desk_audit"
    __table_args__ = (Index("ix_desk_audit_subject_at", "subject", "at"),)

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    user_id: Mapped[str] = mapped_column(ForeignKey("desk_users.id"), index=True)
    action: Mapped[str] = mapped_column(String(30))
    """``reveal_contact``, ``transfer`` or ``take_over``."""
    subject: Mapped[str] = mapped_column(String(40))
    """What it is about: the number of a ticket, or the id of a conversation."""
    reason: Mapped[str] = mapped_column(String(200))
    address: Mapped[str] = mapped_column(String(64))


class LoginFailure(Base):
    """A failed sign-in. It is deleted when it no longer counts."""

    __tablename__ = "login_failures"
    __table_args__ = (Index("ix_login_failures_at", "at"),)

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    name_hash: Mapped[str] = mapped_column(String(64))
    """SHA-256 of the typed username. It is hashed because people sometimes type their password there."""
    address: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
