"""Lexical search: BM25 (bm25s) over words and bigrams, with scores that can be compared between questions."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import bm25s
import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from kb_index.index.ragged import Ids, Ragged, on_disk
from kb_index.index.vocabulary import Vocabulary

Floats = NDArray[np.float32]
"""An array of scores."""

K1 = 0.9
"""BM25 parameter k1 (no unit), chosen on question pairs: in short texts a repeated token says little."""
B = 0.6
"""BM25 parameter b (0 to 1): how much a text's length lowers its score. Chosen on question pairs."""


_PARTS = ("data", "indices", "indptr")


@dataclass(frozen=True)
class Asked:
    """The distinct tokens of a question.

    Args:
        ids: the numbers of the tokens that the vocabulary has, sorted.
        unknown: how many tokens it does not have.
    """

    ids: Ids
    unknown: int

    @classmethod
    def of(cls, tokens: Iterable[str], vocabulary: Vocabulary) -> Asked:
        """Looks up a question's tokens in the vocabulary."""
        unique = set(tokens)
        ids = np.sort(vocabulary.known(unique))
        return cls(ids, len(unique) - len(ids))


class LexicalIndex:
    """BM25 over rows of token numbers.

    A text's score is divided by the score of a text that contains all tokens of the question, known or not.
    The result is a share between 0 and 1: how much of the question the text covers. So one threshold fits
    short and long questions, and small and large knowledge bases.

    ``held`` is the number of texts that contain each token; ``idf`` is each token's weight (inverse document
    frequency).

    Args:
        data: score of each (token, text) pair, ordered by token.
        indices: place of the text of each pair.
        indptr: where each token's pairs begin in ``data``; [tokens + 1].
        size: number of texts.
    """

    def __init__(self, data: Floats, indices: Ids, indptr: NDArray[np.int64], size: int) -> None:
        self.size = size
        self._engine = bm25s.BM25(k1=K1, b=B, method="lucene")
        self._engine.nonoccurrence_array = None  # bm25s sets this only when it counts the tokens itself
        self._engine.scores = {"data": data, "indices": indices, "indptr": indptr, "num_docs": size}
        self.held = np.diff(indptr)
        self.idf = _idf(self.held, size)
        self.unknown = float(_idf(np.zeros(1, np.int64), max(size, 1))[0])

    @classmethod
    def fit(cls, texts: Ragged, tokens: int) -> LexicalIndex:
        """Builds the index.

        The scores are those of bm25s, computed here from token counts. bm25s itself would tokenise all texts
        again at every build, which an incremental build must avoid.

        Args:
            texts: a row of token numbers for each text; repeats count.
            tokens: size of the vocabulary.
        """
        size = len(texts)
        ones = np.ones(len(texts.flat), np.float32)
        by_token = csr_matrix((ones, texts.flat, texts.offsets), shape=(size, tokens)).tocsc()
        by_token.has_sorted_indices = True  # true because rows are transposed in order; saves scipy a sort
        by_token.sum_duplicates()
        lengths = texts.lengths.astype(np.float32)
        norm = _norm(lengths / max(float(lengths.mean()) if size else 1.0, 1e-9))
        indptr = by_token.indptr.astype(np.int64)
        places = by_token.indices.astype(np.int32)
        weight = np.repeat(_idf(np.diff(indptr), size), np.diff(indptr))
        weight *= by_token.data / (norm[places] + by_token.data)
        return cls(weight.astype(np.float32), places, indptr, size)

    def texts_with(self, token: int) -> Ids:
        """Places of the texts that contain a token."""
        scores = self._engine.scores
        found: Ids = scores["indices"][scores["indptr"][token] : scores["indptr"][token + 1]]
        return found

    def weight(self, asked: Asked) -> float:
        """The score of a text that contains the whole question. Unknown tokens have the highest weight."""
        return float(self.idf[asked.ids].sum()) + asked.unknown * self.unknown

    def known_share(self, asked: Asked) -> float:
        """The share of the question's weight whose tokens occur in any text, 0 to 1."""
        known = asked.ids[self.held[asked.ids] > 0]
        whole = self.weight(asked)
        return float(self.idf[known].sum()) / whole if whole else 0.0

    def scores(self, asked: Asked) -> Floats:
        """How much of the question each text covers, 0 to 1, in the order of the texts."""
        whole = self.weight(asked)
        if not self.size or not len(asked.ids) or not whole:
            return np.zeros(self.size, np.float32)
        found: Floats = self._engine.get_scores_from_ids(asked.ids)
        return (found / np.float32(whole)).astype(np.float32)

    def coverage(self, asked: Asked, counts: NDArray[np.int64], lengths: NDArray[np.float64]) -> Floats:
        """How much of the question other texts cover, 0 to 1, with the token weights of this index.

        Args:
            asked: the question.
            counts: for each text, how often it contains each known token of the question; [texts, tokens].
            lengths: length of each text, as a multiple of the mean length.
        """
        norm = _norm(lengths)[:, None]
        found: Floats = (counts / (norm + counts) @ self.idf[asked.ids]).astype(np.float32)
        return found / np.float32(max(self.weight(asked), 1e-9))

    def save(self, folder: Path, name: str) -> None:
        """Writes the index as files of a folder."""
        for part in _PARTS:
            np.save(folder / f"{name}.{part}.npy", self._engine.scores[part])
        np.save(folder / f"{name}.size.npy", np.array(self.size))

    @classmethod
    def load(cls, folder: Path, name: str) -> LexicalIndex:
        """Reads what :meth:`save` wrote. Scores stay on disk; only those of a question's tokens are read."""
        data, indices = (on_disk(folder / f"{name}.{part}.npy") for part in _PARTS[:2])
        indptr, size = np.load(folder / f"{name}.indptr.npy"), np.load(folder / f"{name}.size.npy")
        return cls(data, indices, indptr, int(size))


def _norm(lengths: NDArray[Any]) -> NDArray[Any]:
    """BM25's length normalisation, from lengths as multiples of the mean length."""
    return K1 * (1 - B + B * lengths)


def _idf(frequency: NDArray[np.int64], size: int) -> Floats:
    """Lucene's inverse document frequency, as bm25s computes it."""
    found: Floats = np.log(1 + (size - frequency + 0.5) / (frequency + 0.5)).astype(np.float32)
    return found
