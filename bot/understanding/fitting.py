"""Fits the model of kinds and the thresholds of the decision (``wenban train-decision``).

Seventeen authors wrote the examples (``examples/*.jsonl``); they saw only the titles and meanings of the labels.
Very short matters (路灯全黑了) were added later, and are shared between the first two; so are the bare topics, the elliptic
questions and the short grievances beside them in ``examples/short.jsonl``.
The thresholds are fitted on probabilities from models that have not seen the row. One model is fitted on *other*
authors' examples, which is harder than real use, because it has fewer examples. Another is fitted on other
examples of all authors, which is easier, because it knows the author. The shipped model is fitted on all.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

from bot.understanding.decide import ASK, ASK_WITH_MATTER, FAR_BEHIND, KINDS, WHICH, Bars, decide
from bot.understanding.kinds import SLOTS, Found, KindModel, counted, dense_row

EXAMPLES = Path(__file__).with_name("examples")
"""The folder of written examples."""
_RIDGE = 1.0
"""Inverse strength of the ridge penalty on weights."""
_WITHOUT_SEARCH = 6
"""One row in this number is added again as if the knowledge base had found nothing.

So the model also works with another city's knowledge base, or without one.
"""
_DENSE_SCALE = 2.0
"""Factor on the dense features, relative to the character runs, before fitting."""

Floats = NDArray[np.float32]
"""An array of single-precision numbers."""
Ranking = Sequence[tuple[str, float]]
"""Intents with their confidence (0 to 1), best first."""


class Example(BaseModel):
    """One written example message.

    Args:
        hand: the author.
        entry: for a question, the id of the entry that answers it best; None when no entry does, or nobody has looked.
        also: ids of other entries that answer it as well.
        category: for a matter, its category.
        labelled: for a question, whether somebody has looked which entry answers it. One that is not labelled teaches the kinds only.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    text: Annotated[str, Field(min_length=1)]
    kind: Literal["question", "matter", "both", "talk"]
    hand: Annotated[str, Field(pattern="^[a-z]+$")]
    entry: str | None = None
    also: tuple[str, ...] = ()
    category: str | None = None
    labelled: bool = True


def examples(folder: Path = EXAMPLES) -> list[Example]:
    """Read all written examples."""
    return [
        Example.model_validate_json(line)
        for file in sorted(folder.glob("*.jsonl"))
        for line in file.read_text("utf-8").splitlines()
    ]


@dataclass(frozen=True)
class Seen:
    """The results of the other parts for an example.

    Args:
        states: states of the encoder; [2 × dimensions].
        found: the result of the search, as the model of kinds needs it.
        right: whether the first entry answers the example.
        near: whether the answering entry is among the offered entries.
        ranking: Rasa's intents with their confidence (0 to 1).
    """

    states: Floats
    found: Found
    right: bool
    near: bool
    ranking: Ranking


def fit(rows: Sequence[Example], seen: Sequence[Seen], only: NDArray[np.bool_] | None = None) -> KindModel:
    """Fit a model of kinds on the rows selected by ``only``; None: all rows."""
    from scipy.sparse import csr_matrix, hstack
    from sklearn.linear_model import LogisticRegression

    chosen = np.flatnonzero(only).tolist() if only is not None else list(range(len(rows)))
    searched = [*(seen[at].found for at in chosen), *(Found() for _ in chosen[::_WITHOUT_SEARCH])]
    chosen += chosen[::_WITHOUT_SEARCH]
    cells = [counted(rows[at].text) for at in chosen]
    present = np.zeros(SLOTS)
    for places, _ in cells:
        present[places] += 1
    rarity = (np.log((1 + len(chosen)) / (1 + present)) + 1).astype(np.float32)
    data, columns, ends = [], [], [0]
    for places, weights in cells:
        weighed = weights * rarity[places]
        data.append(weighed / max(float(np.linalg.norm(weighed)), 1e-9))
        columns.append(places)
        ends.append(ends[-1] + len(places))
    runs = csr_matrix((np.concatenate(data), np.concatenate(columns), ends), shape=(len(chosen), SLOTS))
    states = np.stack([seen[at].states for at in chosen]).astype(np.float32)
    scale = np.stack([states.mean(axis=0), states.std(axis=0) + 1e-6])
    dense = np.stack(
        [
            dense_row(seen[at].states, scale, rows[at].text, found)
            for at, found in zip(chosen, searched, strict=True)
        ]
    )
    labels = np.array([KINDS.index(rows[at].kind) for at in chosen])
    fitted = LogisticRegression(C=_RIDGE, max_iter=500, class_weight="balanced").fit(
        hstack([runs, csr_matrix(dense * _DENSE_SCALE)]).tocsr(), labels
    )
    weights = fitted.coef_.T.astype(np.float32)
    return KindModel(
        rarity, scale, weights[:SLOTS], weights[SLOTS:] * _DENSE_SCALE, fitted.intercept_.astype(np.float32)
    )


def apart(rows: Sequence[Example], seen: Sequence[Seen], parts: int = 4) -> list[dict[str, float]]:
    """The probabilities of each row, by a model fitted on other authors' examples.

    Args:
        rows: the examples.
        seen: the results of the other parts for each example.
        parts: number of groups of authors, with about as many examples each; a model leaves out one group.
    """
    group: dict[str, int] = {}
    sizes = [0] * parts
    for hand, count in Counter(row.hand for row in rows).most_common():
        group[hand] = sizes.index(min(sizes))
        sizes[group[hand]] += count
    return _unseen(rows, seen, np.array([group[row.hand] for row in rows]))


def mixed(rows: Sequence[Example], seen: Sequence[Seen], folds: int = 5) -> list[dict[str, float]]:
    """The probabilities of each row, by a model fitted on other rows of all authors."""
    return _unseen(rows, seen, np.random.default_rng(0).permutation(len(rows)) % folds)


def _unseen(rows: Sequence[Example], seen: Sequence[Seen], part: NDArray[np.int64]) -> list[dict[str, float]]:
    models = {int(one): fit(rows, seen, part != one) for one in np.unique(part)}
    return [
        models[int(one)].probabilities(row.text, of.states, of.found)
        for row, of, one in zip(rows, seen, part, strict=True)
    ]


@dataclass(frozen=True)
class Outcome:
    """What citizens would see with given thresholds. All figures are shares, 0 to 1.

    Args:
        right: answerable questions that get the right answer at once.
        among: answerable questions that get the right answer, or have it among the offered entries.
        form: pure questions that open the form.
        wrong: questions (of all) that get a wrong answer.
        doubted: questions (of all) that get a wrong answer under 您问的是…吧？, which one tap takes back.
        unanswerable: unanswerable questions that get an answer; one under 您问的是…吧？ counts a quarter.
        taken: matters that open the form, or get an answer with the offer to file.
        interrupted: matters that get an answer or a question before the form.
        clutter: pure questions whose answer has an offer to file.
        left: ``both`` messages for which filing neither begins nor is offered.
        misheard: talk that is treated as a question or a matter.
    """

    right: float
    among: float
    form: float
    wrong: float
    doubted: float
    unanswerable: float
    taken: float
    interrupted: float
    clutter: float
    left: float
    misheard: float

    def loss(self) -> float:
        """The loss of these figures; lower is better. docs/understanding.md gives the wanted figures.

        The bound of wrong answers is .010 instead of .008, because a quarter of them are labels that lag behind the grown base.
        """
        return (
            -self.right
            + 8 * max(0.0, 0.93 - self.among)
            + 12 * max(0.0, self.form - 0.03)
            + 4 * max(0.0, 0.95 - self.taken)
            + 40 * max(0.0, self.wrong + self.doubted / 10 - 0.010)
            + 10 * max(0.0, self.unanswerable - 0.028)
            + 2 * self.interrupted
            + 0.2 * self.clutter
            + 0.6 * self.left
            + self.form
            + self.misheard
        )


def outcome(
    rows: Sequence[Example], seen: Sequence[Seen], kinds: Sequence[dict[str, float]], bars: Bars
) -> Outcome:
    """Simulate the decision on all rows."""
    tally: dict[str, float] = dict.fromkeys(
        (
            "answerable",
            "right",
            "among",
            "form",
            "wrong",
            "doubted",
            "open",
            "opened",
            "questions",
            "asked",
            "matters",
            "taken",
            "first",
            "clutter",
            "both",
            "left",
            "talk",
            "misheard",
        ),
        0.0,
    )
    for row, of, kind in zip(rows, seen, kinds, strict=True):
        intent = decide(row.text, of.ranking, kind, of.found.best, bars, second=of.found.second).intent
        asked = intent in (ASK, ASK_WITH_MATTER)
        alone = of.found.second < of.found.best * FAR_BEHIND
        sure = of.found.best >= bars.sure
        answered = asked and (sure or (alone and of.found.best >= bars.likely))
        filed = intent in ("complain", "suggest", "praise", "start_complaint")
        if row.kind == "question" or row.entry is not None:
            tally["questions"] += row.kind == "question"
            tally["form"] += filed and row.kind == "question"
            tally["clutter"] += intent == ASK_WITH_MATTER and row.kind == "question"
            tally["asked"] += row.labelled
            tally["wrong" if sure else "doubted"] += answered and not of.right and row.labelled
            if row.entry is not None:
                tally["answerable"] += 1
                tally["right"] += answered and of.right
                tally["among"] += of.right if answered else (asked or intent == WHICH) and of.near
            elif row.kind == "question" and row.labelled:
                tally["open"] += 1
                tally["opened"] += answered * (1.0 if sure else 1 / 4)
        if row.kind == "both":
            tally["both"] += 1
            tally["left"] += not (filed or intent in (ASK_WITH_MATTER, WHICH))
        if row.kind == "talk":
            tally["talk"] += 1
            tally["misheard"] += asked or filed or intent == WHICH
        if row.kind == "matter":
            tally["matters"] += 1
            tally["taken"] += filed or (intent == ASK_WITH_MATTER and answered)
            tally["first"] += not filed
    return Outcome(
        tally["right"] / max(tally["answerable"], 1),
        tally["among"] / max(tally["answerable"], 1),
        tally["form"] / max(tally["questions"], 1),
        tally["wrong"] / max(tally["asked"], 1),
        tally["doubted"] / max(tally["asked"], 1),
        tally["opened"] / max(tally["open"], 1),
        tally["taken"] / max(tally["matters"], 1),
        tally["first"] / max(tally["matters"], 1),
        tally["clutter"] / max(tally["questions"], 1),
        tally["left"] / max(tally["both"], 1),
        tally["misheard"] / max(tally["talk"], 1),
    )


_LIKELY = 0.78
"""The bar ``likely``, which is not fitted to the examples.

All of their unanswerable questions are near misses of an entry, so that they would set it to .86 and above. On 480 messages of
two further authors (``answers_fresh.jsonl``, ``answers_fresh2.jsonl``) 20 of 21 entries that stand alone from .80 to .86 are right, and 15 of
20 from .70 to .80.
"""
_TRIED = {
    "sure": (0.84, 0.86, 0.88, 0.9, 0.91, 0.92, 0.93, 0.94),
    "matter": (0.5, 0.6, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95, 0.98),
    "tell": (0.4, 0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85),
    "ask": (0.3, 0.4, 0.5, 0.6, 0.7, 0.8),
    "offer": (0.05, 0.1, 0.15, 0.2, 0.3, 0.4),
    "talk": (0.1, 0.2, 0.3, 0.4, 0.5),
}


def fit_bars(
    rows: Sequence[Example],
    seen: Sequence[Seen],
    views: Sequence[Sequence[dict[str, float]]],
    weights: Sequence[float],
) -> tuple[Bars, list[Outcome]]:
    """Find the thresholds with the smallest loss, by optimising one after the other, at most three times.

    Args:
        rows: the examples.
        seen: the results of the other parts for each example.
        views: one or more lists of the rows' probabilities, by models that have not seen the row.
        weights: how much the loss of each view counts.

    Returns:
        The thresholds, and what citizens would see with them in each view.
    """

    def tried(bars: Bars) -> list[Outcome]:
        return [outcome(rows, seen, kinds, bars) for kinds in views]

    def loss(found: Sequence[Outcome]) -> float:
        return sum(weight * one.loss() for weight, one in zip(weights, found, strict=True))

    best = Bars(likely=_LIKELY)
    at = tried(best)
    for _ in range(3):
        before = best
        for name, value in ((name, value) for name, values in _TRIED.items() for value in values):
            if value == getattr(best, name):
                continue
            bars = replace(best, **{name: value})
            found = tried(bars)
            if loss(found) < loss(at):
                best, at = bars, found
        if best == before:
            break
    return best, at
