"""What was answered to which message: who asks again gets the very same answer, from any process."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from core.clock import now
from core.database import Base, UtcDateTime


class WeChatAnswer(Base):
    """The passive reply built for one message of one citizen; kept for a day."""

    __tablename__ = "wechat_answers"

    conversation_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    message_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    """The platform's MsgId."""
    text: Mapped[str] = mapped_column(Text)
    rest: Mapped[str] = mapped_column(Text, default="")
    """What did not fit; given when the citizen says “继续”."""
    awaited_turn: Mapped[str | None] = mapped_column(String(36), default=None)
    """Set when this answer only asked for patience: the turn whose replies are still to come."""
    carried: Mapped[list[str]] = mapped_column(JSON, default=list)
    """Ids of the outbox messages in it."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now, index=True)
