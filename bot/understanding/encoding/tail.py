"""The tail of a classifier: scores by meaning, from a few tuned layers above the encoder's lower layers."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

import numpy as np

from bot.understanding.encoding.floats import Floats, softmax
from kb_index.language.bert import Layers, single
from kb_index.language.pretrained import encoder_at

_BATCH = 1_024
"""Most tokens that pass the layers together, padding included, but for a single text: some 30 MB while they pass."""


def _batches(lengths: Sequence[int]) -> Iterator[list[int]]:
    """The places of texts with these numbers of tokens, those of like length together.

    >>> list(_batches([20, 500, 480, 21]))
    [[0, 3], [2, 1]]
    """
    part: list[int] = []
    for place in sorted(range(len(lengths)), key=lambda place: lengths[place]):
        if part and (len(part) + 1) * lengths[place] > _BATCH:
            yield part
            part = []
        part.append(place)
    if part:
        yield part


class Tail:
    """Scores of a text by what its tokens mean together.

    The layers below belong to the encoder. All tails and the search share them, and a message that several of them
    read passes these layers only once.

    Args:
        file: the tail's weights, which :meth:`tuning.Tuner.save` writes.
        encoder: folder of the pretrained encoder.

    Attributes:
        labels: the labels that it was tuned for, in the order of its outputs.

    Raises:
        OSError, KeyError: a file or a tensor is missing.
    """

    def __init__(self, file: Path, encoder: Path) -> None:
        import torch

        with np.load(file) as held:
            about = json.loads(bytes(np.asarray(held["about"], np.uint8)))
            tensors = {name: torch.from_numpy(held[name]) for name in held.files if name != "about"}
        self.labels = tuple(about["labels"])
        below, own = int(about["below"]), int(about["layers"])
        self._lower = partial(encoder_at(encoder).tokens, layers=below)
        self._lower("")  # loads the weights now, not while the first message waits
        # Single precision: in 8 bits, which is three times faster, a score moves by as much as 0.4.
        self._layers = Layers(
            tensors, range(below, below + own), int(about["heads"]), float(about["eps"]), False
        )
        self._look = single(tensors, "look.weight").numpy(), single(tensors, "look.bias").numpy()
        self._out = single(tensors, "out.weight").numpy(), single(tensors, "out.bias").numpy()

    def logits(self, text: str) -> Floats:
        """The scores of one text (:meth:`several`); [labels]."""
        scores: Floats = self.several([text])[0]
        return scores

    def several(self, texts: Sequence[str]) -> Floats:
        """The scores before the softmax; [texts, labels].

        The layers take hardly longer for several short texts than for one, as most of their time goes into fetching
        the weights. The encoder's layers below, in 8 bits, read each text alone, so that no text depends on others.

        Args:
            texts: plain texts (:func:`reading.plain`); of each at most 512 tokens are read.
        """
        import torch

        states = [torch.from_numpy(self._lower(text)) for text in texts]
        scores: dict[int, Floats] = {}
        for part in _batches([len(one) for one in states]):
            lengths = [len(states[place]) for place in part]
            with torch.inference_mode():
                x = torch.nn.utils.rnn.pad_sequence([states[place] for place in part], batch_first=True)
                mask = None
                if min(lengths) < max(lengths):
                    mask = (torch.arange(max(lengths)) < torch.tensor(lengths)[:, None])[:, None, None, :]
                read = self._layers(x, mask).numpy()
            for place, length, one in zip(part, lengths, read, strict=True):
                scores[place] = self._scored(one[:length])
        return np.stack([scores[place] for place in range(len(texts))])

    def _scored(self, x: Floats) -> Floats:
        """The scores of one text, [labels], from the states of its tokens above the layers, [tokens, width]."""
        looks = softmax((x @ self._look[0].T + self._look[1]).T)
        seen = np.concatenate([(looks @ x).reshape(-1), x.mean(axis=0)])
        scores: Floats = self._out[0] @ seen + self._out[1]
        return scores
