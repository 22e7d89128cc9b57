"""Time: UTC in storage, Asia/Shanghai on screen."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")


def _system() -> datetime:
    return datetime.now(UTC)


_read: Callable[[], datetime] = _system


def now() -> datetime:
    """The present moment, timezone-aware, in UTC."""
    return _read()


def use_clock(read: Callable[[], datetime] | None) -> None:
    """Let this process go by another clock, for what takes hours or days; None is the machine's own again.

    Args:
        read: gives the present moment, timezone-aware.
    """
    global _read
    _read = read or _system


def iso(moment: datetime) -> str:
    """``2026-11-23T10:00:00.000Z``: how every JSON answer writes a moment (milliseconds, UTC)."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def local(moment: datetime) -> datetime:
    """The same moment on a Chinese wall clock."""
    return moment.astimezone(SHANGHAI)
