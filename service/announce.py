"""Tells the operator when the system is up, at which addresses, and how to sign in for the first time."""

from __future__ import annotations

import asyncio
import time

import aiohttp
from rich.console import Console

from core.database import Database
from core.settings import Settings
from desk.accounts import ensure_first_account

PATIENCE_S = 300
"""Seconds after which waiting for the system is given up."""
REMIND_S = 5
"""Seconds between two lines that say what is not ready yet."""


async def wait_and_print(settings: Settings, console: Console) -> None:
    """Ask ``/readyz`` until all parts are ready, then print the addresses. Meanwhile print what is not ready.

    When there is no desk account yet, make the first one and print its one-time password.
    """
    began = time.monotonic()
    reminded = began
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=5)) as session:
        while missing := await _missing(session, settings.app_url):
            elapsed = time.monotonic() - began
            if elapsed > PATIENCE_S:
                console.print(
                    f"[red]✗[/] Not up after {PATIENCE_S} s (waiting for {', '.join(missing)}). "
                    f"See {settings.data_dir / 'log' / 'rasa.log'} and run `wenban doctor`."
                )
                return
            if time.monotonic() - reminded > REMIND_S:
                reminded = time.monotonic()
                console.print(f"   … {elapsed:.0f} s, waiting for {', '.join(missing)}", highlight=False)
            await asyncio.sleep(0.5)
    database = Database(settings.sqlalchemy_url)
    try:
        first = await ensure_first_account(database)
    finally:
        await database.close()
    url = settings.public_url or settings.app_url
    lines = [
        "",
        f"[green]✓[/] 问办 Wenban is up ({time.monotonic() - began:.0f} s)",
        f"   citizens   {url}/          demo page with the chat widget",
        f"   agents     {url}/desk/     the desk",
    ]
    lines += [f"   WeChat     {url}/wechat/{account.name}" for account in settings.wechat_accounts]
    if first is not None:
        username, password = first
        lines.append(f"   first sign-in at the desk: [bold]{username}[/] / [bold]{password}[/]  (shown once)")
        lines.append(
            "   it manages accounts and reads nothing of citizens; add an agent: wenban user add NAME --role agent"
        )
    lines.append("   Ctrl-C stops everything.")
    console.print("\n".join(lines), highlight=False, soft_wrap=True)


async def _missing(session: aiohttp.ClientSession, url: str) -> list[str]:
    try:
        async with session.get(f"{url}/readyz") as response:
            parts = (await response.json())["parts"]
            return [name for name, ready in parts.items() if not ready]
    except (TimeoutError, aiohttp.ClientError, OSError, ValueError, KeyError):
        return ["app"]
