"""``wenban kb evaluate``: measures search on labelled questions and fits its numbers to them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from core.progress import bars
from core.settings import load_settings
from kb_index.cli.common import AsJson, Knowledge, Model, app, guarded, knowledge_dir, model_name, print_json
from kb_index.index.meanings import WORDINGS, write_wordings
from kb_index.search.calibration import SHIPPED, Calibration


@app.command("evaluate")
def evaluate_command(
    questions: Annotated[
        list[Path] | None,
        typer.Option(help="Labelled questions, JSON lines; may be repeated; default: the shipped set."),
    ] = None,
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
    from kb_index.measure import fitting
    from kb_index.measure.evaluate import evaluate, read_corpus, read_questions
    from kb_index.measure.workbench import searcher_over

    with guarded(), bars() as stage:
        folder = knowledge_dir(knowledge)
        labelled = [
            question
            for file in questions or [folder / "questions.jsonl"]
            for question in read_questions(file)
        ]
        entries = read_corpus(corpus) if corpus else None
        settings = load_settings()
        searcher = searcher_over(
            folder,
            entries,
            model_name(model),
            Calibration() if fit else Calibration.load(SHIPPED),
            stage("计算向量"),
            settings.kb_reranker,
        )
        walk = stage("逐题检索")
        if fit:
            fitted, figures = fitting.fit(searcher, labelled, settings.city.regions, progress=walk)
            fitted.save(out)
            if out == SHIPPED and searcher.meanings is not None and corpus is None:
                write_wordings(WORDINGS, searcher.shelf.questions, searcher.meanings)
            typer.echo(f"saved to {out}; run `wenban kb build` to put it in service", err=True)
        else:
            figures = evaluate(searcher, labelled, settings.city.regions, walk)
    if as_json:
        print_json(figures)
    else:
        for key, value in figures.items():
            typer.echo(f"{key:28} {json.dumps(value, ensure_ascii=False)}")
