"""Runs layers of a BERT with numpy, on any processor.

The lower layers and the word table belong to the pretrained encoder (``kb_index/encoder``); the layers above them
belong to a tail. Stored weights have any precision, or 8 bits with a scale for each row.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from scipy.special import erf

from bot.understanding.encoding.floats import Floats, softmax

SCALE = ".scale"
"""End of the name of the tensor with the row scales of an 8-bit weight."""
ENCODER = Path(__file__).parents[3] / "kb_index" / "encoder"
"""Folder of the shipped encoder; an installation without it works by words alone."""
PREFIX = "query: "
"""Prefix that the encoder expects before a text."""
LONGEST = 512
"""Number of tokens of a text that are read."""
KEPT = 16
"""Number of texts whose states are kept for the next tail; a text of 512 tokens takes 0.8 MB."""


def weight(tensors: Mapping[str, Floats], name: str) -> Floats:
    """The tensor of this name, in single precision."""
    found = np.asarray(tensors[name], np.float32)
    scale = tensors.get(name + SCALE)
    return found if scale is None else found * np.asarray(scale, np.float32)[:, None]


@dataclass(frozen=True)
class Layer:
    """One layer of a BERT: attention and two dense products. Each pair is a weight, [in, out], and a bias, [out].

    Args:
        inner: queries, keys and values, side by side.
        after: the product after attention.
        norm: weight and bias of the norm after it.
        wide, narrow: the two dense products.
        last: weight and bias of the norm after them.
        heads: number of attention heads.
        eps: added to the variance in the norms.
    """

    inner: tuple[Floats, Floats]
    after: tuple[Floats, Floats]
    norm: tuple[Floats, Floats]
    wide: tuple[Floats, Floats]
    narrow: tuple[Floats, Floats]
    last: tuple[Floats, Floats]
    heads: int
    eps: float

    @classmethod
    def read(cls, tensors: Mapping[str, Floats], number: int, heads: int, eps: float) -> Layer:
        """Layer ``number`` of a BERT's tensors.

        Raises:
            KeyError: a tensor of the layer is missing.
        """
        at = f"encoder.layer.{number}."

        def dense(*names: str) -> tuple[Floats, Floats]:
            rows = np.concatenate([weight(tensors, f"{at}{name}.weight") for name in names])
            bias = np.concatenate([weight(tensors, f"{at}{name}.bias") for name in names])
            return np.ascontiguousarray(rows.T), bias

        def norm(name: str) -> tuple[Floats, Floats]:
            return weight(tensors, f"{at}{name}.weight"), weight(tensors, f"{at}{name}.bias")

        return cls(
            dense("attention.self.query", "attention.self.key", "attention.self.value"),
            dense("attention.output.dense"),
            norm("attention.output.LayerNorm"),
            dense("intermediate.dense"),
            dense("output.dense"),
            norm("output.LayerNorm"),
            heads,
            eps,
        )

    def __call__(self, x: Floats) -> Floats:
        """Pass the states of one text's tokens, [tokens, width], through the layer; the shape stays."""
        tokens, width = x.shape
        q, k, v = (x @ self.inner[0] + self.inner[1]).reshape(tokens, 3, self.heads, -1).transpose(1, 2, 0, 3)
        near = q @ k.transpose(0, 2, 1) * np.float32((width // self.heads) ** -0.5)
        shares = softmax(np.asarray(near, np.float32))
        seen = (shares @ v).transpose(1, 0, 2).reshape(tokens, width)
        x = normed(np.asarray(seen @ self.after[0] + self.after[1] + x, np.float32), self.norm, self.eps)
        inside: Floats = np.asarray(x @ self.wide[0] + self.wide[1], np.float32)
        inside *= np.asarray(0.5 * (1 + erf(inside * np.float32(0.70710678))), np.float32)
        return normed(
            np.asarray(inside @ self.narrow[0] + self.narrow[1] + x, np.float32), self.last, self.eps
        )


def normed(x: Floats, norm: tuple[Floats, Floats], eps: float) -> Floats:
    """The layer norm over the last axis; ``norm`` is its weight and bias."""
    centred = x - x.mean(axis=-1, keepdims=True)
    spread = np.sqrt((centred * centred).mean(axis=-1, keepdims=True) + np.float32(eps))
    result: Floats = centred / spread * norm[0] + norm[1]
    return result


class LowerHalf:
    """The lower layers of an encoder, in single precision.

    Args:
        folder: a BERT as sentence-transformers saves it: ``config.json``, ``tokenizer.json``, ``model.safetensors``.
        layers: number of layers, from below.

    Raises:
        OSError, KeyError: a file or a tensor is missing.
    """

    def __init__(self, folder: Path, layers: int) -> None:
        from safetensors.numpy import load_file
        from tokenizers import Tokenizer

        config = json.loads((folder / "config.json").read_text("utf-8"))
        heads, eps = int(config["num_attention_heads"]), float(config["layer_norm_eps"])
        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokenizer.enable_truncation(min(LONGEST, int(config["max_position_embeddings"])))
        self._tokenizer.no_padding()
        tensors = load_file(str(folder / "model.safetensors"))
        # The word table stays as it is stored: single precision would be twice to four times its size.
        self._words = tensors["embeddings.word_embeddings.weight"]
        self._scales = tensors.get("embeddings.word_embeddings.weight" + SCALE)
        self._eps = eps
        self._positions = (
            weight(tensors, "embeddings.position_embeddings.weight")
            + weight(tensors, "embeddings.token_type_embeddings.weight")[0]
        )
        self._norm = (
            weight(tensors, "embeddings.LayerNorm.weight"),
            weight(tensors, "embeddings.LayerNorm.bias"),
        )
        self._layers = [Layer.read(tensors, number, heads, eps) for number in range(layers)]
        self._read = lru_cache(maxsize=KEPT)(self._states)

    def __call__(self, text: str) -> Floats:
        """The states of a text's tokens, with its prefix and marks; [tokens, width], read-only: tails share them."""
        return self._read(text)

    def _states(self, text: str) -> Floats:
        ids = self._tokenizer.encode(PREFIX + text).ids
        x = self._words[ids].astype(np.float32)
        if self._scales is not None:
            x *= np.asarray(self._scales[ids], np.float32)[:, None]
        x = normed(x + self._positions[: len(ids)], self._norm, self._eps)
        for layer in self._layers:
            x = layer(x)
        x.flags.writeable = False
        return x


@lru_cache(maxsize=2)
def lower_half(folder: Path, layers: int) -> LowerHalf:
    """The lower layers of an encoder, loaded once: all tails share the weights and the texts that were just read."""
    return LowerHalf(folder, layers)
