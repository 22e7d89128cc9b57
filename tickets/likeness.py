"""Classifies a short text into many small groups of examples, by nearest examples and complement naive Bayes.

Both use runs of one to three characters. These need no dictionary, and tolerate errors of typing and
dictation. Both together are better than either alone. Adding the embedding model of the search gained half a
percentage point (docs/understanding.md). It is left out, so that tickets do not depend on the search.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Scores = NDArray[np.float64]
"""One score for each label: a vector of floats, indexed by label."""

_WEIGHT = {1: 0.5, 2: 1.0, 3: 1.2}
"""Weight of a run by its number of characters."""
_NEAREST = 2
"""Number of nearest examples that are averaged for each label."""
_SMOOTHING = 0.3
"""Count that is added to each run in naive Bayes."""


def grams(text: str) -> set[str]:
    """All runs of one to three letters or characters in a text.

    >>> sorted(grams("停水，啊"))
    ['停', '停水', '啊', '水']
    """
    runs = re.split(r"\W+", unicodedata.normalize("NFKC", text).lower())
    return {run[i : i + n] for run in runs for n in (1, 2, 3) for i in range(len(run) - n + 1)}


class Likeness:
    """Scores a text against labelled texts.

    Args:
        texts: the labelled texts.
        labels: the label of each text: whole numbers from 0, as many as there are texts.
    """

    def __init__(self, texts: Sequence[str], labels: Sequence[int]) -> None:
        found = [grams(text) for text in texts]
        seen = Counter(gram for one in found for gram in one)
        self._places = {gram: place for place, gram in enumerate(seen)}
        counts = np.array(list(seen.values()), float)
        weights = np.array([_WEIGHT[len(gram)] for gram in seen])
        self._idf = np.log(1 + len(texts) / counts) * weights
        self._labels = np.array(labels)
        self._size = int(self._labels.max()) + 1
        postings: list[list[int]] = [[] for _ in seen]
        lengths = np.zeros(len(texts))
        by_label = np.zeros((len(seen), self._size))
        for text, (label, one) in enumerate(zip(labels, found, strict=True)):
            for gram in one:
                place = self._places[gram]
                postings[place].append(text)
                lengths[text] += self._idf[place] ** 2
                by_label[place, label] += 1
        self._postings = [np.array(one) for one in postings]
        self._lengths = np.sqrt(np.maximum(lengths, 1e-9))
        others = by_label.sum(axis=1, keepdims=True) - by_label + _SMOOTHING
        weight = -np.log(others / others.sum(axis=0))
        self._bayes = (weight / np.abs(weight).sum(axis=0) * 1000).astype(np.float32)

    def nearest(self, text: str) -> Scores:
        """For each label the mean cosine (0 to 1) of its two nearest texts."""
        places = self._known(text)
        dots = np.zeros(len(self._labels))
        for place in places:
            dots[self._postings[place]] += self._idf[place] ** 2
        length = float(np.sqrt((self._idf[places] ** 2).sum())) or 1.0
        cosine = dots / self._lengths / length
        best = np.zeros(self._size)
        for _ in range(_NEAREST):
            top = np.zeros(self._size)
            np.maximum.at(top, self._labels, cosine)
            best += top / _NEAREST
            # The nearest text of each label is removed before the search for the second.
            taken = (cosine == top[self._labels]) & (cosine > 0)
            first = np.unique(self._labels[taken], return_index=True)[1]
            cosine[np.flatnonzero(taken)[first]] = 0
        return best

    def bayes(self, text: str) -> Scores:
        """For each label the score of complement naive Bayes: a sum of log weights. Higher is more likely."""
        found: Scores = self._bayes[self._known(text)].sum(axis=0, dtype=float)
        return found

    def _known(self, text: str) -> NDArray[np.int64]:
        return np.array([self._places[gram] for gram in grams(text) if gram in self._places], np.int64)
