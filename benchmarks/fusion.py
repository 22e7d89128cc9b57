"""``python -m benchmarks.fusion --data DIR``: how well search and each of its parts do on other kinds of knowledge bases.

Prints one table with these columns: word matching alone, each of the two encoders alone, each encoder with word
matching, and everything together with the weights ``wenban kb build`` would choose. The exit status is 1 when
everything together finds fewer entries than word matching alone. With ``--fit`` it first fits
``kb_index/search/safe.json`` to the other half of each base.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from benchmarks.shapes import KNOWLEDGE, Shape, shapes
from core.settings import load_settings
from kb_index.fitting.adapt import FOLDS, Posed, adapt, confidence, recall
from kb_index.fitting.weights import Asked, asked, fuse
from kb_index.measure.fitting import TERMS, exact_terms, labelled
from kb_index.measure.workbench import searcher_over
from kb_index.search.calibration import RANK_FEATURES, SAFE, SHIPPED, TERM, Calibration
from kb_index.search.searcher import Searcher

WORDS = frozenset({"lexical", "whole", "words", "title", "answer"})
"""Features of a candidate that compare words and characters."""
STATIC = frozenset({"dense", "centre"})
"""Features that compare vectors of the static model."""
ENCODER = frozenset({"meaning", "meaning_centre"})
"""Features that compare vectors of the pretrained encoder."""
COLUMNS: dict[str, frozenset[str]] = {
    "words": frozenset({"whole"}),
    "static": frozenset({"dense"}),
    "encoder": frozenset({"meaning"}),
    "words + static": WORDS | STATIC,
    "words + encoder": WORDS | ENCODER,
}
"""Column of the table → the features it uses. A column of a single feature needs no fitted weights."""

SLACK = 0.01
"""Largest drop of recall (a share of the questions, 0 to 1) below word matching alone that still counts as chance."""


@dataclass(frozen=True)
class Row:
    """The figures of one shape.

    Args:
        name: the shape's name.
        questions: number of questions.
        entries: number of entries.
        recalls: column → recall at 1 and at 3, each 0 to 1.
        source: where the weights of the last column, "all", come from (:attr:`Calibration.source`).
    """

    name: str
    questions: int
    entries: int
    recalls: dict[str, tuple[float, float]]
    source: str


@dataclass(frozen=True)
class Base:
    """A shape, a searcher over its entries, and what that searcher finds for its questions."""

    shape: Shape
    searcher: Searcher
    posed: list[Posed]


def main(
    data: Annotated[Path, typer.Option(help="Folder with the foreign texts; what is missing is left out.")],
    fit: Annotated[bool, typer.Option("--fit", help="Fit the safe numbers first, and save them.")] = False,
) -> None:
    """Measure and print."""
    console = Console(width=150)
    if not data.is_dir():
        console.print(f"Skipped: there is no folder {data} to make other bases from.")
        return
    apart = [_base(shape) for shape in shapes(data, "fit")]
    if fit:
        fit_safe(apart).save(SAFE)
        _log(f"saved to {SAFE}")
    pooled = [p.asked for base in apart if base.shape.foreign for p in base.posed]
    columns = {name: _only(features, pooled) for name, features in COLUMNS.items()}
    rows = [_row(shape, columns) for shape in shapes(data, "test")]
    console.print(_table(rows))
    if not all(_kept(row) for row in rows):
        raise typer.Exit(1)


def fit_safe(bases: Sequence[Base]) -> Calibration:
    """Fits one set of numbers to all foreign bases; every base has the same weight.

    The static model was trained on some of these texts, so its weights are fitted last, and only on the bases whose
    texts it never saw. Then all weights are moved towards those of word matching alone, until no base is searched
    worse than by word matching alone.

    Args:
        bases: the bases, with what was found for their questions; those of our own entries are left out.
    """
    away = [base for base in bases if base.shape.foreign]
    posed = [p for base in away for p in base.posed]
    unseen = [p for base in away if base.shape.foreign_to_static for p in base.posed]
    bare = replace(Calibration(), rank=(0.0,) * len(RANK_FEATURES))

    def weights(fold: int | None) -> tuple[Calibration, Calibration]:
        """The weights of word matching alone, and all weights; both fitted without this fold (None: on everything)."""
        asked_of = [p.asked for p in posed if p.fold != fold]
        full = fuse(asked_of, bare, set(RANK_FEATURES) - {TERM} - STATIC)
        full = fuse([p.asked for p in unseen if p.fold != fold], full, STATIC)
        return fuse(asked_of, bare, {"whole"}), full

    words, full = weights(None)
    share = _share(words, full, away)
    searcher = away[0].searcher
    terms = exact_terms(searcher)[:TERMS]
    term = [labelled(searcher, t, searcher.candidates(t.question)) for t in terms]
    numbers = fuse(term, _blend(words, full, share), {TERM})
    parts = []
    for fold in range(FOLDS):
        part = _blend(*weights(fold), share)
        parts.append(
            replace(part, rank=(*part.rank[:-1], numbers.rank[-1]))
        )  # the last weight is that of questions that are only a term
    found = confidence(posed, parts, numbers)
    report = {"bases": len(away), "questions": len(posed), "share_beside_words": share}
    return replace(found, source="safe", report=report)


def _share(words: Calibration, full: Calibration, bases: Sequence[Base]) -> float:
    """The largest share (0 to 1) of ``full`` in the blend with which no base is searched worse than with ``words``."""
    for percent in range(100, 0, -5):
        blend = [_blend(words, full, percent / 100)] * FOLDS
        pairs = [
            pair
            for base in bases
            for pair in zip(recall(base.posed, blend), recall(base.posed, [words] * FOLDS), strict=True)
        ]
        if all(ours >= theirs - SLACK for ours, theirs in pairs):
            return percent / 100
    return 0.0


def _blend(words: Calibration, full: Calibration, share: float) -> Calibration:
    pairs = zip(words.rank, full.rank, strict=True)
    return replace(full, rank=tuple((1 - share) * a + share * b for a, b in pairs))


def _base(shape: Shape) -> Base:
    settings = load_settings()
    searcher = searcher_over(KNOWLEDGE, shape.entries, settings.kb_model, Calibration())
    store = searcher.shelf.store
    found = []
    for question in shape.questions:
        place = store.place(question.entry or "")
        one = asked(searcher.candidates(question.question), place, 1 / len(shape.questions))
        found.append(Posed(searcher.shelf, one, (place or 0) % FOLDS))
    _log(f"{shape.name}: {len(found)} questions, {len(store)} entries")
    return Base(shape, searcher, found)


def _only(features: frozenset[str], posed: Sequence[Asked]) -> Calibration:
    """Weights for these features alone, fitted to the questions; a single feature needs no fitting."""
    bare = replace(Calibration(), rank=tuple(float(name in features) for name in RANK_FEATURES))
    return bare if len(features) == 1 else fuse(posed, bare, features)


def _row(shape: Shape, columns: dict[str, Calibration]) -> Row:
    base = _base(shape)
    posed = base.posed
    chosen = adapt(base.searcher, Calibration.load(SHIPPED), Calibration.load(SAFE))
    found = {name: recall(posed, [numbers] * FOLDS) for name, numbers in columns.items()}
    found["all"] = recall(posed, [chosen] * FOLDS)
    return Row(shape.name, len(posed), len(shape.entries), found, chosen.source)


def _kept(row: Row) -> bool:
    return all(a >= b - SLACK for a, b in zip(row.recalls["all"], row.recalls["words"], strict=True))


def _table(rows: Sequence[Row]) -> Table:
    names = [*COLUMNS, "all"]
    table = Table("asked → searched", "questions", "entries", *names, "weights", title="recall@1 / recall@3")
    for row in rows:
        cells = [f"{a:.3f} / {b:.3f}" for a, b in (row.recalls[name] for name in names)]
        table.add_row(row.name, str(row.questions), str(row.entries), *cells, row.source)
    return table


def _log(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    typer.run(main)
