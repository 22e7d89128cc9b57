"""``wenban wechat``: checks and pushes the account's menu, and checks the accounts."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from channels.wechat.api import doctor, menu
from channels.wechat.api.client import Client
from channels.wechat.api.errors import PlatformError
from core.errors import ConfigurationError
from core.migrate import opened, require_keys
from core.sealing import use_ring
from core.settings import Settings, load_settings
from core.wechat_accounts import WeChatAccount

app = typer.Typer(no_args_is_help=True)
menus = typer.Typer(no_args_is_help=True, help="The menu under the conversation.")
app.add_typer(menus, name="menu")
console = Console()

_Name = Annotated[
    str, typer.Argument(help="The account's name in WENBAN_WECHAT_ACCOUNTS; the only one if empty.")
]
_File = Annotated[Path, typer.Option("--file", help="The menu's YAML.")]


@menus.command("check")
def menu_check(file: _File = menu.DEFAULT) -> None:
    """Check a menu and show what the platform would get."""
    console.print_json(json.dumps(menu.read(file), ensure_ascii=False))


@menus.command("push")
def menu_push(name: _Name = "", file: _File = menu.DEFAULT) -> None:
    """Check a menu and put it on the account. Phones show it within a few minutes."""
    settings = load_settings()
    account = _account(settings, name)
    if account.kind == "mini_program" or not account.app_secret:
        raise ConfigurationError(f"账号 {account.name} 不能有菜单：要是公众号，并且填了 app_secret")
    asyncio.run(_push(settings, account, menu.read(file)))
    console.print(f"[green]✓[/] {account.name}：菜单已经更新，手机上几分钟内能看到（重新进入会话更快）。")


@app.command("doctor")
def examine(name: _Name = "") -> None:
    """Check every account (or one) step by step. Exit status 1 when something is wrong."""
    settings = load_settings()
    if not settings.wechat_accounts:
        raise ConfigurationError("还没有微信账号：WENBAN_WECHAT_ACCOUNTS 是空的，怎么填见 docs/wechat.md")
    accounts = [_account(settings, name)] if name else settings.wechat_accounts
    if not asyncio.run(_examine(settings, accounts)):
        raise typer.Exit(1)


def _account(settings: Settings, name: str) -> WeChatAccount:
    found = [one for one in settings.wechat_accounts if not name or one.name == name]
    if len(found) != 1:
        names = "、".join(one.name for one in settings.wechat_accounts) or "一个也没有"
        raise ConfigurationError(f"请写是哪个微信账号；现有：{names}")
    return found[0]


async def _push(settings: Settings, account: WeChatAccount, found: dict[str, object]) -> None:
    await require_keys(settings)
    use_ring(settings.key_ring)
    try:
        async with (
            opened(settings) as database,
            Client(account, database, settings.wechat_api_base) as client,
        ):
            await client.call("/cgi-bin/menu/create", found)
    except PlatformError as error:
        raise ConfigurationError(doctor.explain(error)) from error


async def _examine(settings: Settings, accounts: list[WeChatAccount]) -> bool:
    await require_keys(settings)
    use_ring(settings.key_ring)
    well = True
    async with opened(settings) as database:
        for account in accounts:
            console.print(f"[bold]{account.name}[/]")
            async for found in doctor.examine(settings, account, database):
                mark = {True: "[green]✓[/]", False: "[red]✗[/]", None: "[yellow]–[/]"}[found.good]
                console.print(f"  {mark} {found.step}：{found.words}", highlight=False, soft_wrap=True)
                well = well and found.good is not False
    return well
