"""Photos made to be slow take their senders' time, and nobody else's."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from typing import Any

import pytest

from channels.web import limits
from conversations import drawing, media
from tests.channels.web.conftest import Running, Visitor, code_of
from tests.conversations.slow_pictures import many_scans
from tests.conversations.test_media import photo
from tests.waiting import until

SOON_S = {1: 8.0, 14: 15.0}
"""Most seconds for an ordinary photo during an attack from one address and from fourteen, on a machine that is busy with other tests."""


async def _upload(visitor: Visitor, data: bytes, address: str) -> Any:
    headers = visitor.headers | {"X-Forwarded-For": address}
    return await visitor.client.post("/api/web/photos", data=data, headers=headers)


@pytest.mark.slow
@pytest.mark.parametrize("addresses", [1, 14])
@pytest.mark.parametrize(("scans", "dense"), [(2_000, False), (39, True)])
async def test_an_ordinary_photo_goes_through_while_fourteen_slow_ones_are_drawn(
    running: Running, addresses: int, scans: int, dense: bool
) -> None:
    """A photo of 2,000 scans took 15 s of a processor, and fourteen of them everybody's next four minutes.

    Those of 39 scans are as slow as a picture can be made that is not refused for its scans.
    """
    hostile = [many_scans(7700, scans, mark=n, dense=dense) for n in range(14)]
    attackers = [await running.visitor() for _ in hostile]
    attack = [
        asyncio.create_task(_upload(attacker, data, f"198.51.100.{n % addresses}"))
        for n, (attacker, data) in enumerate(zip(attackers, hostile, strict=True))
    ]
    citizen = await running.visitor()
    began = time.perf_counter()
    ordinary = await _upload(citizen, photo((1200, 900)), "203.0.113.9")
    took = time.perf_counter() - began
    assert ordinary.status == 200, await ordinary.text()
    assert took < SOON_S[addresses]
    answers = Counter([(await one).status for one in attack])
    print(f"ordinary {took:.1f} s, attack {time.perf_counter() - began:.1f} s {answers}")


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
