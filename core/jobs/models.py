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
    """Work to be done once, not before its due time. A recurring job is one row whose due time moves on."""

    __tablename__ = "jobs"
    __table_args__ = (UniqueConstraint("kind", "key"), Index("ix_jobs_due", "state", "due_at"))

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    kind: Mapped[str] = mapped_column(String(40))
    """Name of the kind, which chooses the handler."""
    key: Mapped[str] = mapped_column(String(200), default="")
    """What the job is about. A kind has at most one job with the same key. Empty for a recurring job."""
    payload: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    """More facts for the handler."""
    state: Mapped[str] = mapped_column(String(10), default="waiting")
    """``waiting`` (also while it runs) → ``done``; or ``failed`` when it is given up."""
    due_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    """The job starts no earlier than this. After a failure this is the time of the next try."""
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    """Number of starts since the last success."""
    leased_by: Mapped[str | None] = mapped_column(String(36), default=None)
    """Id of the current lease. Only the run that holds this lease may end the job."""
    leased_until: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
    """End of the lease. Until then the process that runs the job counts as alive."""
    last_error: Mapped[str | None] = mapped_column(Text, default=None)
    """Error of the last run; None after a success."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
    """When the job was last done or given up."""
