"""Suggests the category of a story by two scores: the catalogue's words, and a tail tuned on whole letters.

The words (:func:`tickets.catalog.scores`) are keywords and short examples that editors keep. They know a new category at
once. The tail (:mod:`bot.understanding.encoding.tail`) reads what a long letter is about as a whole; it knows the
categories it was tuned on. ``wenban category fit`` finds what each score is worth.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np

from bot.understanding.encoding.floats import Floats, softmax
from bot.understanding.encoding.reading import plain
from bot.understanding.encoding.tail import Tail
from kb_index.language.pretrained import SHIPPED
from tickets import catalog
from tickets.likeness import Scores

HERE = Path(__file__).parent
"""The folder of the fitted weights."""


@dataclass(frozen=True)
class Weights:
    """The weights of the two scores. The softmax of their weighted sum is the probability. No unit.

    Args:
        words: weight of the catalogue's score.
        tail: weight of the tail's logits; 0 where there is no tail.
    """

    words: float
    tail: float


class Classifier:
    """Suggests categories.

    Args:
        folder: the fitted weights.
        encoder: folder of the pretrained encoder. Where it is missing, the catalogue's words decide alone.

    Attributes:
        of_level1: [levels 1, categories], whether a category belongs to a level 1.
    """

    def __init__(self, folder: Path = HERE, encoder: Path = SHIPPED) -> None:
        there = (encoder / "model.safetensors").is_file() and (folder / "tail.npz").is_file()
        self._tail = Tail(folder / "tail.npz", encoder) if there else None
        held = json.loads((folder / "weights.json").read_text("utf-8"))
        self._alone, self._together = Weights(**held["words_alone"]), Weights(**held["with_tail"])
        names = catalog.names()
        self.of_level1 = np.array(
            [[name.startswith(f"{one.name}/") for name in names] for one in catalog.categories()]
        )
        known = {name: place for place, name in enumerate(self._tail.labels)} if self._tail else {}
        self._places = np.array([known.get(name, -1) for name in names])
        self._suggested = lru_cache(maxsize=256)(self._suggest)

    def suggest(self, text: str) -> catalog.Suggestion | None:
        """The probable category of a story; None when nothing in the text points to a category.

        Takes up to a third of a second of computing for a long letter.
        """
        return self._suggested(text)

    def by_words(self, text: str) -> catalog.Suggestion | None:
        """As :meth:`suggest`, by the catalogue's words alone: less often right, and done in a millisecond or two.

        >>> Classifier(encoder=HERE).by_words("小区门口的路灯坏了三天了").category
        '市政设施/路灯照明'
        """
        words = catalog.scores(text)
        return None if words is None else self._best(self.shares_by_words(words))

    def probabilities(self, text: str) -> Floats | None:
        """[categories], in the order of :func:`tickets.catalog.names`; None when nothing points to a category."""
        words = catalog.scores(text)
        if words is None:
            return None
        # A category the tail was not tuned on is suggested by the words, whatever the tail says.
        if self._tail is None or self._places[int(words.argmax())] < 0:
            return self.shares_by_words(words)
        together = self._together.words * words + self._together.tail * self.tail_scores(text)
        return softmax(np.asarray(together, np.float32))

    def tail_scores(self, text: str) -> Floats:
        """[categories] logits of the tail; their mean for a category it was not tuned on."""
        assert self._tail is not None
        logits = self._tail.logits(plain(text))
        scores: Floats = np.where(self._places >= 0, logits[self._places], logits.mean())
        return scores

    def shares_by_words(self, words: Scores) -> Floats:
        """[categories] probabilities by the catalogue's scores alone (:func:`tickets.catalog.scores`)."""
        return softmax(np.asarray(self._alone.words * words, np.float32))

    def _suggest(self, text: str) -> catalog.Suggestion | None:
        shares = self.probabilities(text)
        return None if shares is None else self._best(shares)

    def _best(self, shares: Floats) -> catalog.Suggestion:
        by_level1 = self.of_level1 @ shares
        level1 = int(by_level1.argmax())
        best = int(np.where(self.of_level1[level1], shares, -1).argmax())
        name1, name2 = catalog.names()[best].split("/")
        return catalog.Suggestion(name1, name2, round(float(by_level1[level1]), 3))


@lru_cache(maxsize=1)
def shipped() -> Classifier:
    """The classifier with the shipped weights, loaded once."""
    return Classifier()


def suggest(text: str) -> catalog.Suggestion | None:
    """The probable category of a story; None when nothing in the text points to a category."""
    return shipped().suggest(text)


def suggest_by_words(text: str) -> catalog.Suggestion | None:
    """As :func:`suggest`, by the catalogue's words alone, for parts of a text and where no time may be lost."""
    return shipped().by_words(text)


def likely(text: str) -> dict[str, float]:
    """Each category (``一级/二级``) and how probable it is by a story, 0 to 1; empty when nothing points to any."""
    shares = shipped().probabilities(text)
    return {} if shares is None else dict(zip(catalog.names(), shares.tolist(), strict=True))
