"""``python -m benchmarks.retrieval --laws DIR``: search at the size of large cities. Exit status 1 when a bound is missed."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from benchmarks import scale
from benchmarks.figures import Figure


def main(
    laws: Annotated[
        Path | None, typer.Option(help="Folder of statutes the large bases are made from.")
    ] = None,
    sizes: Annotated[str, typer.Option(help="Entries of the large bases, comma separated.")] = ",".join(
        map(str, scale.SIZES)
    ),
) -> None:
    """Measure and print."""
    console = Console(width=110)
    figures: list[Figure] = []
    if laws is None:
        console.print("Large bases skipped: give a folder of statutes with --laws to make them from.")
    else:
        wanted = tuple(int(size) for size in sizes.split(",") if size.strip())
        figures = scale.run(laws, wanted, log=lambda text: print(text, file=sys.stderr))
        table = Table("what", "measured", "bound", "kept", title="Large bases, one core")
        for figure in figures:
            kept = "" if figure.bound is None else ("yes" if figure.kept else "NO")
            bound = "" if figure.bound is None else f"≤ {figure.bound:g} {figure.unit}"
            table.add_row(figure.name, f"{figure.value:.2f} {figure.unit}", bound, kept)
        console.print(table)
    if not all(figure.kept for figure in figures):
        raise typer.Exit(1)


if __name__ == "__main__":
    typer.run(main)
