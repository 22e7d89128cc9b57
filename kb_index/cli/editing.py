"""``wenban kb`` commands for writing: check, new, preview, convert, import, export, stats."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from pathlib import Path
from typing import Annotated

import typer

from core.errors import ConfigurationError, NotFound
from core.progress import bars
from kb_index.checks.check import check
from kb_index.cli.common import (
    AsJson,
    Index,
    Knowledge,
    Model,
    app,
    guarded,
    index_dir,
    knowledge_dir,
    model_name,
    print_json,
)
from kb_index.entries.draft import draft
from kb_index.entries.problems import Problem, has_errors
from kb_index.entries.reading import convert_to_utf8

Table = Annotated[Path, typer.Argument(help="A .csv, .xlsx or .jsonl file.")]
"""Argument: a table's file."""


@app.command("check")
def check_command(
    knowledge: Knowledge = None,
    laws: Annotated[
        Path | None, typer.Option(help="Folder of statutes: look up citations, quotes, figures.")
    ] = None,
    compare: Annotated[
        bool, typer.Option(help="Compare questions across entries with the model (a few seconds).")
    ] = True,
    model: Model = None,
    as_json: AsJson = False,
) -> None:
    """Report all problems of the entries. Exit code: 0 no errors (reminders allowed), 1 errors, 2 could not run."""
    with guarded():
        folder, name = knowledge_dir(knowledge), model_name(model) if compare else None
        with bars() as stage:
            try:
                problems = check(folder, laws, model=name, stage=stage)
            except ConfigurationError as error:
                if error.code != "kb_model":
                    raise
                typer.secho(f"没有比较各条目的问法：{error.message}", fg="yellow", err=True)
                problems = check(folder, laws, stage=stage)
        errors = sum(p.severity == "error" for p in problems)
        if as_json:
            found = [p.to_json() for p in problems]
            print_json({"errors": errors, "warnings": len(problems) - errors, "problems": found})
        else:
            _print_problems(problems)
            typer.echo(f"{errors} 处错误，{len(problems) - errors} 处提醒")
        if has_errors(problems):
            raise typer.Exit(1)


def _print_problems(problems: list[Problem]) -> None:
    for problem in problems:
        mark = typer.style("错误", fg="red") if problem.severity == "error" else "提醒"
        typer.echo(
            f"{problem.file}:{problem.line}: {mark} [{problem.code}] {problem.message}（{problem.mend}）"
        )


@app.command()
def new(
    entry_id: Annotated[str, typer.Argument(help="<folder>-<slug>, such as hrss-pension-minimum-years")],
    title: Annotated[str, typer.Option(prompt="群众会怎么问")],
    department: Annotated[str, typer.Option(prompt="承办单位")],
    topic: Annotated[str, typer.Option(help="Subject heading; default: the department.")] = "",
    region: Annotated[str, typer.Option(help="Where the entry holds.")] = "全国",
    knowledge: Knowledge = None,
) -> None:
    """Draft an entry."""
    with guarded():
        path = draft(knowledge_dir(knowledge), entry_id, title, department, topic, region)
        typer.echo(f"已生成草稿 {path}，写好后删掉 draft 那一行，再运行 wenban kb check")


@app.command()
def preview(
    entry: Annotated[str, typer.Argument(help="An entry's id, or its file.")],
    html: Annotated[bool, typer.Option("--html", help="The HTML web pages show.")] = False,
    knowledge: Knowledge = None,
    as_json: AsJson = False,
) -> None:
    """Show an entry as citizens will see it, before it is published."""
    from kb_index.entries.folder import load_folder
    from kb_index.entries.render import answer_card, to_html, to_text

    with guarded():
        folder = knowledge_dir(knowledge)
        parsed, problems = load_folder(folder)
        wanted = Path(entry).resolve()
        item = next(
            (p for p in parsed if entry in (p.entry.id, p.file) or folder.resolve() / p.file == wanted), None
        )
        if item is None:
            own = [p for p in problems if p.file == entry or folder.resolve() / p.file == wanted]
            _print_problems(own)
            raise NotFound(
                f"{entry} 还不能预览：{'先改好上面这些' if own else '没有这个条目'}", code="kb_entry"
            )
        texts = {"": item.entry.answer} | item.entry.sections
        if as_json:
            print_json(answer_card(item.entry))
        elif html:
            typer.echo(
                "\n".join(f"{f'<h3>{name}</h3>' if name else ''}{to_html(t)}" for name, t in texts.items())
            )
        else:
            typer.echo(f"{item.entry.title}\n{item.entry.department}　{'、'.join(item.entry.regions)}\n")
            typer.echo(
                "\n\n".join(f"【{name}】\n{to_text(t)}" if name else to_text(t) for name, t in texts.items())
            )
            for source in item.entry.sources:
                typer.echo(
                    f"\n来源：{source.document}{f'（{source.number}）' if source.number else ''} {source.url}"
                )


@app.command()
def convert(files: list[Path], knowledge: Knowledge = None) -> None:
    """Rewrite GBK or UTF-16 files as UTF-8, in place. Names may be as `check` prints them."""
    with guarded():
        for file in files:
            path = file if file.is_file() else knowledge_dir(knowledge) / file
            if not path.is_file():
                raise NotFound(f"没有文件 {file}", code="no_file")
            typer.echo(f"{file}：{convert_to_utf8(path)} → utf-8")


@app.command("import")
def import_(
    table: Table,
    knowledge: Knowledge = None,
    department: Annotated[str, typer.Option(help="承办单位 of rows that name none.")] = "",
    region: Annotated[list[str] | None, typer.Option(help="Where the entries hold; default 全国.")] = None,
    reviewed: Annotated[
        dt.datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="Day the rows were compared with their sources."),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would happen.")] = False,
    as_json: AsJson = False,
) -> None:
    """Make drafts from a table: columns 问题, 答案, 承办单位, 来源 (or question, answer, department, source).

    Nothing is overwritten. Exit code: 0 all rows were taken, 1 some rows were not, 2 could not run.
    """
    from kb_index.tables.importing import Defaults, import_table

    with guarded(), bars() as stage:
        defaults = Defaults(department, tuple(region or ["全国"]), reviewed.date() if reviewed else None)
        report = import_table(
            table, knowledge_dir(knowledge), defaults, dry_run=dry_run, progress=stage("导入")
        )
    if as_json:
        print_json(report.to_json() | {"dry_run": dry_run})
    else:
        for taken in report.taken:
            typer.echo(f"第 {taken.row} 行 → {taken.file}" + "".join(f"\n    {note}" for note in taken.notes))
        for refused in report.refused:
            typer.secho(f"第 {refused.row} 行没有导入：{refused.reason}", fg="yellow")
        if report.unused:
            typer.echo(f"没有用到的列：{'、'.join(report.unused)}")
        verb = "可以生成" if dry_run else "已生成"
        end = "（试运行，没有写文件）" if dry_run else "，写好后删掉 draft 那一行，再运行 wenban kb check"
        typer.echo(f"{verb} {len(report.taken)} 个草稿，{len(report.refused)} 行没有导入{end}")
    if report.refused:
        raise typer.Exit(1)


@app.command()
def export(table: Table, knowledge: Knowledge = None) -> None:
    """Write all entries into a new table. Import can read this table."""
    from kb_index.tables.exporting import export_table

    with guarded(), bars() as stage:
        count, left_out = export_table(table, knowledge_dir(knowledge), stage("读取条目"))
        for file in left_out:
            typer.secho(f"没有导出：{file}（草稿，或有错误，见 wenban kb check）", fg="yellow", err=True)
        typer.echo(f"已导出 {count} 个条目到 {table}")


@app.command("stats")
def stats_command(
    knowledge: Knowledge = None,
    index: Index = None,
    table: Annotated[bool, typer.Option("--table", help="Print a Markdown table by department.")] = False,
    write: Annotated[
        Path | None, typer.Option(help="Put that table between the markers of a Markdown file.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Count entries, wordings, sources and labelled questions; show how fresh they are, and the version in service."""
    from kb_index.measure.stats import LABELS, department_table, stats, write_table

    with guarded():
        folder = knowledge_dir(knowledge)
        if write is not None:
            changed = write_table(write, department_table(folder))
            typer.echo(f"{write} {'已更新' if changed else '没有变化'}")
        elif table:
            typer.echo(department_table(folder))
        else:
            data = stats(folder, index_dir(index))
            if as_json:
                print_json(data)
                return
            for key, label in LABELS.items():
                value = data[key]
                if isinstance(value, dict):
                    top = Counter(value).most_common(8)
                    value = "，".join(f"{name} {n}" for name, n in top) + (" …" if len(value) > 8 else "")
                typer.echo(f"{label}：{'没有' if value is None else value}")
            version = data["index"]
            if version is None:
                typer.echo("知识库版本：还没有，请运行 wenban kb build")
            else:
                state = "和文件一致" if version["up_to_date"] else "和文件不一致，请运行 wenban kb build"
                typer.echo(f"知识库版本：{version['version']}，{version['entries']} 个条目，{state}")
