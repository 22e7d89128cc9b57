"""Lexical search: BM25 (bm25s) over words and bigrams, on a scale that compares across questions."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import bm25s
import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from kb_index.index.ragged import Ids, Ragged
from kb_index.index.vocabulary import Vocabulary

Floats = NDArray[np.float32]

K1 = 0.9
B = 0.6
"""BM25 parameters, chosen on question pairs: short texts want an early saturation."""


_PARTS = ("data", "indices", "indptr")


@dataclass(frozen=True)
class Asked:
    """The tokens of a question without repeats: numbers of those the base knows, in order, and how many it does not."""

    ids: Ids
    unknown: int

    @classmethod
    def of(cls, tokens: Iterable[str], vocabulary: Vocabulary) -> Asked:
        """The tokens, looked up."""
        unique = set(tokens)
        ids = np.sort(vocabulary.known(unique))
        return cls(ids, len(unique) - len(ids))


class LexicalIndex:
    """BM25 over rows of token numbers.

    Scores are divided by the score a text would get that contained every token of the question, known or not:
    a share between 0 and 1 ("how much of the question does this text cover"), so one threshold fits short and
    long questions, small and large bases.

    ``held`` tells in how many texts each token stands, ``idf`` how much it tells.

    Args:
        data: score of each (token, text) pair, token by token.
        indices: the text of each pair.
        indptr: where each token's pairs begin; one more than there are tokens.
        size: number of texts.
    """

    def __init__(self, data: Floats, indices: Ids, indptr: NDArray[np.int64], size: int) -> None:
        self.size = size
        self._engine = bm25s.BM25(k1=K1, b=B, method="lucene")
        self._engine.nonoccurrence_array = None  # bm25s sets it when it does the counting itself
        self._engine.scores = {"data": data, "indices": indices, "indptr": indptr, "num_docs": size}
        self.held = np.diff(indptr)
        self.idf = _idf(self.held, size)
        self.unknown = float(_idf(np.zeros(1, np.int64), max(size, 1))[0])

    @classmethod
    def fit(cls, texts: Ragged, tokens: int) -> LexicalIndex:
        """Builds the index.

        The scores are those of bm25s, worked out here from counts: bm25s itself wants all texts tokenised anew
        at every build, which is what an incremental build must spare.

        Args:
            texts: a row of token numbers for each text; repeats count.
            tokens: size of the vocabulary.
        """
        size = len(texts)
        ones = np.ones(len(texts.flat), np.float32)
        by_token = csr_matrix((ones, texts.flat, texts.offsets), shape=(size, tokens)).tocsc()
        by_token.has_sorted_indices = True  # rows are turned over one after the other; scipy would sort again
        by_token.sum_duplicates()
        lengths = texts.lengths.astype(np.float32)
        norm = _norm(lengths / max(float(lengths.mean()) if size else 1.0, 1e-9))
        indptr = by_token.indptr.astype(np.int64)
        places = by_token.indices.astype(np.int32)
        weight = np.repeat(_idf(np.diff(indptr), size), np.diff(indptr))
        weight *= by_token.data / (norm[places] + by_token.data)
        return cls(weight.astype(np.float32), places, indptr, size)

    def texts_with(self, token: int) -> Ids:
        """Places of the texts a token stands in."""
        scores = self._engine.scores
        found: Ids = scores["indices"][scores["indptr"][token] : scores["indptr"][token + 1]]
        return found

    def weight(self, asked: Asked) -> float:
        """What a text would score that holds the whole question; a token never seen tells most."""
        return float(self.idf[asked.ids].sum()) + asked.unknown * self.unknown

    def known_share(self, asked: Asked) -> float:
        """Share of the question's weight that lies in tokens the collection knows at all, 0 to 1."""
        known = asked.ids[self.held[asked.ids] > 0]
        whole = self.weight(asked)
        return float(self.idf[known].sum()) / whole if whole else 0.0

    def scores(self, asked: Asked) -> Floats:
        """Coverage of the question by each text, 0 to 1, in the order the texts were given."""
        whole = self.weight(asked)
        if not self.size or not len(asked.ids) or not whole:
            return np.zeros(self.size, np.float32)
        found: Floats = self._engine.get_scores_from_ids(asked.ids)
        return (found / np.float32(whole)).astype(np.float32)

    def coverage(self, asked: Asked, counts: NDArray[np.int64], lengths: NDArray[np.float64]) -> Floats:
        """Coverage of the question by other texts, 0 to 1, weighed by what tokens tell in this collection.

        Args:
            asked: the question.
            counts: for each text, how often each token of the question stands in it.
            lengths: of the texts, as multiples of their usual length.
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
        """Reads what :meth:`save` wrote; scores stay on disk and are read where a question's tokens stand."""
        data, indices = (np.load(folder / f"{name}.{part}.npy", mmap_mode="r") for part in _PARTS[:2])
        indptr, size = np.load(folder / f"{name}.indptr.npy"), np.load(folder / f"{name}.size.npy")
        return cls(data, indices, indptr, int(size))


def _norm(lengths: NDArray[Any]) -> NDArray[Any]:
    """What BM25 sets against a token's count, from lengths as multiples of the usual one."""
    return K1 * (1 - B + B * lengths)


def _idf(frequency: NDArray[np.int64], size: int) -> Floats:
    """Lucene's inverse document frequency, as bm25s computes it."""
    found: Floats = np.log(1 + (size - frequency + 0.5) / (frequency + 0.5)).astype(np.float32)
    return found
