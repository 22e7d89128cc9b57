"""Fits the weights of the two scores (the catalogue's words, the tail) on letters that the tail has not seen."""

from __future__ import annotations

import random
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict
from scipy.optimize import minimize

from bot.understanding import fitting
from bot.understanding.encoding.floats import Floats, softmax
from core.errors import ConfigurationError
from tickets import catalog

EXAMPLES = Path(__file__).with_name("examples")
"""The folder of the letters, one JSON lines file for each author."""
HELD = 0.3
"""Share (0 to 1) of one author's letters that are held back from the tail."""


class Letter(BaseModel):
    """A labelled letter."""

    model_config = ConfigDict(extra="forbid")
    text: str
    category: str


def hands(folder: Path = EXAMPLES) -> dict[str, list[Letter]]:
    """The letters of each author, the examples of the decision included (:mod:`bot.understanding.fitting`).

    Raises:
        ConfigurationError: a category is unknown; names it.
    """
    found: dict[str, list[Letter]] = {}
    for row in fitting.examples():
        if row.category:
            found.setdefault(row.hand, []).append(Letter(text=row.text, category=row.category))
    for file in sorted(folder.glob("*.jsonl")):
        lines = file.read_text("utf-8").splitlines()
        found[file.stem] = [Letter.model_validate_json(line) for line in lines]
    known = set(catalog.names())
    if wrong := sorted({letter.category for letters in found.values() for letter in letters} - known):
        raise ConfigurationError(f"no such category: {wrong[0]}")
    return found


def parted(held: str) -> tuple[list[Letter], list[Letter]]:
    """The letters that the tail is tuned on, and the letters of one author that are held back from it.

    Args:
        held: the author.

    Raises:
        ConfigurationError: there is no such author.
    """
    letters = hands()
    if held not in letters:
        raise ConfigurationError(f"There are no letters by the author {held!r} in {EXAMPLES}")
    chance = random.Random(7)  # noqa: S311
    kept = [
        Letter(text=text, category=f"{level1}/{level2}")
        for (level1, level2), texts in catalog.examples().items()
        for text in texts
    ]
    away: list[Letter] = []
    for hand, written in letters.items():
        for letter in written:
            (away if hand == held and chance.random() < HELD else kept).append(letter)
    return kept, away


def weights(wanted: Sequence[str], words: Floats, tail: Floats | None) -> dict[str, float]:
    """The weights with which the right level 1 of held-back letters is most probable (least log loss).

    Args:
        wanted: their categories.
        words: [letters, categories], :func:`tickets.catalog.scores`.
        tail: [letters, categories] logits; None: the words alone.
    """
    names = catalog.names()
    truth = np.array([[name.split("/")[0] == label.split("/")[0] for name in names] for label in wanted])

    def loss(pair: NDArray[np.float64]) -> float:
        shares = softmax(pair[0] * words + (pair[1] * tail if tail is not None else 0))
        return -float(np.log((shares * truth).sum(axis=1) + 1e-9).mean())

    best = minimize(loss, [0.3, 1.0 if tail is not None else 0.0], method="Nelder-Mead").x.tolist()
    return {"words": round(best[0], 4), "tail": round(best[1], 4) if tail is not None else 0.0}


def right(
    wanted: Sequence[str], words: Floats, tail: Floats | None, found: dict[str, float]
) -> tuple[float, float]:
    """Shares (0 to 1) of letters whose level 1, and whose whole category, are right."""
    names = np.array(catalog.names())
    shares = softmax(found["words"] * words + (found["tail"] * tail if tail is not None else 0))
    level1 = [one.name for one in catalog.categories()]
    of_level1 = np.array([[name.startswith(f"{one}/") for name in names] for one in level1])
    first = [level1[place] for place in (shares @ of_level1.T).argmax(axis=1)]
    whole = names[shares.argmax(axis=1)]
    return (
        float(np.mean([a == b.split("/")[0] for a, b in zip(first, wanted, strict=True)])),
        float(np.mean([a == b for a, b in zip(whole, wanted, strict=True)])),
    )
