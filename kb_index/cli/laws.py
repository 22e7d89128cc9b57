"""``wenban kb laws …``: the operators' commands for the index of statutes."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from core.errors import BadRequest
from core.progress import bars
from core.settings import load_settings
from kb_index.cli.common import (
    AsJson,
    Index,
    Knowledge,
    Model,
    Questions,
    Regions,
    Shown,
    guarded,
    home_regions,
    knowledge_dir,
    labelled,
    model_name,
    print_json,
)
from kb_index.statutes.build import build
from kb_index.statutes.numbers import SHIPPED
from kb_index.statutes.shelf import StatuteShelf

app = typer.Typer(help="Law texts by article, shown when no entry answers.", no_args_is_help=True)

Laws = Annotated[
    Path | None, typer.Option("--laws", help="Folder of law texts in Markdown (setting: laws_dir).")
]
"""Option: folder of the law texts; None: the setting's."""


def _index_dir(path: Path | None) -> Path:
    """The given index folder; None: the statutes' one of the settings."""
    return path or load_settings().laws_index_dir


@app.command("build")
def build_command(
    laws: Laws = None, index: Index = None, knowledge: Knowledge = None, model: Model = None
) -> None:
    """Index the law texts in force. Running apps load the new index at the next question that no entry answers."""
    with guarded(), bars() as stage:
        folder = laws or load_settings().laws_dir
        if folder is None:
            raise BadRequest("请用 --laws 或设置 WENBAN_LAWS_DIR 指定法规文件夹", code="laws_folder")
        done = build(
            folder,
            _index_dir(index),
            knowledge_dir(knowledge),
            model_name(model),
            progress=stage("法规条文"),
        )
        for file in done.unreadable:
            typer.secho(f"没有放进去：{file}（不是 UTF-8 文本）", fg="yellow", err=True)
        state = "内容没有变化，版本" if done.unchanged else "已建好法规索引"
        typer.echo(f"{state} {done.version}：{done.documents} 部现行法规，{done.articles} 条")


@app.command()
def search(
    question: str,
    region: Regions = None,
    limit: Shown = 5,
    index: Index = None,
    model: Model = None,
    as_json: AsJson = False,
) -> None:
    """Show the nearest articles, and how many of them a citizen would see."""
    with guarded():
        shelf = StatuteShelf(_index_dir(index), model_name(model))
        regions = home_regions(region, question)
        found = shelf.rank(question, regions, limit)
        shown = len(shelf.related(question, regions))
        if as_json:
            print_json({"shown": shown, "articles": [asdict(article) for article in found]})
            return
        chance = f"概率 {found[0].probability:.3f}，" if found else ""
        typer.echo(f"{chance}达到 {shelf.numbers.show_at:.2f} 才给群众看；会显示 {shown} 条")
        for place, article in enumerate(found, 1):
            typer.echo(
                f"{place}. 《{article.title}》{article.number}（{article.date or '日期不明'}，{article.region}）"
                f"  词面 {article.lexical:.3f}  语义 {article.dense:.3f}\n   {article.text[:80]}"
            )


@app.command("fit")
def fit_command(
    questions: Questions = None,
    out: Annotated[Path, typer.Option(help="Where the numbers are saved.")] = SHIPPED,
    index: Index = None,
    knowledge: Knowledge = None,
    model: Model = None,
) -> None:
    """Fit when articles are shown, on the labelled questions and the articles their entries rely on."""
    with guarded():
        from kb_index.entries.folder import load_folder
        from kb_index.measure.articles import fit

        numbers = fit(
            StatuteShelf(_index_dir(index), model_name(model)),
            load_folder(knowledge_dir(knowledge))[0],
            labelled(questions, knowledge),
            load_settings().city.regions,
        )
        numbers.save(out)
        print_json({"show_at": numbers.show_at, **(numbers.report or {})})
