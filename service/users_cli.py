"""``wenban user``: adds, lists, changes and closes desk accounts."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from core.clock import local
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
    role: Annotated[
        str, typer.Option(help="agent, department, supervisor, editor, admin or auditor.")
    ] = "agent",
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
            *(escape(part) for part in (one.username, one.display_name, one.role, one.department or "")),
            "从未" if one.seen_at is None else f"{local(one.seen_at):%Y-%m-%d %H:%M}",
            one.remark,
        )
    console.print(table if accounts else "还没有账号；wenban user add 可以添加", highlight=False)


@app.command("role")
def role(
    username: Annotated[str, typer.Argument(help="Whose role to change.")],
    role: Annotated[str, typer.Argument(help="agent, department, supervisor, editor or admin.")],
    department: Annotated[
        str, typer.Option(help="The handling department (承办单位), for the role department.")
    ] = "",
    display_name: Annotated[str, typer.Option("--name", help="A new name shown to citizens.")] = "",
) -> None:
    """Give a desk account another role, department or name, and end its sessions."""
    from desk.accounts import Accounts, named
    from desk.users import Users
    from tickets.departments import id_of

    async def act(found: Database) -> None:
        department_id = await id_of(found, department) if department else None
        shown = display_name or (await named(found, username)).display_name
        await Accounts(found, Users(found)).change(
            username, display_name=shown, role=role, department_id=department_id
        )

    _with_database(act)
    _say(f"账号 {username} 现在是 {role}{f'（{department}）' if department else ''}，已登录的都退出了")


@app.command("close")
def close(username: Annotated[str, typer.Argument(help="Which account to close.")]) -> None:
    """Close a desk account, and end its sessions. Its name stays with what it did."""
    from desk.accounts import Accounts
    from desk.users import Users

    _with_database(lambda found: Accounts(found, Users(found)).close(username))
    _say(f"账号 {username} 停用了，已登录的都退出了")


@app.command("open")
def reopen(username: Annotated[str, typer.Argument(help="Which closed account to open.")]) -> None:
    """Open a closed desk account again, with a new one-time password."""
    from desk.accounts import Accounts
    from desk.users import Users

    password = _with_database(lambda found: Accounts(found, Users(found)).open(username))
    _tell(password, f"账号 {username} 重新启用了")


@app.command("drop-totp")
def drop_totp(username: Annotated[str, typer.Argument(help="Whose second factor to remove.")]) -> None:
    """Remove the second factor of somebody who lost the phone and the recovery codes, and end the sessions."""
    from desk.accounts import Accounts
    from desk.users import Users

    _with_database(lambda found: Accounts(found, Users(found)).remove_second_factor(username))
    _say(f"账号 {username} 的两步验证取消了，已登录的都退出了")


@app.command("bind")
def bind(
    username: Annotated[str, typer.Argument(help="Which account.")],
    subject: Annotated[str, typer.Argument(help="The person's subject (sub) at WENBAN_OIDC_ISSUER.")],
) -> None:
    """Bind a desk account to a person at the organisation's own sign-in. Administrators need it."""
    from desk.single_sign_on import bind as bound

    issuer = load_settings().oidc_issuer
    if not issuer:
        raise BadRequest("没有设置 WENBAN_OIDC_ISSUER")
    if not subject.strip():
        raise BadRequest("要写这个人在单位登录系统里的 sub")
    _with_database(lambda found: bound(found, username, issuer, subject))
    _say(f"账号 {username} 绑好了")


def _say(done: str) -> None:
    console.print(escape(done), highlight=False, soft_wrap=True)


def _tell(password: str, done: str) -> None:
    console.print(
        f"{escape(done)}。一次性密码，只显示这一次，72 小时内有效，登录后要改： [bold]{password}[/]",
        highlight=False,
        soft_wrap=True,
    )


def _with_database(act: Callable[[Database], Awaitable[T]]) -> T:
    from core.migrate import opened

    async def run() -> T:
        async with opened(load_settings()) as found:
            return await act(found)

    return asyncio.run(run())
