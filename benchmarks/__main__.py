"""``make bench``: start a whole system, measure it, print one table. The exit status is 1 when a figure is over its bound.

``python -m benchmarks --beside PATH`` instead compares this checkout with another one (:mod:`benchmarks.beside`).
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks import answering, beside, memory, overhead, photos, search, wechat
from benchmarks.figures import Figure
from tests.system import started


def main() -> int:
    """Measure and print. Returns the exit status, 0 when every figure is within its bound."""
    options = argparse.ArgumentParser(prog="python -m benchmarks", description="Measure Wenban.")
    options.add_argument("--beside", type=Path, metavar="PATH", help="another checkout to compare with")
    other = options.parse_args().beside
    figures = _all() if other is None else beside.run(other)
    _print(figures)
    return 0 if all(figure.kept for figure in figures) else 1


def _all() -> list[Figure]:
    figures = [*search.run(), *answering.run(), *photos.run()]
    with (
        tempfile.TemporaryDirectory(prefix="wenban-bench-") as folder,
        started(Path(folder) / "data") as system,
    ):
        figures += overhead.run(system)
        figures += memory.run(system)
    return [*figures, *wechat.run()]


def _print(figures: Sequence[Figure]) -> None:
    table = Table("what", "measured", "bound", "kept", title="Wenban benchmarks")
    for figure in figures:
        kept = "" if figure.bound is None else ("yes" if figure.kept else "NO")
        bound = "" if figure.bound is None else f"≤ {figure.bound:g} {figure.unit}"
        table.add_row(figure.name, f"{figure.value:.2f} {figure.unit}", bound, kept)
    Console(width=110).print(table)


if __name__ == "__main__":
    sys.exit(main())
