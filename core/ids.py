"""Identifiers: UUIDv7 strings. They sort by the time at which they were made."""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Callable
from datetime import datetime

import uuid6

_LOW = 62
"""Number of random bits in the last part of a UUIDv7 (``rand_b`` of RFC 9562); its other twelve (``rand_a``) stand before them."""


class _Dated:
    """Makes ids of another time than the machine's. Within a millisecond each is higher than the one before."""

    def __init__(self, read: Callable[[], datetime]) -> None:
        self._read = read
        self._last = (0, 0)

    def __call__(self) -> str:
        ms = int(self._read().timestamp() * 1000)
        before, tail = self._last
        # The highest bit is free at first, so that counting up never runs over.
        tail = tail + 1 + secrets.randbits(32) if ms == before else secrets.randbits(_LOW + 11)
        self._last = (ms, tail)
        parts = (ms << 80, 7 << 76, (tail >> _LOW) << 64, 2 << _LOW, tail & ((1 << _LOW) - 1))
        return str(uuid.UUID(int=sum(parts)))


def _of_machine() -> str:
    return str(uuid6.uuid7())


_make: Callable[[], str] = _of_machine


def new_id() -> str:
    """A new UUIDv7 as text of 36 characters. Later ids sort after earlier ones (RFC 9562 §5.7)."""
    return _make()


def use_clock(read: Callable[[], datetime] | None) -> None:
    """Give the ids of this process the time of another clock, so that what is written for a past day sorts there.

    Args:
        read: returns the moment, with time zone. None restores the machine's clock.
    """
    global _make
    _make = _Dated(read) if read is not None else _of_machine


def first_id(moment: datetime) -> str:
    """The lowest id that :func:`new_id` can make at a moment, so that ids can be searched by their time.

    >>> first_id(datetime.fromtimestamp(0.001)) < new_id()
    True
    """
    return str(uuid.UUID(int=int(moment.timestamp() * 1000) << 80))
