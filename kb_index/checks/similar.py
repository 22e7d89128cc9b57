"""Compares the questions of different entries.

Two kinds of reminder: two entries hold nearly the same question, or a variant fits another entry better.
Both thresholds were measured on the shipped knowledge base:

- Nearly the same: none of its questions is reported. Of planted rewordings ("请问…", one wrong character,
  halves swapped) 85 to 100 % are found.
- Fits another entry better: 0.2 % of its variants are reported. Of variants moved to a random entry 83 % are.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kb_index.entries.entry import ParsedEntry
from kb_index.entries.problems import Problem, shorten
from kb_index.language.aspects import aspects
from kb_index.language.encoder import BATCH, Encoder, Vectors
from kb_index.language.places import EVERYWHERE
from kb_index.language.text import TextPipeline

NEAR_OVERLAP, NEAR_COSINE = 0.5, 0.8
"""Two questions are nearly the same from this share of common word weight and this cosine, each 0 to 1."""

BETTER, AT_LEAST = 0.25, 0.4
"""A variant is reported when its fit to another entry is at least ``AT_LEAST`` and better by ``BETTER``.

:meth:`_Compared.fit` defines a fit; it is at most 1.
"""

NEIGHBOURS = 24
"""Number of nearest questions that each question is compared with."""

EXACT = 20_000
"""Up to this number of questions all pairs are compared. With more, all pairs would take minutes."""


@dataclass(frozen=True)
class _Question:
    """One question of an entry. ``number`` 0 is the title, 1 the first variant."""

    owner: int
    number: int
    raw: str
    text: str


class _Compared:
    """All questions, with the tokens and vectors needed to compare any two of them."""

    def __init__(
        self,
        parsed: list[ParsedEntry],
        pipeline: TextPipeline,
        encoder: Encoder,
        progress: Callable[[int, int], None],
    ) -> None:
        self.parsed = parsed
        self.questions: list[_Question] = []
        self.own: list[list[int]] = []
        for owner, item in enumerate(parsed):
            group: dict[str, _Question] = {}
            for number, raw in enumerate(item.entry.questions):
                text = pipeline.normalise(raw)
                group.setdefault(text, _Question(owner, number, raw, text))
            self.own.append(list(range(len(self.questions), len(self.questions) + len(group))))
            self.questions += group.values()
        self.tokens: list[frozenset[str]] = []
        batches: list[Vectors] = []
        size = len(self.questions)
        for start in range(0, size, BATCH):  # tokens and vectors in one pass: both need the words of the text
            texts = [q.text for q in self.questions[start : start + BATCH]]
            self.tokens += [frozenset(pipeline.tokens(text)) for text in texts]
            batches.append(encoder.encode(texts))
            progress((start + len(texts)) // 2, size)
        self.vectors = np.concatenate(batches)
        frequency = Counter(token for tokens in self.tokens for token in tokens)
        self._idf = {t: math.log(1 + (size - n + 0.5) / (n + 0.5)) for t, n in frequency.items()}
        self._weights = [self._sum(tokens) or 1e-9 for tokens in self.tokens]

    def _sum(self, tokens: frozenset[str]) -> float:
        return sum(self._idf.get(t, 0.0) for t in tokens)

    def cosine(self, a: int, b: int) -> float:
        return float(self.vectors[a] @ self.vectors[b])

    def overlap(self, a: int, b: int) -> float:
        """How much of the word weight of two questions is common to both, 0 to 1."""
        shared = self._sum(self.tokens[a] & self.tokens[b])
        return shared / (self._weights[a] + self._weights[b] - shared)

    def fit(self, a: int, b: int) -> float:
        """How well question ``b`` matches ``a``, at most 1.

        Half is the share of ``a``'s word weight that ``b`` contains, half the cosine.
        """
        shared = self._sum(self.tokens[a] & self.tokens[b])
        return 0.5 * shared / self._weights[a] + 0.5 * self.cosine(a, b)

    def cover(self, a: int, tokens: frozenset[str]) -> float:
        """The share of a question's word weight whose words are in a text, 0 to 1."""
        return self._sum(self.tokens[a] & tokens) / self._weights[a]


def check_similar(
    parsed: list[ParsedEntry], pipeline: TextPipeline, encoder: Encoder, progress: Callable[[int, int], None]
) -> list[Problem]:
    """Reminders for questions that are probably in the wrong entry, or in two entries.

    Args:
        parsed: the entries.
        pipeline: normalises and tokenises the questions.
        encoder: makes the vectors of the questions.
        progress: called with (questions compared, questions in all).
    """
    if not parsed:
        return []
    found = _Compared(parsed, pipeline, encoder, progress)
    total = len(found.questions)
    bodies = _Bodies(parsed, pipeline)
    problems: list[Problem] = []
    for start, near in _nearest(found):
        for a, neighbours in enumerate(near, start):
            others = _elsewhere(found, a, neighbours)
            problems += _nearly_twice(found, a, others)
            problems += _belongs_elsewhere(found, a, others, bodies)
        progress((total + start + len(near)) // 2, total)
    return problems


def _nearest(found: _Compared) -> Iterator[tuple[int, NDArray[np.int64]]]:
    """Batches of (place of the batch's first question, places of each question's nearest questions)."""
    index = _index(found.vectors)
    widest = max(len(own) for own in found.own)
    count = min(NEIGHBOURS + widest, len(found.questions))
    for start in range(0, len(found.questions), BATCH):
        yield start, index.search(found.vectors[start : start + BATCH], count)[1]


def _index(vectors: Vectors) -> Any:
    """A search index over the vectors: exact up to :data:`EXACT` questions.

    With more questions it searches only the nearest clusters and may miss some, which is acceptable for
    reminders.
    """
    import faiss

    size, dimensions = vectors.shape
    index: Any = faiss.IndexFlatIP(dimensions)
    if size > EXACT:
        clusters = int(2 * size**0.5)
        index = faiss.IndexIVFFlat(index, dimensions, clusters, faiss.METRIC_INNER_PRODUCT)
        index.nprobe = 12
        index.cp.max_points_per_centroid = 64
        index.cp.niter = 6
        index.train(np.ascontiguousarray(vectors[:: max(1, size // (64 * clusters))]))
    index.add(np.ascontiguousarray(vectors))
    return index


def _elsewhere(found: _Compared, a: int, neighbours: NDArray[np.int64]) -> list[int]:
    """The nearest questions of other entries whose regions overlap with this question's entry."""
    owner = found.questions[a].owner
    regions = set(found.parsed[owner].entry.regions)
    others = []
    for b in map(int, neighbours[neighbours >= 0]):
        other = found.questions[b].owner
        theirs = found.parsed[other].entry.regions
        if other != owner and (regions & set(theirs) or EVERYWHERE in regions or EVERYWHERE in theirs):
            others.append(b)
    return others[:NEIGHBOURS]


def _nearly_twice(found: _Compared, a: int, others: list[int]) -> list[Problem]:
    question = found.questions[a]
    for b in others:
        other = found.questions[b]
        if (
            b < a  # a pair is reported once, at the later question
            and question.text != other.text  # equal questions are reported as an error by another check
            and found.cosine(a, b) >= NEAR_COSINE
            and found.overlap(a, b) >= NEAR_OVERLAP
            and _asks(question.text) == _asks(other.text)
        ):
            item, first = found.parsed[question.owner], found.parsed[other.owner]
            message = f"“{shorten(question.raw)}”和 {first.file} 里的“{shorten(other.raw)}”几乎一样"
            mend = "是同一个问题就合并成一个条目；不是就把差别写进问法"
            line = item.question_line(question.number)
            return [Problem(item.file, line, "warning", "question_nearly_twice", message, mend)]
    return []


def _asks(text: str) -> tuple[frozenset[str], frozenset[str]]:
    """A question's figures and aspects. When these differ, two similar questions ask for different things."""
    return frozenset(re.findall(r"\d+", text)), aspects(text)


def _belongs_elsewhere(found: _Compared, a: int, others: list[int], bodies: _Bodies) -> list[Problem]:
    question = found.questions[a]
    siblings = [b for b in found.own[question.owner] if b != a]
    if question.number == 0 or not others or not siblings:
        return []
    best = max(others, key=lambda b: found.fit(a, b))
    fit = found.fit(a, best)
    if fit < AT_LEAST or fit - max(found.fit(a, b) for b in siblings) < BETTER:
        return []
    owner = found.questions[best].owner
    if found.cover(a, bodies.of(owner)) < found.cover(a, bodies.of(question.owner)):
        return []  # the answer of its own entry covers the question better
    item, other = found.parsed[question.owner], found.parsed[owner]
    message = f"“{shorten(question.raw)}”更像 {other.file} 的问法（“{shorten(found.questions[best].raw)}”）"
    mend = "放错了就移过去；没放错就写得更贴近本条目，或再补几个相近的问法"
    line = item.question_line(question.number)
    return [Problem(item.file, line, "warning", "variant_elsewhere", message, mend)]


class _Bodies:
    """The words of each entry's text without its variants, computed on first use."""

    def __init__(self, parsed: list[ParsedEntry], pipeline: TextPipeline) -> None:
        self._parsed, self._pipeline = parsed, pipeline
        self._known: dict[int, frozenset[str]] = {}

    def of(self, owner: int) -> frozenset[str]:
        if owner not in self._known:
            entry = self._parsed[owner].entry
            text = "\n".join([entry.title, entry.topic, *entry.tags, entry.answer, *entry.sections.values()])
            self._known[owner] = frozenset(self._pipeline.tokens(self._pipeline.normalise(text)))
        return self._known[owner]
