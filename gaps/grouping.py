"""Groups questions that mean the same, with the model of the search. The same questions give the same groups."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy.cluster.hierarchy import fcluster, linkage
from scipy.spatial.distance import squareform

from gaps.types import Group, Named, Question
from kb_index.language.encoder import Vectors
from kb_index.search.searcher import Searcher

APART = 0.54
"""Largest cosine distance (0 to 2) between two questions of a group.

It was chosen with labelled questions that are worded as differently as possible. With this distance seven of ten
grouped pairs ask for the same entry. With a larger one, groups with different meanings are joined.
"""
MOST_WORDINGS = 4_000
"""Most wordings that are compared with one another, the most asked first. The work grows with the square."""
NEAR = 0.05
"""Least probability of an entry that is named as the nearest to a group."""
RegionsOf = Callable[[str], Sequence[str]]
"""The regions whose entries answer a question; empty: all."""
_FROM_SHELF = 5_000
"""Most questions of the knowledge base from which the mean vector of all questions is computed."""


def everywhere(question: str) -> Sequence[str]:
    """No regions: entries of all regions answer any question."""
    return ()


class Grouper:
    """Groups questions with the searcher's model. It keeps the vectors that it has computed.

    Args:
        searcher: the version in service.
        regions_of: the regions whose entries may be named as the nearest of a group, by its question.
    """

    def __init__(self, searcher: Searcher, regions_of: RegionsOf = everywhere) -> None:
        self.searcher = searcher
        self._regions_of = regions_of
        self._vectors: dict[str, Vectors] = {}
        shelf = searcher.shelf.vectors
        # What all questions share (怎么, 办理, 多少钱) does not show which belong together.
        self._common = shelf.at(slice(_FROM_SHELF)).mean(axis=0) if shelf.size else 0.0

    def group(self, questions: Sequence[Question]) -> tuple[list[Group], int]:
        """Group questions.

        Args:
            questions: oldest first.

        Returns:
            The groups, the most asked first (of two asked equally often, the one asked later first), and the number
            of questions that were left out because there are too many wordings.
        """
        by_key: dict[str, list[Question]] = {}
        for question in questions:
            key = re.sub(r"\W", "", self.searcher.pipeline.normalise(question.text))
            if key:
                by_key.setdefault(key, []).append(question)
        ordered = sorted(by_key.values(), key=lambda asked: (-len(asked), asked[-1].id))
        wordings, rest = ordered[:MOST_WORDINGS], ordered[MOST_WORDINGS:]
        vectors = self._encode([asked[-1].text for asked in wordings])
        groups = [self._make([wordings[i] for i in places], vectors[places]) for places in _clusters(vectors)]
        groups.sort(key=lambda g: (-g.count, -g.members[-1].asked_at.timestamp(), g.id))
        return groups, sum(map(len, rest))

    def with_entries(self, group: Group, today: dt.date) -> Group:
        """The group with the entries that were 没用, and with the entry that is nearest to it on the day ``today``.

        An entry below :data:`NEAR` is about something else: it is no hint what to write, and its department none
        whose entry it should become.
        """
        shown = Counter(m.entry_id for m in group.members if m.answered and m.entry_id)
        wrong = tuple(replace(self._named(entry), count=n) for entry, n in shown.most_common(3))
        result = self.searcher.search(group.question, tuple(self._regions_of(group.question)), today, 1)
        nearest = None
        if result.hits and (hit := result.hits[0]).probability >= NEAR:
            nearest = replace(
                self._named(hit.entry.id), probability=hit.probability, answers=result.outcome == "answer"
            )
        return replace(group, wrong=wrong, nearest=nearest)

    def _named(self, entry_id: str) -> Named:
        store = self.searcher.shelf.store
        place = store.place(entry_id)
        if place is None:
            return Named(entry_id, "（条目已删除）")
        entry = store.at(place)
        return Named(entry_id, entry.title, entry.department)

    def _encode(self, texts: list[str]) -> Vectors:
        if len(self._vectors) > 4 * MOST_WORDINGS:
            self._vectors = {}
        known = self._vectors  # Another thread may replace it meanwhile.
        new = [text for text in texts if text not in known]
        if new:
            rows = self.searcher.encoder.encode([self.searcher.pipeline.normalise(text) for text in new])
            rows = np.where(rows.any(axis=1, keepdims=True), rows - self._common, 0)
            rows = rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)
            known.update(zip(new, rows.astype(np.float32), strict=True))
        return np.stack([known[text] for text in texts]) if texts else np.zeros((0, 1), np.float32)

    @staticmethod
    def _make(wordings: list[list[Question]], vectors: Vectors) -> Group:
        closeness = (vectors @ vectors.T).sum(axis=1)
        first = max(range(len(wordings)), key=lambda i: (len(wordings[i]), round(float(closeness[i]), 4), -i))
        members = tuple(sorted((q for asked in wordings for q in asked), key=lambda q: q.id))
        return Group(
            id=members[0].id,
            question=wordings[first][-1].text,
            members=members,
            wordings=tuple((asked[-1].text, len(asked)) for asked in wordings),
        )


def _clusters(vectors: Vectors) -> list[list[int]]:
    """Row numbers of each group, by complete linkage: within a group no two questions are far apart."""
    if len(vectors) < 2:
        return [[place] for place in range(len(vectors))]
    apart: NDArray[np.float64] = np.clip(1 - vectors @ vectors.T, 0, 2).astype(np.float64)
    np.fill_diagonal(apart, 0)
    labels = fcluster(linkage(squareform(apart, checks=False), "complete"), APART, "distance")
    found: dict[int, list[int]] = {}
    for place, label in enumerate(labels.tolist()):
        found.setdefault(label, []).append(place)
    return list(found.values())
