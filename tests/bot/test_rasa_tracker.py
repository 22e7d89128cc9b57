"""Rasa's tracker store, run by Rasa's own Python: events are unreadable in its database, also those of older versions."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from bot import rasa_program
from core.keyring import DataKey, KeyRing
from core.settings import ROOT

_TALK = """
import asyncio, sys
from rasa.core.tracker_store import SQLTrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

kind, url, keys, words = sys.argv[1:]
if kind == "clear":
    store = SQLTrackerStore(domain=Domain.empty(), host=url)
else:
    from bot.rasa_tracker import SealedTracker
    store = SealedTracker(keys, domain=Domain.empty(), host=url)

async def talk():
    tracker = await store.retrieve("c1") or DialogueStateTracker("c1", [])
    print([event.text for event in tracker.events if isinstance(event, UserUttered)])
    tracker.update(ActionExecuted("action_listen"))
    tracker.update(UserUttered(words))
    tracker.update(SlotSet("name", words))
    await store.save(tracker)

asyncio.run(talk())
"""


def talk(kind: str, folder: Path, ring: KeyRing, words: str) -> str:
    """Say some words in a conversation. Returns what its tracker held before."""
    url = f"sqlite:///{folder / 'tracker.db'}"
    done = subprocess.run(
        [str(rasa_program.python()), "-c", _TALK, kind, url, rasa_program.tracker_keys(ring), words],
        cwd=ROOT,
        env=rasa_program.quiet(),
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.mark.slow
def test_trackers_are_unreadable_and_go_on_under_a_new_key(tmp_path: Path) -> None:
    first, second = DataKey.new(), DataKey.new()
    assert talk("clear", tmp_path, KeyRing([first]), "我叫牛魔王") == "[]"
    stored = tmp_path / "tracker.db"
    escaped = "牛魔王".encode("unicode_escape")
    assert escaped in stored.read_bytes()  # as Rasa's own store writes it
    assert talk("sealed", tmp_path, KeyRing([first]), "住火焰山") == "['我叫牛魔王']"
    assert escaped not in stored.read_bytes()
    assert talk("sealed", tmp_path, KeyRing([second, first]), "电话忘了") == "['我叫牛魔王', '住火焰山']"
    data = stored.read_bytes()
    for words in ("牛魔王", "火焰山", "忘了"):
        assert words.encode() not in data and words.encode("unicode_escape") not in data
    # What only the first key opens is forgotten with it; the conversation goes on.
    assert "牛魔王" not in talk("sealed", tmp_path, KeyRing([second]), "还有")
