"""Sends 50 WeChat messages a second for a minute, more than Rasa can answer: ``python -m benchmarks.wechat [seconds]``.

The system is a real one on SQLite, as shipped: the app, and Rasa with the trained model, each in its own process. Only
the WeChat platform is a stand-in; it runs in this process and applies the real platform's time limits and message
limits. Every citizen sends one message: half of them a policy question of the labelled set, the others something else
citizens say (the held-out messages: complaints, greetings, progress, asking for a person). A citizen who sees no text
counts as unanswered, one who sees more than one, as a passive reply or pushed, as answered twice.
"""

from __future__ import annotations

import asyncio
import hashlib
import itertools
import json
import random
import sqlite3
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp
import xmltodict

from benchmarks.figures import Figure, percentile
from core.settings import ROOT
from tests.channels.wechat.api import PUSHING_ID, SECRET, Api
from tests.channels.wechat.platform import text_xml
from tests.system import System, free_port, started

A_SECOND = 50
"""Number of messages sent each second."""
TOKEN = "benchmark-token"
"""WeChat token of the benchmark's account, used to sign requests."""
PLATFORM_WAITS_S = 5
"""Most seconds the platform waits for the response to one request."""
DRAIN_S = 600
"""Most seconds to wait, after the last message, until every citizen has an answer."""
LINGER_S = 15
"""Seconds to go on watching after the last answer, in case a citizen gets a second one."""


@dataclass
class _Load:
    """What was measured.

    Args:
        acknowledged: seconds each request took to be acknowledged.
        shown: citizen → the texts they saw.
        drained_s: seconds from the last message to the last answer.
    """

    acknowledged: list[float] = field(default_factory=list)
    shown: dict[str, list[str]] = field(default_factory=dict)
    drained_s: float = 0.0


def _messages() -> list[str]:
    """Policy questions and other messages by turns, both in a shuffled order that is the same every time."""

    def texts(path: str, name: str) -> list[str]:
        lines = (ROOT / path).read_text("utf-8").splitlines()
        found = [str(json.loads(line)[name]) for line in lines]
        random.Random(1).shuffle(found)
        return found

    questions = texts("knowledge_base/questions.jsonl", "question")
    others = itertools.cycle(texts("bot/evaluation/held_out.jsonl", "text"))
    return [text for pair in zip(questions, others, strict=False) for text in pair]


def _signed() -> dict[str, str]:
    timestamp, nonce = str(int(time.time())), "nonce"
    joined = "".join(sorted([TOKEN, timestamp, nonce]))
    signature = hashlib.sha1(joined.encode(), usedforsecurity=False).hexdigest()
    return {"timestamp": timestamp, "nonce": nonce, "signature": signature}


async def _say(session: aiohttp.ClientSession, url: str, user: str, text: str, load: _Load) -> None:
    """Deliver one message as the platform does: at most three times."""
    body = text_xml(text, user=user)
    for _ in range(3):
        began = time.perf_counter()
        try:
            async with session.post(url, params=_signed(), data=body) as response:
                said = await response.text()
                status = response.status
        except (TimeoutError, aiohttp.ClientError):
            status = 0
        load.acknowledged.append(time.perf_counter() - began)
        if status == 200:
            if said.startswith("<xml>"):
                load.shown[user].append(xmltodict.parse(said)["xml"]["Content"])
            return
        # The platform repeats a request at once, after a time-out as well as after an error.


async def _measure(url: str, port: int, seconds: int) -> _Load:
    load = _Load()
    async with (
        Api(port=port) as api,
        aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=0),
            timeout=aiohttp.ClientTimeout(total=PLATFORM_WAITS_S),
        ) as session,
    ):
        began = time.perf_counter()
        sending = []
        texts = itertools.cycle(_messages())
        for number in range(A_SECOND * seconds):
            await asyncio.sleep(max(0.0, began + number / A_SECOND - time.perf_counter()))
            user = f"oBENCH_{number:05d}"
            load.shown[user] = []
            api.step(user)
            sending.append(asyncio.create_task(_say(session, url, user, next(texts), load)))
        sent = time.perf_counter()
        await asyncio.gather(*sending)

        def silent() -> set[str]:
            return {user for user, texts in load.shown.items() if not texts} - {m["touser"] for m in api.sent}

        while silent() and time.perf_counter() < sent + DRAIN_S:  # noqa: ASYNC110 - only a look tells
            await asyncio.sleep(0.5)
        load.drained_s = time.perf_counter() - sent
        await asyncio.sleep(LINGER_S)
        for user in load.shown:
            load.shown[user] += api.texts(user)
        if api.refused:
            raise RuntimeError(f"the platform refused calls: {Counter(api.refused)}")
    return load


def _answered_by(system: System) -> tuple[Counter[str], float]:
    """How many turns each part of the system answered, and how many Rasa answered a second from its first to its last."""
    with sqlite3.connect(f"file:{system.data / 'wenban.db'}?mode=ro", uri=True) as database:
        by = Counter(
            dict(database.execute("SELECT answered_by, count(*) FROM turns GROUP BY answered_by").fetchall())
        )
        (lasted,) = database.execute(
            "SELECT (julianday(max(done_at)) - julianday(min(created_at))) * 86400 FROM turns WHERE answered_by = 'rasa'"
        ).fetchone()
    return by, by["rasa"] / max(lasted or 0.0, 1e-9)


def run(seconds: int = 60) -> list[Figure]:
    """Run the benchmark, sending messages for so many seconds, and return its figures."""
    port = free_port()
    account = {"name": "bench", "app_id": PUSHING_ID, "token": TOKEN, "app_secret": SECRET}
    with (
        tempfile.TemporaryDirectory(prefix="wenban-bench-") as folder,
        started(
            Path(folder) / "data",
            WENBAN_WECHAT_API_BASE=f"http://127.0.0.1:{port}",
            WENBAN_WECHAT_ACCOUNTS=json.dumps([account]),
        ) as system,
    ):
        load = asyncio.run(_measure(f"{system.url}/wechat/bench", port, seconds))
        by, rasa_a_second = _answered_by(system)
    counts = Counter(len(texts) for texts in load.shown.values())
    total = len(load.shown)
    return [
        Figure("WeChat acknowledgement, p50", percentile(load.acknowledged, 0.5), "s"),
        Figure("WeChat acknowledgement, p99", percentile(load.acknowledged, 0.99), "s", 1.0),
        Figure("WeChat acknowledgement, longest", max(load.acknowledged), "s", 4.5),
        Figure(f"WeChat messages without an answer, of {total}", counts[0], "", 0),
        Figure("WeChat messages answered twice", total - counts[0] - counts[1], "", 0),
        Figure("… answered by Rasa", by["rasa"], ""),
        Figure("… by the app alone, Rasa being full", by["degraded"], ""),
        Figure("Rasa's answers a second meanwhile", rasa_a_second, ""),
        Figure("from the last message to the last answer", load.drained_s, "s"),
    ]


if __name__ == "__main__":
    measured = run(int(sys.argv[1]) if len(sys.argv) > 1 else 60)
    for figure in measured:
        over = "" if figure.kept else f"   over {figure.bound}"
        print(f"{figure.name}: {figure.value:.3f} {figure.unit}{over}")
    sys.exit(0 if all(figure.kept for figure in measured) else 1)
