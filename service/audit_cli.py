"""``wenban audit``: checks the audit, for operators and auditors."""

from __future__ import annotations

import asyncio
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape

from core.migrate import opened
from core.settings import load_settings
from desk.seals import Seals, Verdict
from desk.second_place import NAME

app = typer.Typer(no_args_is_help=True)
console = Console()


@app.callback()
def group() -> None:
    """The audit of the desk."""


@app.command("verify")
def verify(
    reseal: Annotated[
        bool,
        typer.Option(
            help="After WENBAN_SESSION_KEY was changed on purpose: check without the seals, then seal anew."
        ),
    ] = False,
    records_lost: Annotated[
        bool,
        typer.Option(
            help="With --reseal, after an older backup was restored: seal what is left. The audit says for good what was missing."
        ),
    ] = False,
) -> None:
    """Check that no record of the audit is missing or was changed. Exit status 1 when something is wrong."""

    async def run() -> Verdict:
        settings = load_settings()
        async with opened(settings) as database:
            seals = Seals(database, settings.secrets.session_key, settings.data_dir / NAME)
            return await (seals.reseal(lost=records_lost) if reseal else seals.verify())

    verdict = asyncio.run(run())
    if verdict.fault:
        console.print(f"[red]✗[/] 审计：{escape(verdict.fault)}", highlight=False, soft_wrap=True)
        if reseal and not records_lost:
            console.print(
                "没有封存。换密钥不会少记录；确实是恢复了旧备份的，再加 --records-lost，缺了什么会一直记在审计里。",
                highlight=False,
                soft_wrap=True,
            )
        raise typer.Exit(1)
    for told in verdict.lost:
        console.print(f"[yellow]！[/] 审计：{escape(told)}", highlight=False, soft_wrap=True)
    console.print(
        f"[green]✓[/] 审计：{verdict.records} 条，都在，都没有改过；到第 {verdict.seq} 条，哈希 {verdict.hash}",
        highlight=False,
        soft_wrap=True,
    )
