"""What a question and an entry have in common: subjects that the entry nowhere mentions, and words that both have."""

from __future__ import annotations

import json
import re
from weakref import WeakKeyDictionary

from kb_index.entries.entry import Entry
from kb_index.language.text import query_text
from kb_index.search.searcher import Searcher

_LEAST = 3
"""Fewest characters of a subject in its first spelling (低保 is 最低生活保障). Shorter ones are deeds and states (补缴, 租房)."""
_ASKS = re.compile("多少|怎么|什么|哪里|[吗呢]$")
"""In a word with one of these something is asked, and nothing named (多少天, 需要什么材料): editors list them as spellings of others."""
_subjects: WeakKeyDictionary[Searcher, frozenset[str]] = WeakKeyDictionary()


def unmentioned(searcher: Searcher, question: str, entry: Entry, *, headed: bool = False) -> tuple[str, ...]:
    """The editors' words (``words.txt``, synonyms, tags, topics) in a question that an entry does not have in any spelling.

    Args:
        searcher: the version that holds the words.
        question: the citizen's words.
        entry: the entry that would be given as the answer.
        headed: compare with the entry's title, tags and topic alone.
    """
    pipeline = searcher.pipeline
    named = dict.fromkeys(pipeline.words_of(pipeline.normalise(question)))
    known = subjects(searcher)
    asked = [word for word in named if len(word) >= _LEAST and word in known]
    if not asked:
        return ()
    told = [entry.title, *entry.tags, entry.topic]
    if not headed:
        told += [*entry.questions, entry.answer, *(part for one in entry.sections.items() for part in one)]
    whole = pipeline.normalise("\n".join(told))
    return tuple(word for word in asked if word not in whole)


def shared(searcher: Searcher, question: str, entry: Entry) -> tuple[str, ...]:
    """The words of a question, of two characters or more, of which an entry's questions, tags or topic have at least two in a row.

    Args:
        searcher: the version whose spelling is used.
        question: the citizen's words.
        entry: an entry that would be offered as near.
    """
    pipeline = searcher.pipeline
    heads = pipeline.normalise("\n".join((*entry.questions, *entry.tags, entry.topic)))
    words = dict.fromkeys(pipeline.words_of(pipeline.normalise(query_text(question))))
    return tuple(word for word in words if any(word[at : at + 2] in heads for at in range(len(word) - 1)))


def subjects(searcher: Searcher) -> frozenset[str]:
    """The words that name subjects in a version of the knowledge base: the editors' words, and its topics and tags.

    The first call reads every entry, so whoever loads a version calls it before the first citizen asks.

    Args:
        searcher: the version.
    """
    if searcher not in _subjects:
        named = searcher.pipeline.curated | _headings(searcher)
        _subjects[searcher] = frozenset(word for word in named if _ASKS.search(word) is None)
    return _subjects[searcher]


def _headings(searcher: Searcher) -> frozenset[str]:
    store = searcher.shelf.store
    # Two fields of each line; nothing else of the entries is needed, so nothing else is checked.
    entries = (json.loads(store.line(place)) for place in range(len(store)))
    names = {name for one in entries for name in (one["topic"], *one["tags"])}
    return frozenset(map(searcher.pipeline.normalise, names))
