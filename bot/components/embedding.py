"""A dense featurizer: the small embedding model of the search, run with numpy inside Rasa.

The model (``kb_index/model``) is a table with a vector for each word, character bigram and character. The
vector of a message is their mean. This only needs look-ups in the table, so neither torch nor tokenizers is
needed.
"""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from pathlib import Path
from typing import Any

import jieba
import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.featurizers.dense_featurizer.dense_featurizer import DenseFeaturizer
from rasa.nlu.tokenizers.tokenizer import Tokenizer
from rasa.shared.exceptions import InvalidConfigException
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from safetensors.numpy import load_file

ROOT = Path(__file__).resolve().parent.parent.parent
"""The project's root folder."""
_NUMBER = re.compile(r"[0-9.]+%?")
_RUN = re.compile(r"[\u3400-\u9fff]+|[a-z0-9]+(?:\.[0-9]+)*%?")


def pieces(text: str) -> list[str]:
    """The words, bigrams (``_ab``) and single characters of a text, for which the model has vectors.

    Like ``kb_index.language.encoder.overlapping``, but without synonyms, which belong to the knowledge base,
    and without numbers, which do not help to find the intent.
    """
    runs = [
        run for run in _RUN.findall(unicodedata.normalize("NFKC", text).lower()) if not _NUMBER.fullmatch(run)
    ]
    found = [word for run in runs for word in jieba.cut(run, HMM=False)]
    for run in runs:
        if run[0] >= "\u3400":
            found += ["_" + run[i : i + 2] for i in range(len(run) - 1)]
            found += run
    return found


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=False)
class EmbeddingFeaturizer(DenseFeaturizer, GraphComponent):
    """Adds the embedding model's vector to each message.

    Config: ``model`` is the folder with ``model.safetensors`` and ``tokenizer.json``, relative to the
    project's root. ``scale`` is the length of the vectors; it decides their weight relative to the word
    counts.
    """

    @classmethod
    def required_components(cls) -> list[type]:
        """A tokenizer must come first, as for all featurizers."""
        return [Tokenizer]

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """The default settings: the shipped model, with vectors of length 2."""
        return {**DenseFeaturizer.get_default_config(), "model": "kb_index/model", "scale": 2.0}

    def __init__(self, config: dict[str, Any], name: str) -> None:
        super().__init__(name, config)
        folder = ROOT / config["model"]
        try:
            weights = load_file(str(folder / "model.safetensors"))
            tokenizer = json.loads((folder / "tokenizer.json").read_text("utf-8"))
            self._rows: dict[str, int] = tokenizer["model"]["vocab"]
            self._weights = weights["embedding.weight"]
        except (OSError, KeyError, ValueError) as error:
            raise InvalidConfigException(f"{folder} holds no embedding model: {error!r}") from error

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        context: ExecutionContext,
    ) -> EmbeddingFeaturizer:
        """Make the featurizer; it needs no training."""
        return cls(config, context.node_name)

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str | None:
        """A digest of the model's files; Rasa's cache must not return a classifier of other files."""
        folder = ROOT / config.get("model", cls.get_default_config()["model"])
        digest = hashlib.sha256()
        for name in ("model.safetensors", "tokenizer.json"):
            digest.update((folder / name).read_bytes())
        return digest.hexdigest()

    @classmethod
    def validate_config(cls, config: dict[str, Any]) -> None:
        """Check nothing here; reading the model fails when the folder is wrong."""

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Add the vector to each training example."""
        self.process(training_data.training_examples)
        return training_data

    def process(self, messages: list[Message]) -> list[Message]:
        """Add the vector to each message."""
        for message in messages:
            text = message.get(TEXT)
            if text:
                # The classifier uses only the message's vector; the sequence gets the same one.
                vector = self.vector(text)[None, :]
                self.add_features_to_message(vector, vector, TEXT, message)
        return messages

    def vector(self, text: str) -> np.ndarray:
        """The vector of a message, float32 [dimensions]; zeros when the model knows no piece of the text."""
        rows = [row for piece in pieces(text) if (row := self._rows.get(piece)) is not None]
        if not rows:
            return np.zeros(self._weights.shape[1], np.float32)
        mean = self._weights[rows].astype(np.float32).mean(axis=0)
        return (mean / max(float(np.linalg.norm(mean)), 1e-9) * self._config["scale"]).astype(np.float32)
