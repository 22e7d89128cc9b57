"""What the process holds after thousands of long messages is what it held after a few."""

from __future__ import annotations

import subprocess
import sys

import pytest

from core.settings import ROOT

GROWTH_MB = 130
"""Most growth by a hundred texts of different lengths after the first ten."""
_READ = """
import asyncio, random
from core import heap
assert heap.bound()
from bot.understanding.danger import shipped
chance, judge = random.Random(1), shipped()
def text():
    longest = chance.choice((60, 400, 4000))
    return "".join(chr(chance.randrange(0x4E00, 0x9FA5)) + chance.choice(("", "，", "路灯坏了三天")) for _ in range(longest))[:longest]
def read(number):
    for _ in range(number):
        judge.judgement(text())
async def main():
    async with heap.kept_small():
        await asyncio.to_thread(read, 10)
        await asyncio.sleep(heap.LOOK_S + 0.5)
        before = heap.resident()
        await asyncio.gather(*(asyncio.to_thread(read, 33) for _ in range(3)))
        await asyncio.sleep(heap.LOOK_S + 0.5)
        print((heap.resident() - before) // 1_000_000)
asyncio.run(main())
"""


@pytest.mark.measured
def test_what_long_texts_need_is_given_back_and_forgotten() -> None:
    """Unbounded, the allocator and torch kept 266 MB after these texts, and more with each further length; now it is 65."""
    done = subprocess.run(
        [sys.executable, "-c", _READ], capture_output=True, text=True, check=False, cwd=ROOT
    )
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) < GROWTH_MB
