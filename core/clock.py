"""Moments: stored in UTC, shown in the time zone Asia/Shanghai."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")
"""The time zone of everything that people read."""


def _system() -> datetime:
    return datetime.now(UTC)


_read: Callable[[], datetime] = _system


def now() -> datetime:
    """The current moment in UTC, with time zone."""
    return _read()


def use_clock(read: Callable[[], datetime] | None) -> None:
    """Replace the clock of this process, so that tests need not wait for hours or days.

    Args:
        read: returns the current moment, with time zone. None restores the machine's clock.
    """
    global _read
    _read = read or _system


def iso(moment: datetime) -> str:
    """The moment as text for JSON, such as ``2026-11-23T10:00:00.000Z``: UTC, with milliseconds."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def local(moment: datetime) -> datetime:
    """The same moment in the time zone Asia/Shanghai."""
    return moment.astimezone(SHANGHAI)
