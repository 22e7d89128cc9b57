"""A sequence of a file's lines that stay on disk."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np


class Lines:
    """The lines of a file without their line ends; each line is read when it is accessed.

    Args:
        file: the file; it must end with a line end.
    """

    def __init__(self, file: Path) -> None:
        self._file = file.open("rb", buffering=0)  # an open file stays readable when the version is deleted
        ends = np.flatnonzero(np.fromfile(file, np.uint8) == ord("\n"))
        self._starts = np.concatenate([[0], ends + 1])

    def __len__(self) -> int:
        return len(self._starts) - 1

    def __getitem__(self, place: int) -> bytes:
        start, stop = int(self._starts[place]), int(self._starts[place + 1])
        return os.pread(self._file.fileno(), stop - 1 - start, start)

    def __iter__(self) -> Iterator[bytes]:
        text = os.pread(self._file.fileno(), int(self._starts[-1]), 0)
        return iter(text.split(b"\n")[:-1])
