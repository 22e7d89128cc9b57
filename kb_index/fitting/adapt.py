"""Chooses the numbers of search for a base: fusion weights, probability model and thresholds.

The shipped numbers were fitted to questions labelled with the shipped entries. On another base their weights
can lose to plain word search. So each build decides:

- ``labelled``: the base is mostly the one the shipped numbers were fitted on. They are used.
- ``variants``: the base has enough wordings of its own. Some are held out and asked like questions.
- ``safe``: numbers that :mod:`benchmarks.fusion` fitted to bases of several shapes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from kb_index.entries.entry import Entry
from kb_index.fitting.probability import answer_threshold, ask_threshold, fit_logistic
from kb_index.fitting.weights import Asked, asked, fuse
from kb_index.index import meanings
from kb_index.index.shelf import Shelf
from kb_index.index.shelving import FEW, make_shelf
from kb_index.language.text import TextPipeline
from kb_index.search.calibration import FEATURES, RANK_FEATURES, TERM, Calibration
from kb_index.search.evidence import rows
from kb_index.search.numbers import Matrix
from kb_index.search.ranking import Candidates, order
from kb_index.search.searcher import Searcher

LEAST, MOST = 150, 600
"""Fewest held-out wordings that weights are fitted to; the most that are asked."""

EACH = 2
"""Most wordings held out of one entry."""

KNOWN = 0.5
"""Share of a base's entries (0 to 1) that the shipped numbers must have been fitted on to be used for it."""

FOLDS = 5
"""Number of folds; all questions of an entry are in the same one."""

WRONG, FALSE = 0.003, 0.008
"""Largest share of wrong answers among all questions, and of unanswerable questions answered; each 0 to 1.

Stricter than for labelled questions, because nobody labelled any here: real questions are harder.
"""

_WORDS = replace(
    Calibration(), rank=tuple({"whole": 1.0, "lexical": 1e-3}.get(name, 0.0) for name in RANK_FEATURES)
)


@dataclass(frozen=True)
class Posed:
    """A question put to a base, for fitting.

    Args:
        shelf: the base.
        asked: the question's candidates and the right one.
        fold: number of its fold, from 0.
    """

    shelf: Shelf
    asked: Asked
    fold: int


def adapt(searcher: Searcher, shipped: Calibration, safe: Calibration) -> Calibration:
    """The numbers for a searcher's base; always the same for the same base.

    Args:
        searcher: searches the base; its own numbers do not matter.
        shipped: fitted to labelled questions.
        safe: for a base with too few wordings of its own.
    """
    ids = searcher.shelf.store.ids
    known = len(set(shipped.entries) & set(ids))
    if shipped.model == searcher.encoder.fingerprint and known >= KNOWN * len(ids):
        return replace(shipped, source="labelled")
    posed = held_out(searcher)
    if len(posed) < LEAST:
        return replace(safe, source="safe", report={"variants": len(posed)})
    return _fitted(posed, replace(safe, model=searcher.encoder.fingerprint))


def _fitted(posed: Sequence[Posed], safe: Calibration) -> Calibration:
    """Numbers for held-out wordings: of fitted weights, safe weights and word search alone, those that find most."""
    free = set(RANK_FEATURES) - {TERM}
    parts = [fuse([p.asked for p in posed if p.fold != fold], safe, free, near=safe) for fold in range(FOLDS)]
    words = [replace(safe, rank=_WORDS.rank)] * FOLDS
    found = {
        "fitted": recall(posed, parts),
        "safe": recall(posed, [safe] * FOLDS),
        "words": recall(posed, words),
    }
    best = max(found, key=lambda name: sum(found[name]))  # the first one among equals
    if best == "fitted":
        numbers = fuse([p.asked for p in posed], safe, free, near=safe)
    else:
        parts = words if best == "words" else [safe] * FOLDS
        numbers = parts[0]
    figures = {name: {"recall_at_1": at_1, "recall_at_3": at_3} for name, (at_1, at_3) in found.items()}
    settled = confidence(posed, parts, numbers)
    return replace(
        settled,
        # Editors' wordings are easier than citizens' words: thresholds fitted to them alone would be too low.
        answer_at=max(settled.answer_at, safe.answer_at),
        ask_at=safe.ask_at,
        source="variants",
        report={"variants": len(posed), "weights": best, **figures},
    )


def held_out(searcher: Searcher) -> list[Posed]:
    """Takes some wordings out of the base and asks them as questions; empty when the base has too few wordings."""
    shelf = searcher.shelf
    chance = np.random.default_rng(7)
    chosen: dict[int, list[str]] = {}
    count = 0
    for place in chance.permutation(np.flatnonzero(shelf.counts > FEW)).tolist():
        entry = shelf.store.at(place)
        spare = min(EACH, int(shelf.counts[place]) - FEW)
        wordings = _distinct(entry, searcher.pipeline)
        chosen[place] = [wordings[i] for i in chance.permutation(len(wordings))[:spare]]
        count += len(chosen[place])
        if count >= MOST:
            break
    if count < LEAST:
        return []
    rest: list[Entry | int] = [
        _without(shelf.store.at(place), chosen[place]) if place in chosen else place
        for place in range(len(shelf.store))
    ]
    reduced = make_shelf(rest, searcher.pipeline, searcher.encoder, earlier=shelf)
    meant, meaning = None, searcher.meaning
    if searcher.meanings is not None and meaning is not None:
        vectors = dict(zip(shelf.questions, searcher.meanings.rows, strict=True))
        meant = meanings.make(reduced.questions, reduced.starts, meaning, vectors)
        meaning = _Remembering(meaning, vectors, searcher.pipeline)
    asker = Searcher(
        reduced, searcher.pipeline, searcher.encoder, searcher.calibration, meanings=meant, meaning=meaning
    )
    return [
        Posed(reduced, asked(asker.candidates(text), place), number % FOLDS)
        for number, (place, texts) in enumerate(chosen.items())
        for text in texts
    ]


def recall(posed: Sequence[Posed], parts: Sequence[Calibration]) -> tuple[float, float]:
    """Shares of the questions (0 to 1) whose entry is first, and among the first three.

    Args:
        posed: the questions.
        parts: for each fold, the numbers that its questions are judged by.
    """
    places = []
    for p in posed:
        right = p.asked.right
        if right is None:
            places.append(len(p.asked.found.places))
            continue
        ranking = order(p.asked.found, parts[p.fold])
        places.append(int(np.flatnonzero(ranking.places == p.asked.found.places[right])[0]))
    found = np.array(places)
    return round(float((found < 1).mean()), 4), round(float((found < 3).mean()), 4)


def confidence(posed: Sequence[Posed], parts: Sequence[Calibration], numbers: Calibration) -> Calibration:
    """``numbers`` with a probability model and thresholds fitted to the questions.

    Each question is also asked as if its entry were not there, so that the model learns what it looks like when
    nothing answers.

    Args:
        posed: the questions.
        parts: for each fold, weights fitted without it.
        numbers: contains the final weights.
    """
    cases = [(p.shelf, p.asked, p.fold, True) for p in posed]
    cases += [(p.shelf, _hidden(p.asked), p.fold, False) for p in posed]
    judged = [(*_judged(shelf, q, parts[fold]), fold, known) for shelf, q, fold, known in cases]
    features = np.array([row for row, *_ in judged])
    right = np.array([place == 0 for _, place, *_ in judged])
    near = np.array([place is not None and place < 3 for _, place, *_ in judged])
    share = np.array([q.weight for _, q, *_ in cases])
    share *= len(share) / share.sum()
    folds = np.array([fold for *_, fold, _ in judged])
    answerable = np.array([known for *_, known in judged])
    chance = np.zeros(len(judged))
    for fold in range(FOLDS):
        inside, outside = folds != fold, folds == fold
        if outside.any():
            slopes, bias = fit_logistic(features[inside], right[inside], share[inside])
            chance[outside] = replace(numbers, weights=slopes, bias=bias).probability(features[outside])
    at = answer_threshold(chance, right, answerable, WRONG, FALSE)
    final = np.array([_judged(shelf, q, numbers)[0] for shelf, q, *_ in cases])
    right = np.array([_judged(shelf, q, numbers)[1] == 0 for shelf, q, *_ in cases])
    slopes, bias = fit_logistic(final, right, share)
    return replace(
        numbers, weights=slopes, bias=bias, answer_at=at, ask_at=ask_threshold(chance, near, at), entries=()
    )


def _judged(shelf: Shelf, question: Asked, numbers: Calibration) -> tuple[Matrix, int | None]:
    """Features of the first entry, and the rank of the right one; None: it is not among the candidates."""
    ranking = order(question.found, numbers)
    if not len(ranking.places):
        return np.zeros(len(FEATURES)), None
    place = None
    if question.right is not None:
        place = int(np.flatnonzero(ranking.places == question.found.places[question.right])[0])
    return rows(shelf, ranking, 1)[0], place


def _hidden(question: Asked) -> Asked:
    """The question as if its entry were not there."""
    found = question.found
    stays: NDArray[np.bool_] = np.ones(len(found.places), bool)
    if question.right is not None:
        stays[question.right] = False
    rest = Candidates(
        found.places[stays], found.questions[stays], found.features[stays], found.clauses[stays], found.query
    )
    return Asked(rest, None, question.weight)


def _distinct(entry: Entry, pipeline: TextPipeline) -> list[str]:
    """The variants that no other question of the entry repeats in the normalised spelling."""
    spelled = [pipeline.normalise(text) for text in entry.questions]
    return [
        text for text, own in zip(entry.variants, spelled[1:], strict=True) if own and spelled.count(own) == 1
    ]


def _without(entry: Entry, texts: Sequence[str]) -> Entry:
    return entry.model_copy(update={"variants": tuple(v for v in entry.variants if v not in texts)})


class _Remembering(meanings.Meaning):
    """Takes the vectors of a base's own wordings from the base instead of encoding them again."""

    def __init__(
        self, meaning: meanings.Meaning, vectors: dict[bytes, meanings.Vectors], pipeline: TextPipeline
    ) -> None:
        super().__init__(meaning.encoder)
        self._vectors, self._pipeline = vectors, pipeline

    def of(self, text: str) -> meanings.Vectors:
        """See :meth:`kb_index.index.meanings.Meaning.of`."""
        held = self._vectors.get(self._pipeline.normalise(text).encode())
        return super().of(text) if held is None else held
