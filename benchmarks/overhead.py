"""The time the app adds to Rasa's: a policy question through the web channel against Rasa's own REST webhook.

Both are asked the same texts in turn (A B A B …), each in a new conversation, so that a change of the
machine's speed affects both alike. Rasa's own time includes its call back into the app for the answer.
"""

from __future__ import annotations

import asyncio
import sqlite3
import time
from uuid import uuid4

import aiohttp

from benchmarks.figures import Figure, percentile
from tests.system import System, new_address

QUESTIONS = (
    "公积金怎么提取",
    "工伤认定要多久",
    "身份证丢了怎么补办",
    "被公司辞退有没有补偿金",
    "不动产登记几天能办好",
)
"""Policy questions that are asked in turn."""
ROUNDS = 40
"""Questions asked of each side."""
PAUSE_S = 0.05
"""Seconds between two questions."""
RATIO_BOUND = 1.3
"""The app's median time over Rasa's own, at most."""


def run(system: System) -> list[Figure]:
    """The median time of both in milliseconds, and their ratio."""
    app_ms, rasa_ms = asyncio.run(_measure(system))
    app, rasa = percentile(app_ms, 0.5), percentile(rasa_ms, 0.5)
    return [
        Figure("policy answer through Rasa's REST webhook, p50", rasa, "ms"),
        Figure("policy answer through the web channel, p50", app, "ms"),
        Figure("policy answer through the web channel, p95", percentile(app_ms, 0.95), "ms"),
        Figure("web channel / Rasa's webhook, p50", app / rasa, "×", RATIO_BOUND),
    ]


async def _measure(system: System) -> tuple[list[float], list[float]]:
    app_ms: list[float] = []
    rasa_ms: list[float] = []
    async with aiohttp.ClientSession() as session:
        for number in range(-3, ROUNDS):  # the first three rounds warm both up and do not count
            text = QUESTIONS[number % len(QUESTIONS)]
            # Two new visitors who have greeted: neither side has to begin a conversation while it is timed.
            visitor = await _visitor(session, system)
            app = await _timed(
                session,
                f"{system.url}/api/web/messages",
                {"client_id": str(uuid4()), "text": text},
                visitor,
            )
            await asyncio.sleep(PAUSE_S)
            await _visitor(session, system)
            rasa = await _timed(
                session,
                f"{system.settings.rasa_base_url}/webhooks/rest/webhook",
                {"sender": _newest_conversation(system), "message": text, "metadata": {"turn": str(uuid4())}},
                {},
            )
            await asyncio.sleep(PAUSE_S)
            if number >= 0:
                app_ms.append(app)
                rasa_ms.append(rasa)
    return app_ms, rasa_ms


async def _visitor(session: aiohttp.ClientSession, system: System) -> dict[str, str]:
    """The headers of a new visitor, from a new address, who has said hello."""
    headers = new_address()
    async with session.post(f"{system.url}/api/web/session", json={}, headers=headers) as response:
        headers["Authorization"] = f"Bearer {(await response.json())['token']}"
    greeting = {"client_id": str(uuid4()), "text": "您好"}
    await _timed(session, f"{system.url}/api/web/messages", greeting, headers)
    return headers


def _newest_conversation(system: System) -> str:
    """The id of the last visitor's conversation; the actions look it up in the direct call, too."""
    with sqlite3.connect(f"file:{system.data / 'wenban.db'}?mode=ro", uri=True) as database:
        found: str = database.execute("SELECT id FROM conversations ORDER BY id DESC LIMIT 1").fetchone()[0]
        return found


async def _timed(
    session: aiohttp.ClientSession, url: str, body: dict[str, object], headers: dict[str, str]
) -> float:
    began = time.perf_counter()
    async with session.post(url, json=body, headers=headers) as response:
        answer = await response.json()
        elapsed = (time.perf_counter() - began) * 1000
        replies = answer.get("replies") if isinstance(answer, dict) else answer
        if response.status != 200 or not replies:
            raise RuntimeError(f"{url} answered {response.status}: {answer}")
    return elapsed
