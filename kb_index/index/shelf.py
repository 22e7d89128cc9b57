"""The shelf: the searchable form of a set of entries, with question vectors, a lexical index and filters.

This module saves and loads shelves; :mod:`kb_index.index.shelving` makes them.
"""

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
"""Name of the region that means the whole country."""


class EntryStore:
    """The entries of a shelf, found by place (number from 0) or by id.

    Entries loaded from disk stay there and are parsed on access, so that 20,000 entries do not fill the
    memory. A shelf made in memory holds the given objects.

    Args:
        ids: ids of all entries, in order.
        lines: one JSON object for each entry, as bytes; give either these or ``entries``.
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
        """The place of the entry with this id; None when there is none."""
        return self._places.get(entry_id)

    def line(self, place: int) -> bytes:
        """An entry as one line of JSON."""
        if self._lines is not None:
            return self._lines[place]
        return self.at(place).model_dump_json().encode()


@dataclass(frozen=True)
class Shelf:
    """All data that a search needs. A shelf never changes after it is made.

    Args:
        store: the entries.
        questions: normalised questions of all entries in UTF-8, in the order of the entries; for an entry with
            few questions also the beginning of its answer.
        starts: place of each entry's first question in ``questions``; [entries].
        vocabulary: the numbers of all tokens.
        question_tokens: token numbers of each question.
        rest_tokens: token numbers of each entry's other text (topic, tags, answer, sections).
        vectors: dense index over ``questions``.
        whole: lexical index over each entry's whole text: questions and other text.
        aspects: what each entry's questions ask for, as bits (:func:`kb_index.language.aspects.aspect_bits`);
            [entries].
        effective: first day on which each entry holds, as a date ordinal; [entries].
        expires: last day on which each entry holds, as a date ordinal; [entries].
        regions: region → whether each entry holds there; [entries].
        embedded: number of questions whose vectors were made for this shelf; 0 for a loaded shelf.
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
        """Number of questions of each entry; [entries]."""
        return np.diff(np.append(self.starts, len(self.questions)))

    @cached_property
    def owners(self) -> Places:
        """For each question, the place of its entry; [questions]."""
        return np.repeat(np.arange(len(self.store), dtype=np.int64), self.counts)

    @cached_property
    def question_length(self) -> float:
        """Mean length of a question, in tokens; beginnings of answers, which have none, do not count."""
        return max(
            len(self.question_tokens.flat) / max(int((self.question_tokens.lengths > 0).sum()), 1), 1.0
        )

    @cached_property
    def words(self) -> NDArray[np.bool_]:
        """For each token number, whether it is a word."""
        return self.vocabulary.words()

    def allowed(self, regions: Sequence[str], on: dt.date | None) -> NDArray[np.bool_] | None:
        """Which entries hold in 全国 or any of the regions on the day, [entries]; None when all do.

        Args:
            regions: names of regions; empty: all.
            on: the day; None: any day.
        """
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
        """Places of all questions of these entries, entry by entry; and where each entry begins in them."""
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
