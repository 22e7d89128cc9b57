"""Who is drawn next, who has to wait, and who has had enough."""

from __future__ import annotations

import asyncio

import pytest

from conversations import drawing_turns
from conversations.drawing_turns import AT_ONCE, REFILL_S, SENDER_S, SOURCE_S, DrawingTurns
from core.errors import RateLimited, Unavailable


class Clock:
    def __init__(self) -> None:
        self.at = 1000.0

    def __call__(self) -> float:
        return self.at


class Room:
    """Turns, who has one now, and the order in which they came."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.turns = DrawingTurns(self.clock)
        self.order: list[str] = []
        self._gates: dict[str, asyncio.Event] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}

    async def come(self, sender: str, source: str) -> None:
        gate = self._gates.setdefault(sender, asyncio.Event())

        async def sit() -> None:
            async with self.turns.turn(sender, source):
                self.order.append(sender)
                await gate.wait()

        self._tasks[sender] = asyncio.create_task(sit())
        await self.settle()

    async def go(self, sender: str, after_s: float = 0) -> None:
        self.clock.at += after_s
        self._gates.pop(sender).set()
        await self._tasks.pop(sender)
        await self.settle()

    async def give_up(self, sender: str) -> None:
        task = self._tasks.pop(sender)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await self.settle()

    async def settle(self) -> None:
        for _ in range(5):
            await asyncio.sleep(0)


async def test_one_source_has_one_place_and_never_the_last_one() -> None:
    room = Room()
    for n in range(14):
        await room.come(f"a{n}", "a")
    assert room.order == ["a0"]
    await room.come("b", "b")
    assert room.order == ["a0", "b"], "at once"
    await room.come("c", "c")
    await room.go("a0", after_s=4)
    assert room.order == ["a0", "b", "c"], "before thirteen that came earlier"


async def test_of_one_source_whoever_has_used_less_goes_first() -> None:
    room = Room()
    await room.come("greedy", "office")
    await room.go("greedy", after_s=8)
    await room.come("other", "office")
    await room.come("greedy", "office")
    await room.come("modest", "office")
    await room.go("other", after_s=1)
    assert room.order[-1] == "modest"


async def test_who_gives_up_holds_nobody_up() -> None:
    room = Room()
    for n in range(AT_ONCE):
        await room.come(f"{n}", f"{n}")
    await room.come("gone", "gone")
    await room.come("next", "next")
    await room.give_up("gone")
    await room.give_up("0")
    assert room.order == ["0", "1", "next"]
    await room.go("next")
    await room.go("1")
    assert not room.turns._waiting and not room.turns._drawing


@pytest.mark.parametrize("budget_s", [SENDER_S, SOURCE_S])
async def test_a_budget_that_is_used_up_comes_back_with_time(budget_s: float) -> None:
    room = Room()
    names = ("one", "one") if budget_s == SENDER_S else ("one", "office")
    sender, source = names
    room.turns._sources.spend(source, budget_s if budget_s == SOURCE_S else 0)
    room.turns._senders.spend(sender, budget_s if budget_s == SENDER_S else 0)
    async with room.turns.turn(sender, source):
        room.clock.at += 30
    with pytest.raises(RateLimited) as refused:
        async with room.turns.turn(sender, source):
            raise AssertionError("no turn was left")
    assert refused.value.code == "too_many_photos" and refused.value.retry_after_s
    async with room.turns.turn("another", "elsewhere"):
        pass
    room.clock.at += refused.value.retry_after_s
    async with room.turns.turn(sender, source):
        pass
    room.clock.at += REFILL_S
    assert room.turns._senders.level(sender) == 0


async def test_nobody_waits_longer_than_promised(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drawing_turns, "WAIT_S", 0.05)
    room = Room()
    for n in range(AT_ONCE):
        await room.come(f"{n}", f"{n}")
    with pytest.raises(Unavailable) as refused:
        async with room.turns.turn("late", "late"):
            raise AssertionError("no place was free")
    assert refused.value.code == "photos_busy"
    await room.go("0")
    async with room.turns.turn("late", "late"):
        pass


async def test_a_crowd_of_names_is_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drawing_turns, "_MOST", 100)
    turns = DrawingTurns()
    for n in range(300):
        async with turns.turn(f"{n}", f"{n}"):
            pass
    assert len(turns._senders._levels) == 100
