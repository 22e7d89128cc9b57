"""A searcher in memory, without touching the index in service: for measuring and fitting."""

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
        folder: knowledge folder; its synonyms and words are used in any case.
        entries: searched instead of the folder's entries when given.
        model: sentence-transformers folder or name.
        calibration: weights and thresholds.
        progress: called with (questions embedded, to embed).
        reranker: cross-encoder folder or name; empty: none.
        known: vectors the pretrained encoder has made before, by question.

    Raises:
        BadRequest: when there is nothing to search.
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
