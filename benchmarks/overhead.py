"""How much time the app adds to Rasa's: a policy question through the web channel, against Rasa's own REST webhook.

Both are asked the same questions by turns (A B A B …), each question in a new conversation, so that a change of the
machine's speed affects both alike. Rasa's time includes its call back to the app for the answer.
"""

from __future__ import annotations

import asyncio
import sqlite3
from uuid import uuid4

import aiohttp

from benchmarks.figures import Figure, percentile
from benchmarks.visitors import say, timed, visitor
from bot.channel_secret import HEADER, channel_secret
from tests.system import System

QUESTIONS = (
    "公积金怎么提取",
    "工伤认定要多久",
    "身份证丢了怎么补办",
    "被公司辞退有没有补偿金",
    "不动产登记几天能办好",
)
"""The policy questions, asked one after the other, again and again."""
ROUNDS = 40
"""Number of questions each side is asked."""
PAUSE_S = 0.05
"""Seconds to wait after each question."""
RATIO_BOUND = 1.3
"""Largest allowed ratio of the app's median time to Rasa's."""


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
            # Each side gets a new visitor who has said hello, so that the time of starting a conversation is not measured.
            app = await say(session, system.url, await visitor(session, system.url), text)
            await asyncio.sleep(PAUSE_S)
            await visitor(session, system.url)
            rasa = await timed(
                session,
                f"{system.settings.rasa_base_url}/webhooks/rest/webhook",
                {"sender": _newest_conversation(system), "message": text, "metadata": {"turn": str(uuid4())}},
                {HEADER: channel_secret(system.settings.secrets.actions_secret)},
            )
            await asyncio.sleep(PAUSE_S)
            if number >= 0:
                app_ms.append(app)
                rasa_ms.append(rasa)
    return app_ms, rasa_ms


def _newest_conversation(system: System) -> str:
    """The id of the newest conversation. The direct call to Rasa needs a real one, as Rasa's actions look it up."""
    with sqlite3.connect(f"file:{system.data / 'wenban.db'}?mode=ro", uri=True) as database:
        found: str = database.execute("SELECT id FROM conversations ORDER BY id DESC LIMIT 1").fetchone()[0]
        return found
