"""The learned tail: a few layers above the encoder's lower half, tuned to tell danger, and what it looks at."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from bot.understanding.danger.bert import Layer, LowerHalf, weight
from bot.understanding.danger.kinds import LABELS, Floats, softmax


class Tail:
    """Scores of a text by what its tokens mean together.

    Args:
        file: the tail's own weights (``wenban danger tune`` writes them).
        encoder: folder of the pretrained encoder whose lower half stands below.

    Raises:
        ValueError: the file was made for other labels.
    """

    def __init__(self, file: Path, encoder: Path) -> None:
        with np.load(file) as held:
            tensors = {name: held[name] for name in held.files}
        about = json.loads(bytes(np.asarray(tensors["about"], np.uint8)))
        if about["labels"] != list(LABELS):
            raise ValueError(f"{file} tells other labels apart")
        below, own = int(about["below"]), int(about["layers"])
        self._lower = LowerHalf(encoder, below)
        self._layers = [Layer.read(tensors, below + n, about["heads"], about["eps"]) for n in range(own)]
        self._look = weight(tensors, "look.weight"), weight(tensors, "look.bias")
        self._out = weight(tensors, "out.weight"), weight(tensors, "out.bias")

    def logits(self, text: str) -> Floats:
        """[labels], in the order of :data:`LABELS`; before the softmax."""
        x = self._lower(text)
        for layer in self._layers:
            x = layer(x)
        looks = softmax((x @ self._look[0].T + self._look[1]).T)
        seen = np.concatenate([(looks @ x).reshape(-1), x.mean(axis=0)])
        scores: Floats = self._out[0] @ seen + self._out[1]
        return scores
