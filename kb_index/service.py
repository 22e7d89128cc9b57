"""The interface of the knowledge base for other packages. It always searches the version in service."""

from __future__ import annotations

import asyncio
import datetime as dt
import logging
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

from core.clock import local, now
from core.following import Follower
from kb_index.entries.entry import Entry
from kb_index.index.versions import current_version
from kb_index.search.loading import load_searcher
from kb_index.search.searcher import Searcher, SearchResult
from kb_index.search.topics import about
from kb_index.search.unmentioned import shared, subjects, unmentioned

log = logging.getLogger(__name__)

POLL_S = 1.5
"""Seconds between two looks at the file ``CURRENT``, which names the version in service."""


class KnowledgeBase:
    """Searches the version that ``CURRENT`` names, and loads a new version when ``CURRENT`` changes.

    A new version is loaded in the background and replaces the old one between two searches. When it can't be
    loaded, the error is logged and the old version stays in service. Without any version every search ends in
    ``unknown``. Each process loads its own copy, so following ``CURRENT`` is a task of the process and not a
    shared job.

    Args:
        index_dir: the index folder with all versions.
        model: sentence-transformers folder or name: the model the versions were built with.
        poll_s: see :data:`POLL_S`.
        reranker: cross-encoder folder or name; empty: none.
        answer_at: probability (0 to 1) from which the first entry is the answer; None: that of each version's
            calibration. The app passes a threshold that was fitted to what citizens finally see.

    >>> async def example(kb):
    ...     async with kb:
    ...         result = await kb.search("养老保险要交多少年", regions=["全国", "安徽", "淮南"])
    ...         return result.outcome, [hit.entry.id for hit in result.hits]
    """

    def __init__(
        self,
        index_dir: Path,
        model: str,
        poll_s: float = POLL_S,
        reranker: str = "",
        answer_at: float | None = None,
    ) -> None:
        self._answer_at = answer_at
        self.index_dir = index_dir
        self.model = model
        self.reranker = reranker
        self._searcher: Searcher | None = None
        self._failed: str | None = None
        self._threads = ThreadPoolExecutor(max_workers=2, thread_name_prefix="kb")
        self._reloading = asyncio.Lock()
        self._follower = Follower(self.refresh, poll_s, "knowledge base")

    @property
    def version(self) -> str:
        """Name of the loaded version; "" when none is loaded."""
        return self._searcher.version if self._searcher else ""

    @property
    def searcher(self) -> Searcher | None:
        """The searcher of the loaded version, for work other than citizens' questions; None: not loaded."""
        return self._searcher

    @property
    def size(self) -> int:
        """Number of entries in service."""
        return len(self._searcher.shelf.store) if self._searcher else 0

    async def start(self) -> None:
        """Loads the current version and starts to follow ``CURRENT``."""
        await self._follower.start()

    async def close(self) -> None:
        """Stops following ``CURRENT``, after the running searches have ended."""
        await self._follower.close()
        self._threads.shutdown(wait=True)

    async def __aenter__(self) -> KnowledgeBase:
        """Calls :meth:`start`."""
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        """Calls :meth:`close`."""
        await self.close()

    async def refresh(self) -> bool:
        """Loads the version that ``CURRENT`` names, when it isn't loaded yet.

        Returns:
            Whether a different version is in service now.
        """
        async with self._reloading:
            loop = asyncio.get_running_loop()
            name = await loop.run_in_executor(self._threads, current_version, self.index_dir)
            if name is None or name == self.version or name == self._failed:
                return False
            try:
                loaded = await loop.run_in_executor(self._threads, self._load, name)
            except Exception:  # whatever the error is, the old version stays in service
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
            question: the citizen's words, any text.
            regions: names of the citizen's regions, all levels; entries for 全国 always match. Empty: no
                filter.
            on: the day on which the answer must hold; None: today. Expired answers are never given as
                current.
            limit: largest number of hits.
        """
        searcher = self._searcher
        if searcher is None:
            return SearchResult("unknown", (), "")
        day = on or local(now()).date()
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(
            self._threads, searcher.search, question, tuple(regions), day, limit
        )

    async def about(self, word: str, regions: Sequence[str] = (), limit: int = 5) -> tuple[Entry, ...]:
        """Entries of the topic that a single word names, valid today, best match first; else empty.

        Args:
            word: the citizen's word, such as 低保.
            regions: as for :meth:`search`.
            limit: largest number of entries.
        """
        searcher = self._searcher
        if searcher is None:
            return ()
        day = local(now()).date()
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, about, searcher, word, tuple(regions), day, limit)

    def entry(self, entry_id: str) -> Entry | None:
        """The entry with this id in the version in service, if it holds today; else None.

        A button or a fact of the conversation may name an entry that has expired since: it is never told as current.
        """
        found = self.stored(entry_id)
        return found if found is not None and found.holds_on(local(now()).date()) else None

    def stored(self, entry_id: str) -> Entry | None:
        """The entry with this id in the version in service, expired or not, for those who keep the base; None when there is none."""
        if self._searcher is None:
            return None
        store = self._searcher.shelf.store
        place = store.place(entry_id)
        return None if place is None else store.at(place)

    def unmentioned(self, question: str, entry: Entry, *, headed: bool = False) -> tuple[str, ...]:
        """The subjects that a question names and an entry does not mention; see :func:`kb_index.search.unmentioned.unmentioned`.

        Args:
            question: the citizen's words.
            entry: the entry that would be given as the answer.
            headed: compare with the entry's title, tags and topic alone.
        """
        return () if self._searcher is None else unmentioned(self._searcher, question, entry, headed=headed)

    def shared(self, question: str, entry: Entry) -> tuple[str, ...]:
        """The words that a question and an entry's questions share; see :func:`kb_index.search.unmentioned.shared`."""
        return () if self._searcher is None else shared(self._searcher, question, entry)

    def _load(self, name: str) -> Searcher:
        searcher = load_searcher(self.index_dir, name, self.model, self.reranker)
        if self._answer_at is not None:
            searcher = searcher.with_calibration(replace(searcher.calibration, answer_at=self._answer_at))
        # The first search builds jieba's dictionary, and the subjects are read from every entry; no citizen should wait.
        searcher.search("预热")
        subjects(searcher)
        return searcher
