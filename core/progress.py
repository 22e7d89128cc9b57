"""Progress bars for long work. They are shown on standard error, and only when that is a terminal."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bars

Progress = Callable[[int, int], None]
"""Called with the number of steps done and the number of all steps."""
Stage = Callable[[str], Progress]
"""Called with the label of a stage. It returns the progress callback for this stage."""


def unwatched(done: int, total: int) -> None:
    """A progress callback that shows nothing."""


def silent(label: str) -> Progress:
    """A :data:`Stage` that shows nothing."""
    return unwatched


@contextlib.contextmanager
def bars() -> Iterator[Stage]:
    """Show one bar for each stage while the block runs. The bars disappear at its end.

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
