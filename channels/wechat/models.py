"""Tables of the WeChat channel: sent texts, access tokens, events, and notices."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Boolean, Index, Integer, String, Text, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column

from core.clock import now
from core.database import Base, UtcDateTime
from core.ids import new_id
from core.privacy import EncryptedJson, EncryptedText


class WeChatAnswer(Base):
    """One text for one citizen. It is stored *before* it is sent, and kept for three days.

    A passive reply answers a message. When the platform sends the message again, it gets the same text. A push is a
    customer-service message. The platform's quota is counted from these rows, too.
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
    """``open`` → ``sent``, ``refused`` (by the platform) or ``unsure`` (whether it arrived can't be known)."""
    user_id: Mapped[str] = mapped_column(String(64), default="")
    """The citizen's openid; only for pushes, to find them in the platform's record."""
    text: Mapped[str] = mapped_column(EncryptedText)
    more: Mapped[bool] = mapped_column(Boolean, default=False, server_default=false())
    """Whether something owed did not fit. The citizen asks for the rest with “继续”."""
    awaited_turn: Mapped[str | None] = mapped_column(String(36), default=None)
    """The turn whose replies are still to come, when this text only asks the citizen to wait."""
    carried: Mapped[list[str]] = mapped_column(JSON, default=list)
    """Ids of the outbox rows in it."""
    tries: Mapped[int] = mapped_column(Integer, default=1)
    """For a passive reply: how many deliveries got it, 1 to 3. For a push: 0."""
    last_try_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    error: Mapped[str | None] = mapped_column(Text, default=None)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now, index=True)


class WeChatAccess(Base):
    """The access token of one app, shared by all processes, and until when nothing is pushed for the app."""

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
    """An event of one citizen. It is stored once, however often the platform sends it, and kept for three days."""

    __tablename__ = "wechat_events"

    account: Mapped[str] = mapped_column(String(32), primary_key=True)
    user_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    """Made of CreateTime and name of the event, which tell events apart; or the MsgId of a message."""
    event: Mapped[str] = mapped_column(String(40))
    received_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now, index=True)


class WeChatNoticeRow(Base):
    """A template message or subscription message about the progress of a ticket."""

    __tablename__ = "wechat_notices"
    __table_args__ = (UniqueConstraint("key"),)

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    """Also sent as ``client_msg_id``. For one such id the platform sends only one message."""
    key: Mapped[str] = mapped_column(String(120))
    """Names the change of the ticket. It is told only once for each key."""
    account: Mapped[str] = mapped_column(String(32))
    user_id: Mapped[str] = mapped_column(String(64))
    values: Mapped[dict[str, Any]] = mapped_column(EncryptedJson)
    state: Mapped[str] = mapped_column(String(10), default="pending")
    """``pending`` → ``sent`` → ``arrived``, or ``failed``."""
    platform_id: Mapped[str | None] = mapped_column(String(40), default=None, index=True)
    error: Mapped[str | None] = mapped_column(Text, default=None)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
