"""The table of jobs."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.clock import now
from core.database import Base, UtcDateTime
from core.ids import new_id


class JobRow(Base):
    """Something to be done at a moment, once; a recurring job is one row whose moment moves on."""

    __tablename__ = "jobs"
    __table_args__ = (UniqueConstraint("kind", "key"), Index("ix_jobs_due", "state", "due_at"))

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    kind: Mapped[str] = mapped_column(String(40))
    """Which handler does it."""
    key: Mapped[str] = mapped_column(String(200), default="")
    """What it is about; the same key of a kind is one job. Empty for a recurring job."""
    payload: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    """What the handler needs beside the key."""
    state: Mapped[str] = mapped_column(String(10), default="waiting")
    """``waiting`` (running too, while leased) → ``done``, or ``failed`` when it is not tried any more."""
    due_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    """Not before this moment; after a failure the moment of the next try."""
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    """How often it was begun since it last went well."""
    leased_by: Mapped[str | None] = mapped_column(String(36), default=None)
    """The one taking of this job that may end it; another taking has another value."""
    leased_until: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
    """Until then whoever took it is taken for alive."""
    last_error: Mapped[str | None] = mapped_column(Text, default=None)
    """Why it did not go well the last time; None once it did."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
    """When it was last done, or given up."""
