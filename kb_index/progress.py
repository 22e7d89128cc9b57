"""Progress bars on long work: on a terminal only, on standard error, never in the way of the output."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

T = TypeVar("T")
Stage = Callable[[str], Callable[[int, int], None]]
"""Makes the progress callback of a step, ``(done, total)``, from the step's label."""


def silent(label: str) -> Callable[[int, int], None]:
    """A stage nobody watches."""
    return lambda done, total: None


@contextlib.contextmanager
def bars() -> Iterator[Stage]:
    """Shows a bar per step while the block runs; the bars are gone when it ends.

    >>> with bars() as stage:
    ...     step = stage("读取条目")
    ...     step(1, 2)
    """
    console = Console(stderr=True)
    with Progress(
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(),
        console=console, transient=True, disable=not console.is_terminal,
    ) as shown:  # fmt: skip

        def stage(label: str) -> Callable[[int, int], None]:
            task = shown.add_task(label, total=None)
            return lambda done, total: shown.update(task, completed=done, total=total)

        yield stage


class Walked(list[T]):
    """A list that moves a bar as it is walked through, for code that only takes a list.

    Args:
        items: what it holds.
        progress: called with (items passed, items in all).
    """

    def __init__(self, items: Iterable[T], progress: Callable[[int, int], None]) -> None:
        super().__init__(items)
        self._progress = progress

    def __iter__(self) -> Iterator[T]:
        """The items, the bar one further after each."""
        for done, item in enumerate(super().__iter__(), 1):
            yield item
            self._progress(done, len(self))
