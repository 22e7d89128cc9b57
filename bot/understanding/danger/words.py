"""Words alone: hashed character runs and clues, one linear score a label. Needs no encoder, takes half a millisecond."""

from __future__ import annotations

import zlib
from collections import Counter
from pathlib import Path

import numpy as np

from bot.understanding.danger import clues
from bot.understanding.danger.kinds import LABELS
from bot.understanding.encoding.floats import Floats
from bot.understanding.encoding.reading import masked

BUCKETS = 1 << 15
LONGEST_RUN = 3


def counted(text: str) -> tuple[list[int], list[float]]:
    """Buckets of a plain text's character runs, and 1 + log of how often each occurs."""
    read = f" {masked(text)} "
    runs = Counter(
        zlib.crc32(read[at : at + length].encode()) % BUCKETS
        for length in range(1, LONGEST_RUN + 1)
        for at in range(len(read) - length + 1)
    )
    return list(runs), [1 + float(np.log(count)) for count in runs.values()]


def weighed(text: str, rarity: Floats) -> tuple[list[int], Floats]:
    """Buckets and their weights, of length 1 together; ``rarity`` is [BUCKETS]."""
    buckets, counts = counted(text)
    values = np.asarray(counts, np.float32) * rarity[buckets]
    return buckets, values / max(float(np.linalg.norm(values)), 1e-9)


class Words:
    """The fitted scores.

    Args:
        file: what ``wenban danger fit`` wrote.
    """

    def __init__(self, file: Path) -> None:
        with np.load(file) as held:
            self.rarity: Floats = held["rarity"].astype(np.float32)
            self._runs: Floats = held["runs"].astype(np.float32) * held["scales"].astype(np.float32)[:, None]
            self._clues: Floats = held["clues"].astype(np.float32)
            self._bias: Floats = held["bias"].astype(np.float32)

    def logits(self, text: str) -> Floats:
        """[labels], in the order of :data:`LABELS`; before the softmax."""
        buckets, values = weighed(text, self.rarity)
        scores: Floats = self._runs[:, buckets] @ values + self._clues @ clues.seen(text) + self._bias
        assert scores.shape == (len(LABELS),)
        return scores
