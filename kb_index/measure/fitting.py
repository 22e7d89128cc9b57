"""``wenban kb evaluate --fit``: fits fusion weights, probability model and thresholds to labelled questions.

All reported figures are out of fold: each question is judged with numbers that were fitted without it and
without all other questions of the same entry.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.errors import BadRequest
from core.progress import Progress, unwatched
from kb_index.fitting import telling, weights
from kb_index.fitting.probability import answer_threshold, ask_threshold, fit_logistic
from kb_index.fitting.weights import Asked, fuse
from kb_index.index.vocabulary import is_word
from kb_index.measure.evaluate import Judged, Labelled, judge, judgement, report
from kb_index.search.calibration import RANK_FEATURES, TERM, Calibration
from kb_index.search.evidence import rows
from kb_index.search.ranking import Candidates
from kb_index.search.searcher import Searcher
from kb_index.search.telling import Telling, key, made_with

FOLDS = 5
"""Number of folds."""
LEAST = 40
"""Fewest labelled questions that fitting needs."""
TERMS = 600
"""Largest number of bare terms used to fit the weight of bare terms."""


@dataclass(frozen=True)
class Fitted:
    """What was fitted.

    Args:
        numbers: the calibration.
        figures: the out-of-fold report.
        network: judges what an entry tells; None without details.
        unseen: for each question (:func:`kb_index.search.telling.key`) the probability by a network that had not seen it.
    """

    numbers: Calibration
    figures: dict[str, Any]
    network: Telling | None
    unseen: Mapping[int, float]


def fit(
    searcher: Searcher,
    questions: list[Labelled],
    regions: Sequence[str] = (),
    *,
    details: Sequence[Labelled] = (),
    wrong: float = 0.0075,
    false: float = 0.03,
    safety: float = 0.8,
    progress: Progress = unwatched,
) -> Fitted:
    """Fits fusion weights, probability model, thresholds, and with details the network that judges what an entry tells.

    Args:
        searcher: searches the entries that the questions are labelled with.
        questions: at least :data:`LEAST`, some of them unanswerable.
        regions: names of the citizens' regions.
        details: questions for details that an entry tells, and near misses; none: no network is fitted.
        wrong: largest share of wrong answers among all questions, 0 to 1.
        false: largest share of unanswerable questions that get an answer, 0 to 1.
        safety: factor on both bounds, 0 to 1: a reserve for new questions.
        progress: called with (questions ranked, questions to rank).

    Returns:
        The numbers and the out-of-fold report.

    Raises:
        BadRequest: when there are too few questions, or a question names a missing entry.
    """
    answerable = np.array([q.entry is not None for q in questions])
    if len(questions) < LEAST or answerable.all() or not answerable.any():
        raise BadRequest(
            f"Fitting needs at least {LEAST} labelled questions, some of them unanswerable", code="too_few"
        )
    missing = sorted({q.entry for q in questions if q.entry and searcher.shelf.store.place(q.entry) is None})
    if missing:
        raise BadRequest(
            f"Questions name entries that are not there: {', '.join(missing[:5])}", code="no_entry"
        )
    # Citizens also type bare terms, but no bare terms are labelled. Without them in the fit, the weights of
    # meaning would outweigh the exact word that the citizen typed.
    asked = questions + exact_terms(searcher)[:TERMS]
    found = [searcher.candidates(q.question, regions) for q in asked]
    fold = folds(asked)
    own = np.arange(len(asked)) < len(questions)
    probability = np.zeros(len(questions))
    judged: list[Judged] = [_nothing()] * len(questions)
    for k in range(FOLDS):
        inside, outside = np.flatnonzero(fold != k), np.flatnonzero((fold == k) & own)
        numbers, trained = _fit_on(searcher, asked, found, inside, len(questions))
        tested = searcher.with_calibration(numbers)
        for i in outside:
            judged[i] = judgement(tested, questions[i], found[i])
        probability[outside] = trained.probability(np.array([judged[i].features for i in outside]))
    right = np.array([j.right for j in judged])
    near = np.array([j.rank is not None and j.rank < 3 for j in judged])
    _, whole = _fit_on(searcher, asked, found, np.arange(len(asked)), len(questions))
    network, unseen = None, {}
    if details and searcher.meaning is not None:
        whole = replace(whole, model=searcher.encoder.fingerprint)
        under = searcher.with_calibration(whole)
        told = [_told(under, q, c, True) for q, c in zip(questions, found, strict=False)]
        told += [_told(under, q, searcher.candidates(q.question, regions), False) for q in details]
        # questions without any vector or entry are left to the probability model
        kept = [n for n, one in enumerate(told) if one is not None]
        # By question, not by entry: the details leave no entry unread, so none is new to the network when it serves.
        parts = np.random.default_rng(12345).permutation(len(told)) % FOLDS
        network, sure, tells = telling.fit(
            [one for one in told if one is not None], parts[kept], made_with(whole, searcher.meaning)
        )
        for n, chance, told_right in zip(kept, sure, tells, strict=True):
            if n < len(questions):
                probability[n], right[n] = chance, told_right
                unseen[key(questions[n].question)] = float(chance)
    answer_at = answer_threshold(probability, right, answerable, wrong * safety, false * safety)
    fitted = replace(
        whole,
        answer_at=answer_at,
        ask_at=ask_threshold(probability, near, answer_at),
        model=searcher.encoder.fingerprint,
        entries=tuple(searcher.shelf.store.ids),
    )
    _, seconds = judge(searcher.with_calibration(fitted), questions, regions, progress)
    figures = report(judged, seconds, probability, fitted)
    shown = {name: value for name, value in figures.items() if name != "latency_ms"}
    numbers = replace(fitted, report={"out_of_fold": shown, "fitted_on": len(questions)})
    return Fitted(numbers, figures, network, unseen)


def _told(searcher: Searcher, question: Labelled, found: Candidates, plain: bool) -> telling.Told | None:
    """What the network is to learn from a question; None when it has no vector or no entry was found."""
    ranking = searcher.order(found)
    count = min(telling.READ, len(ranking.places))
    read = searcher.read(ranking, rows(searcher.shelf, ranking, count)) if count else None
    if read is None:
        return None
    wanted = question.right()
    right = [searcher.shelf.store.ids[int(place)] in wanted for place in ranking.places[:count]]
    return telling.Told(read, right, question.weight, plain)


def _fit_on(
    searcher: Searcher,
    asked: list[Labelled],
    found: list[Candidates],
    chosen: NDArray[np.int64],
    questions: int,
) -> tuple[Calibration, Calibration]:
    """Fits the fusion weights on the chosen questions, the weight of bare terms on the terms, then the model.

    Args:
        searcher: searches the entries.
        asked: questions first, then bare terms.
        found: the candidates for each of ``asked``.
        chosen: places in ``asked`` to fit on.
        questions: number of questions in ``asked``.
    """
    numbers = replace(searcher.calibration, rank=(0.0,) * len(RANK_FEATURES))
    own, terms = chosen[chosen < questions], chosen[chosen >= questions]
    for places, free in ((own, set(RANK_FEATURES) - {TERM}), (terms, {TERM})):
        numbers = fuse([labelled(searcher, asked[i], found[i]) for i in places], numbers, free)
    under = searcher.with_calibration(numbers)
    judged = [judgement(under, asked[i], found[i]) for i in own]
    slopes, bias = fit_logistic(np.array([j.features for j in judged]), np.array([j.right for j in judged]))
    return numbers, replace(numbers, weights=slopes, bias=bias)


def exact_terms(searcher: Searcher) -> list[Labelled]:
    """Words of at least three characters that occur in only one entry, as labelled questions.

    Their order is random, but always the same.
    """
    shelf = searcher.shelf
    found = [
        Labelled(word, shelf.store.ids[int(shelf.whole.texts_with(number)[0])])
        for number, word in enumerate(shelf.vocabulary.tokens)
        if shelf.whole.held[number] == 1 and is_word(word) and len(word) >= 3
    ]
    return [found[i] for i in np.random.default_rng(1).permutation(len(found))]


def labelled(searcher: Searcher, question: Labelled, found: Candidates) -> Asked:
    """A labelled question and its candidates, for fitting."""
    place = searcher.shelf.store.place(question.entry) if question.entry is not None else None
    return weights.asked(found, place)


def _nothing() -> Judged:
    return Judged(None, np.zeros(0), False, {})


def folds(questions: list[Labelled]) -> NDArray[np.int64]:
    """The fold of each question. All questions of an entry are in the same fold; [questions]."""
    names = sorted({q.entry for q in questions if q.entry is not None})
    shuffled = np.random.default_rng(12345).permutation(len(names))
    fold_of = {name: int(place) % FOLDS for name, place in zip(names, shuffled, strict=True)}
    found, loose = [], 0
    for item in questions:
        if item.entry is None:
            loose += 1
        found.append(fold_of[item.entry] if item.entry is not None else loose % FOLDS)
    return np.array(found, np.int64)
