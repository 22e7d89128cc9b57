"""Fits what a message after an answer is (:mod:`bot.understanding.within.choice`), for :mod:`bot.understanding.within.fit`."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from bot.understanding.within.choice import KINDS, WEIGHTS, Chooser, Evidence, Kind, Part, candidates, seen
from bot.understanding.within.examples import SINGLE, Example

_STRENGTH = 0.05
"""Inverse strength of the regularisation."""
_CANDIDATES = 0.1
"""The same for the other entries."""
_RIGHT = {"sure": 0.9, "likely": 0.6, "other": 0.8, "other_sure": 0.92}
"""Threshold → least share (0 to 1) of what is said from it on that is right, on authors that the weights have not seen."""
_LEAST_LIKELY = 0.3
"""Lowest threshold of the likely: just below it, more than half of what would be said is wrong."""
_WITHOUT_KINDS = 5
"""One example in this number is added again without the kinds of the message alone."""
Rows = NDArray[np.float64]
"""Features."""


def kind_of(example: Example) -> Kind:
    """What an example is to the chooser."""
    if example.kind in ("remark", "matter"):
        return "quiet"
    if example.kind == "own":
        return "own"
    if any(example.right):
        return "says"
    return "other" if example.told_by not in (None, example.about.id) else "none"


def fit(examples: Sequence[Example], evidence: Sequence[Evidence]) -> Chooser:
    """Fit the weights; the thresholds are not set."""
    rows, right = [], []
    for example, one in zip(examples, evidence, strict=True):
        for entry, row in candidates(one):
            rows.append(row)
            right.append(entry.id == example.told_by and not any(example.right))
    chooser = Chooser(_part(rows, right, _CANDIDATES), _part(rows, right, _CANDIDATES), 1, 1, 1, 1)
    kinds = [KINDS.index(kind_of(example)) for example in examples]
    held = [seen(one, chooser.others(one)) for one in evidence]
    # Some are seen again as if nothing were known of their kind, so that the rest decides when it is not.
    unknown = range(0, len(evidence), _WITHOUT_KINDS)
    held += [seen(replace(evidence[at], kinds=None), chooser.others(evidence[at])) for at in unknown]
    kinds += [kinds[at] for at in unknown]
    return replace(chooser, kinds=_part(held, kinds, _STRENGTH))


def _part(rows: Sequence[Rows], right: Sequence[int] | Sequence[bool], strength: float) -> Part:
    from sklearn.linear_model import LogisticRegression

    table = np.array(rows)
    middle, spread = np.nanmean(table, axis=0), np.nanstd(table, axis=0)
    spread[spread < 1e-9] = 1
    found = LogisticRegression(C=strength, max_iter=3000).fit(np.nan_to_num((table - middle) / spread), right)
    return Part(middle, spread, found.coef_, found.intercept_)


def threshold(said: Sequence[tuple[float, bool]], share: float) -> float:
    """The lowest threshold from which at least ``share`` (0 to 1) is right; 1.0 when there is none.

    Args:
        said: the probability of each thing that may be said, and whether it is right.
    """
    ordered = sorted(said, reverse=True)
    right = np.cumsum([one for _, one in ordered]) / np.arange(1, len(ordered) + 1)
    enough = np.flatnonzero(right >= share)
    return ordered[int(enough[-1])][0] if len(enough) else 1.0


def _with(chooser: Chooser, bars: Mapping[str, float]) -> Chooser:
    """The same weights with other thresholds."""
    return Chooser(chooser.candidates, chooser.kinds, *(bars[name] for name in _RIGHT))


def main(examples: Sequence[Example], evidence: Sequence[Evidence]) -> None:
    """Fit, print the figures on unseen authors, and write the weights.

    Args:
        examples: all examples; single follow-ups are left out, because none of them is of another entry, or no question.
        evidence: the evidence about each, with probabilities by weights that have not seen its author.
    """
    held = [(one, seen) for one, seen in zip(examples, evidence, strict=True) if one.author != SINGLE.stem]
    rows, found = [one for one, _ in held], [seen for _, seen in held]
    choosers = {}
    for author in sorted({one.author for one in rows}):
        rest = [place for place, one in enumerate(rows) if one.author != author]
        choosers[author] = fit([rows[place] for place in rest], [found[place] for place in rest])
    chosen = [choosers[example.author].choose(one) for example, one in held]
    says, other = [], []
    for (example, one), choice in zip(held, chosen, strict=True):
        right = {said for said, so in zip(one.said, example.right, strict=True) if so}
        says.append((choice.says, bool(right & set(choice.sentences))))
        named = choice.others[0][0].id if choice.others else None
        other.append(
            (choice.other, named == example.told_by and named is not None and not any(example.right))
        )
    bars = {
        name: threshold(other if name.startswith("other") else says, share) for name, share in _RIGHT.items()
    }
    bars["likely"] = max(bars["likely"], _LEAST_LIKELY)
    shares = {}
    for name, bar in bars.items():
        over = [right for chance, right in (other if name.startswith("other") else says) if chance >= bar]
        of = [kind_of(one) for one in rows]
        told = of.count("says") if not name.startswith("other") else of.count("other") + of.count("own")
        shares[name] = {"right": sum(over) / max(len(over), 1), "recall": sum(over) / told}
        print(f"{name} {bar:.3f}: right {shares[name]['right']:.3f}, recall {shares[name]['recall']:.3f}")
    for kind in KINDS:
        got = Counter(
            _with(choosers[example.author], bars).choose(one).kind
            for example, one in held
            if kind_of(example) == kind
        )
        print(kind, {name: round(count / got.total(), 2) for name, count in got.most_common()})
    fitted = fit(rows, found)
    written = {
        **{name: round(bar, 3) for name, bar in bars.items()},
        "unseen": {name: {k: round(v, 3) for k, v in of.items()} for name, of in shares.items()},
        "messages": len(rows),
        "candidates": fitted.candidates.to_json(),
        "kinds": fitted.kinds.to_json(),
    }
    WEIGHTS.write_text(json.dumps(written) + "\n", "utf-8")
