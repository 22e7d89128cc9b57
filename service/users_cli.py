"""``wenban user``: adds, lists and resets desk accounts."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from core.errors import BadRequest
from core.settings import load_settings

if TYPE_CHECKING:
    from core.database import Database
    from desk.accounts import Account

app = typer.Typer(no_args_is_help=True, help="Desk accounts.")
console = Console()

T = TypeVar("T")
"""The type of what ``act`` returns."""


@app.command("add")
def add(
    username: Annotated[str, typer.Argument(help="Sign-in name: letters, digits, '.', '_' or '-'.")],
    display_name: Annotated[str, typer.Option("--name", help="Shown to citizens, such as 坐席3号.")] = "",
    role: Annotated[str, typer.Option(help="agent, department, supervisor, editor or admin.")] = "agent",
    department: Annotated[
        str, typer.Option(help="The handling department (承办单位) the account belongs to.")
    ] = "",
) -> None:
    """Add a desk account, and print its one-time password."""
    from desk.accounts import add_user
    from desk.roles import Role
    from tickets.departments import id_of

    # An account of no department sees no ticket; an agent's sees everybody's.
    if role == Role.DEPARTMENT and not department:
        raise BadRequest(
            "承办单位的账号要写是哪个单位，例如 --department 市城市管理行政执法局（名称见城市档案）"
        )
    if role != Role.DEPARTMENT and department:
        raise BadRequest("只有承办单位的账号才写 --department，请加上 --role department")

    async def act(found: Database) -> str:
        department_id = await id_of(found, department) if department else None
        return await add_user(found, username, display_name or username, role, department_id=department_id)

    _tell(_with_database(act), f"账号 {username}（{role}）建好了")


@app.command("reset")
def reset(username: Annotated[str, typer.Argument(help="Whose password to make anew.")]) -> None:
    """Give a desk account a new one-time password, end its sessions, and forget its failed sign-ins."""
    from desk.accounts import reset_password

    password = _with_database(lambda found: reset_password(found, username))
    _tell(password, f"账号 {username} 的密码重置了，已登录的都退出了")


@app.command("list")
def show() -> None:
    """List the desk accounts: role, department, and when each was last at the desk."""
    from desk.accounts import everybody

    accounts: list[Account] = _with_database(everybody)
    table = Table("用户名", "显示名", "角色", "单位", "最近在线", "备注")
    for one in accounts:
        table.add_row(
            *(escape(part) for part in (one.username, one.display_name, one.role, one.department)),
            one.seen,
            one.remark,
        )
    console.print(table if accounts else "还没有账号；wenban user add 可以添加", highlight=False)


def _tell(password: str, done: str) -> None:
    console.print(
        f"{escape(done)}。一次性密码，只显示这一次，登录后要改： [bold]{password}[/]",
        highlight=False,
        soft_wrap=True,
    )


def _with_database(act: Callable[[Database], Awaitable[T]]) -> T:
    from core.migrate import opened

    async def run() -> T:
        async with opened(load_settings()) as found:
            return await act(found)

    return asyncio.run(run())
