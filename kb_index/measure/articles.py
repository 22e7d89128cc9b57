"""``wenban kb laws fit``: fits the rule that decides when articles of law are shown.

No questions are labelled with articles, but entries name the articles they rely on (``basis``). So each
labelled question whose entry has a basis is asked as if the entry did not exist. The result is right when one
of the entry's articles is shown. For questions that no entry answers, any shown article counts as wrong. This
is strict, because an article often fits such a question.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.errors import BadRequest
from kb_index.entries.entry import ParsedEntry
from kb_index.fitting.probability import fit_logistic, wilson
from kb_index.measure.evaluate import Labelled
from kb_index.measure.fitting import FOLDS, folds
from kb_index.statutes.numbers import StatuteNumbers
from kb_index.statutes.shelf import StatuteShelf

LEAST = 100
"""Fewest labelled questions with known articles that fitting needs."""
PRECISION = 0.75
"""Smallest share (0 to 1) of right articles among the answerable questions for which an article is shown."""
FALSE = 0.05
"""Largest share (0 to 1) of the unanswerable questions for which an article is shown."""


def fit(
    shelf: StatuteShelf, parsed: list[ParsedEntry], questions: list[Labelled], regions: Sequence[str] = ()
) -> StatuteNumbers:
    """Fits the probability, and chooses the lowest threshold that meets both bounds on out-of-fold results.

    Args:
        shelf: the index of the statutes that the entries cite.
        parsed: the entries.
        questions: questions labelled with an entry or with none.
        regions: names of the citizens' regions.

    Raises:
        BadRequest: when too few questions have an entry whose articles are in the index.
    """
    wanted = _basis(shelf, parsed)
    used = [q for q in questions if q.entry is None or q.entry in wanted]
    known = np.array([q.entry is not None for q in used])
    if known.sum() < LEAST or known.all():
        raise BadRequest(
            f"Fitting needs at least {LEAST} questions whose entry cites articles of the shelf, and some that no "
            "entry answers",
            code="too_few",
        )
    rows, right = [], []
    for question in used:
        places, _, _, features = shelf.scored(question.question, regions, 2)
        rows.append(features)
        right.append(question.entry is not None and not wanted[question.entry].isdisjoint(places.tolist()))
    features, hit = np.array(rows), np.array(right)
    fold = folds(used)
    chance = np.zeros(len(used))
    for k in range(FOLDS):
        weights, bias = fit_logistic(features[fold != k], hit[fold != k])
        chance[fold == k] = StatuteNumbers(weights, bias).probability(features[fold == k])
    show_at = _threshold(chance, hit, known)
    weights, bias = fit_logistic(features, hit)
    numbers = StatuteNumbers(weights, bias, show_at, shelf.encoder.fingerprint)
    return replace(numbers, report=_report(chance >= show_at, hit, known, len(shelf)))


def _basis(shelf: StatuteShelf, parsed: list[ParsedEntry]) -> dict[str, set[int]]:
    """Entry id → places of the articles it relies on; entries without articles are left out."""
    found = {}
    for item in parsed:
        named = [(b.document.split("(")[0], a) for b in item.entry.basis for a in b.articles]
        places = {place for name, a in named if (place := shelf.place(name, a)) is not None}
        if places:
            found[item.entry.id] = places
    return found


def _threshold(chance: NDArray[np.float64], hit: NDArray[np.bool_], known: NDArray[np.bool_]) -> float:
    best = 1.0
    for threshold in np.arange(0.99, 0.1, -0.01):
        shown = chance >= threshold
        right, among = int((shown & hit).sum()), int((shown & known).sum())
        if (shown & ~known).sum() > FALSE * (~known).sum() or (among and right < PRECISION * among):
            break
        best = float(threshold)
    return round(best, 2)


def _report(
    shown: NDArray[np.bool_], hit: NDArray[np.bool_], known: NDArray[np.bool_], articles: int
) -> dict[str, Any]:
    right, among = int((shown & hit).sum()), int((shown & known).sum())
    low, high = wilson(right, among)
    return {
        "articles": articles,
        "questions_with_basis": int(known.sum()),
        "one_of_first_two_right": round(float(hit[known].mean()), 4),
        "shown_share": round(among / int(known.sum()), 4),
        "shown_right": round(right / among, 4) if among else None,
        "shown_right_confidence_95": [round(low, 4), round(high, 4)],
        "unanswerable": int((~known).sum()),
        "unanswerable_shown_share": round(float(shown[~known].mean()), 4),
    }
