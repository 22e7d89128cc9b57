"""What is read from files stays up to date, also after a look that failed."""

from __future__ import annotations

import asyncio

import pytest

from core.following import Follower


async def test_after_a_look_that_failed_the_next_one_comes(caplog: pytest.LogCaptureFixture) -> None:
    looks, often = 0, asyncio.Event()

    async def look() -> None:
        nonlocal looks
        looks += 1
        if looks == 2:
            raise OSError("the folder is away")
        if looks == 4:
            often.set()

    follower = Follower(look, 0.001, "an example")
    await follower.start()
    await asyncio.wait_for(often.wait(), 10)
    await follower.close()
    assert "an example: cannot look for a change" in caplog.text
    before = looks
    await asyncio.sleep(0.02)
    assert looks == before


async def test_what_can_not_be_read_at_the_start_is_an_error_of_the_start() -> None:
    async def look() -> None:
        raise OSError("the folder is away")

    follower = Follower(look, 0.001, "an example")
    with pytest.raises(OSError, match="away"):
        await follower.start()
    await follower.close()
