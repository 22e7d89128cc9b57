"""Tables of the desk: accounts, their sessions, recovery codes and saved views, the audit, and failed sign-ins."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, Boolean, ForeignKey, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

import tickets.models  # noqa: F401  (the table `departments`, which accounts refer to)
from core.clock import now
from core.database import Base, UtcDateTime
from core.ids import new_id
from core.privacy import EncryptedJson, EncryptedText


class DeskUser(Base):
    """An account of the desk."""

    __tablename__ = "desk_users"

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    username: Mapped[str] = mapped_column(String(40), unique=True)
    """In lower case."""
    display_name: Mapped[str] = mapped_column(String(40))
    """The name that citizens and colleagues read, such as 坐席 3 号."""
    password_hash: Mapped[str] = mapped_column(Text)
    """Empty for an account that signs in only through the organisation's own sign-in (OIDC)."""
    role: Mapped[str] = mapped_column(String(20))
    """A value of :class:`desk.roles.Role`."""
    department_id: Mapped[str | None] = mapped_column(ForeignKey("departments.id"), index=True, default=None)
    must_change_password: Mapped[bool] = mapped_column(Boolean, default=True)
    """Whether the password is the one-time password that was given to the user."""
    one_time_until: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
    """Until when the one-time password may be used; None when there is none."""
    totp_secret: Mapped[str | None] = mapped_column(EncryptedText, default=None, deferred=True)
    """Secret of the app that makes the sign-in codes; None when the account has no second factor."""
    totp_pending: Mapped[str | None] = mapped_column(EncryptedText, default=None, deferred=True)
    """Secret of an app that is being set up and has not shown a right code yet."""
    totp_step: Mapped[int | None] = mapped_column(Integer, default=None)
    """Number of the half minute of the last used code. Codes of it and of earlier ones are refused."""
    oidc_key: Mapped[str | None] = mapped_column(String(64), unique=True, default=None)
    """SHA-256 of issuer and subject at the organisation's own sign-in; None when it was never used."""
    active: Mapped[bool] = mapped_column(Boolean, default=True)
    session_epoch: Mapped[int] = mapped_column(Integer, default=0)
    """Sessions begun under a lower number have ended, and a sign-in under way begins none."""
    seen_at: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True, default=None)
    """When a page of the account gave its last sign of life."""
    active_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
    """When the person last did something at a page, as the page tells it."""
    chosen: Mapped[str] = mapped_column(String(10), default="online", server_default="online")
    """The state that the agent has chosen: one of :data:`desk.presence.CHOICES`."""
    capacity: Mapped[int | None] = mapped_column(Integer, default=None)
    """How many conversations the agent may have before no more are passed to them; None: the default."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)


class DeskSession(Base):
    """A sign-in at the desk in one browser. The row is deleted when it is found to be over."""

    __tablename__ = "desk_sessions"

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    user_id: Mapped[str] = mapped_column(ForeignKey("desk_users.id"), index=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    """SHA-256 of the random token in the cookie. Who reads the table can't sign in with it."""
    epoch: Mapped[int] = mapped_column(Integer)
    """The account's ``session_epoch`` at the beginning."""
    second: Mapped[str] = mapped_column(String(10))
    """The second factor: a value of :class:`desk.sessions.Second`."""
    began_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True, default=now)
    active_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    """When the person last did something, up to half a minute too early."""
    address: Mapped[str] = mapped_column(String(64))
    browser: Mapped[str] = mapped_column(String(200))
    """The header ``User-Agent`` at the beginning."""


class RecoveryCode(Base):
    """A code that replaces a code of the app once. It is deleted when it is used."""

    __tablename__ = "desk_recovery_codes"
    __table_args__ = (UniqueConstraint("user_id", "code_hash"),)

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    user_id: Mapped[str] = mapped_column(ForeignKey("desk_users.id"), index=True)
    code_hash: Mapped[str] = mapped_column(String(64))
    """SHA-256 of the code. Its 60 random bits can't be found by trying."""


class DeskAudit(Base):
    """A record of the audit: who did or saw what of whom, from where, and whether it was allowed.

    Records are added at the end, in one chain (:mod:`desk.chain`), and never changed. Only those that are older than the
    time for which they must be kept are removed, from the beginning. A record holds no words of citizens.
    """

    __tablename__ = "desk_audit"
    __table_args__ = (
        Index("ix_desk_audit_subject_seq", "subject", "seq"),
        Index("ix_desk_audit_user_id_seq", "user_id", "seq"),
    )

    seq: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    """Position in the chain, from 1, without gaps."""
    at: Mapped[datetime] = mapped_column(UtcDateTime, index=True, default=now)
    user_id: Mapped[str | None] = mapped_column(String(36), default=None)
    """The account; None when nobody was signed in. No foreign key, because a record outlives everything else."""
    role: Mapped[str] = mapped_column(String(20), default="")
    """The account's role at that moment."""
    action: Mapped[str] = mapped_column(String(40))
    """Name of an act of :mod:`desk.acts`."""
    kind: Mapped[str] = mapped_column(String(20), default="")
    """What it is about: ``conversation``, ``ticket`` …; empty for nothing in particular."""
    subject: Mapped[str] = mapped_column(String(40), default="")
    """Which one: the number of a ticket, or an id."""
    result: Mapped[str] = mapped_column(String(10), default="allowed")
    """``allowed``, ``refused``, or ``failed`` because of an error of ours."""
    code: Mapped[str] = mapped_column(String(40), default="")
    """Code of the refusal; empty when it was allowed."""
    reason: Mapped[str] = mapped_column(String(200), default="")
    """Why, in the words of the person; empty when nobody is asked."""
    address: Mapped[str] = mapped_column(String(64), default="")
    """Network address of the person."""
    hash: Mapped[str] = mapped_column(String(64))
    """SHA-256 over all the above and the hash of the record before it."""


class AuditMark(Base):
    """A place in the chain of the audit, signed with a key that is not in the database (:mod:`desk.seals`)."""

    __tablename__ = "desk_audit_marks"

    name: Mapped[str] = mapped_column(String(10), primary_key=True)
    """``start``: the last record that was removed because of its age. ``sealed``: the last one that was sealed."""
    seq: Mapped[int] = mapped_column(BigInteger)
    hash: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    signature: Mapped[str] = mapped_column(String(64))


class DeskReveal(Base):
    """查看记录: somebody saw masked data in clear, or a supervisor let somebody see more of it today."""

    __tablename__ = "desk_reveals"
    __table_args__ = (Index("ix_desk_reveals_user_id_at", "user_id", "at"),)

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    user_id: Mapped[str] = mapped_column(ForeignKey("desk_users.id"))
    what: Mapped[str] = mapped_column(String(20))
    """``ticket``, ``conversation``, or ``more``."""
    subject: Mapped[str] = mapped_column(String(40), index=True)
    """Number of the ticket, id of the conversation, or id of the account that got more."""
    reason: Mapped[str] = mapped_column(EncryptedText)


class DeskView(Base):
    """常用视图: conditions of the list of tickets that an account saved under a name."""

    __tablename__ = "desk_views"

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    user_id: Mapped[str] = mapped_column(ForeignKey("desk_users.id"), index=True)
    name: Mapped[str] = mapped_column(EncryptedText)
    """Encrypted, as the words that are searched are: either may name a citizen."""
    query: Mapped[dict[str, str]] = mapped_column(EncryptedJson)
    """The conditions, as the address of a list holds them."""
    shared: Mapped[bool] = mapped_column(Boolean, default=False)
    """Whether all agents and supervisors see it."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)


class LoginFailure(Base):
    """A failed sign-in. It is deleted when it no longer counts."""

    __tablename__ = "login_failures"
    __table_args__ = (Index("ix_login_failures_at", "at"),)

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    name_hash: Mapped[str] = mapped_column(String(64))
    """SHA-256 of the typed username. It is hashed because people sometimes type their password there."""
    address: Mapped[str] = mapped_column(String(64))
    """Where it came from, as :func:`core.networks.customer_of` tells it."""
    device: Mapped[str] = mapped_column(String(32), default="")
    """The browser, when it is one in which this username has signed in before; empty for any other."""
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
