"""Whether any single message holds the others up: hostile texts through the whole app, and the event loop watched.

``python -m benchmarks.hostile [NUMBER [FIRST [AT_ONCE]]]``: ``500 1000`` measures the 500 from the 1,000th on. Several are under way at a
time, as in a busy hour; a text during which the loop was over the bound by either figure of :class:`Gaps` is measured alone, up to three
times, after each 50. A text takes the app about a second of processor time and Rasa a third, so two cores with nothing else to do need 35
minutes for all.

The first figure is processor time of the loop's own thread, which other programs on the machine do not change. It leaves out a thread of
ours that keeps the interpreter to itself (a pattern does, as long as it matches), so it alone would prove too little. The second one counts
those threads by the clock and may only be too high, on a busy machine and beside other texts. So what is below the bound by both is proved
to be, wherever it ran.
"""

from __future__ import annotations

import asyncio
import os
import random
import sys
import threading
import time
import traceback
from collections import deque
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
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
AIM_MS = 50.0
"""Most milliseconds of its own processor time that one message should keep the loop busy at a stretch."""
ALONE = 3
"""Most times that a text is measured alone, if the loop was held or busy over the bound during it. The least counts."""
TOGETHER = 50
"""Number of texts after which those that are in doubt are measured alone."""
AT_ONCE = 4
"""Number of texts that are under way at the same time, unless the command line says another."""
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


class Gaps:
    """The longest gaps between two beats of a :class:`Watch` while one text was under way.

    Attributes:
        held: seconds for which the loop was kept from other work: by itself, or by a thread of ours that did not let go of the
            interpreter. Waiting for a core that other programs had is left out.
        own: seconds of processor time that the loop's own thread used, the most between two beats.
        where: the innermost functions of ours on the loop's thread in the longest gap.
    """

    def __init__(self) -> None:
        self.held, self.own, self.where = 0.0, 0.0, ""


class Watch:
    """Measures how long the event loop is kept from other work, and where the program was then.

    Used as a context in the event loop that is watched.
    """

    def __init__(self) -> None:
        self._loop_thread = threading.get_ident()
        self._clock = time.pthread_getcpuclockid(self._loop_thread)
        self._waits = os.open(f"/proc/self/task/{threading.get_native_id()}/schedstat", os.O_RDONLY)
        self._under_way: set[Gaps] = set()
        self._seen = (0.0, "")
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
        await asyncio.to_thread(self._thread.join)
        os.close(self._waits)

    @asynccontextmanager
    async def text(self) -> AsyncIterator[Gaps]:
        """The gaps during the block, which is one text's way."""
        gaps = Gaps()
        self._under_way.add(gaps)
        try:
            yield gaps
            await asyncio.sleep(2 * TICK_S)  # what the text did last shows at the next beat
        finally:
            self._under_way.discard(gaps)

    def _now(self) -> tuple[float, float, float, float]:
        waited = int(os.pread(self._waits, 64, 0).split()[1]) / 1e9
        return time.perf_counter(), time.process_time(), time.clock_gettime(self._clock), waited

    def _since(self, now: tuple[float, float, float, float]) -> tuple[float, float]:
        """:class:`Gaps`' ``held`` and ``own`` of the time since the last beat."""
        wall, used, own, waited = (here - before for here, before in zip(now, self._beat, strict=True))
        # Where a thread that has the interpreter waits for a core, too, the process uses less than passes by the clock.
        return min(wall - waited, used), own

    async def _tick(self) -> None:
        while True:
            now = self._now()
            held, own = self._since(now)
            (seen, where), self._seen = self._seen, (0.0, "")
            for gaps in self._under_way:
                if held > gaps.held:
                    gaps.where = where if seen > 0 else ""
                gaps.held, gaps.own = max(gaps.held, held), max(gaps.own, own)
            self._beat = now
            await asyncio.sleep(TICK_S)

    def _look(self) -> None:
        while not self._over:
            time.sleep(AIM_MS / 4000)
            held, _ = self._since(self._now())
            frame = sys._current_frames().get(self._loop_thread)
            if held > max(self._seen[0], AIM_MS / 2000) and frame is not None:
                ours = [one for one in traceback.extract_stack(frame) if str(ROOT) in one.filename]
                steps = [one for one in ours if ".venv" not in one.filename][-6:]
                self._seen = (
                    held,
                    " > ".join(f"{Path(one.filename).name}:{one.lineno} {one.name}" for one in steps),
                )


@dataclass(frozen=True, order=True)
class Row:
    """One text: milliseconds of :class:`Gaps`' ``held`` and ``own``, and until the reply; where the loop was held."""

    held_ms: float
    own_ms: float
    took_ms: float
    text: str
    where: str

    def least(self, other: Row) -> Row:
        """The better of two measurements: what the text does itself happens each time, what the machine does besides does not."""
        held = min(self, other)
        return replace(held, own_ms=min(self.own_ms, other.own_ms))


async def _measured(system: Measured, watch: Watch, text: str) -> Row:
    began = time.perf_counter()
    async with watch.text() as gaps:
        with suppress(ConfigurationError):
            await system.say(text)
        took = time.perf_counter() - began
    return Row(gaps.held * 1000, gaps.own * 1000, took * 1000, text, gaps.where)


async def _measure(system: Measured, said: list[str], at_once: int) -> list[Row]:
    """The texts, several at a time; then alone those during which the loop was held, for that may have been by another one.

    After every :data:`TOGETHER` texts the doubtful ones are measured alone, so that a run that is cut off has told what is true.
    """
    rows: list[Row] = []
    began = time.perf_counter()

    async def next_one(waiting: deque[str], done: list[Row]) -> None:
        while waiting:
            done.append(await _measured(system, watch, waiting.popleft()))

    async with Watch() as watch:
        for text in ("您好", "小区门口的路灯坏了三天", "公积金怎么提取"):
            await system.say(text)  # loads what is loaded at first use
        for first in range(0, len(said), TOGETHER):
            waiting, done = deque(said[first : first + TOGETHER]), list[Row]()
            await asyncio.gather(*(next_one(waiting, done) for _ in range(at_once)))
            doubtful = sum(map(_doubtful, done))
            for number, row in enumerate(done):
                for _ in range(ALONE):
                    if _doubtful(done[number]):
                        done[number] = done[number].least(await _measured(system, watch, row.text))
            rows += done
            worst, own = max(rows), max(rows, key=lambda row: row.own_ms)
            print(
                f"{len(rows)} texts in {time.perf_counter() - began:.0f} s, {doubtful} of the last {len(done)} once more, alone: "
                f"{_over(rows, AIM_MS)} of all over {AIM_MS:.0f} ms, {_over(rows, BOUND_MS)} over {BOUND_MS:.0f} ms, "
                f"at most {own.own_ms:.0f} ms of its own: {own.text[:16]!r} {own.where}, {worst.held_ms:.0f} ms held: {worst.text[:16]!r} {worst.where}; "
                f"{_parts(rows)}",
                flush=True,
            )
    return rows


def _doubtful(row: Row) -> bool:
    return max(row.held_ms, row.own_ms) > BOUND_MS


def _parts(rows: Sequence[Row]) -> str:
    """The percentiles of both figures, in milliseconds: told each time, so that a run that is cut off has told them."""
    told = []
    for name, values in (
        ("of its own", [row.own_ms for row in rows]),
        ("held", [row.held_ms for row in rows]),
    ):
        parts = "/".join(f"{percentile(values, part):.0f}" for part in (0.5, 0.9, 0.99))
        told.append(f"p50/p90/p99 {name} {parts} ms")
    return ", ".join(told)


def _over(rows: Sequence[Row], bound_ms: float) -> int:
    return sum(max(row.held_ms, row.own_ms) > bound_ms for row in rows)


async def _main(number: int, first: int, at_once: int) -> int:
    said = texts(TEXTS)[first : first + number]
    async with measured(load_settings()) as system:
        rows = sorted(await _measure(system, said, at_once), reverse=True)
    for row in rows[:SHOWN]:
        print(
            f"{row.held_ms:5.0f} ms held, {row.own_ms:5.0f} ms of its own, {row.took_ms:6.0f} ms to the reply: {row.text[:24]!r} {row.where}"
        )
    print(
        f"{len(rows)} texts of {LENGTH} characters from {first} on: {_over(rows, AIM_MS)} keep the event loop over {AIM_MS:.0f} ms, "
        f"{_over(rows, BOUND_MS)} over {BOUND_MS:.0f} ms; the longest gap a text, {_parts(rows)}"
    )
    return 1 if _over(rows, BOUND_MS) else 0


if __name__ == "__main__":
    asked = [int(one) for one in sys.argv[1:4]]
    sys.exit(asyncio.run(_main(*asked, *(TEXTS, 0, AT_ONCE)[len(asked) :])))
