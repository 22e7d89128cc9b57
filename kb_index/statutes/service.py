"""The interface of the statutes for the bot: loads them on first use, and searches them within a time limit."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from core.errors import WenbanError
from kb_index.index.versions import current_version
from kb_index.statutes.shelf import FoundArticle, StatuteShelf

log = logging.getLogger(__name__)

PATIENCE_S = 1.5
"""Longest time a reply waits for articles, in seconds. Loading then continues for the next reply."""


class Statutes:
    """Finds related articles for questions that no entry answers.

    The first question loads the index in a thread. A newer version is loaded when the index folder names one.
    Any error is logged once, and then no article is shown.

    Args:
        index_dir: the index folder of the statutes.
        model: sentence-transformers folder or name: the model the index was built with.
        patience_s: see :data:`PATIENCE_S`.
    """

    def __init__(self, index_dir: Path, model: str, patience_s: float = PATIENCE_S) -> None:
        self._index_dir = index_dir
        self._model = model
        self._patience_s = patience_s
        self._shelf: StatuteShelf | None = None
        self._failed: str | None = ""
        self._threads = ThreadPoolExecutor(max_workers=1, thread_name_prefix="laws")

    async def __aenter__(self) -> Statutes:
        """Returns the object itself; nothing is loaded yet."""
        return self

    async def __aexit__(self, *_: object) -> None:
        """Ends the thread, after a running search has ended."""
        self._threads.shutdown(wait=True, cancel_futures=True)

    async def related(self, question: str, regions: Sequence[str] = ()) -> tuple[FoundArticle, ...]:
        """Up to two articles that are probably about a question; none in doubt or when time runs out.

        Args:
            question: the citizen's words, any text.
            regions: names of the citizen's regions, all levels.
        """
        loop = asyncio.get_running_loop()
        work = loop.run_in_executor(self._threads, self._related, question, tuple(regions))
        done, _ = await asyncio.wait({work}, timeout=self._patience_s)
        return work.result() if done else ()

    def _related(self, question: str, regions: tuple[str, ...]) -> tuple[FoundArticle, ...]:
        try:
            version = current_version(self._index_dir)
            if version == self._failed:
                return ()
            if self._shelf is None or self._shelf.version != version:
                self._shelf, self._failed = None, version
                self._shelf = StatuteShelf(self._index_dir, self._model)
                self._failed = ""
                log.info("statutes version %s loaded, %d articles", version, len(self._shelf))
            return self._shelf.related(question, regions)
        except WenbanError as error:
            log.warning("no articles of law are shown: %s", error.message)
        except Exception:  # the citizen's reply is complete without articles
            log.exception("no articles of law are shown")
        return ()
