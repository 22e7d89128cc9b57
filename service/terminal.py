"""``wenban chat``: the web channel in a terminal, against a running system."""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import uuid4

import aiohttp
from rich.console import Console

from core.errors import ConfigurationError


async def talk(url: str, console: Console) -> None:
    """Read lines, send them, print the replies; an empty line or Ctrl-D ends it.

    Raises:
        ConfigurationError: nothing answers at ``url``.
    """
    async with aiohttp.ClientSession(url.rstrip("/"), timeout=aiohttp.ClientTimeout(total=30)) as session:
        try:
            opened = await _call(session, "POST", "/api/web/session", {})
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            raise ConfigurationError(f"Nothing answers at {url}; start the system with `make run`.") from error
        session.headers["Authorization"] = f"Bearer {opened['token']}"
        console.print(f"[dim]{url} — an empty line ends the talk[/]")
        console.print(f"[cyan]问办[/] {opened['greeting']}", highlight=False)
        seen = 0
        while line := (await asyncio.to_thread(_ask)).strip():
            body = {"client_id": str(uuid4()), "text": line}
            answer = await _call(session, "POST", "/api/web/messages", body)
            if answer.get("pending"):
                console.print("[dim]（还在处理，稍后按回车前再说一句即可看到）[/]")
            news = await _call(session, "GET", f"/api/web/messages?after={seen}", None)
            for message in news["messages"]:
                seen = max(seen, message["seq"])
                if message["direction"] == "out":
                    _show(console, message)


async def _call(session: aiohttp.ClientSession, method: str, path: str, body: dict[str, Any] | None) -> Any:
    async with session.request(method, path, json=body) as response:
        answer = await response.json()
        if response.status >= 400:
            return {"messages": [], "error": answer["error"]}
        return answer


def _ask() -> str:
    try:
        return input("我 > ")
    except EOFError:
        return ""


def _show(console: Console, message: dict[str, Any]) -> None:
    name = message["sender_name"] or "系统"
    console.print(f"[cyan]{name}[/] {message['text']}", highlight=False)
    for number, button in enumerate(message["buttons"], start=1):
        console.print(f"   [bold]{number}[/] {button['title']}", highlight=False)
