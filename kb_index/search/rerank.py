"""An optional cross-encoder that reads the question and an entry together and re-orders the first hits.

Slower than everything else in a search (a pass of a transformer for each of :data:`FIRST` entries), so off by default.
"""

from __future__ import annotations

from dataclasses import fields, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from core.errors import ConfigurationError

if TYPE_CHECKING:
    from kb_index.entries.entry import Entry
    from kb_index.index.shelf import Shelf
    from kb_index.search.ranking import Ranking

FIRST = 10
"""Entries read anew."""
_CHARS = 400
_REMEMBERED = 20_000


class Reranker:
    """A sentence-transformers ``CrossEncoder``.

    Its score, 0 to 1, is added to the fused score in units of the distance between the first and the last entry it
    reads: a sure yes lifts the last level with the first. So the order changes, and with it the fused score and its
    margins that the probability model looks at; ``wenban kb evaluate --fit`` learns what they mean now.

    Args:
        name: hub name or folder.
        threads: CPU threads torch may use.

    Raises:
        ConfigurationError: when it can't be loaded, or gives more than one score a pair.
    """

    def __init__(self, name: str, threads: int = 2) -> None:
        import torch
        from sentence_transformers import CrossEncoder

        torch.set_num_threads(threads)
        try:
            self._model: Any = CrossEncoder(name, device="cpu")
        except Exception as error:
            raise ConfigurationError(
                f"The re-ranker {name!r} cannot be loaded: {error}. Set WENBAN_KB_RERANKER to a folder that holds "
                "one, or leave it empty.",
                code="kb_reranker",
            ) from error
        if self._model.num_labels != 1:
            raise ConfigurationError(
                f"The re-ranker {name!r} gives {self._model.num_labels} scores a pair; one is needed.",
                code="kb_reranker",
            )
        self._sigmoid = torch.nn.Sigmoid()
        # fitting judges each question several times, under different numbers
        self._known = lru_cache(maxsize=_REMEMBERED)(self._one)

    def reorder(self, ranking: Ranking, shelf: Shelf) -> Ranking:
        """The ranking with its first entries in a new order; what stood behind them stays behind."""
        count = min(FIRST, len(ranking.places))
        if count < 2 or not ranking.query.text:
            return ranking
        entries = [shelf.store.at(int(place)) for place in ranking.places[:count]]
        scores = np.array([self._known(ranking.query.text, _passage(entry)) for entry in entries])
        fused = ranking.fused.astype(np.float64)
        fused[:count] += scores * (fused[0] - fused[count - 1])
        order = np.argsort(-fused, kind="stable")
        columns: dict[str, Any] = {
            field.name: value[order]
            for field in fields(ranking)
            if isinstance(value := getattr(ranking, field.name), np.ndarray)
        }
        return replace(ranking, **{**columns, "fused": fused[order]})

    def _one(self, question: str, passage: str) -> float:
        found = self._model.predict(
            [(question, passage)], activation_fn=self._sigmoid, show_progress_bar=False, convert_to_numpy=True
        )
        return float(found[0])


def load_reranker(name: str) -> Reranker | None:
    """The re-ranker of the setting ``kb_reranker``; None when it is empty."""
    return Reranker(name) if name else None


def _passage(entry: Entry) -> str:
    return f"{entry.title}\n{entry.answer}"[:_CHARS]
