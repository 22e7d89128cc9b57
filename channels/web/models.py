"""Table of the web channel: the tokens by which browsers are known."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from core.clock import now
from core.database import Base, UtcDateTime


class VisitorToken(Base):
    """A token that was given to a browser. The token itself is not stored, so that the table opens no conversation."""

    __tablename__ = "visitor_tokens"
    __table_args__ = (Index("ix_visitor_tokens_seen_at", "seen_at"),)

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    """SHA-256 of the token. A token has 256 random bits, so nobody finds it by trying."""
    visitor_id: Mapped[str] = mapped_column(String(36), index=True)
    """The visitor. In the web channel this is the ``user_id`` of the conversation."""
    former: Mapped[str | None] = mapped_column(String(64), default=None)
    """Digest of the token that this one replaces. The former ends soon after this one is first used."""
    issued_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    """When the visitor was given it."""
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    """When it was last used, to the day."""
    used: Mapped[bool] = mapped_column(default=False)
    """Whether it was ever used. Until then the browser may not have received it."""
    ends_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
    """From then on the token is refused, because it was replaced or the visitor's tokens were revoked; None: it is valid."""
    revoked: Mapped[bool] = mapped_column(default=False)
    """Whether it was revoked, and not only replaced."""
