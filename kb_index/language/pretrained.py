"""A pretrained sentence encoder that is fast on one CPU core: BERT with mean pooling and 8-bit products.

It reads the folders that ``wenban kb train-model --encoder`` writes: weights in half precision (which
sentence-transformers can load, too) or in 8 bits. It needs only torch, tokenizers and safetensors. torch is
imported when the first text is encoded. Nothing is downloaded: all files are in the folder.

Matrix products use 8-bit weights and activations where torch's x86 kernels run (AVX2 or better), else single
precision. In 8 bits each text is encoded alone, so its vector never depends on other texts of a batch.
"""

from __future__ import annotations

import hashlib
import json
import threading
from collections import OrderedDict
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from kb_index.language.bert import SCALE, Layers, fast_eight_bits

Vectors = NDArray[np.float32]
"""One or more vectors; the last axis has the dimensions."""
Kind = Literal["query", "passage"]
"""What a text is to the model: a question, or long prose."""

SHIPPED = Path(__file__).resolve().parent.parent / "encoder"
"""The folder of the shipped weights."""

PREFIXES: dict[Kind, str] = {"query": "query: ", "passage": "passage: "}
"""Prefix that the model expects before a text. To compare two questions, use ``query`` for both."""

MIDDLE = 8
"""Number of the layer whose output :meth:`PretrainedEncoder.states` adds."""

LOWER = (6, 7)
"""Numbers of the layers whose outputs are kept for a while. Models that go on from one share it with the encoder."""

_KEPT_TOKENS = 12_288
"""Tokens whose states are kept, so that several judges of a message share them: 19 MB, all pieces of a message of 4,000 characters."""

_PAD_TO = 4096
"""Largest batch in single precision, in tokens, padding included."""


class EncoderError(Exception):
    """The folder contains no encoder that this module can run."""


class PretrainedEncoder:
    """Turns texts into unit vectors; safe to use from several threads.

    Args:
        folder: contains ``config.json``, ``tokenizer.json`` and ``model.safetensors``.
        threads: number of CPU threads for torch in the whole process; None: leave torch's setting.
        eight_bits: True: products in 8 bits; False: in single precision; None: the faster one on this
            machine.
        longest: longest text in tokens, at most the model's 512; the rest of a longer text is ignored.

    Raises:
        EncoderError: when a file is missing or does not belong to a BERT model.
    """

    def __init__(
        self,
        folder: Path,
        *,
        threads: int | None = 1,
        eight_bits: bool | None = None,
        longest: int = 512,
    ) -> None:
        try:
            config = json.loads((folder / "config.json").read_text("utf-8"))
            self._layers = int(config["num_hidden_layers"])
            self._heads = int(config["num_attention_heads"])
            self._eps = float(config["layer_norm_eps"])
            self.dimensions = int(config["hidden_size"])
            positions = int(config["max_position_embeddings"])
        except (OSError, ValueError, KeyError) as error:
            raise EncoderError(f"{folder} holds no pretrained encoder: {error!r}") from error
        missing = [n for n in ("tokenizer.json", "model.safetensors") if not (folder / n).is_file()]
        if missing:
            raise EncoderError(f"{folder} lacks {', '.join(missing)}")
        self.folder, self.name = folder, folder.name
        self._threads, self._asked = threads, eight_bits
        self._longest = max(3, min(longest, positions))
        self._lock = threading.Lock()
        self._net: _Network | None = None
        self._fingerprint = ""

    @property
    def fingerprint(self) -> str:
        """16 hexadecimal digits that change with weights or tokenizer; stored vectors are then made again."""
        if not self._fingerprint:
            digest = hashlib.sha256()
            for name in ("config.json", "tokenizer.json", "model.safetensors"):
                digest.update((self.folder / name).read_bytes())
            self._fingerprint = digest.hexdigest()[:16]
        return self._fingerprint

    @property
    def eight_bits(self) -> bool:
        """Whether products use 8 bits. Loads the model."""
        return self._loaded().eight_bits

    def encode(self, texts: Sequence[str], kind: Kind = "query") -> Vectors:
        """Unit vectors, [len(texts), dimensions].

        Args:
            texts: any texts; an empty text also gets a vector.
            kind: ``query`` for questions and the entries compared with them; ``passage`` for long prose.

        Raises:
            EncoderError: when the weights can't be read.
        """
        return self._both(texts, kind)[:, : self.dimensions]

    def states(self, texts: Sequence[str]) -> Vectors:
        """Features for classifiers: the unit vector of :meth:`encode` and the mean state of a middle layer.

        The last layer represents what a text is about. Layer :data:`MIDDLE` better represents how it is
        worded. One pass gives both.

        Returns:
            [len(texts), 2 × dimensions].

        Raises:
            EncoderError: when the weights cannot be read.
        """
        return self._both(texts, "query")

    def tokens(self, text: str, layers: int = LOWER[0]) -> Vectors:
        """The states of a text's tokens after so many layers, for models that go on from there.

        The encoder itself uses them, too: encoding the same text soon afterwards takes half the time.

        Args:
            text: any text.
            layers: number of layers; those of :data:`LOWER` cost nothing when another model has just asked for them.

        Returns:
            [tokens, dimensions]. The prefix and the marks at both ends are among the tokens.

        Raises:
            EncoderError: when the weights cannot be read.
        """
        net = self._loaded()
        with net.torch.inference_mode():
            row = tuple(net.tokenizer.encode(PREFIXES["query"] + text).ids)
            found: Vectors = net.lower(row, layers)[0].numpy()
        return found

    def offsets(self, text: str) -> list[tuple[int, int]]:
        """The first and the end character of each token of :meth:`tokens` in the text; (0, 0) for prefix and marks."""
        shift = len(PREFIXES["query"])
        spans = self._loaded().tokenizer.encode(PREFIXES["query"] + text).offsets
        return [(max(first - shift, 0), max(end - shift, 0)) for first, end in spans]

    def _both(self, texts: Sequence[str], kind: Kind) -> Vectors:
        found = np.zeros((len(texts), 2 * self.dimensions), np.float32)
        if texts:
            net = self._loaded()
            rows = [e.ids for e in net.tokenizer.encode_batch([PREFIXES[kind] + text for text in texts])]
            net.encode(rows, found)
        return found

    def _loaded(self) -> _Network:
        if self._net is None:
            with self._lock:
                if self._net is None:
                    self._net = _Network(
                        self.folder,
                        self._layers,
                        self._heads,
                        self._eps,
                        self._longest,
                        self._threads,
                        self._asked,
                    )
        return self._net


class _Network:
    """The loaded model; for the arguments see :class:`PretrainedEncoder`."""

    def __init__(
        self,
        folder: Path,
        layers: int,
        heads: int,
        eps: float,
        longest: int,
        threads: int | None,
        eight_bits: bool | None,
    ) -> None:
        import torch
        from safetensors.torch import load
        from tokenizers import Tokenizer

        self.torch: Any = torch
        if threads is not None and torch.get_num_threads() != threads:
            torch.set_num_threads(threads)
        self.tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self.tokenizer.enable_truncation(longest)
        self.tokenizer.no_padding()
        self._kept: OrderedDict[tuple[tuple[int, ...], int], Any] = OrderedDict()
        self._kept_tokens, self._keeping = 0, threading.Lock()
        try:
            # Read, not mapped: what the products have in an order of their own would stay in memory with the map, 18 MB.
            tensors = load((folder / "model.safetensors").read_bytes())
        except Exception as error:
            raise EncoderError(f"{folder}/model.safetensors cannot be read: {error}") from error
        self.eight_bits = fast_eight_bits(torch) if eight_bits is None else eight_bits
        try:
            self.words = tensors["embeddings.word_embeddings.weight"]
            self.word_scales = tensors.get("embeddings.word_embeddings.weight" + SCALE)
            types = tensors["embeddings.token_type_embeddings.weight"][0].float()
            self.positions = tensors["embeddings.position_embeddings.weight"].float() + types
            self.layers = Layers(tensors, range(layers), heads, eps, self.eight_bits)
            self.first_norm = self.layers.norm(tensors, "embeddings.LayerNorm")
        except KeyError as error:
            raise EncoderError(f"{folder}/model.safetensors lacks the tensor {error}") from error

    def encode(self, rows: Sequence[Sequence[int]], out: Vectors) -> None:
        """Writes the states of each row of token numbers into ``out``, [len(rows), 2 × dimensions]."""
        order = sorted(range(len(rows)), key=lambda place: len(rows[place]))
        with self.torch.inference_mode():
            start = 0
            while start < len(order):
                end = start + 1
                if not self.eight_bits:
                    while end < len(order) and (end - start + 1) * len(rows[order[end]]) <= _PAD_TO:
                        end += 1
                part = order[start:end]
                out[part] = self._vectors([rows[place] for place in part])
                start = end

    def _vectors(self, rows: list[Sequence[int]]) -> Vectors:
        torch = self.torch
        lengths = [len(row) for row in rows]
        number, width = len(rows), max(lengths)
        mask = None
        if number == 1:
            x = self.lower(tuple(rows[0]), LOWER[-1])
        else:
            tokens = torch.ones((number, width), dtype=torch.long)
            for place, row in enumerate(rows):
                tokens[place, : len(row)] = torch.tensor(row)
            if min(lengths) < width:
                mask = (torch.arange(width) < torch.tensor(lengths)[:, None])[:, None, None, :]
            x = self.layers(self._embedded(tokens), mask, 0, LOWER[-1])
        kept = None if mask is None else mask[:, 0, 0, :, None]

        def mean(x: Any) -> Any:
            return x.mean(1) if kept is None else (x * kept).sum(1) / kept.sum(1)

        x = self.layers(x, mask, LOWER[-1], MIDDLE)
        middle = mean(x)
        x = self.layers(x, mask, MIDDLE)
        found: Vectors = torch.cat([torch.nn.functional.normalize(mean(x), dim=-1), middle], dim=1).numpy()
        return found

    def lower(self, row: tuple[int, ...], end: int) -> Any:
        """The states of one text's tokens after so many layers, [1, tokens, dimensions]; remembered for a while."""
        key = row, end
        with self._keeping:
            if (known := self._kept.get(key)) is not None:
                self._kept.move_to_end(key)
                return known
        found = self._lower(row, end)
        with self._keeping:
            if key not in self._kept:
                self._kept[key] = found
                self._kept_tokens += len(row)
            while self._kept_tokens > _KEPT_TOKENS:
                (oldest, _), _ = self._kept.popitem(last=False)
                self._kept_tokens -= len(oldest)
        return found

    def _lower(self, row: tuple[int, ...], end: int) -> Any:
        start = max((layers for layers in LOWER if layers < end), default=0)
        x = self.lower(row, start) if start else self._embedded(self.torch.tensor([row]))
        return self.layers(x, None, start, end)

    def _embedded(self, tokens: Any) -> Any:
        """[texts, tokens] → [texts, tokens, dimensions]: what goes into the first layer."""
        x = self.words[tokens].float()
        if self.word_scales is not None:
            x = x * self.word_scales[tokens].float()[..., None]
        return self.first_norm(x + self.positions[: tokens.shape[1]])


@cache
def shipped_encoder() -> PretrainedEncoder:
    """The shipped encoder. Its weights are read when the first text is encoded."""
    return PretrainedEncoder(SHIPPED)


def encoder_at(folder: Path) -> PretrainedEncoder:
    """The encoder in a folder. For the shipped folder it is the one of the whole process: weights are loaded once."""
    return shipped_encoder() if folder == SHIPPED else PretrainedEncoder(folder)
