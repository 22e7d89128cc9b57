"""The score by words: one linear score for each label, from hashed character runs and clues.

It needs no encoder and takes about half a millisecond for a sentence.
"""

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
"""Number of hash places for character runs."""
LONGEST_RUN = 3
"""Longest character run, in characters."""


def counted(text: str) -> tuple[list[int], list[float]]:
    """The hash places of a plain text's character runs, and for each place one plus the log of its count."""
    read = f" {masked(text)} "
    runs = Counter(
        zlib.crc32(read[at : at + length].encode()) % BUCKETS
        for length in range(1, LONGEST_RUN + 1)
        for at in range(len(read) - length + 1)
    )
    return list(runs), [1 + float(np.log(count)) for count in runs.values()]


def weighed(text: str, rarity: Floats) -> tuple[list[int], Floats]:
    """The hash places of a plain text and their weights.

    Args:
        text: a plain text.
        rarity: weight of each hash place by rarity; [BUCKETS].

    Returns:
        Distinct places, and as many weights; as a vector the weights have length 1.
    """
    buckets, counts = counted(text)
    values = np.asarray(counts, np.float32) * rarity[buckets]
    return buckets, values / max(float(np.linalg.norm(values)), 1e-9)


class Words:
    """The fitted score by words.

    Args:
        file: the weights that ``wenban danger fit`` writes.

    Raises:
        OSError, KeyError: the file is missing, or holds other weights.
    """

    def __init__(self, file: Path) -> None:
        with np.load(file) as held:
            self.rarity: Floats = held["rarity"].astype(np.float32)
            runs: Floats = held["runs"].astype(np.float32) * held["scales"].astype(np.float32)[:, None]
            self._runs = np.ascontiguousarray(
                runs.T
            )  # [BUCKETS, labels]: a text's places lie in few stretches
            self._clues: Floats = held["clues"].astype(np.float32)
            self._bias: Floats = held["bias"].astype(np.float32)

    def logits(self, text: str) -> Floats:
        """The scores of a plain text before the softmax; [labels], in the order of :data:`LABELS`."""
        buckets, values = weighed(text, self.rarity)
        scores: Floats = values @ self._runs[buckets] + self._clues @ clues.seen(text) + self._bias
        assert scores.shape == (len(LABELS),)
        return scores
