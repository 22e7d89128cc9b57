"""The table of gaps: questions nothing answered, and answers citizens judged."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from core.clock import now
from core.database import Base, UtcDateTime
from core.ids import new_id


class AskedQuestion(Base):
    """One question, kept because nothing answered it or because the citizen said whether the answer was of use.

    It names no person and no conversation; the question itself is kept without personal data
    (:func:`core.privacy.redact`).
    """

    __tablename__ = "asked_questions"
    __table_args__ = (Index("ix_asked_questions_asked_at", "asked_at"),)

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    turn_id: Mapped[str] = mapped_column(String(36), unique=True)
    """The turn it was asked in: a turn that runs again counts once."""
    question: Mapped[str] = mapped_column(Text)
    """Empty when only the verdict is known."""
    outcome: Mapped[str] = mapped_column(String(10))
    """What the assistant did: ``answer``, ``ask_back`` or ``unknown``."""
    verdict: Mapped[str | None] = mapped_column(String(10), default=None)
    """What the citizen said of it: ``useful``, ``useless`` (没用, 都不是), or nothing."""
    entry_id: Mapped[str | None] = mapped_column(String(80), index=True, default=None)
    """The entry that was shown."""
    channel: Mapped[str] = mapped_column(String(20))
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    state: Mapped[str] = mapped_column(String(10), default="open")
    """``open``, ``drafted`` or ``dismissed`` by an editor."""
    draft_id: Mapped[str | None] = mapped_column(String(80), default=None)
    """Id of the entry drafted for it."""
    handled_by: Mapped[str] = mapped_column(String(40), default="")
    """Who drafted or dismissed: the account's display name, or ``wenban`` for the command line."""
    handled_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
