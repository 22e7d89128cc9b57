"""The searchable form of a set of entries: question vectors, lexical indexes, filters. Saved and loaded; made in
:mod:`kb_index.index.shelving`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from kb_index.entries.entry import Entry
from kb_index.index.lexical import LexicalIndex
from kb_index.index.lines import Lines
from kb_index.index.nearest import DenseIndex
from kb_index.index.ragged import Places, Ragged, spread
from kb_index.index.vocabulary import Vocabulary

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
        return spread(self.starts[places], counts), np.cumsum(counts) - counts

    def save(self, folder: Path) -> None:
        """Writes a shelf into an existing, empty folder."""
        with (folder / "entries.jsonl").open("wb") as lines:
            lines.writelines(self.store.line(place) + b"\n" for place in range(len(self.store)))
        (folder / "ids.txt").write_text("".join(f"{i}\n" for i in self.store.ids), "utf-8")
        (folder / "questions.txt").write_bytes(b"".join(q + b"\n" for q in self.questions))
        self.vocabulary.save(folder / "vocabulary.txt")
        self.vectors.save(folder, "vectors")
        self.question_tokens.save(folder, "question_tokens")
        self.rest_tokens.save(folder, "rest_tokens")
        masks = {f"region:{name}": mask for name, mask in self.regions.items()}
        np.savez(
            folder / "arrays.npz",
            allow_pickle=False,
            starts=self.starts,
            aspects=self.aspects,
            effective=self.effective,
            expires=self.expires,
            **masks,
        )
        self.whole.save(folder, "whole")

    @classmethod
    def load(cls, folder: Path) -> Shelf:
        """Reads a shelf written by :meth:`save`."""
        with np.load(folder / "arrays.npz") as arrays:
            kept = {name: arrays[name] for name in arrays.files}
        return cls(
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
                name.removeprefix("region:"): mask
                for name, mask in kept.items()
                if name.startswith("region:")
            },
        )
