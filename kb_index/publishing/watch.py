"""``wenban kb watch``: builds after each save of an editor. If a build fails, the last version stays."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from watchfiles import Change, watch

from core.errors import Conflict, NotFound, WenbanError
from kb_index.publishing.build import BuildReport

SETTLE_MS = 400
"""Milliseconds without a change before a build starts.

One save causes several file events, and a branch switch causes hundreds.
"""

BUSY_S = 30
"""Longest wait for another process's build, in seconds."""

SIDE_FILES = {"synonyms.yml", "words.txt"}
"""Names of the files besides the entries that change an index."""

Builder = Callable[[], BuildReport]
"""Builds and publishes once."""
Outcome = BuildReport | Exception
"""The result of a build, or the error that stopped it."""


def relevant(change: Change, path: str) -> bool:
    """Whether a changed path matters for a build: folders do, swap and backup files do not."""
    name = Path(path).name
    if name.startswith((".", "_", "~", "#")):
        return False
    return name in SIDE_FILES or Path(name).suffix in {".md", ""}


def builds(
    folder: Path, make: Builder, stop: threading.Event | None = None
) -> Iterator[tuple[list[str], Outcome]]:
    """Builds at once, then again after each change, until stopped.

    Args:
        folder: the knowledge folder; sub-folders are watched, too.
        make: builds and publishes once.
        stop: ends the watch when set.

    Yields:
        The changed files (none for the first build), and the build's report or error.

    Raises:
        NotFound: when the folder does not exist.
    """
    if not folder.is_dir():
        raise NotFound(f"没有知识库文件夹 {folder}", code="kb_folder")
    root = folder.resolve()
    changes = watch(
        root,
        watch_filter=relevant,
        debounce=20 * SETTLE_MS,
        step=SETTLE_MS,
        stop_event=stop,
        yield_on_timeout=True,
        rust_timeout=500,
    )
    next(changes, None)  # start watching before the first build, so that no save between them is missed
    yield [], _tried(make)
    for found in changes:
        if found:
            yield sorted({os.path.relpath(path, root) for _, path in found}), _tried(make)


def _tried(make: Builder) -> Outcome:
    until = time.monotonic() + BUSY_S
    while True:
        try:
            return make()
        except Conflict as error:
            if error.code != "kb_busy" or time.monotonic() > until:
                return error
            time.sleep(1)
        except (WenbanError, OSError, ValueError) as error:  # such as a full disk; the watch goes on
            return error
