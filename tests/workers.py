"""How the tests are dealt out to the processes that run them side by side."""

from __future__ import annotations

from itertools import groupby

import pytest
from xdist.scheduler import LoadGroupScheduling

_FIRST = ("end_to_end", "measured", "slow")
"""Marks of tests that take long, the longest first."""


class FilesAndGroups(LoadGroupScheduling):
    """A group (``pytest.mark.xdist_group``) stays in one process, and so does a file: it shares what is made once for it."""

    def _split_scope(self, nodeid: str) -> str:
        scope: str = super()._split_scope(nodeid)
        return scope.split("::")[0]


def longest_first(items: list[pytest.Item]) -> None:
    """Put files and groups that take long before the others, so that no process is left alone with one at the end."""
    files = [list(of_one) for _, of_one in groupby(items, key=lambda item: item.path)]
    items[:] = [item for of_one in sorted(files, key=_rank) for item in of_one]


def _rank(items: list[pytest.Item]) -> tuple[int, int]:
    grouped = any(item.get_closest_marker("xdist_group") for item in items)
    ranks = (place for item in items for place, mark in enumerate(_FIRST) if item.get_closest_marker(mark))
    return (0 if grouped else 1, min(ranks, default=len(_FIRST)))
