"""Questions compared across entries: nearly the same one in two places, and variants that belong elsewhere.

Both are reminders, and both thresholds were measured on the base that ships: of its questions none is called
nearly the same as one of another entry, while 85 to 100 % of planted rewordings ("请问…", one character wrong,
halves swapped) are found; of its variants 0.2 % are said to fit another entry better, of variants moved to a
random entry 83 %.
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
"""Two questions are nearly the same when they share this much of their words' weight and of their meaning."""

BETTER, AT_LEAST = 0.25, 0.4
"""A variant fits another entry better by this much (half words, half meaning), and fits it this well."""

NEIGHBOURS = 24
"""Nearest questions of other entries looked at."""

EXACT = 20_000
"""Most questions compared each with each: beyond, that alone would take minutes."""


@dataclass(frozen=True)
class _Question:
    """One question of an entry; ``number`` 0 is the title."""

    owner: int
    number: int
    raw: str
    text: str


class _Compared:
    """All questions with what is needed to compare any two of them."""

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
        for start in range(0, size, BATCH):  # tokens and vectors together: both need the text cut into words
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
        """Shared share of both questions' weight."""
        shared = self._sum(self.tokens[a] & self.tokens[b])
        return shared / (self._weights[a] + self._weights[b] - shared)

    def fit(self, a: int, b: int) -> float:
        """How well question ``b`` answers to ``a``: half of it words, half meaning."""
        shared = self._sum(self.tokens[a] & self.tokens[b])
        return 0.5 * shared / self._weights[a] + 0.5 * self.cosine(a, b)

    def cover(self, a: int, tokens: frozenset[str]) -> float:
        """Share of a question's weight that stands in a text."""
        return self._sum(self.tokens[a] & tokens) / self._weights[a]


def check_similar(
    parsed: list[ParsedEntry], pipeline: TextPipeline, encoder: Encoder, progress: Callable[[int, int], None]
) -> list[Problem]:
    """Reminders on questions that stand in the wrong entry, or in two.

    Args:
        parsed: the entries.
        pipeline: prepares their questions.
        encoder: makes their vectors.
        progress: called with (questions compared, in all).
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
    """The nearest questions of each question, a batch at a time, with the place of the batch's first."""
    index = _index(found.vectors)
    widest = max(len(own) for own in found.own)
    count = min(NEIGHBOURS + widest, len(found.questions))
    for start in range(0, len(found.questions), BATCH):
        yield start, index.search(found.vectors[start : start + BATCH], count)[1]


def _index(vectors: Vectors) -> Any:
    """Exact up to :data:`EXACT` questions; above, the nearest of the nearest clusters, which reminders bear."""
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
    """The nearest questions of other entries that hold where this one does."""
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
            b < a  # reported once, at the later one
            and question.text != other.text  # the very same question is an error of its own
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
    """What tells two questions in nearly the same words apart: figures, and what is asked about the matter."""
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
        return []  # its own entry's answer speaks of it more than the other's
    item, other = found.parsed[question.owner], found.parsed[owner]
    message = f"“{shorten(question.raw)}”更像 {other.file} 的问法（“{shorten(found.questions[best].raw)}”）"
    mend = "放错了就移过去；没放错就写得更贴近本条目，或再补几个相近的问法"
    line = item.question_line(question.number)
    return [Problem(item.file, line, "warning", "variant_elsewhere", message, mend)]


class _Bodies:
    """Words of each entry's text without its variants, made when first needed."""

    def __init__(self, parsed: list[ParsedEntry], pipeline: TextPipeline) -> None:
        self._parsed, self._pipeline = parsed, pipeline
        self._known: dict[int, frozenset[str]] = {}

    def of(self, owner: int) -> frozenset[str]:
        if owner not in self._known:
            entry = self._parsed[owner].entry
            text = "\n".join([entry.title, entry.topic, *entry.tags, entry.answer, *entry.sections.values()])
            self._known[owner] = frozenset(self._pipeline.tokens(self._pipeline.normalise(text)))
        return self._known[owner]
