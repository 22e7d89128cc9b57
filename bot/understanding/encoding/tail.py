"""The tail of a classifier: scores by meaning, from a few tuned layers above the encoder's lower layers."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np

from bot.understanding.encoding.bert import Layer, lower_half, weight
from bot.understanding.encoding.floats import Floats, softmax

Lower = Callable[[str], Floats]
"""A text → the states of its tokens after the encoder's lower layers, [tokens, width]."""


class Tail:
    """Scores of a text by what its tokens mean together.

    Args:
        file: the tail's weights, which :meth:`tuning.Tuner.save` writes.
        encoder: folder of the pretrained encoder.
        lower: gives the states of a text's tokens after the encoder's lower layers; None: those layers run
            here in single precision. A tail must have been tuned on states of the same sort.

    Attributes:
        labels: the labels that it was tuned for, in the order of its outputs.

    Raises:
        OSError, KeyError: a file or a tensor is missing.
    """

    def __init__(self, file: Path, encoder: Path, lower: Lower | None = None) -> None:
        with np.load(file) as held:
            tensors = {name: held[name] for name in held.files}
        about = json.loads(bytes(np.asarray(tensors["about"], np.uint8)))
        self.labels = tuple(about["labels"])
        below, own = int(about["below"]), int(about["layers"])
        self._lower: Lower = lower or lower_half(encoder, below)
        self._lower("")  # loads the weights now, not while the first message waits
        self._layers = [Layer.read(tensors, below + n, about["heads"], about["eps"]) for n in range(own)]
        self._look = weight(tensors, "look.weight"), weight(tensors, "look.bias")
        self._out = weight(tensors, "out.weight"), weight(tensors, "out.bias")

    def logits(self, text: str) -> Floats:
        """The scores before the softmax; [labels].

        Args:
            text: a plain text (:func:`reading.plain`); at most 512 tokens are read.
        """
        x = self._lower(text)
        for layer in self._layers:
            x = layer(x)
        looks = softmax((x @ self._look[0].T + self._look[1]).T)
        seen = np.concatenate([(looks @ x).reshape(-1), x.mean(axis=0)])
        scores: Floats = self._out[0] @ seen + self._out[1]
        return scores
