"""Builds a searcher in memory for measuring and fitting; the index in service is not touched."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from core.errors import BadRequest
from core.progress import Progress
from kb_index.entries.entry import Entry
from kb_index.entries.folder import load_folder
from kb_index.index import meanings
from kb_index.index.shelving import make_shelf
from kb_index.language.encoder import load_encoder
from kb_index.language.text import TextPipeline
from kb_index.search.calibration import Calibration
from kb_index.search.rerank import load_reranker
from kb_index.search.searcher import Searcher


def searcher_over(
    folder: Path,
    entries: list[Entry] | None,
    model: str,
    calibration: Calibration,
    progress: Progress | None = None,
    reranker: str = "",
    known: Mapping[bytes, meanings.Vectors] | None = None,
) -> Searcher:
    """Builds a searcher.

    Args:
        folder: the knowledge folder; its synonyms and words are always used.
        entries: entries to search instead of those of the folder; None: the folder's.
        model: sentence-transformers folder or name.
        calibration: weights and thresholds.
        progress: called with (questions embedded, questions to embed).
        reranker: cross-encoder folder or name; empty: none.
        known: question → vector that the pretrained encoder made earlier.

    Raises:
        BadRequest: when there are no entries.
    """
    if entries is None:
        entries = [p.entry for p in load_folder(folder)[0]]
    if not entries:
        raise BadRequest(f"{folder} holds no entries", code="no_entries")
    pipeline = TextPipeline.from_folder(folder)
    encoder = load_encoder(model, pipeline)
    shelf = make_shelf(entries, pipeline, encoder, progress=progress)
    meaning = meanings.shipped_meaning()
    return Searcher(
        shelf,
        pipeline,
        encoder,
        calibration,
        "memory",
        load_reranker(reranker),
        meanings.make(shelf.questions, shelf.starts, meaning, known or {}, progress),
        meaning,
    )
