"""Reads and writes what a running system keeps encrypted, as somebody with its keys could."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from core.sealing import ring, seal, unseal, use_ring
from tests.system import System

TRACKER = "rasa.tracker"
"""The place for which events of Rasa's tracker are sealed."""


@contextmanager
def keys_of(system: System) -> Iterator[None]:
    """Use the keys of a system within the block."""
    before = ring()
    use_ring(system.settings.key_ring)
    try:
        yield
    finally:
        use_ring(before)


def rows(system: System, query: str, *places: str) -> list[tuple[Any, ...]]:
    """The rows of a query to the app's database. ``places`` name the encrypted columns among the first ones."""
    with (
        keys_of(system),
        sqlite3.connect(f"file:{system.data / 'wenban.db'}?mode=ro", uri=True, timeout=20) as database,
    ):
        return [
            tuple(
                unseal(value, places[at]) if at < len(places) and value and value.startswith("w1:") else value
                for at, value in enumerate(row)
            )
            for row in database.execute(query)
        ]


def tracker_events(system: System, sender: str | None = None) -> list[dict[str, Any]]:
    """The events of Rasa's tracker, oldest first; those of one conversation when it is given."""
    with keys_of(system), sqlite3.connect(system.data / "rasa" / "tracker.db", timeout=20) as tracker:
        found = tracker.execute("SELECT sender_id, data FROM events ORDER BY id").fetchall()
        return [json.loads(unseal(data, TRACKER)) for who, data in found if sender in (None, who)]


def age_tracker(system: System, seconds: float, sender: str | None = None) -> None:
    """Make all that Rasa knows older; that of one conversation when it is given."""
    with keys_of(system), sqlite3.connect(system.data / "rasa" / "tracker.db", timeout=20) as tracker:
        for row, who, data in tracker.execute("SELECT id, sender_id, data FROM events").fetchall():
            if sender not in (None, who):
                continue
            event = json.loads(unseal(data, TRACKER))
            event["timestamp"] -= seconds
            tracker.execute(
                "UPDATE events SET timestamp = ?, data = ? WHERE id = ?",
                (event["timestamp"], seal(json.dumps(event), TRACKER), row),
            )
