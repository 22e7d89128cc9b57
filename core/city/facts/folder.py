"""Follows a city's folder of facts while the app runs."""

from __future__ import annotations

import asyncio
import logging
from functools import partial
from pathlib import Path

from core.city.facts.facts import Facts
from core.city.facts.reading import Read, files_in, named_twice, national_numbers, read_file
from core.city.profile import City
from core.errors import ConfigurationError
from core.following import Follower

log = logging.getLogger(__name__)

POLL_S = 2.0
"""Seconds between two looks at the folder."""
_Sign = tuple[int, int]
"""Time of the last change in nanoseconds, and size in bytes."""


class FactsFolder:
    """The facts of a city, as its files say them now.

    A changed file is read again and in service within seconds. A broken one is logged, and what it said before stays in
    service; so does every other file. Each process follows the folder by itself.

    Args:
        folder: the city's folder of facts. It need not exist.
        city: the city.
        poll_s: see :data:`POLL_S`.

    >>> async def example(folder, city):
    ...     async with FactsFolder(folder, city) as facts:
    ...         return facts.now.office("社保局", on=date(2026, 11, 30))
    """

    def __init__(self, folder: Path, city: City, poll_s: float = POLL_S) -> None:
        self.folder = folder
        self._city = city
        self._signs: dict[Path, _Sign] = {}
        self._good: dict[Path, Read] = {}
        self._broken: dict[Path, str] = {}
        self._facts = Facts(city, (), national_numbers())
        self._follower = Follower(partial(asyncio.to_thread, self.refresh), poll_s, "facts of the city")

    @property
    def now(self) -> Facts:
        """The facts in service."""
        return self._facts

    @property
    def troubles(self) -> tuple[str, ...]:
        """What is wrong with the files, one text a file; empty when all were read."""
        return (*self._broken.values(), *named_twice(list(self._good.values())))

    def refresh(self) -> bool:
        """Read what has changed since the last time.

        Returns:
            Whether anything has changed.
        """
        signs = {path: sign for path in files_in(self.folder) if (sign := _sign(path)) is not None}
        if signs == self._signs:
            return False
        before = self.troubles
        changed = [path for path, sign in signs.items() if self._signs.get(path) != sign]
        for path in [path for path in (*self._good, *self._broken) if path not in signs]:
            self._good.pop(path, None)
            self._broken.pop(path, None)
        for path in changed:
            try:
                self._good[path] = read_file(path, self.folder, self._city)
                self._broken.pop(path, None)
            except ConfigurationError as error:
                self._broken[path] = error.message
        self._signs = signs
        self._facts = Facts(
            self._city, [self._good[path].facts for path in sorted(self._good)], national_numbers()
        )
        for trouble in self.troubles:
            if trouble not in before:
                log.error("a file of facts is wrong; what it said before stays in service: %s", trouble)
        log.info("facts in service: %d of %d files in %s", len(self._facts), len(self._good), self.folder)
        return True

    async def start(self) -> None:
        """Read the folder, and begin to follow it."""
        await self._follower.start()

    async def close(self) -> None:
        """Stop following the folder."""
        await self._follower.close()

    async def __aenter__(self) -> FactsFolder:
        """Calls :meth:`start`."""
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        """Calls :meth:`close`."""
        await self.close()


def _sign(path: Path) -> _Sign | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size
