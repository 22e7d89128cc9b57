"""Identifiers: UUIDv7 strings. They sort by the time at which they were made."""

from __future__ import annotations

import uuid6


def new_id() -> str:
    """A new UUIDv7 as text of 36 characters. Later ids sort after earlier ones (RFC 9562 §5.7)."""
    return str(uuid6.uuid7())
