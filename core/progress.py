"""Progress bars on long work: on a terminal only, on standard error, never in the way of the output."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bars

Progress = Callable[[int, int], None]
"""Called with (done, in all)."""
Stage = Callable[[str], Progress]
"""Makes the progress callback of a step, ``(done, total)``, from the step's label."""


def unwatched(done: int, total: int) -> None:
    """Progress nobody watches."""


def silent(label: str) -> Progress:
    """A stage nobody watches."""
    return unwatched


@contextlib.contextmanager
def bars() -> Iterator[Stage]:
    """Shows a bar per step while the block runs; the bars are gone when it ends.

    >>> with bars() as stage:
    ...     step = stage("读取条目")
    ...     step(1, 2)
    """
    console = Console(stderr=True)
    with Bars(
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(),
        console=console, transient=True, disable=not console.is_terminal,
    ) as shown:  # fmt: skip

        def stage(label: str) -> Progress:
            task = shown.add_task(label, total=None)
            return lambda done, total: shown.update(task, completed=done, total=total)

        yield stage
