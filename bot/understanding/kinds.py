"""What a message is: a question, a matter, both, or talk; a learned probability for each.

A softmax regression over three views of one message: its characters (runs of one to four, numbers masked so that no number
decides), the pretrained encoder's vector, and what the knowledge base found. Fitted by ``wenban train-decision`` on written
messages (``bot/data/decision``); the weights ship beside this file. docs/understanding.md tells how well it does.
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

from bot.understanding.decide import KINDS

WEIGHTS = Path(__file__).with_name("kinds.npz")
SLOTS = 1 << 15
"""Places the character runs are hashed into."""
LONGEST = 1_500
"""Characters of a message that are looked at."""
_RUN = 4
_EDGE = 24
"""Characters at the end of a message that count once more by themselves: a question is asked there."""
_NUMBER = re.compile(
    r"\d+(?:[.,:：/-]\d+)*|[一二两三四五六七八九十百千万亿几]+(?=[年月日号天个块元岁点周层楼栋次])"
)
_SPACE = re.compile(r"\s+")

Vector = NDArray[np.float32]


@dataclass(frozen=True)
class Found:
    """What the knowledge base came to for a message.

    Args:
        best: probability that the first entry answers it; 0 when nothing was found.
        second: the same of the second entry.
        lexical: share of the message that the best-matching question covers, 0 to 1.
        dense: cosine with it.
    """

    best: float = 0.0
    second: float = 0.0
    lexical: float = 0.0
    dense: float = 0.0

    def features(self) -> list[float]:
        """The row the model sees."""
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
    """The text in one spelling, its numbers as ``0``.

    >>> masked("阳光城３栋1单元电梯坏了5天了")
    '阳光城0栋0单元电梯坏了0天了'
    """
    plain = unicodedata.normalize("NFKC", text[:LONGEST]).lower()
    return _SPACE.sub(" ", _NUMBER.sub("0", plain)).strip()


def runs(text: str) -> Iterator[bytes]:
    """Character runs of a masked text, its end marked."""
    for size in range(1, _RUN + 1):
        for start in range(len(text) - size + 1):
            yield text[start : start + size].encode()
    edge = "~" + text[-_EDGE:] + "$"
    for size in range(2, _RUN + 1):
        for start in range(len(edge) - size + 1):
            yield b"\0" + edge[start : start + size].encode()
    yield from (b"\1" + text[:size].encode() for size in (1, 2, 3))


def counted(text: str) -> tuple[NDArray[np.int64], Vector]:
    """Where a text's runs are hashed to, and how much each weighs before its rarity is taken in.

    Returns:
        Distinct places below :data:`SLOTS`, and one plus the log of the count for each.
    """
    counts = Counter(zlib.crc32(run) % SLOTS for run in runs(masked(text)))
    places = np.fromiter(counts, np.int64, len(counts))
    return places, (1 + np.log(np.fromiter(counts.values(), np.float32, len(counts)))).astype(np.float32)


def shape(text: str) -> list[float]:
    """Length and question mark, as the model sees them."""
    return [math.log(len(text) + 1) / 4, float("?" in text or "？" in text), float(len(text) > 60)]


def dense_row(states: Vector, scale: Vector, text: str, found: Found) -> Vector:
    """All features that are no character runs, in a row."""
    measured = (np.asarray(states, np.float32) - scale[0]) / scale[1] / math.sqrt(len(states) / 2)
    return np.concatenate([measured, shape(text), found.features()]).astype(np.float32)


class KindModel:
    """The fitted model.

    Args:
        rarity: of each place, shape [:data:`SLOTS`].
        scale: what a text's states are measured by: their means and spreads, shape [2, states].
        run_weights: shape [:data:`SLOTS`, kinds].
        dense_weights: for the states, the shape and the search, one after the other; [features, kinds].
        bias: shape [kinds].
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
            OSError, KeyError, ValueError: the file is missing or not such a model.
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
        """How likely each kind is; they sum to 1.

        Args:
            text: the message.
            states: the encoder's (:meth:`kb_index.language.pretrained.PretrainedEncoder.states`).
            found: what the knowledge base found for it.
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
    """The model that ships."""
    return KindModel.load()
