"""Fits which sentence of an entry answers a follow-up, and what a message after an answer is.

Run ``python -m bot.understanding.within.fit``. All figures are of authors that the weights have not seen. The first run gathers the
evidence in about five minutes (:mod:`bot.understanding.within.gathered`), later ones take less than one.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bot.understanding.within import fit_choice
from bot.understanding.within.examples import Example, read
from bot.understanding.within.features import features
from bot.understanding.within.gathered import Gathered
from bot.understanding.within.judging import WEIGHTS, Model, doubts
from core.settings import load_settings
from kb_index.entries.folder import load_folder

_STRENGTH = 0.03
"""Inverse strength of the regularisation."""
_RIGHT = {"sure": 0.8, "likely": 0.65}
"""Threshold → least share (0 to 1) of the sentences said to follow-ups that are right, when nothing but the sentences is known."""


@dataclass(frozen=True)
class Pair:
    """An example with the features of each sentence, and the factor on its probability."""

    example: Example
    rows: NDArray[np.float64]
    doubts: NDArray[np.float64]


def fit(pairs: Sequence[Pair]) -> Model:
    """Fit weights; the thresholds are not set."""
    from sklearn.linear_model import LogisticRegression

    rows = np.vstack([pair.rows for pair in pairs])
    middle, spread = rows.mean(axis=0), rows.std(axis=0)
    spread[spread < 1e-9] = 1
    found = LogisticRegression(C=_STRENGTH, max_iter=3000)
    found.fit((rows - middle) / spread, np.concatenate([pair.example.right for pair in pairs]))
    weights = found.coef_[0] / spread
    return Model(tuple(weights.tolist()), float(found.intercept_[0] - weights @ middle), 1.0, 1.0)


def unseen(pairs: Sequence[Pair]) -> list[NDArray[np.float64]]:
    """The probabilities of each pair's sentences, by weights that have not seen its author."""
    authors = sorted({pair.example.author for pair in pairs})
    models = {author: fit([pair for pair in pairs if pair.example.author != author]) for author in authors}
    return [models[pair.example.author].probabilities(pair.rows) * pair.doubts for pair in pairs]


def bar(pairs: Sequence[Pair], chances: Sequence[NDArray[np.float64]], share: float) -> float:
    """The lowest threshold from which at least ``share`` (0 to 1) of the sentences said to follow-ups are right."""
    said = [
        (float(chance.max()), bool(pair.example.right[int(chance.argmax())]))
        for pair, chance in zip(pairs, chances, strict=True)
        if pair.example.kind == "leans"
    ]
    return fit_choice.threshold(said, share)


def figures(pairs: Sequence[Pair], chances: Sequence[NDArray[np.float64]]) -> dict[str, float]:
    """Shares (0 to 1) of the follow-ups that the entry tells: the likeliest sentence is right, or one of the likeliest two."""
    told = [
        (np.array(pair.example.right), np.argsort(-chance))
        for pair, chance in zip(pairs, chances, strict=True)
        if any(pair.example.right)
    ]
    return {
        "first": sum(bool(right[order[0]]) for right, order in told) / len(told),
        "of_two": sum(bool(right[order[:2]].any()) for right, order in told) / len(told),
    }


def main(authors: Mapping[str, bool] | None = None) -> None:
    """Fit both, print the figures on unseen authors, and write the weights.

    Args:
        authors: author → whether to fit with what he wrote; None: with all.
    """
    settings = load_settings()
    entries = {parsed.entry.id: parsed.entry for parsed in load_folder(settings.knowledge_dir)[0]}
    gathered = Gathered(settings)
    examples = [one for one in read(entries) if authors is None or authors.get(one.author, True)]
    pairs = [Pair(one, features(found), doubts(found)) for one in examples for found in (gathered.read(one),)]
    chances = unseen(pairs)
    evidence = [gathered.evidence(one, chance) for one, chance in zip(examples, chances, strict=True)]
    gathered.keep()
    model = fit(pairs)
    held = {
        "weights": [round(weight, 5) for weight in model.weights],
        "bias": round(model.bias, 5),
        **{name: round(bar(pairs, chances, share), 3) for name, share in _RIGHT.items()},
        "unseen": {name: round(share, 3) for name, share in figures(pairs, chances).items()},
        "pairs": len(pairs),
    }
    WEIGHTS.write_text(json.dumps(held, indent=1) + "\n", "utf-8")
    print({name: share for name, share in held.items() if name != "weights"})
    fit_choice.main(examples, evidence)


if __name__ == "__main__":
    main()
