"""The model of kinds: the probabilities that a message is a question, a matter, both, or talk.

It is a softmax regression over four groups of features: character runs of one to four characters (with
masked numbers, so that no number decides), the states of the pretrained encoder, the form of the words, and the result of
the knowledge base. ``wenban train-decision`` fits it to written examples (:mod:`bot.understanding.fitting`). The
weights lie beside this file. docs/understanding.md has its figures.
"""

from __future__ import annotations

import math
import re
import unicodedata
import zlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bot.understanding import asking, faults, requests, situation, wording
from bot.understanding.decide import KINDS
from bot.understanding.filing_wish import filing_wish

WEIGHTS = Path(__file__).with_name("kinds.npz")
"""The file with the fitted weights."""
SLOTS = 1 << 15
"""Number of hash places for character runs."""
LONGEST = 1_500
"""Largest part of a message that is used, in characters."""
_RUN = 4
"""Longest character run, in characters."""
_EDGE = 24
"""Characters at the end of a message whose runs count separately once more, because questions are there."""
_NUMBER = re.compile(
    r"\d+(?:[.,:：/-]\d+)*|[一二两三四五六七八九十百千万亿几]{1,12}(?=[年月日号天个块元岁点周层楼栋次])"
)
_SPACE = re.compile(r"\s+")

Vector = NDArray[np.float32]
"""An array of single-precision numbers."""


@dataclass(frozen=True)
class Found:
    """The knowledge base's result for a message.

    Args:
        best: probability that the first entry answers the message, 0 to 1; 0 when nothing was found.
        second: the same for the second entry.
        lexical: share of the message that the best-matching question covers, 0 to 1.
        dense: cosine with the best-matching question.
    """

    best: float = 0.0
    second: float = 0.0
    lexical: float = 0.0
    dense: float = 0.0

    def features(self) -> list[float]:
        """The result as features of the model."""
        logit = math.log((self.best + 1e-3) / (1 - self.best + 1e-3))
        nothing = float(self == Found())
        return [
            logit / 3 * (1 - nothing),
            self.best,
            self.best - self.second,
            self.lexical,
            self.dense,
            nothing,
        ]


def masked(text: str) -> str:
    """The normalised text with each number replaced by ``0``.

    >>> masked("阳光城３栋1单元电梯坏了5天了")
    '阳光城0栋0单元电梯坏了0天了'
    """
    plain = unicodedata.normalize("NFKC", text[:LONGEST]).lower()
    return _SPACE.sub(" ", _NUMBER.sub("0", plain)).strip()


def runs(text: str) -> Iterator[bytes]:
    """The character runs of a masked text; those at its end come again with a mark."""
    for size in range(1, _RUN + 1):
        for start in range(len(text) - size + 1):
            yield text[start : start + size].encode()
    edge = "~" + text[-_EDGE:] + "$"
    for size in range(2, _RUN + 1):
        for start in range(len(edge) - size + 1):
            yield b"\0" + edge[start : start + size].encode()
    yield from (b"\1" + text[:size].encode() for size in (1, 2, 3))


def counted(text: str) -> tuple[NDArray[np.int64], Vector]:
    """The hash places of a text's runs, and their weights before rarity is applied.

    Returns:
        Distinct places below :data:`SLOTS`, and for each place one plus the log of its count.
    """
    counts = Counter(zlib.crc32(run) % SLOTS for run in runs(masked(text)))
    places = np.fromiter(counts, np.int64, len(counts))
    return places, (1 + np.log(np.fromiter(counts.values(), np.float32, len(counts)))).astype(np.float32)


def shape(text: str) -> list[float]:
    """Features of length and question marks."""
    return [math.log(len(text) + 1) / 4, float("?" in text or "？" in text), float(len(text) > 60)]


def worded(text: str) -> list[float]:
    """The judgements of the rules about the form of a text, 1.0 for each that holds."""
    last = wording.last_clause(text)
    judged = (
        asking.asks_at_end(text),
        asking.only_asks(text),
        asking.asks(text),
        wording.pleads(text),
        wording.reproaches(text),
        wording.wishes_filing(text),
        wording.names_rule(text),
        wording.names_rule(last),
        wording.asks_somehow(text),
        wording.asks_somehow(last),
        wording.asks_rule(text),
        wording.asks_no_rule(text),
        wording.implies_question(text),
        requests.is_question(text),
        requests.reproaches(text),
        situation.blames_nobody(text),
        situation.is_situation(text),
        faults.is_fault(text),
        filing_wish(text) is not None,
    )
    return [float(one) for one in judged]


def dense_row(states: Vector, scale: Vector, text: str, found: Found) -> Vector:
    """All features other than character runs, in one row."""
    measured = (np.asarray(states, np.float32) - scale[0]) / scale[1] / math.sqrt(len(states) / 2)
    return np.concatenate([measured, shape(text), worded(text), found.features()]).astype(np.float32)


class KindModel:
    """The fitted model.

    Args:
        rarity: weight of each hash place by rarity; [:data:`SLOTS`].
        scale: means and spreads that standardise a text's states; [2, states].
        run_weights: weights of the hash places; [:data:`SLOTS`, kinds].
        dense_weights: weights of the states, the shape, the form of the words and the search, in this order; [features, kinds].
        bias: bias of each kind; [kinds].
    """

    def __init__(
        self, rarity: Vector, scale: Vector, run_weights: Vector, dense_weights: Vector, bias: Vector
    ) -> None:
        self._rarity, self._scale, self._runs, self._dense, self._bias = (
            rarity,
            scale,
            run_weights,
            dense_weights,
            bias,
        )

    @classmethod
    def load(cls, file: Path = WEIGHTS) -> KindModel:
        """Read fitted weights.

        Raises:
            OSError, KeyError, ValueError: when the file is missing or is not such a model.
        """
        with np.load(file) as saved:
            return cls(
                *(saved[name].astype(np.float32) for name in ("rarity", "scale", "runs", "dense", "bias"))
            )

    def save(self, file: Path = WEIGHTS) -> None:
        """Write the weights in half precision."""
        parts = (self._rarity, self._scale, self._runs, self._dense, self._bias)
        half = [part.astype(np.float16) for part in parts]
        np.savez_compressed(file, rarity=half[0], scale=half[1], runs=half[2], dense=half[3], bias=half[4])

    def probabilities(self, text: str, states: Vector, found: Found) -> dict[str, float]:
        """Kind → probability; the probabilities sum to 1.

        Args:
            text: the message.
            states: the encoder's states (:meth:`kb_index.language.pretrained.PretrainedEncoder.states`).
            found: the knowledge base's result for the message.
        """
        places, weights = counted(text)
        weights = weights * self._rarity[places]
        weights /= max(float(np.linalg.norm(weights)), 1e-9)
        dense = dense_row(states, self._scale, text, found)
        scores = weights @ self._runs[places] + dense @ self._dense + self._bias
        powers = np.exp(scores - scores.max())
        return dict(zip(KINDS, (float(p) for p in powers / powers.sum()), strict=True))


@cache
def shipped() -> KindModel:
    """The shipped model."""
    return KindModel.load()
