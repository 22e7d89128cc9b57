"""What encryption at rest costs: filing, listing and searching 100,000 tickets, and a message's way through the database.

``python -m benchmarks.at_rest [--beside PATH] [--count N]``: with a path another checkout, such as one from before
encryption, is measured by turns with this one. Only processor time counts, because other work on the machine would
change the time that passes.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

from benchmarks.figures import Figure, percentile
from core.settings import ROOT

COUNT = 100_000
"""Number of tickets."""
ROUNDS = 5
"""How often each side is measured, by turns. The numbers below are those of one round."""
FILED = 60
"""Tickets that are filed one by one, as citizens do."""
LISTED = 60
"""Lists that are asked for."""
SEARCHED = 5
"""Searches for each word."""
MESSAGES = 100
"""Messages that go through the database: stored, with a reply from a stand-in for Rasa, and read again."""
RATIO_BOUND = 1.1
"""Largest allowed ratio of a message's and a list's processor time to that without encryption."""
_WORDS = ("路灯", "停水三天", "烧烤店", "物业", "井盖", "没有这个词", "金色世纪花园", "灯")
"""Searched words: frequent, rare, and of one character; one occurs in no ticket."""
_PARTS = (
    "小区门口的路灯坏了",
    "晚上老人出门看不见路",
    "楼下的烧烤店半夜还在冒油烟",
    "物业一直没人来修",
    "已经停水三天",
    "井盖松动，车一过就响",
    "公交站台的顶棚漏雨",
    "学校门口放学时堵车",
    "垃圾堆在楼道里没人收",
    "工地夜里施工吵得睡不着",
    "暖气不热，家里有小孩",
    "健身房关门不退卡",
    "路口的红绿灯不亮",
    "绿化带里的树倒了",
)
_PLACES = ("朝阳中路", "国庆东路", "洞山西路", "舜耕路", "人民北路", "广场南路")
MEASURED = {"filing": "filing a ticket", "list": "a page of the list", "message": "a message and its reply"}


def _story(chance: random.Random) -> str:
    return "，".join(chance.sample(_PARTS, chance.randint(3, 8))) + f"。请在{chance.randint(1, 30)}日前处理。"


async def _fill(database: object, count: int) -> None:
    from core.database import Database
    from tickets.models import TicketRow

    assert isinstance(database, Database)
    chance = random.Random(count)
    for start in range(0, count, 1000):
        async with database.write() as session:
            session.add_all(
                TicketRow(
                    number=f"HN{start + at:012d}",
                    filing_key=f"bench:{start + at}",
                    query_code="123456",
                    type="complaint",
                    category="市政设施/路灯照明",
                    district="田家庵",
                    address=f"{chance.choice(_PLACES)}{chance.randint(1, 400)}号"
                    + ("金色世纪花园" if (start + at) % 5000 == 7 else ""),
                    content=_story(chance),
                    contact_name="张某某",
                    contact_phone="13800000000",
                )
                for at in range(1000)
            )


async def _timed(times: int, act: Callable[[int], Awaitable[object]]) -> list[float]:
    """Milliseconds of processor time of each call; the first tenth warms up and does not count."""
    spent = []
    for nth in range(times):
        began = time.process_time()
        await act(nth)
        spent.append((time.process_time() - began) * 1000)
    return spent[times // 10 :]


async def _serve(folder: Path, count: int) -> None:
    """Run by the checkout that is measured, in its own process: fill a database, then measure once for each line of input."""
    from conversations.service import Conversations
    from conversations.types import InboundMessage, Reply
    from core.city import load_city
    from core.database import Database
    from core.events import LocalEvents
    from core.migrate import prepare
    from core.settings import Settings
    from tickets.service import Tickets
    from tickets.types import TicketDraft

    class Answering:
        async def ask(self, sender: str, message: str, metadata: object) -> list[Reply]:
            return [Reply(f"您好，您说的是：{message}")]

        def busy(self) -> bool:
            return False

    async def nothing(_question: str) -> None:
        return None

    settings = Settings(data_dir=folder)
    await prepare(settings)
    database = Database(settings.sqlalchemy_url)
    tickets = Tickets(database, LocalEvents(), load_city("huainan"))
    began = time.process_time()
    await _fill(database, count)
    filled = (time.process_time() - began) * 1000 / count
    chance = random.Random(1)
    talk = Conversations(database, LocalEvents(), Answering(), nothing)

    async def file(nth: int) -> None:
        draft = TicketDraft(
            type="投诉",
            content=_story(chance),
            category="市政设施/路灯照明",
            district="田家庵",
            address="朝阳中路 1 号",
            contact_name="张某某",
            contact_phone="138 0000 0000",
            channel="web",
        )
        await tickets.file(draft, f"{began}:{nth}:{time.time_ns()}")

    async def say(nth: int) -> None:
        message = InboundMessage("web", f"visitor{nth // 8}", str(time.time_ns()), _story(chance))
        receipt = await talk.receive(message)
        assert await talk.wait(receipt.turn_id, 10)
        await talk.history(receipt.conversation_id)

    async with talk:
        print(json.dumps({"fill": [filled]}), flush=True)
        while await asyncio.to_thread(sys.stdin.readline):
            found = {
                "filing": await _timed(FILED, file),
                "list": await _timed(LISTED, lambda _: tickets.list(limit=50)),
                "message": await _timed(MESSAGES, say),
            }
            for word in _WORDS:
                found[f"search {word}"] = await _timed(
                    SEARCHED, lambda _, word=word: tickets.list(q=word, limit=50)
                )
            files = await asyncio.to_thread(lambda: list(folder.glob("wenban.db*")))
            found["size"] = [sum(file.stat().st_size for file in files) / 1e6]
            print(json.dumps(found), flush=True)
    await database.close()


class _Side:
    """A checkout's process with its database."""

    def __init__(self, checkout: Path, folder: str, count: int) -> None:
        self._process = subprocess.Popen(
            [
                str(checkout / ".venv/bin/python"),
                str(Path(__file__)),
                "--worker",
                folder,
                "--count",
                str(count),
            ],
            cwd=checkout,
            env={**os.environ, "PYTHONPATH": str(checkout)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.found: dict[str, list[float]] = {}
        self.read()

    def read(self) -> None:
        """Take the results of a round."""
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError("the measured process ended")
        for name, values in json.loads(line).items():
            self.found.setdefault(name, []).extend(values)

    def measure(self) -> None:
        """One round."""
        assert self._process.stdin is not None
        self._process.stdin.write("\n")
        self._process.stdin.flush()
        self.read()

    def stop(self) -> None:
        """End the process."""
        self._process.communicate()


def run(count: int = COUNT, other: Path | None = None) -> list[Figure]:
    """The figures of this checkout; with another one also its figures and the ratios."""
    with tempfile.TemporaryDirectory(prefix="wenban-at-rest-") as folder:
        sides = []
        for place in (ROOT, other):
            if place is not None:
                home = Path(folder) / str(len(sides))
                sides.append(_Side(place.resolve(), str(home), count))
        for _ in range(ROUNDS):
            for side in sides:
                side.measure()
        for side in sides:
            side.stop()
    here, there = sides[0].found, sides[1].found if other else {}
    figures: list[Figure] = []
    for name, values in here.items():
        unit = "MB" if name == "size" else "ms"
        title = MEASURED.get(name, name)
        figures.append(Figure(title, percentile(values, 0.5), unit))
        if name in there:
            before = percentile(there[name], 0.5)
            figures.append(Figure(f"{title}, without encryption", before, unit))
            bound = RATIO_BOUND if name in ("list", "message") else None
            figures.append(Figure(f"{title}, ratio", percentile(values, 0.5) / before, "×", bound))
    return figures


def main() -> None:
    """Measure and print one line for each figure."""
    options = argparse.ArgumentParser(prog="python -m benchmarks.at_rest")
    options.add_argument("--beside", type=Path)
    options.add_argument("--count", type=int, default=COUNT)
    options.add_argument("--worker", type=Path, help=argparse.SUPPRESS)
    given = options.parse_args()
    if given.worker:
        asyncio.run(_serve(given.worker, given.count))
        return
    figures = run(given.count, given.beside)
    for figure in figures:
        print(f"{figure.name:60} {figure.value:10.3f} {figure.unit}")
    sys.exit(0 if all(figure.kept for figure in figures) else 1)


if __name__ == "__main__":
    main()
