"""What the pretrained encoder makes of a base's questions: the second dense signal beside the static model's.

Vectors belong to a text and to the encoder that made them, so a new version takes over what the one before holds and only
new wordings are encoded, at some 8 ms each. Those of the base that ships lie beside the encoder, so that a first build need not
encode them either; ``wenban kb evaluate --fit`` writes that file.
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

MOST = 20_000
"""Questions of a base up to which they are encoded: of more, a build would take more than a few minutes."""

WORDINGS = SHIPPED / "wordings.npz"
"""Vectors of the wordings of the base that ships: 8 bits a number, rows by the first 8 bytes of a text's SHA-256."""

_FILE, _BATCH, _REMEMBERED = "meanings.npz", 64, 8192


class Meaning:
    """Gives each text its vector, and remembers it: a message is encoded once, whoever asks.

    Args:
        encoder: makes the vectors.
    """

    def __init__(self, encoder: PretrainedEncoder) -> None:
        self.encoder = encoder
        self._known = lru_cache(maxsize=_REMEMBERED)(self._states)

    def of(self, text: str) -> Vectors:
        """The unit vector of a text, not to be written to."""
        return self._known(text)[: self.encoder.dimensions]

    def states(self, texts: Sequence[str]) -> Vectors:
        """As :meth:`kb_index.language.pretrained.PretrainedEncoder.states`, from the same one pass a text."""
        return np.stack([self._known(text) for text in texts])

    def _states(self, text: str) -> Vectors:
        found: Vectors = self.encoder.states([text])[0]
        found.setflags(write=False)
        return found

    @property
    def fingerprint(self) -> str:
        """Changes with the weights and with the precision of products here."""
        return f"{self.encoder.fingerprint}-{8 if self.encoder.eight_bits else 32}"


@lru_cache(maxsize=1)
def shipped_meaning() -> Meaning:
    """The one of the encoder that ships, shared by all of a process."""
    return Meaning(shipped_encoder())


class Meanings:
    """Vectors of a shelf's questions.

    Args:
        rows: unit vectors, [questions, dimensions], in the shelf's order.
        starts: place of each entry's first question.
        fingerprint: of what made them.
    """

    def __init__(self, rows: Vectors, starts: Places, fingerprint: str) -> None:
        self.rows, self.fingerprint = rows, fingerprint
        self._starts = starts
        middle = np.add.reduceat(rows, starts, axis=0)
        self._centres: Vectors = middle / np.maximum(np.linalg.norm(middle, axis=1, keepdims=True), 1e-9)

    def best(self, vector: Vectors) -> Vectors:
        """Of each entry, the cosine of its nearest question."""
        found: Vectors = np.maximum.reduceat(self.rows @ vector, self._starts)
        return found

    def centre(self, vector: Vectors, places: Places) -> Vectors:
        """Of some entries, the cosine of the middle of their questions."""
        found: Vectors = self._centres[places] @ vector
        return found

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
    """Encodes a shelf's questions; None for more than :data:`MOST`.

    Args:
        questions: normalised, UTF-8, in the shelf's order.
        starts: place of each entry's first question.
        meaning: the encoder.
        known: vectors made before (:func:`kept`).
        progress: called with (questions encoded, to encode).
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
    """Writes the vectors of a shelf's questions as :data:`WORDINGS` holds them."""
    rows = {_key(text): row for text, row in zip(questions, made.rows, strict=True)}
    whole = np.stack(list(rows.values()))
    scaled = np.round(whole / np.abs(whole).max(axis=1, keepdims=True) * 127).astype(np.int8)
    np.savez_compressed(
        file, keys=np.array(list(rows), np.uint64), rows=scaled, made_by=np.array(made.fingerprint)
    )


def _shipped(texts: Iterable[bytes], meaning: Meaning, file: Path = WORDINGS) -> dict[bytes, Vectors]:
    """Those of the texts that :data:`WORDINGS` holds; none when something else made it."""
    if not file.is_file():
        return {}
    with np.load(file) as held:
        if str(held["made_by"]) != meaning.fingerprint:
            return {}
        rows = held["rows"].astype(np.float32)
        places = {int(key): place for place, key in enumerate(held["keys"])}
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    return {text: rows[places[key]] for text in texts if (key := _key(text)) in places}


def kept(folder: Path, questions: Iterable[bytes], meaning: Meaning) -> dict[bytes, Vectors]:
    """Vectors a version holds by text; none when something else made them, or they can't be read."""
    try:
        with np.load(folder / _FILE) as held:
            if str(held["made_by"]) == meaning.fingerprint:
                return dict(zip(questions, held["rows"], strict=True))
    except (OSError, ValueError, KeyError):
        pass
    return {}


def load(folder: Path, questions: Iterable[bytes], starts: Places, meaning: Meaning) -> Meanings | None:
    """A version's vectors; made anew when this machine's precision is another than that of where they were made."""
    if not (folder / _FILE).is_file():
        return None
    texts = list(questions)
    return make(texts, starts, meaning, kept(folder, texts, meaning))
