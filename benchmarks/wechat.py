"""50 WeChat messages a second for a minute while Rasa is saturated: ``python -m benchmarks.wechat [seconds]``.

The app is a process of its own on SQLite, as it ships. Rasa is a stand-in that answers 30 messages a second, what
one Rasa process was measured at (docs/architecture.md), so that the load is over it from the first second on and
the figures do not depend on how fast this machine trains or runs a model. The platform's API is a stand-in, too.
Each citizen sends one message; who gets nothing was lost, who gets the same words twice was answered twice.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

import aiohttp
import xmltodict
from aiohttp import web

from benchmarks.figures import Figure, percentile
from tests.channels.wechat.api import PUSHING_ID, SECRET
from tests.channels.wechat.platform import text_xml
from tests.system import Process, free_port, prepare, program

A_SECOND = 50
RASA_A_SECOND = 30
TOKEN = "benchmark-token"
DRAIN_S = 120


async def _rasa(port: int) -> web.AppRunner:
    """Answers :data:`RASA_A_SECOND` messages a second, one after the other."""
    place = asyncio.Lock()

    async def answer(request: web.Request) -> web.Response:
        asked = await request.json()
        async with place:
            await asyncio.sleep(1 / RASA_A_SECOND)
        return web.json_response([{"recipient_id": asked["sender"], "text": f"答：{asked['message']}"}])

    app = web.Application()
    app.router.add_post("/webhooks/rest/webhook", answer)
    app.router.add_get("/", lambda _: web.Response(text="ok"))
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    return runner


def _signed() -> dict[str, str]:
    timestamp, nonce = str(int(time.time())), "nonce"
    joined = "".join(sorted([TOKEN, timestamp, nonce]))
    signature = hashlib.sha1(joined.encode(), usedforsecurity=False).hexdigest()
    return {"timestamp": timestamp, "nonce": nonce, "signature": signature}


async def _measure(url: str, api_url: str, seconds: int) -> tuple[list[float], Counter[str], list[str]]:
    """Acknowledgement times, how many texts each citizen got, and texts somebody got twice."""
    acknowledged: list[float] = []
    shown: dict[str, list[str]] = {}

    async def send(session: aiohttp.ClientSession, number: int) -> None:
        user = f"oBENCH_{number:05d}"
        shown[user] = []
        body = text_xml(f"公积金怎么提取 {number}", user=user)
        for _ in range(3):
            began = time.perf_counter()
            try:
                async with session.post(
                    f"{url}/wechat/bench", params=_signed(), data=body, timeout=aiohttp.ClientTimeout(total=5)
                ) as response:
                    said = await response.text()
                    acknowledged.append(time.perf_counter() - began)
                    if response.status == 200:
                        if said.startswith("<xml>"):
                            shown[user].append(xmltodict.parse(said)["xml"]["Content"])
                        return
            except (TimeoutError, aiohttp.ClientError):
                acknowledged.append(time.perf_counter() - began)

    connector = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(connector=connector) as session:
        began = time.perf_counter()
        sending = []
        for number in range(A_SECOND * seconds):
            await asyncio.sleep(max(0.0, began + number / A_SECOND - time.perf_counter()))
            sending.append(asyncio.create_task(send(session, number)))
        await asyncio.gather(*sending)
        until = time.perf_counter() + DRAIN_S
        while time.perf_counter() < until:
            async with session.get(f"{api_url}/_state") as response:
                state: dict[str, Any] = await response.json()
            reached = {user for user, texts in shown.items() if texts} | {m["touser"] for m in state["sent"]}
            if len(reached) == len(shown):
                break
            await asyncio.sleep(0.5)
    for message in state["sent"]:
        content = message["text"]["content"] if "text" in message else message["msgmenu"]["head_content"]
        shown[message["touser"]].append(content)
    twice = [user for user, texts in shown.items() if len(texts) != len(set(texts))]
    return acknowledged, Counter({user: len(texts) for user, texts in shown.items()}), twice


async def _run(seconds: int) -> list[Figure]:
    with tempfile.TemporaryDirectory(prefix="wenban-bench-") as folder:
        data = Path(folder) / "data"
        data.mkdir()
        rasa_port, api_port = free_port(), free_port()
        account = {"name": "bench", "app_id": PUSHING_ID, "token": TOKEN, "app_secret": SECRET}
        environment, settings = prepare(
            data,
            WENBAN_RASA_URL=f"http://127.0.0.1:{rasa_port}",
            WENBAN_WECHAT_API_BASE=f"http://127.0.0.1:{api_port}",
            WENBAN_WECHAT_ACCOUNTS=json.dumps([account]),
        )
        rasa = await _rasa(rasa_port)
        platform = subprocess.Popen(  # noqa: ASYNC220 - started once, before anything is measured
            [sys.executable, "-m", "tests.channels.wechat.api", str(api_port), "open"]
        )
        app = Process("app", [program(), "app"], environment, data / "app.log")
        app.start()
        try:
            await _ready(settings.app_url)
            api_url = f"http://127.0.0.1:{api_port}"
            acknowledged, got, twice = await _measure(settings.app_url, api_url, seconds)
        finally:
            app.stop()
            platform.kill()
            platform.wait()
            await rasa.cleanup()
    lost = sum(1 for count in got.values() if not count)
    return [
        Figure("WeChat acknowledgement, p50", percentile(acknowledged, 0.5), "s"),
        Figure("WeChat acknowledgement, p99", percentile(acknowledged, 0.99), "s", 1.0),
        Figure("WeChat acknowledgement, longest", max(acknowledged), "s", 4.5),
        Figure(f"WeChat messages without an answer, of {len(got)}", lost, "", 0),
        Figure("WeChat messages answered twice", len(twice), "", 0),
    ]


async def _ready(url: str) -> None:
    async with aiohttp.ClientSession() as session:
        for _ in range(600):
            try:
                async with session.get(f"{url}/readyz") as response:
                    if response.status == 200:
                        return
            except aiohttp.ClientError:
                pass
            await asyncio.sleep(0.2)
    raise RuntimeError("the app does not become ready")


def run(seconds: int = 60) -> list[Figure]:
    """The figures."""
    return asyncio.run(_run(seconds))


if __name__ == "__main__":
    measured = run(int(sys.argv[1]) if len(sys.argv) > 1 else 60)
    for figure in measured:
        print(
            f"{figure.name}: {figure.value:.3f} {figure.unit} {'' if figure.kept else '  over ' + str(figure.bound)}"
        )
    sys.exit(0 if all(figure.kept for figure in measured) else 1)
