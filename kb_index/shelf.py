"""The searchable form of a set of entries: question vectors, lexical indexes, filters. Built, saved, loaded."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kb_index.dense import BATCH, DenseIndex, Encoder, Vectors
from kb_index.entries import Entry
from kb_index.lexical import LexicalIndex
from kb_index.text import TextPipeline

FOREVER = dt.date.max.toordinal()
EVERYWHERE = "全国"

Progress = Callable[[int, int], None]


class EntryStore:
    """The entries of a shelf, by place and by id.

    Loaded from disk they are JSON lines, parsed when asked for, so that 20,000 of them do not sit in memory as
    objects; built in memory they are the objects given.

    Args:
        lines: one JSON object an entry, or
        entries: the entries themselves.
    """

    def __init__(self, lines: list[str] | None = None, entries: list[Entry] | None = None) -> None:
        self._lines = lines or []
        self._entries = entries or []
        self.ids = [e.id for e in self._entries] or [str(json.loads(line)["id"]) for line in self._lines]
        self._places = {entry_id: place for place, entry_id in enumerate(self.ids)}
        self._parse = lru_cache(maxsize=512)(self._read)

    def _read(self, place: int) -> Entry:
        return Entry.model_validate_json(self._lines[place])

    def __len__(self) -> int:
        return len(self.ids)

    def at(self, place: int) -> Entry:
        """The entry at a place."""
        return self._entries[place] if self._entries else self._parse(place)

    def place(self, entry_id: str) -> int | None:
        """The place of an id, or None."""
        return self._places.get(entry_id)

    def lines(self) -> list[str]:
        """One JSON object per entry."""
        return self._lines or [entry.model_dump_json() for entry in self._entries]


@dataclass(frozen=True)
class Shelf:
    """Everything one search needs; never changed once made.

    Args:
        store: the entries.
        questions: normalised questions of all entries, in entry order.
        starts: place of each entry's first question in ``questions``.
        owners: for each question, the place of its entry.
        vectors: dense index over ``questions``.
        asked: lexical index over ``questions``.
        whole: lexical index over each entry's whole text: all its questions, answer and sections.
        effective: first day in force, as ordinals.
        expires: last day in force, as ordinals.
        regions: for each region, which entries hold there.
    """

    store: EntryStore
    questions: list[str]
    starts: NDArray[np.int64]
    owners: NDArray[np.int64]
    vectors: DenseIndex
    asked: LexicalIndex
    whole: LexicalIndex
    effective: NDArray[np.int64]
    expires: NDArray[np.int64]
    regions: dict[str, NDArray[np.bool_]]

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


def entry_text(entry: Entry) -> str:
    """Everything of an entry that may be searched: questions, topic, tags, answer, sections."""
    return "\n".join(
        [*entry.questions, entry.topic, " ".join(entry.tags), entry.answer, *entry.sections.values()]
    )


def normalised_questions(entry: Entry, pipeline: TextPipeline) -> list[str]:
    """Distinct normalised questions of an entry, title first."""
    return list(dict.fromkeys(text for q in entry.questions if (text := pipeline.normalise(q)))) or [entry.id]


def build(
    entries: list[Entry],
    pipeline: TextPipeline,
    encoder: Encoder,
    known: dict[str, Vectors] | None = None,
    progress: Progress | None = None,
) -> tuple[Shelf, Vectors]:
    """Makes a shelf.

    Args:
        entries: in the order they are kept.
        pipeline: text preparation, the same later for questions.
        encoder: makes the vectors.
        known: vectors by normalised question from an earlier build with the same model and pipeline.
        progress: called with (questions done, questions in all) while vectors are made.

    Returns:
        The shelf and the question vectors (to be saved).
    """
    grouped = [normalised_questions(entry, pipeline) for entry in entries]
    questions = [q for group in grouped for q in group]
    counts = np.array([len(group) for group in grouped], np.int64)
    starts = np.concatenate([[0], np.cumsum(counts)[:-1]]).astype(np.int64) if len(counts) else counts
    owners = np.repeat(np.arange(len(entries), dtype=np.int64), counts)
    vectors = _encode(questions, encoder, known or {}, progress)
    texts = [pipeline.tokens(pipeline.normalise(entry_text(entry))) for entry in entries]
    shelf = Shelf(
        store=EntryStore(entries=entries),
        questions=questions,
        starts=starts,
        owners=owners,
        vectors=DenseIndex(vectors),
        asked=LexicalIndex.fit([pipeline.tokens(q) for q in questions]),
        whole=LexicalIndex.fit(texts),
        effective=np.array([e.effective.toordinal() for e in entries], np.int64),
        expires=np.array([e.expires.toordinal() if e.expires else FOREVER for e in entries], np.int64),
        regions=_regions(entries),
    )
    return shelf, vectors


def _encode(
    questions: list[str], encoder: Encoder, known: dict[str, Vectors], progress: Progress | None
) -> Vectors:
    vectors = np.zeros((len(questions), encoder.dimensions), np.float32)
    missing = []
    for place, question in enumerate(questions):
        if question in known:
            vectors[place] = known[question]
        else:
            missing.append(place)
    for start in range(0, len(missing), BATCH):
        batch = missing[start : start + BATCH]
        vectors[batch] = encoder.encode([questions[place] for place in batch])
        if progress is not None:
            progress(min(start + BATCH, len(missing)), len(missing))
    return vectors


def _regions(entries: list[Entry]) -> dict[str, NDArray[np.bool_]]:
    found: dict[str, NDArray[np.bool_]] = {}
    for place, entry in enumerate(entries):
        for region in entry.regions:
            found.setdefault(region, np.zeros(len(entries), bool))[place] = True
    return found


def save(shelf: Shelf, vectors: Vectors, folder: Path) -> None:
    """Writes a shelf into an existing, empty folder."""
    (folder / "entries.jsonl").write_text("".join(line + "\n" for line in shelf.store.lines()), "utf-8")
    (folder / "questions.txt").write_text("".join(q + "\n" for q in shelf.questions), "utf-8")
    np.save(folder / "vectors.npy", vectors.astype(np.float16))
    regions: dict[str, Any] = {f"region:{name}": mask for name, mask in shelf.regions.items()}
    np.savez(
        folder / "arrays.npz",
        starts=shelf.starts,
        owners=shelf.owners,
        effective=shelf.effective,
        expires=shelf.expires,
        **regions,
    )
    shelf.asked.save(folder / "asked")
    shelf.whole.save(folder / "whole")


def load(folder: Path) -> Shelf:
    """Reads a shelf written by :func:`save`."""
    lines = (folder / "entries.jsonl").read_text("utf-8").splitlines()
    questions = (folder / "questions.txt").read_text("utf-8").split("\n")[:-1]
    vectors = np.load(folder / "vectors.npy").astype(np.float32)
    with np.load(folder / "arrays.npz") as arrays:
        kept = {name: arrays[name] for name in arrays.files}
    return Shelf(
        store=EntryStore(lines=lines),
        questions=questions,
        starts=kept["starts"],
        owners=kept["owners"],
        vectors=DenseIndex(vectors),
        asked=LexicalIndex.load(folder / "asked", len(questions)),
        whole=LexicalIndex.load(folder / "whole", len(lines)),
        effective=kept["effective"],
        expires=kept["expires"],
        regions={
            name.removeprefix("region:"): mask for name, mask in kept.items() if name.startswith("region:")
        },
    )
