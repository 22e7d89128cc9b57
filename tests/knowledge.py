"""Makes knowledge bases for tests fast: an index that no test changes is loaded once, and builds begin with one at hand."""

from __future__ import annotations

import shutil
from functools import cache
from pathlib import Path

from core.settings import ROOT
from kb_index import service
from kb_index.index.versions import current_version
from kb_index.search.searcher import Searcher

AT_HAND = ROOT / "var" / "tests" / "kb_index"
"""An index of the knowledge base that ships, for tests only: no server shows it."""

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


def begin_with_what_is_at_hand(index: Path) -> None:
    """Copy the index that ``make index`` built (:data:`AT_HAND`), if there is one, for a build to begin with.

    The build then makes only the vectors that are not in it: none, or with other Markdown those of what differs. To make all
    9,900 takes a processor 20 seconds each time.

    Args:
        index: the index folder that will be built; it does not exist yet.
    """
    version = current_version(AT_HAND)
    if version is None:
        return
    shutil.copytree(AT_HAND / "versions" / version, index / "versions" / version)
    shutil.copyfile(AT_HAND / "CURRENT", index / "CURRENT")
