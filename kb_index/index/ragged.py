"""Rows of different lengths in one array, such as the tokens of every question or of every entry."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Ids = NDArray[np.int32]
"""Numbers of tokens."""
Places = NDArray[np.int64]
"""Places in a list, from 0."""


@dataclass(frozen=True)
class Ragged:
    """Rows of token ids.

    Args:
        flat: the ids of all rows, one row after the other.
        offsets: where each row begins in ``flat``, and the end of the last row; [rows + 1].

    >>> rows = Ragged.of([np.array([1, 2], np.int32), np.array([3], np.int32)])
    >>> len(rows), rows.row(1).tolist(), rows.take(np.array([1, 0])).flat.tolist()
    (2, [3], [3, 1, 2])
    """

    flat: Ids
    offsets: Places

    @classmethod
    def of(cls, rows: list[Ids]) -> Ragged:
        """Makes a :class:`Ragged` from separate rows."""
        offsets = np.zeros(len(rows) + 1, np.int64)
        np.cumsum([len(row) for row in rows], out=offsets[1:])
        flat = np.concatenate(rows) if rows else np.zeros(0)
        return cls(flat.astype(np.int32), offsets)

    def __len__(self) -> int:
        return len(self.offsets) - 1

    @property
    def lengths(self) -> Places:
        """Length of each row, in ids; [rows]."""
        return np.diff(self.offsets)

    def row(self, place: int) -> Ids:
        """The row at a place."""
        return self.flat[self.offsets[place] : self.offsets[place + 1]]

    def take(self, places: Places) -> Ragged:
        """The rows at these places, in this order."""
        if not len(places):
            return Ragged.of([])
        offsets = np.zeros(len(places) + 1, np.int64)
        np.cumsum(self.lengths[places], out=offsets[1:])
        # neighbouring rows are copied together: after a small change nearly all rows are neighbours
        begins = np.flatnonzero(np.diff(places, prepend=-2) != 1)
        ends = np.append(begins[1:], len(places))
        pieces = [
            self.flat[self.offsets[places[a]] : self.offsets[places[b - 1] + 1]]
            for a, b in zip(begins, ends, strict=True)
        ]
        return Ragged(np.concatenate(pieces) if pieces else self.flat[:0], offsets)

    def joined(self, other: Ragged) -> Ragged:
        """These rows, followed by the rows of ``other``."""
        return Ragged(
            np.concatenate([self.flat, other.flat]),
            np.concatenate([self.offsets, other.offsets[1:] + self.offsets[-1]]),
        )

    def owners(self) -> Places:
        """For each element of :attr:`flat`, the number of its row."""
        return np.repeat(np.arange(len(self), dtype=np.int64), self.lengths)

    def save(self, folder: Path, name: str) -> None:
        """Writes the rows as two files in a folder."""
        np.save(folder / f"{name}.npy", self.flat)
        np.save(folder / f"{name}.offsets.npy", self.offsets)

    @classmethod
    def load(cls, folder: Path, name: str) -> Ragged:
        """Reads what :meth:`save` wrote. The rows stay on disk and are read when needed."""
        return cls(on_disk(folder / f"{name}.npy"), np.load(folder / f"{name}.offsets.npy"))


def on_disk(file: Path) -> NDArray[Any]:
    """The array in a file of numpy's; its rows stay on disk and are read when needed.

    It is a plain array, as each slice of a ``memmap`` takes several times as long.
    """
    return np.asarray(np.load(file, mmap_mode="r"))


def spread(starts: Places, counts: Places) -> Places:
    """``counts[0]`` consecutive numbers from ``starts[0]``, then ``counts[1]`` from ``starts[1]``, etc."""
    begins = np.cumsum(counts) - counts
    found: Places = np.arange(int(counts.sum()), dtype=np.int64) + np.repeat(starts - begins, counts)
    return found
