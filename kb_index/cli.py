"""``wenban kb …``: what editors and operators type."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from core.errors import NotFound, WenbanError
from core.settings import Settings
from kb_index import draft as drafts
from kb_index import index, statute_cli
from kb_index.calibrate import SHIPPED, Calibration
from kb_index.check import check as run_check
from kb_index.problems import has_errors
from kb_index.reading import convert_to_utf8
from kb_index.search import Searcher
from kb_index.stats import stats as run_stats

app = typer.Typer(help="The knowledge base: check, build, search, measure.", no_args_is_help=True)
app.add_typer(statute_cli.app, name="laws")

Knowledge = Annotated[
    Path | None, typer.Option("--dir", help="Folder of Markdown entries (setting: knowledge_dir).")
]
Index = Annotated[
    Path | None, typer.Option("--index", help="Folder of index versions (setting: kb_index_dir).")
]
Model = Annotated[
    str | None, typer.Option("--model", help="sentence-transformers folder or name (setting: kb_model).")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for machines.")]


def _knowledge(path: Path | None) -> Path:
    return path or Settings().knowledge_dir


def _index(path: Path | None) -> Path:
    return path or Settings().index_dir


def _model(name: str | None) -> str:
    return name or Settings().kb_model


def _print_json(data: Any) -> None:
    typer.echo(json.dumps(data, ensure_ascii=False, indent=2))


def _guarded(run: Callable[[], None]) -> None:
    """Runs a command; an expected error becomes one line and exit code 2."""
    try:
        run()
    except WenbanError as error:
        typer.secho(error.message, fg="red", err=True)
        raise typer.Exit(2) from error


def _progress(done: int, total: int) -> None:
    if sys.stderr.isatty():
        typer.echo(f"\r计算向量 {done}/{total}", nl=done >= total, err=True)


@app.command()
def check(
    knowledge: Knowledge = None,
    laws: Annotated[
        Path | None, typer.Option(help="Folder of statutes: look up citations, quotes, figures.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Report every problem of the entries. Exit code: 0 no errors (warnings allowed), 1 errors, 2 could not run."""

    def run() -> None:
        problems = run_check(_knowledge(knowledge), laws)
        errors = sum(p.severity == "error" for p in problems)
        if as_json:
            _print_json(
                {
                    "errors": errors,
                    "warnings": len(problems) - errors,
                    "problems": [p.to_json() for p in problems],
                }
            )
        else:
            for problem in problems:
                typer.echo(str(problem))
            typer.echo(f"{errors} 处错误，{len(problems) - errors} 处提醒")
        if has_errors(problems):
            raise typer.Exit(1)

    _guarded(run)


@app.command()
def build(
    knowledge: Knowledge = None,
    index_dir: Index = None,
    model: Model = None,
    skip_broken: Annotated[
        bool, typer.Option(help="Leave entries with errors out instead of refusing.")
    ] = False,
) -> None:
    """Build a version from the Markdown and put it in service; errors leave the version in service alone."""

    def run() -> None:
        done = index.build(
            _knowledge(knowledge),
            _index(index_dir),
            _model(model),
            skip_broken=skip_broken,
            progress=_progress,
        )
        for file in done.left_out:
            typer.secho(f"没有放进去：{file}（有错误，见 wenban kb check）", fg="yellow", err=True)
        state = "内容没有变化，版本" if done.unchanged else "已发布版本"
        typer.echo(
            f"{state} {done.version}：{done.entries} 个条目，{done.questions} 个问法，"
            f"新算向量 {done.embedded}，用时 {done.seconds:.1f} 秒"
        )

    _guarded(run)


@app.command()
def search(
    question: str,
    region: Annotated[
        list[str] | None, typer.Option(help="Where the citizen is, all levels (setting: kb_regions).")
    ] = None,
    limit: Annotated[int, typer.Option(min=1, max=50)] = 5,
    index_dir: Index = None,
    model: Model = None,
    as_json: AsJson = False,
) -> None:
    """Search the version in service and show why: scores of each part, probability, the question that hit."""

    def run() -> None:
        searcher = _searcher(_index(index_dir), _model(model))
        result = searcher.search(question, region or Settings().kb_regions, limit=limit)
        if as_json:
            _print_json(
                {
                    "outcome": result.outcome,
                    "version": result.version,
                    "hits": [{**_shown(hit), "variant": hit.variant} for hit in result.hits],
                }
            )
            return
        typer.echo(f"结论 {result.outcome}（版本 {result.version}）")
        for place, hit in enumerate(result.hits, 1):
            row = _shown(hit)
            typer.echo(
                f"{place}. {row['probability']:.3f}  {row['id']}  {row['title']}\n"
                f"   合计 {row['fused']:.3f}  词面 {row['lexical']:.3f}  语义 {row['dense']:.3f}"
                f"  全文 {row['whole']:.3f}  命中问法：{hit.variant}"
            )

    _guarded(run)


def _shown(hit: Any) -> dict[str, Any]:
    return {
        "id": hit.entry.id,
        "title": hit.entry.title,
        "probability": hit.probability,
        "fused": hit.fused,
        "lexical": hit.lexical,
        "dense": hit.dense,
        "whole": hit.whole,
    }


def _searcher(index_dir: Path, model: str) -> Searcher:
    version = index.current_version(index_dir)
    if version is None:
        raise NotFound("还没有知识库版本，请先运行 wenban kb build", code="kb_version")
    return index.load_searcher(index_dir, version, model, Settings().kb_reranker)


@app.command()
def evaluate(
    questions: Annotated[
        Path | None, typer.Option(help="Labelled questions, JSON lines; default: the shipped set.")
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

    def run() -> None:
        from kb_index import evaluate as measure
        from kb_index.workbench import searcher_over

        folder = _knowledge(knowledge)
        labelled = measure.read_questions(questions or folder / "questions.jsonl")
        entries = measure.read_corpus(corpus) if corpus else None
        regions = Settings().kb_regions
        searcher = searcher_over(
            folder, entries, _model(model), Calibration.load(SHIPPED), _progress, Settings().kb_reranker
        )
        if fit:
            from kb_index.fitting import fit as fit_on

            fitted, figures = fit_on(searcher, labelled, regions)
            fitted.save(out)
            typer.echo(f"saved to {out}; run `wenban kb build` to put it in service", err=True)
        else:
            figures = measure.evaluate(searcher, labelled, regions)
        if as_json:
            _print_json(figures)
        else:
            for key, value in figures.items():
                typer.echo(f"{key:28} {json.dumps(value, ensure_ascii=False)}")

    _guarded(run)


@app.command()
def stats(knowledge: Knowledge = None, index_dir: Index = None, as_json: AsJson = False) -> None:
    """Count entries by department, region and topic; freshness; the version in service."""

    def run() -> None:
        data = run_stats(_knowledge(knowledge), _index(index_dir))
        if as_json:
            _print_json(data)
            return
        for key, value in data.items():
            typer.echo(f"{key:16} {json.dumps(value, ensure_ascii=False)}")

    _guarded(run)


@app.command()
def new(
    entry_id: Annotated[str, typer.Argument(help="<folder>-<slug>, such as hrss-pension-minimum-years")],
    title: Annotated[str, typer.Option(prompt="群众会怎么问")],
    department: Annotated[str, typer.Option(prompt="承办单位")],
    topic: Annotated[str, typer.Option()] = "",
    region: Annotated[str, typer.Option()] = "全国",
    knowledge: Knowledge = None,
) -> None:
    """Draft an entry."""

    def run() -> None:
        path = drafts.draft(_knowledge(knowledge), entry_id, title, department, topic, region)
        typer.echo(f"已生成 {path}，写好后运行 wenban kb check")

    _guarded(run)


@app.command()
def convert(files: list[Path], knowledge: Knowledge = None) -> None:
    """Rewrite GBK or UTF-16 files as UTF-8, in place. Names may be as `check` prints them."""

    def run() -> None:
        for file in files:
            path = file if file.is_file() else _knowledge(knowledge) / file
            if not path.is_file():
                raise NotFound(f"没有文件 {file}", code="no_file")
            typer.echo(f"{file}：{convert_to_utf8(path)} → utf-8")

    _guarded(run)


@app.command()
def rollback(
    to: Annotated[str | None, typer.Option(help="Version name; default: the one before the current.")] = None,
    index_dir: Index = None,
) -> None:
    """Put an earlier version in service; running apps follow within seconds."""

    def run() -> None:
        typer.echo(f"现在使用版本 {index.rollback(_index(index_dir), to)}")

    _guarded(run)


@app.command("train-model")
def train_model(
    data: Annotated[
        Path | None, typer.Option(help="Folder with laws/ and toyhom_medical/; both optional.")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Folder to write; default: the setting kb_model.")] = None,
    knowledge: Knowledge = None,
    threads: Annotated[int, typer.Option(min=1, max=64)] = 1,
    epochs: Annotated[int, typer.Option(min=1, max=50)] = 5,
) -> None:
    """Make the embedded model from our own entries, the statutes and the MIT medical set. A few minutes."""

    def run() -> None:
        from kb_index.train import train

        made = train(
            _knowledge(knowledge),
            data,
            out or Path(_model(None)),
            threads=threads,
            epochs=epochs,
            log=typer.echo,
        )
        _print_json(made)

    _guarded(run)
