"""``wenban demo``: fills an empty data folder with a year of made-up tickets, so that every page can be looked at."""

from __future__ import annotations

import asyncio
import random
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.table import Table
from sqlalchemy import func, select

from core.clock import now
from core.database import Database
from core.errors import ConfigurationError
from core.settings import Settings, load_settings
from demo.accounts import Account
from demo.fill import LEAST, MOST

console = Console()


def demo(
    tickets: Annotated[int, typer.Option(min=LEAST, max=MOST, help="How many tickets.")] = 2_000,
    days: Annotated[int, typer.Option(min=30, max=730, help="Within how many days before now.")] = 365,
    seed: Annotated[int, typer.Option(help="Another number gives another year.")] = 1,
) -> None:
    """Fill an empty data folder (WENBAN_DATA_DIR) with made-up tickets (示例) and desk accounts. Refused when anything is in it."""
    asyncio.run(_fill(load_settings(), tickets, days, seed))


async def _fill(settings: Settings, tickets: int, days: int, seed: int) -> None:
    from core.migrate import opened
    from demo import accounts
    from demo.fill import Fill, Staff
    from tickets.types import Actor

    async with opened(settings) as database:
        await _must_be_empty(database)
        staff = await accounts.add_staff(database)
        by_role = [Actor(str(one.role), one.display_name, one.id) for one in staff]
        agents = tuple(one for one in by_role if one.kind == "agent")
        supervisor = next(one for one in by_role if one.kind == "supervisor")
        columns = (TextColumn("示例工单"), BarColumn(), MofNCompleteColumn())
        with Progress(*columns, console=console, transient=True) as bar:
            task = bar.add_task("", total=tickets)
            fill = Fill(
                database,
                settings.city,
                Staff(agents, supervisor),
                random.Random(seed),  # noqa: S311  (nothing here is secret)
                lambda filed: bar.update(task, completed=filed),
            )
            await fill.run(tickets, days, now())
        clerk = await accounts.add_clerk(database)
        await _tell(database, [*staff, *([clerk] if clerk else [])])


async def _must_be_empty(database: Database) -> None:
    from conversations.models import MessageRow
    from desk.models import DeskUser
    from tickets.models import TicketRow

    names = {"工单": TicketRow, "会话": MessageRow, "账号": DeskUser}
    async with database.read() as session:
        found = [
            name
            for name, table in names.items()
            if await session.scalar(select(func.count()).select_from(table)) != 0
        ]
    if found:
        raise ConfigurationError(
            f"数据目录里已经有{'、'.join(found)}，示例数据只填进空的数据目录。请换一个：WENBAN_DATA_DIR=var/demo wenban demo"
        )


async def _tell(database: Database, made: list[Account]) -> None:
    from tickets.models import TicketRow
    from tickets.states import State

    async with database.read() as session:
        counted = await session.execute(select(TicketRow.state, func.count()).group_by(TicketRow.state))
        states = {State(state): number for state, number in counted}
    shown = "，".join(f"{state.label} {states[state]}" for state in State if state in states)
    console.print(
        f"[green]✓[/] 填好了 {sum(states.values())} 张示例工单：{shown}", highlight=False, soft_wrap=True
    )
    table = Table("账号", "一次性密码", "角色", "单位")
    for one in made:
        table.add_row(
            *(escape(str(getattr(one, name))) for name in ("username", "password", "role", "department"))
        )
    console.print(table)
    console.print("密码只显示这一次，登录后要改。", highlight=False)
    console.print("工单都是编的，开头写着【示例】；不要填进正式使用的数据库。", highlight=False)
