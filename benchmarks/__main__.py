"""``make bench``: start a whole system, measure it, print one table. Exit status 1 when a bound is missed."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks import memory, overhead, search, wechat
from benchmarks.figures import Figure
from tests.system import started


def main() -> int:
    """Measure and print; 0 when every bound is kept."""
    figures: list[Figure] = []
    figures += search.run()
    with (
        tempfile.TemporaryDirectory(prefix="wenban-bench-") as folder,
        started(Path(folder) / "data") as system,
    ):
        figures += overhead.run(system)
        figures += memory.run(system)
    figures += wechat.run()
    table = Table("what", "measured", "bound", "kept", title="Wenban benchmarks")
    for figure in figures:
        kept = "" if figure.bound is None else ("yes" if figure.kept else "NO")
        bound = "" if figure.bound is None else f"≤ {figure.bound:g} {figure.unit}"
        table.add_row(figure.name, f"{figure.value:.2f} {figure.unit}", bound, kept)
    Console(width=110).print(table)
    return 0 if all(figure.kept for figure in figures) else 1


if __name__ == "__main__":
    sys.exit(main())
