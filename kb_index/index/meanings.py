"""The pretrained encoder's vectors of the questions. Search uses them besides the vectors of the static model.

A vector depends only on its text and the encoder. So a new version reuses the vectors of the version before
it, and encodes only new wordings, about 8 ms each. The vectors of the shipped knowledge base are stored next to the
encoder, so that the first build need not encode them. ``wenban kb evaluate --fit`` writes that file.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.progress import Progress
from kb_index.index.ragged import Places
from kb_index.language.pretrained import SHIPPED, PretrainedEncoder, shipped_encoder

Vectors = NDArray[np.float32]
"""One or more vectors; the last axis has the dimensions."""

MOST = 20_000
"""Most questions that are encoded. With more, none is, because a build would take too many minutes."""

WORDINGS = SHIPPED / "wordings.npz"
"""File with the shipped knowledge base's vectors: 8-bit numbers, keyed by 8 bytes of a text's SHA-256."""

_FILE, _BATCH, _REMEMBERED = "meanings.npz", 64, 8192


class Meaning:
    """Makes the vector of a text and caches it, so that each message is encoded only once.

    Args:
        encoder: the pretrained encoder.
    """

    def __init__(self, encoder: PretrainedEncoder) -> None:
        self.encoder = encoder
        self._known = lru_cache(maxsize=_REMEMBERED)(self._states)

    def of(self, text: str) -> Vectors:
        """The unit vector of a text. Callers must not change it: it is in the cache."""
        return self._known(text)[: self.encoder.dimensions]

    def states(self, texts: Sequence[str]) -> Vectors:
        """Like :meth:`kb_index.language.pretrained.PretrainedEncoder.states`, but cached as in :meth:`of`."""
        return np.stack([self._known(text) for text in texts])

    def _states(self, text: str) -> Vectors:
        found: Vectors = self.encoder.states([text])[0]
        found.setflags(write=False)
        return found

    @property
    def fingerprint(self) -> str:
        """Identifies the encoder. Machines with and without 8-bit products share vectors: cosine 0.99 and more."""
        return self.encoder.fingerprint

    def made(self, by: object) -> bool:
        """Whether vectors marked with this fingerprint can be used; older ones also name the precision."""
        return str(by).partition("-")[0] == self.fingerprint


@lru_cache(maxsize=1)
def shipped_meaning() -> Meaning:
    """The :class:`Meaning` of the shipped encoder; one object for the whole process."""
    return Meaning(shipped_encoder())


class Meanings:
    """The pretrained encoder's vectors of a shelf's questions.

    Args:
        rows: unit vectors, [questions, dimensions], in the shelf's order.
        starts: place of each entry's first question, [entries].
        fingerprint: fingerprint of the :class:`Meaning` that made them.
    """

    def __init__(self, rows: Vectors, starts: Places, fingerprint: str) -> None:
        self.rows, self.fingerprint = rows, fingerprint
        self._starts = starts
        middle = np.add.reduceat(rows, starts, axis=0)
        self._centres: Vectors = middle / np.maximum(np.linalg.norm(middle, axis=1, keepdims=True), 1e-9)

    def best(self, vector: Vectors) -> Vectors:
        """For each entry, the cosine of its nearest question; [entries]."""
        found: Vectors = np.maximum.reduceat(self.rows @ vector, self._starts)
        return found

    def centre(self, vector: Vectors, places: Places) -> Vectors:
        """For the entries at ``places``, the cosine of the mean of their question vectors; [places]."""
        found: Vectors = self._centres[places] @ vector
        return found

    def pairs(self, vector: Vectors, places: Places) -> tuple[Vectors, Vectors]:
        """For the entries at ``places``, the vector of the question nearest to ``vector``, and the mean of all; [places, dimensions]."""
        ends = np.append(self._starts[1:], len(self.rows))
        nearest = [
            int(a + (self.rows[a:b] @ vector).argmax())
            for a, b in zip(self._starts[places], ends[places], strict=True)
        ]
        return self.rows[nearest], self._centres[places]

    def save(self, folder: Path) -> None:
        """Writes the vectors into a version's folder."""
        np.savez(folder / _FILE, rows=self.rows, made_by=np.array(self.fingerprint))


def make(
    questions: Iterable[bytes],
    starts: Places,
    meaning: Meaning,
    known: Mapping[bytes, Vectors],
    progress: Progress | None = None,
) -> Meanings | None:
    """Makes the vectors of a shelf's questions; None without questions, or with more than :data:`MOST`.

    Args:
        questions: normalised questions in UTF-8, in the shelf's order.
        starts: place of each entry's first question.
        meaning: encodes the questions that have no vector yet.
        known: question → vector made earlier (:func:`kept`).
        progress: called with (questions encoded, questions to encode).
    """
    texts = list(questions)
    if not texts or len(texts) > MOST:
        return None
    vectors = dict(known)
    if any(text not in vectors for text in texts):
        vectors |= _shipped(texts, meaning)
    missing = [text for text in dict.fromkeys(texts) if text not in vectors]
    for start in range(0, len(missing), _BATCH):
        part = missing[start : start + _BATCH]
        made = meaning.encoder.encode([text.decode() for text in part])
        vectors |= zip(part, made, strict=True)
        if progress is not None:
            progress(start + len(part), len(missing))
    return Meanings(np.stack([vectors[text] for text in texts]), starts, meaning.fingerprint)


def _key(text: bytes) -> int:
    return int.from_bytes(hashlib.sha256(text).digest()[:8], "little")


def write_wordings(file: Path, questions: Iterable[bytes], made: Meanings) -> None:
    """Writes the vectors of a shelf's questions in the format of :data:`WORDINGS`."""
    rows = {_key(text): row for text, row in zip(questions, made.rows, strict=True)}
    whole = np.stack(list(rows.values()))
    scaled = np.round(whole / np.abs(whole).max(axis=1, keepdims=True) * 127).astype(np.int8)
    np.savez_compressed(
        file, keys=np.array(list(rows), np.uint64), rows=scaled, made_by=np.array(made.fingerprint)
    )


def _shipped(texts: Iterable[bytes], meaning: Meaning, file: Path = WORDINGS) -> dict[bytes, Vectors]:
    """Text → vector for the texts in :data:`WORDINGS`; empty when another encoder made that file."""
    if not file.is_file():
        return {}
    with np.load(file) as held:
        if not meaning.made(held["made_by"]):
            return {}
        rows = held["rows"].astype(np.float32)
        places = {int(key): place for place, key in enumerate(held["keys"])}
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    return {text: rows[places[key]] for text in texts if (key := _key(text)) in places}


def kept(folder: Path, questions: Iterable[bytes], meaning: Meaning) -> dict[bytes, Vectors]:
    """Text → vector stored in a version; empty when another encoder made them or they can't be read."""
    try:
        with np.load(folder / _FILE) as held:
            if meaning.made(held["made_by"]):
                return dict(zip(questions, held["rows"], strict=True))
    except (OSError, ValueError, KeyError):
        pass
    return {}


def load(folder: Path, questions: Iterable[bytes], starts: Places, meaning: Meaning) -> Meanings | None:
    """The vectors of a version; None when it has none. Those with another fingerprint are made again."""
    if not (folder / _FILE).is_file():
        return None
    texts = list(questions)
    return make(texts, starts, meaning, kept(folder, texts, meaning))
