"""Identifiers: UUIDv7 strings. They sort by the time at which they were made."""

from __future__ import annotations

import uuid
from datetime import datetime

import uuid6


def new_id() -> str:
    """A new UUIDv7 as text of 36 characters. Later ids sort after earlier ones (RFC 9562 §5.7)."""
    return str(uuid6.uuid7())


def first_id(moment: datetime) -> str:
    """The lowest id that :func:`new_id` can make at a moment, so that ids can be searched by their time.

    >>> first_id(datetime.fromtimestamp(0.001)) < new_id()
    True
    """
    return str(uuid.UUID(int=int(moment.timestamp() * 1000) << 80))
