"""``wenban kb evaluate``: measures search on labelled questions and fits its numbers to them."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from core.progress import bars
from core.settings import load_settings
from kb_index.cli.common import (
    AsJson,
    Knowledge,
    Model,
    Questions,
    app,
    guarded,
    knowledge_dir,
    labelled,
    model_name,
    print_json,
)
from kb_index.index.meanings import WORDINGS, write_wordings
from kb_index.search.calibration import SAFE, SHIPPED, Calibration

DETAILS = "details.jsonl"
"""File of a knowledge folder with questions for details and near misses."""
_MESSAGES = 3.0
"""Weight of a detail, and of a question in another file than the folder's own, whose questions are nearer to the entries' wordings."""


@app.command("evaluate")
def evaluate_command(
    questions: Questions = None,
    corpus: Annotated[
        Path | None, typer.Option(help="Entries as JSON lines instead of the knowledge folder.")
    ] = None,
    fit: Annotated[
        bool, typer.Option("--fit", help="Fit weights, probabilities and thresholds, and save them.")
    ] = False,
    out: Annotated[Path, typer.Option(help="Where --fit saves.")] = SHIPPED,
    knowledge: Knowledge = None,
    model: Model = None,
    as_json: AsJson = False,
) -> None:
    """Measure search on labelled questions: recall, wrong answers, calibration, latency."""
    from kb_index.fitting.adapt import adapt
    from kb_index.measure import fitting
    from kb_index.measure.evaluate import evaluate, read_corpus, read_questions
    from kb_index.measure.workbench import searcher_over

    with guarded(), bars() as stage:
        folder = knowledge_dir(knowledge)
        asked = labelled(questions, knowledge, _MESSAGES)
        entries = read_corpus(corpus) if corpus else None
        settings = load_settings()
        searcher = searcher_over(
            folder,
            entries,
            model_name(model),
            Calibration(),
            stage("计算向量"),
            settings.kb_reranker,
        )
        walk = stage("逐题检索")
        if fit:
            own = folder / DETAILS
            details = read_questions(own) if own.is_file() else []
            fitted = fitting.fit(
                searcher,
                asked,
                settings.city.regions,
                details=[replace(q, weight=_MESSAGES) for q in details],
                progress=walk,
            )
            figures = fitted.figures
            fitted.numbers.save(out)
            if out == SHIPPED and fitted.network is not None:
                fitted.network.save(fitted.unseen)
            if out == SHIPPED and searcher.meanings is not None and corpus is None:
                write_wordings(WORDINGS, searcher.shelf.questions, searcher.meanings)
            typer.echo(
                f"saved to {out}; now run `wenban kb build`, which puts it in service, and `wenban train-decision`, which is "
                "fitted to these probabilities",
                err=True,
            )
        else:
            chosen = adapt(searcher, Calibration.load(SHIPPED), Calibration.load(SAFE))
            figures = evaluate(searcher.with_calibration(chosen), asked, settings.city.regions, walk) | {
                "weights": chosen.source
            }
    if as_json:
        print_json(figures)
    else:
        for key, value in figures.items():
            typer.echo(f"{key:28} {json.dumps(value, ensure_ascii=False)}")
