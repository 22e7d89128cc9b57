"""Makes a shelf from entries, and reuses the work stored in an earlier shelf."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.progress import Progress
from kb_index.entries.entry import Entry
from kb_index.index.lexical import LexicalIndex
from kb_index.index.nearest import DenseIndex
from kb_index.index.ragged import Ids, Places, Ragged, spread
from kb_index.index.shelf import EntryStore, Shelf
from kb_index.index.vocabulary import Vocabulary
from kb_index.language.aspects import aspect_bits
from kb_index.language.encoder import BATCH, Encoder, Vectors
from kb_index.language.text import TextPipeline

FOREVER = dt.date.max.toordinal()
"""The last day of an entry without expiry date, as a date ordinal (days)."""

FEW = 3
"""An entry with fewer questions is also found by the beginning of its answer."""

OPENING = 150
"""Length of that beginning, in characters."""


def rest_text(entry: Entry) -> str:
    """The searchable text of an entry other than its questions: topic, tags, answer, sections."""
    return "\n".join([entry.topic, " ".join(entry.tags), entry.answer, *entry.sections.values()])


def normalised_questions(entry: Entry, pipeline: TextPipeline) -> list[str]:
    """Distinct normalised questions of an entry, title first."""
    return list(dict.fromkeys(text for q in entry.questions if (text := pipeline.normalise(q))))


def opening(entry: Entry, own: Sequence[str], pipeline: TextPipeline) -> list[str]:
    """The normalised beginning of the answer if the entry has fewer than :data:`FEW` questions; else nothing.

    It gets vectors like a question, because a title alone often does not tell what the answer is about (an
    article of law, a long reply). It gets no tokens: the words of the answer are indexed already.

    Args:
        entry: the entry.
        own: its normalised questions.
        pipeline: prepares the text.
    """
    if len(own) >= FEW:
        return []
    text = pipeline.normalise(entry.answer[:OPENING])
    return [text] if text and text not in own else []


def make_shelf(
    entries: Sequence[Entry | int],
    pipeline: TextPipeline,
    encoder: Encoder,
    *,
    earlier: Shelf | None = None,
    progress: Progress | None = None,
) -> Shelf:
    """Makes a shelf.

    Args:
        entries: the entries in order. A number means the entry at that place of ``earlier``.
        pipeline: prepares the texts; searches must use the same one for questions.
        encoder: makes the vectors.
        earlier: a shelf made with the same pipeline and encoder, to reuse.
        progress: called with (entries prepared, entries to prepare).
    """
    vocabulary = Vocabulary(earlier.vocabulary.tokens) if earlier is not None else Vocabulary()
    kept = np.array([entry for entry in entries if isinstance(entry, int)], np.int64)
    fresh = [entry for entry in entries if not isinstance(entry, int)]
    parts, made = _prepare(fresh, pipeline, encoder, vocabulary, earlier, progress)
    if earlier is None:
        vectors = DenseIndex.of(made)
    else:  # join the reused entries and the new ones, then bring all into the wanted order
        order = np.empty(len(entries), np.int64)
        carried = np.array([isinstance(entry, int) for entry in entries], bool)
        order[carried], order[~carried] = np.arange(len(kept)), len(kept) + np.arange(len(fresh))
        parts = _carried(earlier, kept).joined(parts)
        vectors = earlier.vectors.changed(earlier.questions_of(kept)[0], made, parts.question_order(order))
        parts = parts.ordered(order)
    return Shelf(
        store=_store(entries, earlier),
        questions=parts.questions,
        starts=parts.starts,
        vocabulary=vocabulary,
        question_tokens=parts.asked,
        rest_tokens=parts.rest,
        vectors=vectors,
        whole=LexicalIndex.fit(parts.whole(), len(vocabulary)),
        aspects=parts.aspects,
        effective=parts.effective,
        expires=parts.expires,
        regions={
            name: np.array([name in held for held in parts.regions]) for name in set().union(*parts.regions)
        },
        embedded=parts.embedded,
    )


@dataclass(frozen=True)
class _Parts:
    """The data computed for each single entry, for a list of entries."""

    questions: list[bytes]
    counts: Places
    asked: Ragged
    rest: Ragged
    aspects: NDArray[np.int64]
    effective: NDArray[np.int64]
    expires: NDArray[np.int64]
    regions: list[frozenset[str]]
    embedded: int = 0

    @property
    def starts(self) -> Places:
        """Place of each entry's first question."""
        found: Places = np.cumsum(self.counts) - self.counts
        return found

    def whole(self) -> Ragged:
        """One row for each entry: the tokens of its questions and of its other text."""
        ends = np.append(self.starts, len(self.questions))
        both = Ragged(self.asked.flat, self.asked.offsets[ends]).joined(self.rest)
        count = len(self.rest)
        rows = both.take(np.stack([np.arange(count), np.arange(count) + count], axis=1).ravel())
        return Ragged(rows.flat, rows.offsets[::2])

    def joined(self, other: _Parts) -> _Parts:
        """These entries, followed by the entries of ``other``."""
        return _Parts(
            [*self.questions, *other.questions],
            np.concatenate([self.counts, other.counts]),
            self.asked.joined(other.asked),
            self.rest.joined(other.rest),
            np.concatenate([self.aspects, other.aspects]),
            np.concatenate([self.effective, other.effective]),
            np.concatenate([self.expires, other.expires]),
            [*self.regions, *other.regions],
            self.embedded + other.embedded,
        )

    def question_order(self, order: Places) -> Places:
        """Places of the questions after the entries are brought into this order."""
        return spread(self.starts[order], self.counts[order])

    def ordered(self, order: Places) -> _Parts:
        """The entries at these places, in this order."""
        at = self.question_order(order)
        return _Parts(
            [self.questions[i] for i in at],
            self.counts[order],
            self.asked.take(at),
            self.rest.take(order),
            self.aspects[order],
            self.effective[order],
            self.expires[order],
            [self.regions[i] for i in order],
            self.embedded,
        )


def _prepare(
    entries: list[Entry],
    pipeline: TextPipeline,
    encoder: Encoder,
    vocabulary: Vocabulary,
    earlier: Shelf | None,
    progress: Progress | None,
) -> tuple[_Parts, Vectors]:
    """Tokenises texts and makes vectors, batch by batch, so that each text is tokenised only once."""
    questions: list[bytes] = []
    counts, bits = [], []
    asked: list[Ids] = []
    rest: list[Ids] = []
    vectors = [np.zeros((0, encoder.dimensions), np.float32)]
    known = _known_vectors(entries, earlier) if earlier is not None else {}
    embedded = 0
    step = BATCH // 4
    for start in range(0, len(entries), step):
        asks: list[str] = []
        spoken: list[bool] = []
        for entry in entries[start : start + step]:
            own = normalised_questions(entry, pipeline)
            more = opening(entry, own, pipeline)
            if not own and not more:
                own = [entry.id]
            asks += own + more
            spoken += [True] * len(own) + [False] * len(more)
            counts.append(len(own) + len(more))
            bits.append(aspect_bits(" ".join(own)))
            rest.append(vocabulary.add(pipeline.search_tokens(pipeline.normalise(rest_text(entry)))))
        asked += [
            vocabulary.add(pipeline.search_tokens(q) if said else [])
            for q, said in zip(asks, spoken, strict=True)
        ]
        missing = [q for q in asks if q not in known]
        new = dict(zip(missing, encoder.encode(missing), strict=True)) if missing else {}
        vectors.append(np.stack([known[q] if q in known else new[q] for q in asks]))
        embedded += len(new)
        questions += [q.encode() for q in asks]
        if progress is not None:
            progress(min(start + step, len(entries)), len(entries))
    parts = _Parts(
        questions,
        np.array(counts, np.int64),
        Ragged.of(asked),
        Ragged.of(rest),
        np.array(bits, np.int64),
        np.array([e.effective.toordinal() for e in entries], np.int64),
        np.array([e.expires.toordinal() if e.expires else FOREVER for e in entries], np.int64),
        [frozenset(e.regions) for e in entries],
        embedded,
    )
    return parts, np.concatenate(vectors)


def _known_vectors(entries: list[Entry], earlier: Shelf) -> dict[str, Vectors]:
    """Question → vector for questions that changed entries already had in the earlier shelf."""
    known: dict[str, Vectors] = {}
    for place in (p for p in (earlier.store.place(entry.id) for entry in entries) if p is not None):
        at = np.arange(earlier.counts[place]) + earlier.starts[place]
        texts = (earlier.questions[i].decode() for i in at)
        known |= zip(texts, earlier.vectors.at(at), strict=True)
    return known


def _carried(earlier: Shelf, places: Places) -> _Parts:
    """The data of the entries at these places of an earlier shelf."""
    at, _ = earlier.questions_of(places)
    questions = list(earlier.questions)
    names = list(earlier.regions)
    masks = np.stack([earlier.regions[name] for name in names], axis=1)[places]
    return _Parts(
        [questions[i] for i in at],
        earlier.counts[places],
        earlier.question_tokens.take(at),
        earlier.rest_tokens.take(places),
        earlier.aspects[places],
        earlier.effective[places],
        earlier.expires[places],
        [frozenset(name for name, holds in zip(names, row, strict=True) if holds) for row in masks],
    )


def _store(entries: Sequence[Entry | int], earlier: Shelf | None) -> EntryStore:
    if earlier is None:
        objects = [entry for entry in entries if not isinstance(entry, int)]
        return EntryStore([entry.id for entry in objects], entries=objects)
    ids = [earlier.store.ids[e] if isinstance(e, int) else e.id for e in entries]
    lines = [earlier.store.line(e) if isinstance(e, int) else e.model_dump_json().encode() for e in entries]
    return EntryStore(ids, lines)
