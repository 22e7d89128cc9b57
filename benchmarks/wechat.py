"""50 WeChat messages a second for a minute, more than Rasa answers: ``python -m benchmarks.wechat [seconds]``.

The whole system is a real one on SQLite, as it ships: the app, and Rasa with the trained model, each a process of its
own. Only the platform is a stand-in, in this process; it keeps the real one's windows and counts. Every citizen sends
one message, every other one a policy question of the labelled set, the rest whatever else citizens say (the held-out
messages: complaints, greetings, progress, asking for a human). A citizen who is shown nothing was lost; one who is
shown more than one text, passive or pushed, was answered twice.
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
"""Messages sent a second."""
TOKEN = "benchmark-token"
"""Token of the benchmark's account."""
PLATFORM_WAITS_S = 5
"""Seconds the platform waits for an answer."""
DRAIN_S = 600
"""Seconds after the last message in which every citizen should have an answer."""
LINGER_S = 15
"""Seconds to go on watching after the last answer, in case a citizen gets a second one."""


@dataclass
class _Load:
    """Seconds of each acknowledgement, the texts each citizen was shown, and seconds to the last one."""

    acknowledged: list[float] = field(default_factory=list)
    shown: dict[str, list[str]] = field(default_factory=dict)
    drained_s: float = 0.0


def _messages() -> list[str]:
    """Policy questions and other messages in turn, each in a shuffled order that is the same every time."""

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
    """Deliver one message, three times at most, as the platform does."""
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
        # The platform repeats at once after a time-out, and after an error, too.


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
    """Turns by who answered them, and the turns a second Rasa answered while it had any."""
    with sqlite3.connect(f"file:{system.data / 'wenban.db'}?mode=ro", uri=True) as database:
        by = Counter(
            dict(database.execute("SELECT answered_by, count(*) FROM turns GROUP BY answered_by").fetchall())
        )
        (lasted,) = database.execute(
            "SELECT (julianday(max(done_at)) - julianday(min(created_at))) * 86400 FROM turns WHERE answered_by = 'rasa'"
        ).fetchone()
    return by, by["rasa"] / max(lasted or 0.0, 1e-9)


def run(seconds: int = 60) -> list[Figure]:
    """Run the benchmark and give its figures."""
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
