"""Makes a tail: tunes the encoder's middle layers on labelled messages, with torch. The app never runs this."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bot.understanding.encoding.floats import Floats
from bot.understanding.encoding.reading import plain
from kb_index.language.bert import SCALE, single
from kb_index.language.pretrained import PretrainedEncoder

LOOKS = 4
"""Number of learned attention weightings with which the tail reads a text's tokens."""
_RATE, _HEAD_RATE = 3e-4, 1e-3
"""Highest learning rates of the layers, and of the parts above them. No unit."""
_GOING_ON = 1 / 3
"""Share (0 to 1) of these rates at which a tail is tuned further."""
_TOKENS = 1_200
"""Most tokens of a batch, padding included."""

Half = NDArray[np.float16]
"""An array of half-precision numbers."""
States = tuple[Half, ...]
"""The states of one text's tokens below the tail, [tokens, width], once for each way of computing them."""


class Tuner:
    """Tunes tails above one encoder.

    The app runs the encoder's layers in 8 bits where the processor can, else in single precision. A tail is tuned
    on states of both, so that it gives nearly the same scores on both.

    Args:
        encoder: folder of the pretrained encoder.
        labels: the labels, in the order of the tail's outputs.
        threads: number of CPU threads for torch.
        below, own: number of the encoder's lower layers, which stay unchanged, and of the tuned layers above them.

    Raises:
        OSError, KeyError: a file or a tensor of the encoder is missing.
    """

    def __init__(
        self, encoder: Path, labels: Sequence[str], threads: int = 1, *, below: int = 6, own: int = 3
    ) -> None:
        import torch
        from safetensors.torch import load_file
        from transformers import BertConfig, BertModel

        torch.set_num_threads(threads)
        self.torch: Any = torch
        self._labels, self._below, self._own = list(labels), below, own
        precise, usual = PretrainedEncoder(encoder, eight_bits=False), PretrainedEncoder(encoder)
        self._lower = [
            partial(one.tokens, layers=below)
            for one in ((precise, usual) if usual.eight_bits else (precise,))
        ]
        model: Any = BertModel(BertConfig.from_pretrained(str(encoder)), add_pooling_layer=False)
        tensors = load_file(str(encoder / "model.safetensors"))
        for number in range(below, below + own):
            layer = model.encoder.layer[number]
            at = f"encoder.layer.{number}."
            layer.load_state_dict({name: single(tensors, at + name) for name in layer.state_dict()})
        self._model = model.eval()

    def states(self, texts: Sequence[str]) -> list[States]:
        """The states of texts below the tail, as the tail will get them."""
        return [tuple(lower(plain(text)).astype(np.float16) for lower in self._lower) for text in texts]

    def tune(
        self,
        states: Sequence[States],
        labels: Sequence[str],
        epochs: int = 7,
        log: Callable[[str], None] = print,
        start: Path | None = None,
    ) -> Any:
        """A tail fitted to states and their labels; the same call gives the same tail.

        Args:
            states: the texts' states (:meth:`states`).
            labels: the texts' labels.
            epochs: how often every text is seen.
            log: gets a line with the loss after each epoch.
            start: a saved tail that is tuned further, with lower rates; None: begin with the encoder's layers.
        """
        torch = self.torch
        torch.manual_seed(0)
        chance = random.Random(0)  # noqa: S311
        tail = self._module().train()
        wanted = [self._labels.index(label) for label in labels]
        if start is not None:
            self._load(tail, start)
        share_of = 1.0 if start is None else _GOING_ON
        rates = (_RATE * share_of, _HEAD_RATE * share_of)
        half = bool(torch.ops.mkldnn._is_mkldnn_bf16_supported())
        optimiser = torch.optim.AdamW(
            [
                {"params": tail.layers.parameters(), "lr": _RATE},
                {"params": [*tail.look.parameters(), *tail.out.parameters()], "lr": _HEAD_RATE},
            ],
            weight_decay=0.01,
        )
        steps, step = epochs * len(_batches(states, chance)), 0
        for epoch in range(epochs):
            lost = 0.0
            for batch in _batches(states, chance):
                share = min(1.0, step / (0.1 * steps)) * max(0.02, 1 - step / steps)
                for group, rate in zip(optimiser.param_groups, rates, strict=True):
                    group["lr"] = rate * share
                x, mask = self._packed([chance.choice(states[n]) for n in batch])
                with torch.autocast("cpu", dtype=torch.bfloat16, enabled=half):
                    found = tail(x, mask)
                loss = torch.nn.functional.cross_entropy(
                    found.float(), torch.tensor([wanted[n] for n in batch]), label_smoothing=0.05
                )
                optimiser.zero_grad()
                loss.backward()
                torch.nn.utils.clip_grad_norm_(tail.parameters(), 1.0)
                optimiser.step()
                step += 1
                lost += float(loss) * len(batch)
            log(f"epoch {epoch + 1} of {epochs}: loss {lost / len(states):.3f}")
        return tail.eval()

    def logits(self, tail: Any, states: Sequence[States]) -> Floats:
        """The scores by a tuned tail, from the states in single precision; [texts, labels]."""
        with self.torch.inference_mode():
            rows = [tail(*self._packed([one[0]])).numpy()[0] for one in states]
        return np.stack(rows)

    def _load(self, tail: Any, file: Path) -> None:
        with np.load(file) as held:
            tensors = {name: self.torch.from_numpy(held[name]) for name in held.files}
        tail.load_state_dict({name: single(tensors, self._saved_as(name)) for name in tail.state_dict()})

    def save(self, tail: Any, file: Path) -> None:
        """Write a tail: its matrices in 8 bits, with a scale for each row."""
        held: dict[str, Any] = {}
        for name, tensor in tail.state_dict().items():
            name, values = self._saved_as(name), tensor.numpy()
            if values.ndim == 2:
                scale = np.maximum(np.abs(values).max(axis=1), 1e-8) / 127
                held[name] = np.round(values / scale[:, None]).astype(np.int8)
                held[name + SCALE] = scale.astype(np.float32)
            else:
                held[name] = values.astype(np.float32)
        config = self._model.config
        about = {
            "labels": self._labels,
            "below": self._below,
            "layers": self._own,
            "heads": config.num_attention_heads,
            "eps": config.layer_norm_eps,
        }
        held["about"] = np.frombuffer(json.dumps(about).encode(), np.uint8)
        np.savez_compressed(file, **held)

    def _saved_as(self, name: str) -> str:
        """The name of a tail's tensor in the file, where layers have the numbers that they have in the encoder."""
        if not name.startswith("layers."):
            return name
        number, rest = name.removeprefix("layers.").split(".", 1)
        return f"encoder.layer.{int(number) + self._below}.{rest}"

    def _module(self) -> Any:
        layers = self._model.encoder.layer[self._below : self._below + self._own]
        return _module(self.torch, layers, self._model.config.hidden_size, len(self._labels))

    def _packed(self, states: Sequence[Half]) -> tuple[Any, Any]:
        longest = max(len(one) for one in states)
        x = np.zeros((len(states), longest, states[0].shape[1]), np.float32)
        mask = np.zeros((len(states), longest), np.float32)
        for row, one in enumerate(states):
            x[row, : len(one)], mask[row, : len(one)] = one, 1
        return self.torch.from_numpy(x), self.torch.from_numpy(mask)


def _first(output: Any) -> Any:
    """The output of a layer, which some versions of transformers put into a tuple."""
    return output[0] if isinstance(output, tuple) else output


def _batches(states: Sequence[States], chance: random.Random) -> list[list[int]]:
    """Batches of texts, by number: texts of about the same length together, the batches in random order."""
    lengths = [len(one[0]) for one in states]
    order = sorted(range(len(states)), key=lambda n: lengths[n] * chance.uniform(0.8, 1.25))
    found: list[list[int]] = []
    held: list[int] = []
    for number in order:
        if held and (len(held) + 1) * max(lengths[n] for n in (*held, number)) > _TOKENS:
            found.append(held)
            held = []
        held.append(number)
    found.append(held)
    chance.shuffle(found)
    return found


def _module(torch: Any, layers: Any, width: int, outputs: int) -> Any:
    import copy

    class Module(torch.nn.Module):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.layers = torch.nn.ModuleList(copy.deepcopy(layer) for layer in layers)
            self.look = torch.nn.Linear(width, LOOKS)
            self.out = torch.nn.Linear(width * (LOOKS + 1), outputs)
            self.drop = torch.nn.Dropout(0.2)

        def forward(self, x: Any, mask: Any) -> Any:
            away = (1 - mask)[:, None, None] * -1e9
            for layer in self.layers:
                x = _first(layer(x, away))
            looks = torch.softmax(self.look(x) + (1 - mask)[..., None] * -1e9, 1)
            seen = torch.einsum("bth,btd->bhd", looks, x).flatten(1)
            mean = (x * mask[..., None]).sum(1) / mask.sum(1, keepdim=True)
            return self.out(self.drop(torch.cat([seen, mean], 1)))

    return Module()
