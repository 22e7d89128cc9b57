"""``python -m benchmarks.retrieval``: compares our search with others, and measures it on large knowledge bases.

Prints two tables. The first compares Rasa's ResponseSelector, rank_bm25 and our search on the shipped entries and
labelled questions. The second, printed when ``--laws`` names a folder of statutes to make entries from, is about bases
of 20,000 and 100,000 entries. The exit status is 1 when a figure is over its bound.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from benchmarks import rivals, scale
from benchmarks.figures import Figure


def main(
    laws: Annotated[
        Path | None, typer.Option(help="Folder of statutes the large bases are made from.")
    ] = None,
    sizes: Annotated[str, typer.Option(help="Entries of the large bases, comma separated.")] = ",".join(
        map(str, scale.SIZES)
    ),
    side_by_side: Annotated[bool, typer.Option(help="Measure the ways of searching side by side.")] = True,
    rasa_epochs: Annotated[
        int, typer.Option(min=0, help="Epochs of Rasa's ResponseSelector; 0: none.")
    ] = 100,
) -> None:
    """Measure and print."""
    console = Console(width=110)
    if side_by_side:
        console.print(_side_by_side(rivals.run(rasa_epochs, _log)))
        console.print(
            "Ours with the shipped numbers, which these questions were used to fit; figures out of fold: "
            "`wenban kb evaluate --fit`.",
            style="dim",
        )
    figures: list[Figure] = []
    if laws is None:
        console.print("Large bases skipped: give a folder of statutes with --laws to make them from.")
    else:
        figures = scale.run(laws, tuple(int(size) for size in sizes.split(",") if size.strip()), _log)
        console.print(_scale(figures))
    if not all(figure.kept for figure in figures):
        raise typer.Exit(1)


def _log(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def _side_by_side(rows: list[rivals.Row]) -> Table:
    table = Table(
        "", "recall@1", "recall@3", "build", "one question, p50", title="The shipped entries, side by side"
    )
    for row in rows:
        table.add_row(
            row.name,
            f"{row.recall_at_1:.3f}",
            f"{row.recall_at_3:.3f}",
            "" if row.build_s is None else f"{row.build_s:.1f} s",
            "" if row.query_ms is None else f"{row.query_ms:.2f} ms",
        )
    return table


def _scale(figures: list[Figure]) -> Table:
    table = Table("what", "measured", "bound", "kept", title="Large bases, one core")
    for figure in figures:
        kept = "" if figure.bound is None else ("yes" if figure.kept else "NO")
        bound = "" if figure.bound is None else f"≤ {figure.bound:g} {figure.unit}"
        table.add_row(figure.name, f"{figure.value:.2f} {figure.unit}", bound, kept)
    return table


if __name__ == "__main__":
    typer.run(main)
