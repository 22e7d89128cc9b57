"""The table of gaps: questions that got no answer, and questions whose answer a citizen judged."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from core.clock import now
from core.database import Base, UtcDateTime
from core.ids import new_id
from core.privacy import EncryptedText


class AskedQuestion(Base):
    """One question that got no answer, or whose answer the citizen called useful or useless.

    It names no person and no conversation. Personal data is removed from the question before it is stored
    (:func:`core.redaction.redact`).
    """

    __tablename__ = "asked_questions"
    __table_args__ = (Index("ix_asked_questions_asked_at", "asked_at"),)

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    turn_id: Mapped[str] = mapped_column(String(36), unique=True)
    """The turn in which it was asked. A turn that runs again counts once."""
    question: Mapped[str] = mapped_column(EncryptedText)
    """Empty when only the verdict is known."""
    outcome: Mapped[str] = mapped_column(String(10))
    """What the assistant did: ``answer``, ``ask_back`` or ``unknown``."""
    verdict: Mapped[str | None] = mapped_column(String(10), default=None)
    """What the citizen said of the answer: ``useful``, ``useless`` (没用, 都不是), or nothing."""
    entry_id: Mapped[str | None] = mapped_column(String(80), index=True, default=None)
    """The entry that was shown."""
    channel: Mapped[str] = mapped_column(String(20))
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    state: Mapped[str] = mapped_column(String(10), default="open")
    """What an editor has done with it: nothing (``open``), ``drafted``, or ``dismissed``."""
    draft_id: Mapped[str | None] = mapped_column(String(80), default=None)
    """Id of the entry that was drafted for it."""
    handled_by: Mapped[str] = mapped_column(String(40), default="")
    """Who drafted or dismissed it: the account's display name, or ``wenban`` for the command line."""
    handled_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
