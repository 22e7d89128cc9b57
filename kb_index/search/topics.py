"""Finds the entries about a bare topic (低保, 公积金), so that the citizen can choose from them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from kb_index.entries.entry import Entry
from kb_index.search.searcher import POOL, Searcher

_LEAST = 2
"""Fewest entries of a topic, and fewest characters of its name."""


def about(
    searcher: Searcher, word: str, regions: Sequence[str] = (), on: dt.date | None = None, limit: int = 5
) -> tuple[Entry, ...]:
    """Entries about the topic that a word names, best match first; empty when it names no topic.

    Topics are the tags and topics that editors wrote. A word that only occurs in titles (怎么办) is not a topic.

    Args:
        searcher: the version to search.
        word: the citizen's word, in any spelling the knowledge base knows (gjj, 離婚, 低保).
        regions: as for :meth:`Searcher.search`.
        on: only entries that hold on this day; None: any day.
        limit: largest number of entries.
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
