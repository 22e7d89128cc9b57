"""``wenban partner``: connects the city's own work-order systems, for operators."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Annotated, TypeVar

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from core.clock import local
from core.database import Database
from core.migrate import opened
from core.settings import load_settings
from partners import service, webhooks
from partners.models import Partner
from partners.service import Origins, Scope

app = typer.Typer(no_args_is_help=True)
console = Console()

T = TypeVar("T")
"""The type of what ``act`` returns."""
Name = Annotated[str, typer.Argument(help="The system's name.")]
"""Argument: name of a system."""


@app.command("add")
def add(
    name: Name,
    scope: Annotated[list[str], typer.Option(help=f"What it may do; again for more: {', '.join(Scope)}.")],
    department: Annotated[
        str, typer.Option(help="The department as which it acts; left out: it acts as the hotline.")
    ] = "",
    url: Annotated[
        str, typer.Option(help="Where it is told what happened; its origin in WENBAN_PARTNER_ORIGINS.")
    ] = "",
) -> None:
    """Connect a system, and print its token and the key of its webhooks. Both are shown once."""
    origins = Origins(load_settings().partner_origins)

    async def act(database: Database) -> service.Made:
        return await service.add(database, origins, name, scope, department=department, url=url)

    made = _with_database(act)
    console.print(f"[green]✓[/] {escape(made.name)} 接好了，下面的只显示这一次：", highlight=False)
    console.print(f"   令牌 {made.token}", highlight=False, soft_wrap=True)
    if made.secret:
        console.print(f"   签名密钥 {made.secret}", highlight=False, soft_wrap=True)


@app.command("list")
def show() -> None:
    """List the systems, and how many messages each was not told."""

    async def act(database: Database) -> tuple[list[Partner], dict[str, service.Trouble]]:
        troubles = {one.name: one for one in await service.troubles(database)}
        return await service.everybody(database), troubles

    found, troubles = _with_database(act)
    table = Table("名称", "权限", "消息发往", "接入时间", "备注")
    for one in found:
        trouble = troubles.get(one.name)
        remark = f"{trouble.dead} 条没有送到：{trouble.error}" if trouble else ""
        table.add_row(
            *map(escape, (one.name, one.scopes, one.webhook_url or "不发")),
            f"{local(one.created_at):%Y-%m-%d %H:%M}",
            escape(remark) if one.active else "已停用",
        )
    console.print(table)


@app.command("close")
def close(name: Name) -> None:
    """Shut a system out at once."""
    _with_database(lambda database: service.close(database, name))
    console.print(f"[green]✓[/] {escape(name)} 停用了，它的令牌不再有效", highlight=False)


@app.command("replay")
def replay(
    name: Name,
    number: Annotated[
        str,
        typer.Option(help="Only this ticket, and all its messages; left out: all that were not received."),
    ] = "",
) -> None:
    """Tell a system once more what it did not receive."""
    count = _with_database(lambda database: webhooks.replay(database, name, number=number))
    console.print(f"[green]✓[/] {count} 条消息会再发", highlight=False)


def _with_database(act: Callable[[Database], Awaitable[T]]) -> T:
    async def run() -> T:
        async with opened(load_settings()) as database:
            return await act(database)

    return asyncio.run(run())
