"""``wenban kb watch``: builds again whenever an editor saves, and keeps the former version when that fails."""

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
"""A save is several events (write aside, rename) and a branch switch hundreds: build once it has been quiet."""

BUSY_S = 30
"""How long a build by somebody else is waited for."""

SIDE_FILES = {"synonyms.yml", "words.txt"}

Builder = Callable[[], BuildReport]
Outcome = BuildReport | Exception


def relevant(change: Change, path: str) -> bool:
    """Whether a changed path is part of a build: not editors' swap and backup files, but whole folders are."""
    name = Path(path).name
    if name.startswith((".", "_", "~", "#")):
        return False
    return name in SIDE_FILES or Path(name).suffix in {".md", ""}


def builds(
    folder: Path, make: Builder, stop: threading.Event | None = None
) -> Iterator[tuple[list[str], Outcome]]:
    """Builds now, then again after each change, until stopped.

    Args:
        folder: the knowledge folder, watched with all folders below it.
        make: builds and publishes once.
        stop: ends the watch when set.

    Yields:
        The files that changed (none the first time), and what the build came to.

    Raises:
        NotFound: when the folder is not there.
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
    next(changes, None)  # the watch stands before the first build, so that no save falls between the two
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
        except (WenbanError, OSError, ValueError) as error:  # a full disk ends this build, not the watch
            return error
