"""``wenban jobs``: shows, retries and drops jobs, for operators."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Annotated, TypeVar

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table
from sqlalchemy import func, select

from core.clock import local, now
from core.database import Database
from core.errors import NotFound
from core.jobs import JobRow, Trouble, cancel, move, troubles
from core.migrate import opened
from core.settings import load_settings

app = typer.Typer(no_args_is_help=True)
console = Console()

STATES = {"waiting": "等着做", "done": "做完了", "failed": "放弃了"}
"""State of a job → its name for operators."""

T = TypeVar("T")
"""The type of what ``act`` returns."""

Kind = Annotated[str, typer.Argument(help="The job's kind, as `wenban jobs list` shows it.")]
"""Argument: kind of a job."""
Key = Annotated[str, typer.Argument(help="Its key; empty for a recurring job.")]
"""Argument: key of a job."""


@app.command("list")
def show() -> None:
    """Show how many jobs of each kind there are, and all jobs that failed or are late."""

    async def look(database: Database) -> tuple[list[tuple[str, str, int]], list[Trouble]]:
        async with database.read() as session:
            rows = await session.execute(
                select(JobRow.kind, JobRow.state, func.count())
                .group_by(JobRow.kind, JobRow.state)
                .order_by(JobRow.kind, JobRow.state)
            )
            counts = [(kind, state, count) for kind, state, count in rows]
        return counts, await troubles(database)

    counts, wrong = _with_database(look)
    table = Table("任务", "状态", "数量")
    for kind, state, count in counts:
        table.add_row(kind, STATES.get(state, state), str(count))
    console.print(table)
    for trouble in wrong:
        console.print(
            escape(f"✗ {trouble}；下次 {local(trouble.due_at):%Y-%m-%d %H:%M}"),
            highlight=False,
            soft_wrap=True,
        )


@app.command("retry")
def retry(kind: Kind, key: Key = "") -> None:
    """Let a job be tried now, also one that was given up."""

    async def act(database: Database) -> bool:
        async with database.write() as session:
            return await move(session, kind, key, now())

    _check(_with_database(act), kind, key)
    console.print("马上再试：系统在运行的话，一秒钟之内。")


@app.command("drop")
def drop(kind: Kind, key: Key) -> None:
    """Delete a job, so that its work is not done."""

    async def act(database: Database) -> bool:
        async with database.write() as session:
            return await cancel(session, kind, key)

    _check(_with_database(act), kind, key)
    console.print("已删除，这件事不会再做。")


def _check(found: bool, kind: str, key: str) -> None:
    if not found:
        named = f"{kind} {key}".strip()
        raise NotFound(
            f"没有还要做的任务“{named}”；有哪些任务，看 wenban jobs list"
            if named
            else "请写任务的种类，看 wenban jobs list"
        )


def _with_database(act: Callable[[Database], Awaitable[T]]) -> T:
    async def run() -> T:
        async with opened(load_settings()) as found:
            return await act(found)

    return asyncio.run(run())
