"""Fits which sentence of an entry answers a follow-up: ``python -m bot.understanding.within.fit``.

The examples are ``examples.jsonl``: an entry, a follow-up, and how the sentence begins that answers it (none: nothing
in the entry does). All figures are of entries that the weights have not seen: the entries are parted into eight folds.
"""

from __future__ import annotations

import json
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bot.understanding.within import points
from bot.understanding.within.features import features
from bot.understanding.within.judging import WEIGHTS, Model, inputs
from bot.understanding.within.sentences import sentences
from kb_index.entries.entry import Entry
from kb_index.entries.folder import load_folder
from kb_index.index.meanings import shipped_meaning

EXAMPLES = Path(__file__).with_name("examples.jsonl")
"""The examples."""
_FOLDS = 8
_STRENGTH = 0.03
"""Inverse strength of the regularisation."""
_FALSE = {"sure": 0.10, "likely": 0.22}
"""Threshold → largest share (0 to 1) of follow-ups without an answer for which a sentence is said."""
_FOREIGN = 2
"""Titles of other entries that each entry is fitted with as questions that it does not answer."""


@dataclass(frozen=True)
class Pair:
    """A follow-up question with an entry.

    Args:
        entry: the entry given before.
        asked: the follow-up.
        right: whether each sentence answers it.
        rows: the features of each sentence.
        foreign: whether it is a whole question about something else.
    """

    entry: Entry
    asked: str
    right: NDArray[np.bool_]
    rows: NDArray[np.float64]
    foreign: bool = False


def read(entries: Mapping[str, Entry]) -> list[Pair]:
    """The examples, with features.

    Args:
        entries: id → entry. An example whose entry or sentence no longer exists is left out.
    """
    pairs = []
    for line in EXAMPLES.read_text("utf-8").splitlines():
        row = json.loads(line)
        entry = entries.get(row["entry"])
        if entry is None:
            continue
        right = np.array([one.startswith(tuple(row["answers"])) for one in sentences(entry)])
        if right.any() or not row["answers"]:
            pairs.append(Pair(entry, row["asked"], right, _rows(entry, row["asked"])))
    return pairs


def _rows(entry: Entry, asked: str) -> NDArray[np.float64]:
    encode, said = shipped_meaning().states, sentences(entry)
    return features(asked, entry.title, said, encode(inputs(asked, entry.title)), encode(said))


def foreign(pairs: Sequence[Pair], entries: Sequence[Entry]) -> list[Pair]:
    """Whole questions about something else, for each entry of the examples."""
    draw = random.Random(7)  # noqa: S311 (a fixed choice, no secret)
    found = []
    for entry in {pair.entry.id: pair.entry for pair in pairs}.values():
        for other in draw.sample([one for one in entries if one.topic != entry.topic], _FOREIGN):
            rows = _rows(entry, other.title)
            found.append(Pair(entry, other.title, np.zeros(len(rows), bool), rows, foreign=True))
    return found


def fit(pairs: Sequence[Pair]) -> Model:
    """Fit weights; the thresholds are not set."""
    from sklearn.linear_model import LogisticRegression

    rows = np.vstack([pair.rows for pair in pairs])
    middle, spread = rows.mean(axis=0), rows.std(axis=0)
    spread[spread < 1e-9] = 1
    found = LogisticRegression(C=_STRENGTH, max_iter=3000)
    found.fit((rows - middle) / spread, np.concatenate([pair.right for pair in pairs]))
    weights = found.coef_[0] / spread
    return Model(tuple(weights.tolist()), float(found.intercept_[0] - weights @ middle), 1.0, 1.0)


def chances(model: Model, pair: Pair, said: Sequence[str]) -> NDArray[np.float64]:
    """What :func:`bot.understanding.within.judging.judge` finds for each sentence."""
    found = model.probabilities(pair.rows)
    if points.wants_number(pair.asked):
        found = found * np.array([points.has_number(one) for one in said])
    return found


def unseen(pairs: Sequence[Pair]) -> list[NDArray[np.float64]]:
    """The probabilities of each pair's sentences, by weights that have not seen its entry."""
    ids = sorted({pair.entry.id for pair in pairs})
    random.Random(1).shuffle(ids)  # noqa: S311 (fixed folds, no secret)
    fold = {entry: place % _FOLDS for place, entry in enumerate(ids)}
    models = [fit([pair for pair in pairs if fold[pair.entry.id] != each]) for each in range(_FOLDS)]
    return [chances(models[fold[pair.entry.id]], pair, sentences(pair.entry)) for pair in pairs]


def figures(pairs: Sequence[Pair], found: Sequence[NDArray[np.float64]], bar: float) -> dict[str, float]:
    """Shares (0 to 1) at a threshold: right and wrong sentences, and sentences said though none answers."""
    own = [(pair, chance) for pair, chance in zip(pairs, found, strict=True) if not pair.foreign]
    answered = [(pair, chance) for pair, chance in own if pair.right.any()]
    none = [chance for pair, chance in own if not pair.right.any()]
    others = [chance for pair, chance in zip(pairs, found, strict=True) if pair.foreign]
    hits = [bool(pair.right[chance.argmax()]) for pair, chance in answered if chance.max() >= bar]
    return {
        "right": sum(hits) / len(answered),
        "wrong": (len(hits) - sum(hits)) / len(answered),
        "none": sum(chance.max() >= bar for chance in none) / len(none),
        "other": sum(chance.max() >= bar for chance in others) / max(len(others), 1),
    }


def main() -> None:
    """Fit, print the figures on unseen entries, and write the weights."""
    folder = Path(__file__).parents[3] / "knowledge_base"
    entries = [parsed.entry for parsed in load_folder(folder)[0]]
    pairs = read({entry.id: entry for entry in entries})
    pairs += foreign(pairs, entries)
    found = unseen(pairs)
    bars = {
        name: next(bar / 100 for bar in range(10, 100) if figures(pairs, found, bar / 100)["none"] <= share)
        for name, share in _FALSE.items()
    }
    for name, bar in bars.items():
        shares = "  ".join(f"{key} {share:.3f}" for key, share in figures(pairs, found, bar).items())
        print(f"{name} {bar:.2f}: {shares}")
    model = fit(pairs)
    held = {
        "weights": [round(weight, 5) for weight in model.weights],
        "bias": round(model.bias, 5),
        **bars,
        "unseen": {
            name: {k: round(v, 3) for k, v in figures(pairs, found, bar).items()}
            for name, bar in bars.items()
        },
        "pairs": sum(not pair.foreign for pair in pairs),
        "entries": len({pair.entry.id for pair in pairs}),
    }
    WEIGHTS.write_text(json.dumps(held, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
