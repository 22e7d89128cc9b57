"""An optional cross-encoder that reads the question together with an entry and re-orders the first hits.

It needs one transformer pass for each of :data:`FIRST` entries. This is slower than the rest of a search, so
it is off by default.
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
"""Number of first entries that are re-ordered."""
_CHARS = 400
"""Number of characters of an entry that the model reads."""
_REMEMBERED = 20_000
"""Number of scores that are kept."""


class Reranker:
    """A sentence-transformers ``CrossEncoder``.

    Its score (0 to 1), times the distance between the fused scores of the first and last re-ordered entry, is
    added to the fused score. So a score of 1 lifts the last entry to the level of the first. This changes the
    fused score and its margins, which are features of the probability model: fit again with ``wenban kb
    evaluate --fit``.

    Args:
        name: hub name or folder of the model.
        threads: number of CPU threads for torch.

    Raises:
        ConfigurationError: when the model can't be loaded, or gives more than one score for a pair.
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
        # the cache helps fitting, which scores each question several times with different numbers
        self._known = lru_cache(maxsize=_REMEMBERED)(self._one)

    def reorder(self, ranking: Ranking, shelf: Shelf) -> Ranking:
        """The ranking with its first :data:`FIRST` entries in a new order; the others stay behind them."""
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
    """Loads the re-ranker named by the setting ``kb_reranker``; None when the name is empty."""
    return Reranker(name) if name else None


def _passage(entry: Entry) -> str:
    return f"{entry.title}\n{entry.answer}"[:_CHARS]
