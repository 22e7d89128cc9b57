"""``wenban kb gaps``: lists the questions that got no good answer, and writes drafts for them."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Annotated, TypeVar

import typer

from core.clock import local
from core.migrate import opened
from core.settings import load_settings
from gaps import Gaps
from gaps.service import Window
from gaps.types import Group, Kind, Overview, State
from kb_index.service import KnowledgeBase

app = typer.Typer(
    help="Questions nothing answered and answers that were 没用, grouped by meaning, most asked first.",
)

BY = "wenban"
"""The name that is stored for what was done on the command line."""
_SHORT = 8
"""Number of characters of a group's id that are printed: the last ones, because ids begin with the time."""

T = TypeVar("T")
"""The type of what ``act`` returns."""
Days = Annotated[int, typer.Option(min=1, max=366, help="Of the last so many days.")]
"""Option: number of days to look back."""
OfKind = Annotated[
    Kind,
    typer.Option("--kind", help="unanswered: nothing was known; useless: an answer was given and was 没用."),
]
"""Option: the kind of gaps."""
GroupId = Annotated[str, typer.Argument(metavar="GROUP", help="As `wenban kb gaps` prints it.")]
"""Argument: id of a group."""


@app.callback(invoke_without_command=True)
def gaps(
    context: typer.Context,
    days: Days = 30,
    kind: OfKind = "all",
    state: Annotated[State, typer.Option(help="What an editor has done with them so far.")] = "open",
    limit: Annotated[int, typer.Option(min=1, max=1000, help="Most groups shown.")] = 20,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for machines.")] = False,
) -> None:
    """List the groups."""
    if context.invoked_subcommand is not None:
        return
    found = _with_gaps(lambda opened: opened.groups(Window(days, kind), state, limit))
    if as_json:
        typer.echo(
            json.dumps(
                {
                    "groups": [group.to_json() for group in found.groups],
                    "total": found.total,
                    "questions": found.questions,
                    "left_out": found.left_out,
                },
                ensure_ascii=False,
                indent=2,
            )
        )
        return
    _print(found, days)


@app.command()
def draft(
    group: GroupId,
    title: Annotated[str, typer.Option(help="The question; default: the wording asked most.")] = "",
    department: Annotated[str, typer.Option(help="承办单位; default: that of the nearest entry.")] = "",
    days: Days = 30,
    kind: OfKind = "all",
) -> None:
    """Write a draft entry with the group's wordings as variants. It is published only after an editor finishes it."""
    made = _with_gaps(lambda opened: opened.draft(group, Window(days, kind), title, department, BY))
    typer.echo(
        f"已生成草稿 {made.file}（{made.entry_id}）。写好、核对来源后删掉 draft 那一行，再运行 wenban kb check"
    )


@app.command()
def dismiss(group: GroupId, days: Days = 30, kind: OfKind = "all") -> None:
    """Set a group aside. It comes back when it is asked as often again."""
    _with_gaps(lambda opened: opened.dismiss(group, Window(days, kind), BY))
    typer.echo("已忽略；如果之后又问了同样多次，会再列出来")


def _print(found: Overview, days: int) -> None:
    if not found.groups:
        typer.echo(f"最近 {days} 天没有要处理的问题")
        return
    for group in found.groups:
        _print_group(group)
    more = "" if found.total == len(found.groups) else f"，列出最多的 {len(found.groups)} 组（--limit）"
    left = f"；另有 {found.left_out} 条没有参加分组" if found.left_out else ""
    typer.echo(f"最近 {days} 天：{found.questions} 条问题，{found.total} 组{more}{left}")


def _print_group(group: Group) -> None:
    useless = sum(member.answered for member in group.members)
    of_these = f"（没用 {useless}）" if useless else ""
    last = local(group.members[-1].asked_at)
    typer.echo(f"{group.id[-_SHORT:]}  {group.count} 次{of_these}  {last:%m-%d %H:%M}  {group.question}")
    for text, count in group.wordings[:5]:
        if text != group.question:
            typer.echo(f"          ・{text}" + (f" ×{count}" if count > 1 else ""))
    for entry in group.wrong:
        typer.echo(f"          答错：{entry.title}（{entry.id}）×{entry.count}")
    if group.nearest:
        says = "现在能答" if group.nearest.answers else f"最接近，把握 {group.nearest.probability:.0%}"
        typer.echo(f"          {says}：{group.nearest.title}（{group.nearest.id}）")


def _with_gaps(act: Callable[[Gaps], Awaitable[T]]) -> T:
    async def run() -> T:
        settings = load_settings()
        async with (
            opened(settings) as database,
            KnowledgeBase(settings.index_dir, settings.kb_model) as knowledge,
        ):
            return await act(Gaps(database, knowledge, settings.knowledge_dir, settings.city.regions_of))

    return asyncio.run(run())
