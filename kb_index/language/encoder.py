"""Sentence encoders for dense search.

The model is a setting: any sentence-transformers name or folder. The shipped model is a folder with only a
``StaticEmbedding``. Such a folder is run with numpy, which gives the same vectors without importing torch:
20 MB of memory instead of 400 MB, and a start in well under a second.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

from core.errors import ConfigurationError
from kb_index.language.text import TextPipeline

if TYPE_CHECKING:
    from tokenizers import Tokenizer

Vectors = NDArray[np.float32]
"""One or more vectors; the last axis has the dimensions."""
Stamps = tuple[tuple[str, int, int], ...]
"""Name, size in bytes and time of change in nanoseconds of each file."""

BATCH = 256
"""Number of texts that are encoded together."""
# Models trained with an instruction before questions only, by the end of the model's name.
_INSTRUCTIONS = {
    "bge-small-zh": "为这个句子生成表示以用于检索相关文章：",
    "bge-base-zh": "为这个句子生成表示以用于检索相关文章：",
    "bge-large-zh": "为这个句子生成表示以用于检索相关文章：",
    "e5-small": "query: ",
    "e5-base": "query: ",
    "e5-large": "query: ",
}


class Encoder(Protocol):
    """Turns normalised texts into unit vectors."""

    name: str
    """Name of the model."""
    fingerprint: str
    """Changes when the model changes. Stored vectors are then made again."""
    dimensions: int
    """Length of a vector."""

    def encode(self, texts: list[str], *, query: bool = False) -> Vectors:
        """Unit vectors, [texts, dimensions]; ``query`` adds the model's query instruction if it has one."""
        ...


def overlapping(pipeline: TextPipeline, normalised: str) -> str:
    """The text as words, bigrams and characters separated by blanks, as the embedded model expects it."""
    characters = [c for c in normalised if "\u3400" <= c <= "\u9fff"]
    return " ".join([*pipeline.tokens(normalised), *characters])


class StaticEncoder:
    """Runs the embedded model with numpy.

    Args:
        folder: a sentence-transformers folder whose only module is a ``StaticEmbedding``.
        pipeline: makes the overlapping tokens if the model's ``wenban.json`` asks for them.
    """

    def __init__(self, folder: Path, pipeline: TextPipeline) -> None:
        module = _static_module(folder)
        if module is None:
            raise ConfigurationError(f"{folder} is not a StaticEmbedding model", code="kb_model")
        self.name = folder.name
        self._weights, self._tokenizer, self.fingerprint = _static_model(folder, module, _stamps(folder))
        self._pipeline = pipeline if wants_overlap(folder) else None
        self.dimensions = int(self._weights.shape[1])

    def encode(self, texts: list[str], *, query: bool = False) -> Vectors:
        """Unit vectors, [texts, dimensions]; a text without any known token gets zeros."""
        prepared = [overlapping(self._pipeline, t) for t in texts] if self._pipeline is not None else texts
        found = np.zeros((len(texts), self.dimensions), np.float32)
        for row, encoding in enumerate(self._tokenizer.encode_batch(prepared, add_special_tokens=False)):
            if encoding.ids:
                found[row] = self._weights[encoding.ids].mean(axis=0, dtype=np.float32)
        return _unit(found)


class TransformerEncoder:
    """Runs any other sentence-transformers model.

    Args:
        name: hub name or folder of the model.
        pipeline: makes the overlapping tokens for models that need them.
        instruction: text before each question; None: the model's own "query" prompt, else a known
            instruction.
        threads: number of CPU threads for torch.
    """

    def __init__(
        self, name: str, pipeline: TextPipeline, instruction: str | None = None, threads: int = 2
    ) -> None:
        import torch
        from sentence_transformers import SentenceTransformer

        torch.set_num_threads(threads)
        try:
            self._model = SentenceTransformer(name, device="cpu")
        except Exception as error:
            raise ConfigurationError(
                f"The model {name!r} cannot be loaded: {error}. Use a folder that holds it, or the embedded one.",
                code="kb_model",
            ) from error
        self.name = name
        folder = Path(name)
        self._pipeline = pipeline if folder.is_dir() and wants_overlap(folder) else None
        self._instruction = (
            query_instruction(name, self._model.prompts) if instruction is None else instruction
        )
        self.dimensions = int(self._model.get_embedding_dimension() or 0)
        self.fingerprint = _fingerprint(folder) if folder.is_dir() else name

    def encode(self, texts: list[str], *, query: bool = False) -> Vectors:
        """Unit vectors, [texts, dimensions]; ``query`` puts the query instruction before each text."""
        if self._pipeline is not None:
            texts = [overlapping(self._pipeline, t) for t in texts]
        if query and self._instruction:
            texts = [self._instruction + t for t in texts]
        if not texts:
            return np.zeros((0, self.dimensions), np.float32)
        rows = self._model.encode(texts, batch_size=BATCH, show_progress_bar=False, convert_to_numpy=True)
        return _unit(np.asarray(rows, np.float32))


def query_instruction(name: str, prompts: Mapping[str, str | None] | None = None) -> str:
    """The instruction that a model needs before a question; "" for none.

    >>> query_instruction("BAAI/bge-small-zh-v1.5")
    '为这个句子生成表示以用于检索相关文章：'
    """
    own = (prompts or {}).get("query")
    if own:
        return own
    last = name.rstrip("/").rsplit("/", 1)[-1].lower()
    return next((text for key, text in _INSTRUCTIONS.items() if key in last), "")


def load_encoder(name: str, pipeline: TextPipeline, instruction: str | None = None) -> Encoder:
    """Loads the encoder for a model name or folder.

    Raises:
        ConfigurationError: when the folder does not exist or the model can't be loaded.
    """
    folder = Path(name)
    if folder.is_dir() and _static_module(folder) is not None:
        return StaticEncoder(folder, pipeline)
    if folder.is_absolute() and not folder.exists():
        raise ConfigurationError(
            f"There is no model in {folder}. Set WENBAN_KB_MODEL to a folder that holds one, "
            "or make the embedded one with `wenban kb train-model`.",
            code="kb_model",
        )
    return TransformerEncoder(name, pipeline, instruction)


def wants_overlap(folder: Path) -> bool:
    """Whether the model's ``wenban.json`` asks for overlapping tokens."""
    file = folder / "wenban.json"
    return file.is_file() and json.loads(file.read_text("utf-8")).get("input") == "overlapping-tokens"


def _static_module(folder: Path) -> Path | None:
    """The folder of the StaticEmbedding if that is the model's only module; else None."""
    file = folder / "modules.json"
    if not file.is_file():
        return None
    modules = json.loads(file.read_text("utf-8"))
    if len(modules) != 1 or not str(modules[0].get("type", "")).endswith("StaticEmbedding"):
        return None
    place = folder / str(modules[0].get("path", ""))
    return place if (place / "model.safetensors").is_file() else None


@lru_cache(maxsize=1)
def _static_model(folder: Path, module: Path, stamps: Stamps) -> tuple[NDArray[np.floating], Tokenizer, str]:
    """Weights, tokenizer and fingerprint of a static model. Index versions share them: nothing changes them.

    The weights stay as they are stored, mostly as 16-bit numbers: only the few rows of a text are computed with.

    Args:
        folder: the model's folder.
        module: the folder of its StaticEmbedding.
        stamps: see :func:`_stamps`; a model that is trained anew in its folder is read anew.
    """
    from safetensors.numpy import load_file
    from tokenizers import Tokenizer

    weights = load_file(str(module / "model.safetensors"))["embedding.weight"]
    weights.flags.writeable = False
    return weights, Tokenizer.from_file(str(module / "tokenizer.json")), _fingerprint(folder)


def _stamps(folder: Path) -> Stamps:
    """Name, size in bytes and time of change (ns) of each file that the fingerprint is made of."""
    return tuple(
        (str(file), stat.st_size, stat.st_mtime_ns) for file in _files(folder) for stat in [file.stat()]
    )


def _files(folder: Path) -> list[Path]:
    kinds = {".json", ".safetensors", ".bin", ".txt"}
    return [file for file in sorted(folder.rglob("*")) if file.is_file() and file.suffix in kinds]


def _fingerprint(folder: Path) -> str:
    digest = hashlib.sha256()
    for file in _files(folder):
        digest.update(file.name.encode())
        digest.update(file.read_bytes())
    return digest.hexdigest()[:16]


def _unit(rows: Vectors) -> Vectors:
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    found: Vectors = (rows / np.maximum(lengths, 1e-9)).astype(np.float32)
    return found
