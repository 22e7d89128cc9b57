"""A bare topic (低保, 公积金): no question yet, so the entries about it are what can be chosen from."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from kb_index.entries.entry import Entry
from kb_index.search.searcher import POOL, Searcher

_LEAST = 2
"""Entries that make a topic; characters that make its name."""


def about(
    searcher: Searcher, word: str, regions: Sequence[str] = (), on: dt.date | None = None, limit: int = 5
) -> tuple[Entry, ...]:
    """Entries about the topic a word names, the nearest first; empty when it names none.

    The editors' own tags and topics say what is a topic: a word that merely stands in titles (怎么办) is none.

    Args:
        searcher: the version searched.
        word: what the citizen typed, in any spelling the base knows (gjj, 離婚, 低保).
        regions: as for :meth:`Searcher.search`.
        on: only entries in force that day; None means any.
        limit: most entries returned.
    """
    spell = searcher.pipeline.normalise
    wanted = spell(word)
    if len(wanted) < _LEAST:
        return ()
    found = []
    named = False
    for hit in searcher.search(word, regions, on, limit=2 * POOL).hits:
        of_topic = any(wanted in spell(name) for name in (hit.entry.topic, *hit.entry.tags))
        if of_topic or wanted in spell(hit.entry.title):
            named = named or of_topic
            found.append(hit.entry)
    return tuple(found[:limit]) if named and len(found) >= _LEAST else ()
