"""The knowledge base as the rest of the system uses it: asynchronous, always on the version in service."""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import logging
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from kb_index.entries.entry import Entry
from kb_index.index.versions import current_version
from kb_index.search.loading import load_searcher
from kb_index.search.searcher import Searcher, SearchResult
from kb_index.search.topics import about

log = logging.getLogger(__name__)

POLL_S = 1.5
"""How often ``CURRENT`` is looked at, in seconds."""


class KnowledgeBase:
    """Searches the version ``CURRENT`` names and follows it.

    A new version is loaded aside and swapped in between two searches; one that can't be loaded is logged and
    the former one goes on serving. Without any version every search ends in ``unknown``. Following is no job: each process
    holds a version of its own.

    Args:
        index_dir: where versions live.
        model: sentence-transformers folder or name, the one the versions were built with.
        poll_s: seconds between two looks at ``CURRENT``.
        reranker: cross-encoder folder or name; empty: none.

    >>> async def example(kb):
    ...     async with kb:
    ...         result = await kb.search("养老保险要交多少年", regions=["全国", "安徽", "淮南"])
    ...         return result.outcome, [hit.entry.id for hit in result.hits]
    """

    def __init__(self, index_dir: Path, model: str, poll_s: float = POLL_S, reranker: str = "") -> None:
        self.index_dir = index_dir
        self.model = model
        self.reranker = reranker
        self._poll_s = poll_s
        self._searcher: Searcher | None = None
        self._failed: str | None = None
        self._threads = ThreadPoolExecutor(max_workers=2, thread_name_prefix="kb")
        self._reloading = asyncio.Lock()
        self._task: asyncio.Task[None] | None = None

    @property
    def version(self) -> str:
        """Name of the loaded version, "" when none is."""
        return self._searcher.version if self._searcher else ""

    @property
    def searcher(self) -> Searcher | None:
        """The loaded version itself, for work that is no citizen's question; None when there is none."""
        return self._searcher

    @property
    def size(self) -> int:
        """Number of entries in service."""
        return len(self._searcher.shelf.store) if self._searcher else 0

    async def start(self) -> None:
        """Loads the current version and begins to follow ``CURRENT``."""
        await self.refresh()
        if self._task is None:
            self._task = asyncio.create_task(self._follow(), name="kb-follow")

    async def close(self) -> None:
        """Stops following; searches under way end first."""
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
            self._task = None
        self._threads.shutdown(wait=True)

    async def __aenter__(self) -> KnowledgeBase:
        """Starts."""
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        """Closes."""
        await self.close()

    async def refresh(self) -> bool:
        """Loads what ``CURRENT`` names when that isn't loaded yet.

        Returns:
            Whether another version is in service now.
        """
        async with self._reloading:
            loop = asyncio.get_running_loop()
            name = await loop.run_in_executor(self._threads, current_version, self.index_dir)
            if name is None or name == self.version or name == self._failed:
                return False
            try:
                loaded = await loop.run_in_executor(self._threads, self._load, name)
            except Exception:  # whatever is wrong with it, the former version serves on
                self._failed = name
                log.exception("knowledge base version %s cannot be loaded; serving %r", name, self.version)
                return False
            self._searcher, self._failed = loaded, None
            log.info("knowledge base version %s in service, %d entries", name, len(loaded.shelf.store))
            return True

    async def search(
        self, question: str, regions: Sequence[str] = (), on: dt.date | None = None, limit: int = 3
    ) -> SearchResult:
        """Finds the entries that may answer a question.

        Args:
            question: anything a citizen typed.
            regions: where the citizen is, all levels; entries for 全国 always count. Empty: no filter.
            on: day the answer must hold; today when None. Expired answers are never given as current.
            limit: most hits.
        """
        searcher = self._searcher
        if searcher is None:
            return SearchResult("unknown", (), "")
        day = on or dt.datetime.now(dt.timezone(dt.timedelta(hours=8))).date()
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(
            self._threads, searcher.search, question, tuple(regions), day, limit
        )

    async def about(self, word: str, regions: Sequence[str] = (), limit: int = 5) -> tuple[Entry, ...]:
        """Entries of the topic a bare word names, valid today, the nearest first; empty when it names none.

        Args:
            word: what the citizen typed, such as 低保.
            regions: as for :meth:`search`.
            limit: most entries.
        """
        searcher = self._searcher
        if searcher is None:
            return ()
        day = dt.datetime.now(dt.timezone(dt.timedelta(hours=8))).date()
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, about, searcher, word, tuple(regions), day, limit)

    def entry(self, entry_id: str) -> Entry | None:
        """The entry with this id in the version in service, expired ones too; None when there is none."""
        if self._searcher is None:
            return None
        store = self._searcher.shelf.store
        place = store.place(entry_id)
        return None if place is None else store.at(place)

    def _load(self, name: str) -> Searcher:
        searcher = load_searcher(self.index_dir, name, self.model, self.reranker)
        searcher.search("预热")  # the first search builds jieba's dictionary; citizens shouldn't wait for it
        return searcher

    async def _follow(self) -> None:
        while True:
            await asyncio.sleep(self._poll_s)
            try:
                await self.refresh()
            except Exception:  # the folder may be away for a moment; keep following
                log.exception("cannot look for a new knowledge base version")
