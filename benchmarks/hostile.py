"""Whether any single message holds the others up: hostile texts through the whole app, and the event loop watched.

Run alone, because other work on the machine would be measured, too: ``python -m benchmarks.hostile [NUMBER [FIRST]]``. A text takes some
two seconds, so all of them take two hours; ``500 1000`` measures the 500 from the 1,000th on, and six such runs measure them all.
"""

from __future__ import annotations

import asyncio
import random
import sys
import threading
import time
import traceback
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from benchmarks.figures import percentile
from core.errors import ConfigurationError
from core.settings import ROOT, load_settings
from service.measured import Measured, measured
from tests import pumping

TEXTS = 3_000
"""Number of texts, unless the command line says another."""
LENGTH = 4_000
"""Characters of each text: the most that a page may send."""
BOUND_MS = 100.0
"""Longest time for which one message may keep the event loop from other work, in milliseconds."""
TICK_S = 0.002
"""Seconds after which the watching task wants to run again."""
SHOWN = 15
"""Number of worst texts that are printed."""
_SENTENCES = (
    "我家住在田家庵区龙湖小区3号楼，", "楼上邻居每天晚上十一点还在装修，", "从去年三月到现在一直没人管。", "打了物业电话说下周来，",
    "另外小区门口的路灯也坏了，", "孩子上学要摸黑走，", "社区的人来看过一次，", "请问这个归哪个部门管？", "我的电话是13800000000，",
    "希望尽快处理！", "合同是2024年5月6日签的，", "一共交了三千六百块钱，", "他们说要等通知，", "还有垃圾没人收，天天臭得很。",
)  # fmt: skip


def texts(number: int) -> list[str]:
    """Distinct hostile texts, made of what stands in the app's own patterns.

    First each fragment alone, again and again, also behind a real complaint. When they run out, fragments of several patterns by
    turns, and wrapped in true sentences, of every length: a reader may be slow only for what another one lets through.
    """
    found = pumping.patterns(pumping.modules(("bot", "conversations", "core", "tickets")), {})
    pairs = sorted({pair for pattern in found.values() for pair in pumping.pumps(pattern, 1)})
    chance = random.Random(1)
    behind = ("", "", "", "小区门口的路灯坏了三天没人修，", "社保卡丢了怎么补办？")
    alone = [
        chance.choice(behind) + pumping.repeated(*pair, LENGTH - 20)
        for pair in chance.sample(pairs, len(pairs))
    ]
    made = dict.fromkeys(alone[: number * 2 // 5])
    while len(made) < number:
        make = chance.choice((_by_turns, _by_turns, _wrapped, _wrapped, None))
        made[make(chance, pairs) if make else story(chance)] = None
    # Mixed, so that a shorter run, too, has something of each kind.
    mixed = list(made)
    chance.shuffle(mixed)
    return mixed


def _by_turns(chance: random.Random, pairs: Sequence[tuple[str, str]]) -> str:
    """Fragments of two to four patterns, each several times, and all of it again and again."""
    between = chance.choice(("", "", "，", "。", " "))
    chosen = chance.sample(pairs, chance.randint(2, 4))
    round_ = between.join(before + fragment * chance.choice((1, 3, 40)) for before, fragment in chosen)
    return (round_ * LENGTH)[: chance.choice((LENGTH, LENGTH, LENGTH // 2, LENGTH // 8)) - 1] + "\x01"


def _wrapped(chance: random.Random, pairs: Sequence[tuple[str, str]]) -> str:
    """True sentences, and between them a fragment again and again."""
    before, fragment = chance.choice(pairs)
    pumped, said = (before + fragment * 400)[: chance.choice((20, 200, 900))], ""
    while len(said) < LENGTH:
        said += chance.choice(_SENTENCES) + pumped
    return said[:LENGTH]


def story(chance: random.Random) -> str:
    """A long story, which has more to read than repeated words."""
    said = "".join(chance.choice(_SENTENCES) for _ in range(LENGTH // 10))
    return said[:LENGTH]


class Watch:
    """Measures how long the event loop is kept from other work, and where the program was then.

    Used as a context in the event loop that is watched.

    Attributes:
        worst: seconds of the longest gap between two beats: of the clock, or of the process's processor time if that is less.
            What other processes take of the machine is no fault of ours.
        own: most seconds of processor time that the loop's own thread used between two beats. Where it is much less than
            ``worst``, other threads of ours worked meanwhile, and the loop perhaps only waited for a core.
        where: the innermost functions of ours on the loop's thread in a gap.
    """

    def __init__(self) -> None:
        self.worst, self.own, self.where = 0.0, 0.0, ""
        self._loop_thread = threading.get_ident()
        self._clock = time.pthread_getcpuclockid(self._loop_thread)
        self._beat = self._now()
        self._over = False

    async def __aenter__(self) -> Self:
        self._task = asyncio.create_task(self._tick())
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._thread.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        self._over = True
        self._task.cancel()

    def anew(self) -> None:
        """Forget what was measured so far."""
        self.worst, self.own, self.where = 0.0, 0.0, ""

    def _now(self) -> tuple[float, float, float]:
        return time.perf_counter(), time.process_time(), time.clock_gettime(self._clock)

    def _since(self, now: tuple[float, float, float]) -> tuple[float, float]:
        """``worst`` and ``own`` of the time since the last beat."""
        wall, used, own = (here - before for here, before in zip(now, self._beat, strict=True))
        return min(wall, used), own

    async def _tick(self) -> None:
        while True:
            now = self._now()
            held, own = self._since(now)
            self._beat = now
            self.worst, self.own = max(self.worst, held), max(self.own, own)
            await asyncio.sleep(TICK_S)

    def _look(self) -> None:
        while not self._over:
            time.sleep(BOUND_MS / 4000)
            held, _ = self._since(self._now())
            frame = sys._current_frames().get(self._loop_thread)
            if held > max(self.worst, BOUND_MS / 2000) and frame is not None:
                ours = [one for one in traceback.extract_stack(frame) if str(ROOT) in one.filename]
                steps = [one for one in ours if ".venv" not in one.filename][-6:]
                self.where = " > ".join(f"{Path(one.filename).name}:{one.lineno} {one.name}" for one in steps)


@dataclass(frozen=True, order=True)
class Row:
    """One text: milliseconds of :class:`Watch`'s ``own`` and ``worst``, and until the reply; where the loop was held."""

    own_ms: float
    held_ms: float
    took_ms: float
    text: str
    where: str


async def _measure(system: Measured, said: list[str]) -> list[Row]:
    rows = []
    async with Watch() as watch:
        for text in ("您好", "小区门口的路灯坏了三天", "公积金怎么提取"):
            await system.say(text)  # loads what is loaded at first use
        for number, text in enumerate(said):
            watch.anew()
            began = time.perf_counter()
            with suppress(ConfigurationError):
                await system.say(text)
            rows.append(
                Row(
                    watch.own * 1000,
                    watch.worst * 1000,
                    (time.perf_counter() - began) * 1000,
                    text,
                    watch.where,
                )
            )
            if number % 20 == 19:
                over = sum(row.own_ms > BOUND_MS for row in rows)
                print(
                    f"{number + 1} texts, {over} over {BOUND_MS:.0f} ms, worst {max(rows).own_ms:.0f} ms: {max(rows).where}",
                    flush=True,
                )
    return rows


async def _main(number: int, first: int) -> int:
    said = texts(TEXTS)[first : first + number]
    async with measured(load_settings()) as system:
        rows = sorted(await _measure(system, said), reverse=True)
    for row in rows[:SHOWN]:
        print(
            f"{row.own_ms:5.0f} ms of its own, {row.held_ms:5.0f} ms held, {row.took_ms:6.0f} ms to the reply: {row.text[:24]!r} {row.where}"
        )
    for name, values in (("its own", [row.own_ms for row in rows]), ("held", [row.held_ms for row in rows])):
        parts = ", ".join(
            f"p{part * 100:g} {percentile(values, part):.0f}" for part in (0.5, 0.9, 0.99, 0.999)
        )
        over = sum(value > BOUND_MS for value in values)
        print(
            f"the loop's longest gap a text, {name}, in ms: {parts}, max {max(values):.0f}; over {BOUND_MS:.0f} ms: {over}"
        )
    over = sum(row.own_ms > BOUND_MS for row in rows)
    print(f"{len(rows)} texts of {LENGTH} characters; {over} keep the event loop busy over {BOUND_MS:.0f} ms")
    return 1 if over else 0


if __name__ == "__main__":
    number, first = (*map(int, sys.argv[1:3]), *(TEXTS, 0)[len(sys.argv[1:3]) :])
    sys.exit(asyncio.run(_main(number, first)))
