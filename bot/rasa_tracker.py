"""Rasa's tracker store in SQL, with encrypted events. ``endpoints.yml`` names it.

A tracker holds every word of a conversation. The column ``data`` is sealed with keys that the app derives from its data
keys and hands over as ``WENBAN_RASA_TRACKER_KEYS`` (``id:key`` in url-safe base64, separated by commas, the present one
first). The other columns name kinds of events, intents and slots, and no person.
"""

from __future__ import annotations

import base64
import os
from typing import Any

import sqlalchemy as sa
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from rasa.core.tracker_store import SQLTrackerStore
from sqlalchemy.types import TypeDecorator

_PREFIX = "w1:"
_NONCE = 12
_PLACE = b"rasa.tracker"
_AT_ONCE = 500
_FORGOTTEN = '{"event": "restart", "timestamp": 0}'
"""Stands for an event whose key was forgotten: the conversation begins anew. What must last is kept by the app."""


class SealedText(TypeDecorator):  # type: ignore[type-arg]
    """A text column that is encrypted in the database and clear in Python."""

    impl = sa.Text
    cache_ok = True

    def __init__(self, keys: str) -> None:
        super().__init__()
        self.keys = keys
        parts = [part.split(":") for part in keys.split(",")]
        self._ciphers = {name: AESGCM(base64.urlsafe_b64decode(key)) for name, key in parts}
        self._present = parts[0][0]

    def process_bind_param(self, value: str | None, dialect: Any) -> str | None:
        """Encrypt a value before it is written."""
        if value is None:
            return None
        nonce = os.urandom(_NONCE)
        made = nonce + self._ciphers[self._present].encrypt(nonce, value.encode(), _PLACE)
        return f"{_PREFIX}{self._present}:{base64.b64encode(made).decode()}"

    def process_result_value(self, value: str | None, dialect: Any) -> str | None:
        """Decrypt a value after it was read."""
        if value is None:
            return None
        _, _, rest = value.partition(_PREFIX)
        name, _, sealed = rest.partition(":")
        if name not in self._ciphers:
            return _FORGOTTEN
        made = base64.b64decode(sealed)
        try:
            return self._ciphers[name].decrypt(made[:_NONCE], made[_NONCE:], _PLACE).decode()
        except InvalidTag as error:
            raise ValueError("an event of the tracker was changed or is damaged") from error


class SealedTracker(SQLTrackerStore):  # type: ignore[misc]
    """Rasa's SQL tracker store; ``keys`` as above, the other options are those of ``type: SQL``."""

    def __init__(
        self, keys: str, domain: Any = None, host: Any = None, event_broker: Any = None, **options: Any
    ) -> None:
        self.SQLEvent.__table__.c.data.type = SealedText(keys)
        super().__init__(domain=domain, host=host, event_broker=event_broker, **options)
        self._seal_clear()

    def _seal_clear(self) -> None:
        """Encrypt events that an older version wrote, and remove their clear traces."""
        raw = sa.table("events", sa.column("id", sa.Integer), sa.column("data", sa.Text))
        sealed = self.SQLEvent.__table__
        found = False
        while True:
            with self.engine.begin() as connection:
                query = sa.select(raw.c.id, raw.c.data).where(raw.c.data.like("{%")).limit(_AT_ONCE)
                rows = connection.execute(query).all()
                for row in rows:
                    change = sealed.update().where(sealed.c.id == row.id).values(data=row.data)
                    connection.execute(change)
            found = found or bool(rows)
            if len(rows) < _AT_ONCE:
                break
        if found:
            with self.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                full = "VACUUM" if self.engine.dialect.name == "sqlite" else "VACUUM FULL events"
                connection.execute(sa.text(full))
