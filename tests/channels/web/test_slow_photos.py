"""Photos made to be slow take their senders' time, and nobody else's."""

from __future__ import annotations

import asyncio
import resource
from typing import Any

import pytest

from channels.web import limits
from conversations import drawing, drawing_turns, media
from tests.channels.web.conftest import Running, Visitor, code_of
from tests.conversations.slow_pictures import many_scans
from tests.conversations.test_media import photo
from tests.waiting import until

PATIENCE_S = 180.0
"""Seconds that a picture may wait and take here: a machine that is busy with other tests decides nothing."""
WORK_S = 30.0
"""Most processor time for fourteen slow photos and an ordinary one, in seconds. They take six, and without the bound on scans 200."""


async def _upload(visitor: Visitor, data: bytes, address: str) -> Any:
    headers = visitor.headers | {"X-Forwarded-For": address}
    return await visitor.client.post("/api/web/photos", data=data, headers=headers)


async def test_an_ordinary_photo_goes_through_while_an_address_has_slow_ones_drawn(
    running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However long they take: here they end only after the ordinary one was answered."""
    slow = [photo((100 + n, 10)) for n in range(4)]
    begun, ends = 0, asyncio.Event()

    async def held(data: bytes) -> Any:
        nonlocal begun
        if data in slow:
            begun += 1
            await ends.wait()
        return await drawing.draw(data)

    monkeypatch.setattr(media, "draw", held)
    monkeypatch.setattr(drawing_turns, "WAIT_S", PATIENCE_S)
    attackers = [await running.visitor() for _ in slow]
    attack = [
        asyncio.create_task(_upload(attacker, data, "198.51.100.1"))
        for attacker, data in zip(attackers, slow, strict=True)
    ]
    await until(lambda: begun > 0)
    ordinary = await _upload(await running.visitor(), photo((1200, 900)), "203.0.113.9")
    assert ordinary.status == 200, await ordinary.text()
    assert begun == 1 and not any(one.done() for one in attack)
    ends.set()
    assert {(await one).status for one in attack} == {200}


@pytest.mark.slow
@pytest.mark.parametrize(("scans", "dense"), [(2_000, False), (39, True)])
async def test_an_ordinary_photo_goes_through_behind_slow_ones_of_fourteen_addresses(
    running: Running, monkeypatch: pytest.MonkeyPatch, scans: int, dense: bool
) -> None:
    """A photo of 2,000 scans took 15 s of a processor, and fourteen of them everybody's next four minutes.

    Those of 39 scans are as slow as a picture can be made that is not refused for its scans. Counted is processor time; how long
    an ordinary photo takes is measured by ``python -m benchmarks.photos``.
    """
    monkeypatch.setattr(drawing_turns, "WAIT_S", PATIENCE_S)
    monkeypatch.setattr(drawing, "WAIT_S", PATIENCE_S)
    hostile = [many_scans(7700, scans, mark=n, dense=dense) for n in range(14)]
    attackers = [await running.visitor() for _ in hostile]
    before = _worked_s()
    attack = [
        asyncio.create_task(_upload(attacker, data, f"198.51.100.{n}"))
        for n, (attacker, data) in enumerate(zip(attackers, hostile, strict=True))
    ]
    ordinary = await _upload(await running.visitor(), photo((1200, 900)), "203.0.113.9")
    assert ordinary.status == 200, await ordinary.text()
    assert {(await one).status for one in attack} <= {200, 400}
    assert _worked_s() - before < WORK_S


def _worked_s() -> float:
    """Processor time of the processes that drew and have ended, in seconds."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


async def test_a_sender_may_send_few_at_once_and_an_address_some_more(
    running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is being sent is in memory: a hundred photos of 10 MB would be a gigabyte."""
    monkeypatch.setattr(limits, "ADDRESS_UPLOADS", 4)
    drawn = asyncio.Event()

    async def held(data: bytes) -> Any:
        await drawn.wait()
        return await drawing.draw(data)

    monkeypatch.setattr(media, "draw", held)
    one, two, three = [await running.visitor() for _ in range(3)]
    first = [asyncio.create_task(_upload(one, photo((10 + n, 10)), "198.51.100.1")) for n in range(4)]
    await until(lambda: sum(task.done() for task in first) == 1)
    second = [asyncio.create_task(_upload(two, photo((10 + n, 10)), "198.51.100.1")) for n in range(2)]
    await until(lambda: sum(task.done() for task in second) == 1)
    refused = [task.result() for task in first + second if task.done()]
    assert [await code_of(answer) for answer in refused] == [(429, "too_many_photos")] * 2
    other = asyncio.create_task(_upload(three, photo((10, 10)), "203.0.113.9"))
    drawn.set()
    assert [(await task).status for task in [*first, *second, other]].count(200) == 5
    assert (await _upload(one, photo((20, 10)), "198.51.100.1")).status == 200, "the places are free again"
