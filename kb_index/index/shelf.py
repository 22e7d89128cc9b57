"""The searchable form of a set of entries: question vectors, lexical indexes, filters. Built, saved, loaded."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.progress import Progress
from kb_index.entries.entry import Entry
from kb_index.index.lexical import LexicalIndex
from kb_index.index.lines import Lines
from kb_index.index.nearest import DenseIndex
from kb_index.index.ragged import Ids, Places, Ragged
from kb_index.index.vocabulary import Vocabulary
from kb_index.language.aspects import aspect_bits
from kb_index.language.encoder import BATCH, Encoder, Vectors
from kb_index.language.text import TextPipeline

FOREVER = dt.date.max.toordinal()
EVERYWHERE = "全国"


class EntryStore:
    """The entries of a shelf, by place and by id.

    Loaded from disk they stay there and are parsed when asked for, so that 20,000 of them do not sit in memory;
    built in memory they are the objects given.

    Args:
        ids: of all entries, in order.
        lines: one JSON object an entry, as bytes, or
        entries: the entries themselves.
    """

    def __init__(
        self,
        ids: list[str],
        lines: Sequence[bytes] | Lines | None = None,
        entries: Sequence[Entry] | None = None,
    ) -> None:
        self.ids = ids
        self._lines = lines
        self._entries = entries
        self._places = {entry_id: place for place, entry_id in enumerate(ids)}
        self._parse = lru_cache(maxsize=128)(self._read)

    def _read(self, place: int) -> Entry:
        return Entry.model_validate_json(self.line(place))

    def __len__(self) -> int:
        return len(self.ids)

    def at(self, place: int) -> Entry:
        """The entry at a place."""
        return self._entries[place] if self._entries is not None else self._parse(place)

    def place(self, entry_id: str) -> int | None:
        """The place of an id, or None."""
        return self._places.get(entry_id)

    def line(self, place: int) -> bytes:
        """An entry as one line of JSON."""
        if self._lines is not None:
            return self._lines[place]
        return self.at(place).model_dump_json().encode()


@dataclass(frozen=True)
class Shelf:
    """Everything one search needs; never changed once made.

    Args:
        store: the entries.
        questions: normalised questions of all entries, in entry order, as UTF-8.
        starts: place of each entry's first question in ``questions``.
        vocabulary: the tokens.
        question_tokens: token numbers of each question.
        rest_tokens: token numbers of each entry's text beside its questions.
        vectors: dense index over ``questions``.
        whole: lexical index over each entry's whole text: all its questions, answer and sections.
        aspects: what each entry's questions ask for, as bits (:func:`kb_index.language.aspects.aspect_bits`).
        effective: first day in force, as ordinals.
        expires: last day in force, as ordinals.
        regions: for each region, which entries hold there.
        embedded: questions whose vectors were made for this shelf, 0 for one that was loaded.
    """

    store: EntryStore
    questions: Sequence[bytes] | Lines
    starts: Places
    vocabulary: Vocabulary
    question_tokens: Ragged
    rest_tokens: Ragged
    vectors: DenseIndex
    whole: LexicalIndex
    aspects: NDArray[np.int64]
    effective: NDArray[np.int64]
    expires: NDArray[np.int64]
    regions: dict[str, NDArray[np.bool_]]
    embedded: int = 0

    @cached_property
    def counts(self) -> Places:
        """Number of questions of each entry."""
        return np.diff(np.append(self.starts, len(self.questions)))

    @cached_property
    def owners(self) -> Places:
        """For each question, the place of its entry."""
        return np.repeat(np.arange(len(self.store), dtype=np.int64), self.counts)

    @cached_property
    def question_length(self) -> float:
        """Tokens of a question on average."""
        return max(len(self.question_tokens.flat) / max(len(self.question_tokens), 1), 1.0)

    @cached_property
    def words(self) -> NDArray[np.bool_]:
        """For each token number, whether it is a word."""
        return self.vocabulary.words()

    def allowed(self, regions: Sequence[str], on: dt.date | None) -> NDArray[np.bool_] | None:
        """Which entries hold in any of the regions (全国 always does) on the day; None when all do."""
        fits = np.ones(len(self.store), bool)
        if regions:
            fits = np.zeros(len(self.store), bool)
            for region in {*regions, EVERYWHERE}:
                if region in self.regions:
                    fits |= self.regions[region]
        if on is not None:
            day = on.toordinal()
            fits &= (self.effective <= day) & (day <= self.expires)
        return None if bool(fits.all()) else fits

    def questions_of(self, places: Places) -> tuple[Places, Places]:
        """Places of all questions of these entries, one entry after the other, and where each entry's begin."""
        counts = self.counts[places]
        return _spread(self.starts[places], counts), np.cumsum(counts) - counts


def rest_text(entry: Entry) -> str:
    """Everything of an entry that may be searched beside its questions: topic, tags, answer, sections."""
    return "\n".join([entry.topic, " ".join(entry.tags), entry.answer, *entry.sections.values()])


def normalised_questions(entry: Entry, pipeline: TextPipeline) -> list[str]:
    """Distinct normalised questions of an entry, title first."""
    return list(dict.fromkeys(text for q in entry.questions if (text := pipeline.normalise(q)))) or [entry.id]


def build(
    entries: Sequence[Entry | int],
    pipeline: TextPipeline,
    encoder: Encoder,
    *,
    earlier: Shelf | None = None,
    progress: Progress | None = None,
) -> Shelf:
    """Makes a shelf.

    Args:
        entries: in the order they are kept; a number stands for the entry at that place of ``earlier``.
        pipeline: text preparation, the same later for questions.
        encoder: makes the vectors.
        earlier: a shelf made with the same pipeline and encoder, whose work is used again.
        progress: called with (entries prepared, to prepare) while texts are cut and vectors made.
    """
    vocabulary = Vocabulary(earlier.vocabulary.tokens) if earlier is not None else Vocabulary()
    kept = np.array([entry for entry in entries if isinstance(entry, int)], np.int64)
    fresh = [entry for entry in entries if not isinstance(entry, int)]
    parts, made = _prepare(fresh, pipeline, encoder, vocabulary, earlier, progress)
    if earlier is None:
        vectors = DenseIndex.of(made)
    else:  # what is carried over first, then what is fresh; then all in the order wanted
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
    """What is made of each entry by itself, for some entries."""

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
        """Each entry's question tokens and the rest of its tokens as one row."""
        ends = np.append(self.starts, len(self.questions))
        both = Ragged(self.asked.flat, self.asked.offsets[ends]).joined(self.rest)
        count = len(self.rest)
        rows = both.take(np.stack([np.arange(count), np.arange(count) + count], axis=1).ravel())
        return Ragged(rows.flat, rows.offsets[::2])

    def joined(self, other: _Parts) -> _Parts:
        """These entries and then the other's."""
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
        """Places of the questions when the entries stand in this order."""
        return _spread(self.starts[order], self.counts[order])

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


def _spread(starts: Places, counts: Places) -> Places:
    """``starts[0], starts[0] + 1, …`` up to its count, then the same from ``starts[1]``, and so on."""
    begins = np.cumsum(counts) - counts
    found: Places = np.arange(int(counts.sum()), dtype=np.int64) + np.repeat(starts - begins, counts)
    return found


def _prepare(
    entries: list[Entry],
    pipeline: TextPipeline,
    encoder: Encoder,
    vocabulary: Vocabulary,
    earlier: Shelf | None,
    progress: Progress | None,
) -> tuple[_Parts, Vectors]:
    """Cuts texts and makes vectors, a batch of entries at a time so that each text is cut once."""
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
        for entry in entries[start : start + step]:
            own = normalised_questions(entry, pipeline)
            asks += own
            counts.append(len(own))
            bits.append(aspect_bits(" ".join(own)))
            rest.append(vocabulary.add(pipeline.search_tokens(pipeline.normalise(rest_text(entry)))))
        asked += [vocabulary.add(pipeline.search_tokens(q)) for q in asks]
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
    """Vectors of the questions that changed entries had before."""
    known: dict[str, Vectors] = {}
    for place in (p for p in (earlier.store.place(entry.id) for entry in entries) if p is not None):
        at = np.arange(earlier.counts[place]) + earlier.starts[place]
        texts = (earlier.questions[i].decode() for i in at)
        known |= zip(texts, earlier.vectors.at(at), strict=True)
    return known


def _carried(earlier: Shelf, places: Places) -> _Parts:
    """Entries of an earlier shelf."""
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


def save(shelf: Shelf, folder: Path) -> None:
    """Writes a shelf into an existing, empty folder."""
    with (folder / "entries.jsonl").open("wb") as lines:
        lines.writelines(shelf.store.line(place) + b"\n" for place in range(len(shelf.store)))
    (folder / "ids.txt").write_text("".join(f"{i}\n" for i in shelf.store.ids), "utf-8")
    (folder / "questions.txt").write_bytes(b"".join(q + b"\n" for q in shelf.questions))
    shelf.vocabulary.save(folder / "vocabulary.txt")
    shelf.vectors.save(folder, "vectors")
    shelf.question_tokens.save(folder, "question_tokens")
    shelf.rest_tokens.save(folder, "rest_tokens")
    masks = {f"region:{name}": mask for name, mask in shelf.regions.items()}
    np.savez(
        folder / "arrays.npz",
        allow_pickle=False,
        starts=shelf.starts,
        aspects=shelf.aspects,
        effective=shelf.effective,
        expires=shelf.expires,
        **masks,
    )
    shelf.whole.save(folder, "whole")


def load(folder: Path) -> Shelf:
    """Reads a shelf written by :func:`save`."""
    with np.load(folder / "arrays.npz") as arrays:
        kept = {name: arrays[name] for name in arrays.files}
    return Shelf(
        store=EntryStore(
            (folder / "ids.txt").read_text("utf-8").split("\n")[:-1], Lines(folder / "entries.jsonl")
        ),
        questions=Lines(folder / "questions.txt"),
        starts=kept["starts"],
        vocabulary=Vocabulary.load(folder / "vocabulary.txt"),
        question_tokens=Ragged.load(folder, "question_tokens"),
        rest_tokens=Ragged.load(folder, "rest_tokens"),
        vectors=DenseIndex.load(folder, "vectors"),
        whole=LexicalIndex.load(folder, "whole"),
        aspects=kept["aspects"],
        effective=kept["effective"],
        expires=kept["expires"],
        regions={
            name.removeprefix("region:"): mask for name, mask in kept.items() if name.startswith("region:")
        },
    )
