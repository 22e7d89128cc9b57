"""``wenban kb laws …``: the operators' commands for the index of statutes."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress

from core.errors import BadRequest, WenbanError
from core.settings import Settings, load_settings
from kb_index.statutes.build import build
from kb_index.statutes.numbers import SHIPPED
from kb_index.statutes.shelf import StatuteShelf

app = typer.Typer(help="Law texts by article, shown when no entry answers.", no_args_is_help=True)

Laws = Annotated[
    Path | None, typer.Option("--laws", help="Folder of law texts in Markdown (setting: laws_dir).")
]
Index = Annotated[Path | None, typer.Option("--index", help="Folder of the statutes' index.")]
Model = Annotated[
    str | None, typer.Option("--model", help="sentence-transformers folder or name (setting: kb_model).")
]
Knowledge = Annotated[
    Path | None, typer.Option("--dir", help="Folder of Markdown entries (setting: knowledge_dir).")
]


def _guarded(run: Callable[[Settings], None]) -> None:
    """Runs a command; turns an expected error into one line on standard error and exit code 2."""
    try:
        run(load_settings())
    except WenbanError as error:
        typer.secho(error.message, fg="red", err=True)
        raise typer.Exit(2) from error


@app.command("build")
def build_command(
    laws: Laws = None, index: Index = None, knowledge: Knowledge = None, model: Model = None
) -> None:
    """Index the law texts in force; running apps take the new index at the next question nobody can answer."""

    def run(settings: Settings) -> None:
        folder = laws or settings.laws_dir
        if folder is None:
            raise BadRequest("请用 --laws 或设置 WENBAN_LAWS_DIR 指定法规文件夹", code="laws_folder")
        console = Console(stderr=True)
        with Progress(console=console, transient=True, disable=not sys.stderr.isatty()) as bar:
            task = bar.add_task("法规条文", total=None)
            done = build(
                folder,
                index or settings.laws_index_dir,
                knowledge or settings.knowledge_dir,
                model or settings.kb_model,
                progress=lambda now, total: bar.update(task, completed=now, total=total),
            )
        for file in done.unreadable:
            typer.secho(f"没有放进去：{file}（不是 UTF-8 文本）", fg="yellow", err=True)
        state = "内容没有变化，版本" if done.unchanged else "已建好法规索引"
        typer.echo(f"{state} {done.version}：{done.documents} 部现行法规，{done.articles} 条")

    _guarded(run)


@app.command()
def search(
    question: str,
    region: Annotated[
        list[str] | None, typer.Option(help="Where the citizen is, all levels (default: the city's).")
    ] = None,
    limit: Annotated[int, typer.Option(min=1, max=50)] = 5,
    index: Index = None,
    model: Model = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for machines.")] = False,
) -> None:
    """Show the nearest articles, and which of them a citizen would be shown."""

    def run(settings: Settings) -> None:
        shelf = StatuteShelf(index or settings.laws_index_dir, model or settings.kb_model)
        regions = region or settings.city.regions
        found = shelf.rank(question, regions, limit)
        shown = len(shelf.related(question, regions))
        if as_json:
            rows = [asdict(article) for article in found]
            typer.echo(json.dumps({"shown": shown, "articles": rows}, ensure_ascii=False, indent=2))
            return
        chance = f"概率 {found[0].probability:.3f}，" if found else ""
        typer.echo(f"{chance}达到 {shelf.numbers.show_at:.2f} 才给群众看；会显示 {shown} 条")
        for place, article in enumerate(found, 1):
            typer.echo(
                f"{place}. 《{article.title}》{article.number}（{article.date or '日期不明'}，{article.region}）"
                f"  词面 {article.lexical:.3f}  语义 {article.dense:.3f}\n   {article.text[:80]}"
            )

    _guarded(run)


@app.command("fit")
def fit_command(
    questions: Annotated[
        Path | None, typer.Option(help="Labelled questions, JSON lines; default: the shipped set.")
    ] = None,
    out: Annotated[Path, typer.Option(help="Where the numbers are saved.")] = SHIPPED,
    index: Index = None,
    knowledge: Knowledge = None,
    model: Model = None,
) -> None:
    """Fit when articles are shown, on the labelled questions and the articles their entries rely on."""

    def run(settings: Settings) -> None:
        from kb_index.entries.folder import load_folder
        from kb_index.measure.articles import fit
        from kb_index.measure.evaluate import read_questions

        folder = knowledge or settings.knowledge_dir
        numbers = fit(
            StatuteShelf(index or settings.laws_index_dir, model or settings.kb_model),
            load_folder(folder)[0],
            read_questions(questions or folder / "questions.jsonl"),
            settings.city.regions,
        )
        numbers.save(out)
        typer.echo(json.dumps({"show_at": numbers.show_at, **(numbers.report or {})}, indent=2))

    _guarded(run)
