"""Lexical search: BM25 (bm25s) over words and bigrams, on a scale that compares across questions."""

from __future__ import annotations

from pathlib import Path

import bm25s
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

K1 = 0.9
B = 0.6
"""BM25 parameters, chosen on question pairs: short texts want an early saturation."""


class LexicalIndex:
    """BM25 over token lists.

    Scores are divided by the score a text would get that contained every token of the question, known or not:
    a share between 0 and 1 ("how much of the question does this text cover"), so one threshold fits short and
    long questions, small and large bases.

    Args:
        engine: a fitted ``bm25s.BM25``, or None for an empty collection.
        size: number of texts.
    """

    def __init__(self, engine: bm25s.BM25 | None, size: int) -> None:
        self._engine = engine
        self.size = size
        self._vocabulary: dict[str, int] = engine.vocab_dict if engine is not None else {}
        if engine is None:
            self._idf = np.zeros(0, np.float32)
        else:
            frequency = np.diff(np.asarray(engine.scores["indptr"]))
            self._idf = _idf(frequency, size)
        self._unknown = float(_idf(np.zeros(1), max(size, 1))[0])

    @classmethod
    def fit(cls, texts: list[list[str]]) -> LexicalIndex:
        """Builds the index of these texts, each a list of tokens (repeats count)."""
        if not any(texts):
            return cls(None, len(texts))
        engine = bm25s.BM25(k1=K1, b=B, method="lucene")
        engine.index(texts, show_progress=False)
        return cls(engine, len(texts))

    def idf(self, token: str) -> float:
        """How much a token tells; a token never seen tells most."""
        place = self._vocabulary.get(token)
        return self._unknown if place is None or place >= len(self._idf) else float(self._idf[place])

    def known_share(self, tokens: list[str]) -> float:
        """Share of the question's weight that lies in tokens the collection knows at all, 0 to 1."""
        whole = sum(self.idf(t) for t in set(tokens))
        return sum(self.idf(t) for t in set(tokens) if t in self._vocabulary) / whole if whole else 0.0

    def scores(self, tokens: list[str]) -> Floats:
        """Coverage of the question by each text, 0 to 1, in the order the texts were given."""
        result = np.zeros(self.size, np.float32)
        if self._engine is None:
            return result
        unique = set(tokens)
        whole = sum(self.idf(t) for t in unique)
        ids = [self._vocabulary[t] for t in unique if t in self._vocabulary]
        if not ids or not whole:
            return result
        found: Floats = self._engine.get_scores_from_ids(sorted(ids))
        return (found / np.float32(whole)).astype(np.float32)

    def save(self, folder: Path) -> None:
        """Writes the index into a new folder."""
        folder.mkdir(parents=True)
        if self._engine is not None:
            self._engine.save(str(folder), show_progress=False)

    @classmethod
    def load(cls, folder: Path, size: int) -> LexicalIndex:
        """Reads an index of ``size`` texts written by :meth:`save`."""
        if not any(folder.iterdir()):
            return cls(None, size)
        return cls(bm25s.BM25.load(str(folder), load_corpus=False), size)


def _idf(frequency: NDArray[np.int64] | NDArray[np.float64], size: int) -> Floats:
    """Lucene's inverse document frequency, as bm25s computes it."""
    found: Floats = np.log(1 + (size - frequency + 0.5) / (frequency + 0.5)).astype(np.float32)
    return found
