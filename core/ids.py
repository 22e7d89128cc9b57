"""Identifiers: UUIDv7 strings, which sort by the time they were made."""

from __future__ import annotations

import uuid6


def new_id() -> str:
    """A new UUIDv7 as 36-character text; later ids sort after earlier ones (RFC 9562 §5.7)."""
    return str(uuid6.uuid7())
