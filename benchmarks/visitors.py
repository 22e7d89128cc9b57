"""Messages for benchmarks to send, and a visitor of the web channel who sends them."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Mapping
from uuid import uuid4

import aiohttp

from core.settings import ROOT
from tests.system import new_address

POLL_S = 1.0
"""Seconds between two looks for an answer that is late."""


def texts(name: str, count: int) -> list[str]:
    """The first ``count`` messages of a held-out set, ``bot/evaluation/NAME.jsonl``."""
    lines = (ROOT / "bot" / "evaluation" / f"{name}.jsonl").read_text("utf-8").splitlines()[:count]
    rows = [json.loads(line) for line in lines]
    return [str(row.get("question") or row["text"]) for row in rows]


async def visitor(session: aiohttp.ClientSession, url: str) -> dict[str, str]:
    """The request headers of a new visitor of the app at ``url``: from a new address, and already greeted."""
    headers = new_address()
    async with session.post(f"{url}/api/web/session", json={}, headers=headers) as response:
        headers["Authorization"] = f"Bearer {(await response.json())['token']}"
    await say(session, url, headers, "您好")
    return headers


async def say(session: aiohttp.ClientSession, url: str, headers: dict[str, str], text: str) -> float:
    """Sends a visitor's message. Returns the milliseconds until the answer."""
    body = {"client_id": str(uuid4()), "text": text}
    return await timed(session, f"{url}/api/web/messages", body, headers)


async def say_until_answered(
    session: aiohttp.ClientSession, url: str, headers: dict[str, str], text: str
) -> None:
    """Sends a visitor's message, and waits for the answer also when the app has stopped waiting for it, as under overload."""
    address = f"{url}/api/web/messages"
    body: dict[str, object] = {"client_id": str(uuid4()), "text": text}
    async with session.post(address, json=body, headers=headers) as response:
        answer = await response.json()
        if response.status != 200:
            raise RuntimeError(f"{address} answered {response.status}: {answer}")
    after, pending = answer["message"]["seq"], answer["pending"]
    while pending:
        await asyncio.sleep(POLL_S)
        async with session.get(f"{address}?after={after}", headers=headers) as response:
            pending = not (await response.json())["messages"]


async def timed(
    session: aiohttp.ClientSession, url: str, body: Mapping[str, object], headers: dict[str, str]
) -> float:
    """Posts a request. Returns the milliseconds until the answer.

    Raises:
        RuntimeError: the answer is an error, or has no replies.
    """
    began = time.perf_counter()
    async with session.post(url, json=body, headers=headers) as response:
        answer = await response.json()
        elapsed = (time.perf_counter() - began) * 1000
        replies = answer.get("replies") if isinstance(answer, dict) else answer
        if response.status != 200 or not replies:
            raise RuntimeError(f"{url} answered {response.status}: {answer}")
    return elapsed
