"""Making the tail: the encoder's middle layers, tuned on labelled messages with torch. Offline work, never in the app."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from bot.understanding.encoding.bert import LowerHalf, weight
from bot.understanding.encoding.floats import Floats
from bot.understanding.encoding.reading import plain

BELOW, OWN = 6, 3
"""Layers of the encoder that stay as they are, and those above them that are tuned; what is above is left out."""
LOOKS = 4
"""Places of a text the tail looks at, each learned."""
_RATE, _HEAD_RATE = 3e-4, 1e-3
_TOKENS = 1_200
"""Tokens of a batch, padding included."""


class Tuner:
    """Tunes tails above one encoder.

    Args:
        encoder: the pretrained encoder's folder.
        labels: what is to be told apart, in the order of the tail's outputs.
        threads: CPU threads.
    """

    def __init__(self, encoder: Path, labels: Sequence[str], threads: int = 1) -> None:
        import torch
        from safetensors.numpy import load_file
        from transformers import BertConfig, BertModel

        torch.set_num_threads(threads)
        self.torch: Any = torch
        self._labels = list(labels)
        self._lower = LowerHalf(encoder, BELOW)
        model: Any = BertModel(BertConfig.from_pretrained(str(encoder)), add_pooling_layer=False)
        tensors = load_file(str(encoder / "model.safetensors"))
        for number in range(BELOW, BELOW + OWN):
            layer = model.encoder.layer[number]
            at = f"encoder.layer.{number}."
            layer.load_state_dict(
                {name: torch.from_numpy(weight(tensors, at + name)) for name in layer.state_dict()}
            )
        self._model = model.eval()

    def states(self, texts: Sequence[str]) -> list[Floats]:
        """[tokens, width] of each text below the tail, as the tail will have them."""
        return [self._lower(plain(text)) for text in texts]

    def tune(
        self,
        states: Sequence[Floats],
        labels: Sequence[str],
        epochs: int = 7,
        log: Callable[[str], None] = print,
    ) -> Any:
        """A tail fitted to states and their labels; the same call gives the same tail."""
        torch = self.torch
        torch.manual_seed(0)
        chance = random.Random(0)  # noqa: S311
        tail = _module(torch, self._model, len(self._labels)).train()
        wanted = [self._labels.index(label) for label in labels]
        rates = (_RATE, _HEAD_RATE)
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
                x, mask = self._packed([states[n] for n in batch])
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

    def logits(self, tail: Any, states: Sequence[Floats]) -> Floats:
        """[texts, labels] by a tuned tail."""
        with self.torch.inference_mode():
            rows = [tail(*self._packed([one])).numpy()[0] for one in states]
        return np.stack(rows)

    def save(self, tail: Any, file: Path) -> None:
        """Write a tail in 8 bits a weight, with a scale for each row."""
        held: dict[str, Any] = {}
        for name, tensor in tail.state_dict().items():
            name, values = name.replace("layers.", "encoder.layer."), tensor.numpy()
            if name.startswith("encoder.layer."):
                number, rest = name.removeprefix("encoder.layer.").split(".", 1)
                name = f"encoder.layer.{int(number) + BELOW}.{rest}"
            if values.ndim == 2:
                scale = np.maximum(np.abs(values).max(axis=1), 1e-8) / 127
                held[name] = np.round(values / scale[:, None]).astype(np.int8)
                held[name + ".scale"] = scale.astype(np.float32)
            else:
                held[name] = values.astype(np.float32)
        config = self._model.config
        about = {
            "labels": self._labels,
            "below": BELOW,
            "layers": OWN,
            "heads": config.num_attention_heads,
            "eps": config.layer_norm_eps,
        }
        held["about"] = np.frombuffer(json.dumps(about).encode(), np.uint8)
        np.savez_compressed(file, **held)

    def _packed(self, states: Sequence[Floats]) -> tuple[Any, Any]:
        longest = max(len(one) for one in states)
        x = np.zeros((len(states), longest, states[0].shape[1]), np.float32)
        mask = np.zeros((len(states), longest), np.float32)
        for row, one in enumerate(states):
            x[row, : len(one)], mask[row, : len(one)] = one, 1
        return self.torch.from_numpy(x), self.torch.from_numpy(mask)


def _first(output: Any) -> Any:
    """A layer's output, which some versions of transformers wrap in a tuple."""
    return output[0] if isinstance(output, tuple) else output


def _batches(states: Sequence[Floats], chance: random.Random) -> list[list[int]]:
    """Numbers of texts of nearly the same length together, in a random order."""
    order = sorted(range(len(states)), key=lambda n: len(states[n]) * chance.uniform(0.8, 1.25))
    found: list[list[int]] = []
    held: list[int] = []
    for number in order:
        if held and (len(held) + 1) * max(len(states[n]) for n in (*held, number)) > _TOKENS:
            found.append(held)
            held = []
        held.append(number)
    found.append(held)
    chance.shuffle(found)
    return found


def _module(torch: Any, model: Any, outputs: int) -> Any:
    import copy

    width = model.config.hidden_size

    class Module(torch.nn.Module):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            layers = model.encoder.layer[BELOW : BELOW + OWN]
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
