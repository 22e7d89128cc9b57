"""The number of a delivery: the platform sends a message up to three times, five seconds apart."""

from __future__ import annotations

import time
from datetime import datetime

from core.clock import now

_MOST = 20_000
"""Most messages that are remembered."""


class Repeats:
    """Counts the deliveries of each message that this process has seen.

    Args:
        every_s: seconds between two deliveries of a message.
    """

    def __init__(self, every_s: float) -> None:
        self._forget_s = 12 * every_s
        self._seen: dict[tuple[str, str, str], tuple[int, float]] = {}

    def count(self, account: str, user: str, message_id: str) -> int:
        """Count one more delivery of a message, and return its number, from 1."""
        key = (account, user, message_id)
        moment = time.monotonic()
        before = self._seen.pop(key, (0, moment))[0]
        self._seen[key] = (before + 1, moment)
        # The oldest is first, because a key that is counted again moves to the end.
        while self._seen:
            oldest = next(iter(self._seen))
            if len(self._seen) <= _MOST and moment - self._seen[oldest][1] < self._forget_s:
                break
            del self._seen[oldest]
        return before + 1


def delivery(counted: int, received_at: datetime, every_s: float = 5.0) -> int:
    """The number of a delivery, from 1. Deliveries that other processes got are estimated from the time that has passed.

    Args:
        counted: the number from :meth:`Repeats.count`.
        received_at: when the first delivery came.
        every_s: seconds between two deliveries.

    >>> from datetime import timedelta
    >>> delivery(1, now() - timedelta(seconds=10.1))
    3
    """
    elapsed = (now() - received_at).total_seconds()
    return max(counted, 1 + round(elapsed / every_s))
