"""The learned tail of a classifier: a few tuned layers above the encoder's lower half, and what they look at."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from bot.understanding.encoding.bert import Layer, lower_half, weight
from bot.understanding.encoding.floats import Floats, softmax


class Tail:
    """Scores of a text by what its tokens mean together.

    Args:
        file: the tail's own weights, written by :meth:`tuning.Tuner.save`.
        encoder: folder of the pretrained encoder whose lower half stands below.

    Attributes:
        labels: the labels it was tuned to tell apart, in the order of its outputs.
    """

    def __init__(self, file: Path, encoder: Path) -> None:
        with np.load(file) as held:
            tensors = {name: held[name] for name in held.files}
        about = json.loads(bytes(np.asarray(tensors["about"], np.uint8)))
        self.labels = tuple(about["labels"])
        below, own = int(about["below"]), int(about["layers"])
        self._lower = lower_half(encoder, below)
        self._layers = [Layer.read(tensors, below + n, about["heads"], about["eps"]) for n in range(own)]
        self._look = weight(tensors, "look.weight"), weight(tensors, "look.bias")
        self._out = weight(tensors, "out.weight"), weight(tensors, "out.bias")

    def logits(self, text: str) -> Floats:
        """[labels], before the softmax.

        Args:
            text: as :func:`reading.plain` spells it; at most 512 tokens are read.
        """
        x = self._lower(text)
        for layer in self._layers:
            x = layer(x)
        looks = softmax((x @ self._look[0].T + self._look[1]).T)
        seen = np.concatenate([(looks @ x).reshape(-1), x.mean(axis=0)])
        scores: Floats = self._out[0] @ seen + self._out[1]
        return scores
