"""Makes knowledge bases for tests fast: an index that no test changes is loaded once in a process."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from kb_index import service
from kb_index.search.searcher import Searcher

_unchanging: set[Path] = set()


def unchanging(index: Path) -> Path:
    """Says that no test changes this index. Returns the index.

    All knowledge bases of this process that are opened on it then share one loaded searcher, which never changes either.
    Loading takes longer than many a test.
    """
    _unchanging.add(index)
    return index


def share_searchers() -> None:
    """Let knowledge bases in this process share what is loaded of an :func:`unchanging` index."""
    load = service.load_searcher
    once = cache(load)

    def loaded(index_dir: Path, version: str, model: str, reranker: str = "") -> Searcher:
        return (once if index_dir in _unchanging else load)(index_dir, version, model, reranker)

    service.load_searcher = loaded
