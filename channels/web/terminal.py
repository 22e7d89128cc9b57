"""``wenban chat``: the web channel in a terminal, against a running system."""

from __future__ import annotations

import asyncio
import re
from typing import Any
from uuid import uuid4

import aiohttp
from rich.console import Console

from core.errors import ConfigurationError

_ADDRESS = re.compile(r"https?://[^/\s]+")
_TRIES = 6
"""Most times that a message is sent (with the same id) until its replies are there. Each request waits for them."""


async def talk(url: str, console: Console) -> None:
    """Read lines, send them, and print the replies. An empty line or Ctrl-D ends it.

    Args:
        url: address of the running app.
        console: where the replies are printed.

    Raises:
        ConfigurationError: ``url`` is not an address, nothing answers there, or a request was refused.
    """
    if not _ADDRESS.match(url):
        raise ConfigurationError(f"地址要以 http:// 或 https:// 开头，不能是 {url}")
    timeout = aiohttp.ClientTimeout(total=60)
    async with aiohttp.ClientSession(url.rstrip("/"), timeout=timeout) as session:
        try:
            opened = await _call(session, "POST", "/api/web/session", {})
            session.headers["Authorization"] = f"Bearer {opened['token']}"
            console.print(f"[dim]{url} — an empty line ends the talk[/]")
            console.print(f"[cyan]问办[/] {opened['greeting']}", highlight=False, soft_wrap=True)
            seen = 0
            while line := (await asyncio.to_thread(_ask)).strip():
                body = {"client_id": str(uuid4()), "text": line}
                for _ in range(_TRIES):
                    if not (await _call(session, "POST", "/api/web/messages", body)).get("pending"):
                        break
                news = await _call(session, "GET", f"/api/web/messages?after={seen}", None)
                for message in news["messages"]:
                    seen = max(seen, message["seq"])
                    if message["direction"] == "out":
                        _show(console, message)
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            raise ConfigurationError(
                f"Nothing answers at {url}; start the system with `make run`."
            ) from error


async def _call(session: aiohttp.ClientSession, method: str, path: str, body: dict[str, Any] | None) -> Any:
    async with session.request(method, path, json=body) as response:
        answer = await response.json()
        if response.status >= 400:
            raise ConfigurationError(answer["error"]["message"])
        return answer


def _ask() -> str:
    try:
        return input("我 > ")
    except EOFError:
        return ""


def _show(console: Console, message: dict[str, Any]) -> None:
    console.print(f"{message['sender_name'] or '系统'}", style="cyan", end=" ")
    console.print(message["text"], highlight=False, markup=False, soft_wrap=True)
    for number, button in enumerate(message["buttons"], start=1):
        console.print(f"   {number} {button['title']}", highlight=False, markup=False)
