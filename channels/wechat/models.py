"""Tables of the WeChat channel: texts that went out, the access token, events, consents, and notices."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Boolean, Index, Integer, String, Text, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column

from core.clock import now
from core.database import Base, UtcDateTime
from core.ids import new_id
from core.privacy import EncryptedText


class WeChatAnswer(Base):
    """One text for one citizen, written down *before* it goes out; kept for three days.

    A passive reply is the answer to a message, and whoever is asked again for that message gives the very same.
    A push is a customer-service message; these rows are also the ledger the platform's quota is counted from.
    """

    __tablename__ = "wechat_answers"
    __table_args__ = (Index("ix_wechat_answers_state", "state", "last_try_at"),)

    conversation_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    message_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    """The platform's MsgId; ``event:…`` for an event; ``push:…`` for a push."""
    account: Mapped[str] = mapped_column(String(32), default="")
    route: Mapped[str] = mapped_column(String(10), default="passive")
    """``passive`` or ``push``."""
    state: Mapped[str] = mapped_column(String(10), default="open")
    """``open`` → ``sent``, ``refused`` (the platform said no) or ``unsure`` (nobody could tell)."""
    user_id: Mapped[str] = mapped_column(String(64), default="")
    """The citizen's openid; kept for pushes, which the platform's record shows by it."""
    text: Mapped[str] = mapped_column(Text)
    more: Mapped[bool] = mapped_column(Boolean, default=False, server_default=false())
    """Whether something owed did not fit; “继续” asks for the rest."""
    awaited_turn: Mapped[str | None] = mapped_column(String(36), default=None)
    """Set when this answer only asked for patience: the turn whose replies are still to come."""
    carried: Mapped[list[str]] = mapped_column(JSON, default=list)
    """Ids of the outbox rows in it."""
    tries: Mapped[int] = mapped_column(Integer, default=1)
    """Passive: number of the delivery answered, 1 to 3. Push: times the platform's record was consulted."""
    last_try_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    error: Mapped[str | None] = mapped_column(Text, default=None)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now, index=True)


class WeChatAccess(Base):
    """The access token of one app, shared by all processes, and whether its API is to be left alone for a while."""

    __tablename__ = "wechat_access"

    app_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    token: Mapped[str | None] = mapped_column(EncryptedText, default=None)
    expires_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
    lease_owner: Mapped[str | None] = mapped_column(String(36), default=None)
    """The process that is fetching a new token; its lease ends at ``lease_until``."""
    lease_until: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
    paused_until: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
    paused_for: Mapped[str | None] = mapped_column(Text, default=None)


class WeChatEvent(Base):
    """An event of one citizen, stored once however often the platform sends it; kept for three days."""

    __tablename__ = "wechat_events"

    account: Mapped[str] = mapped_column(String(32), primary_key=True)
    user_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    """CreateTime and event name, by which the platform tells events apart."""
    event: Mapped[str] = mapped_column(String(40))
    received_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now, index=True)


class WeChatConsent(Base):
    """How many subscription messages of one template a citizen has agreed to and not been sent yet."""

    __tablename__ = "wechat_consents"

    account: Mapped[str] = mapped_column(String(32), primary_key=True)
    user_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    template_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    left: Mapped[int] = mapped_column(Integer)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)


class WeChatNoticeRow(Base):
    """A template or subscription message that tells of a ticket's progress."""

    __tablename__ = "wechat_notices"
    __table_args__ = (UniqueConstraint("key"),)

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    """Also sent as ``client_msg_id``, for which the platform sends one message however often it is asked."""
    key: Mapped[str] = mapped_column(String(120))
    """The ticket's change it tells of; a key is told once."""
    account: Mapped[str] = mapped_column(String(32))
    user_id: Mapped[str] = mapped_column(String(64))
    values: Mapped[dict[str, Any]] = mapped_column(JSON)
    state: Mapped[str] = mapped_column(String(10), default="pending")
    """``pending`` → ``sent`` → ``arrived``, or ``failed``."""
    platform_id: Mapped[str | None] = mapped_column(String(40), default=None, index=True)
    error: Mapped[str | None] = mapped_column(Text, default=None)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
