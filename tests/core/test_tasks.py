"""A task that loses a cancellation is ended all the same."""

from __future__ import annotations

import asyncio

from core.tasks import end


async def test_a_task_that_swallows_a_cancellation_is_cancelled_again() -> None:
    swallowed: list[int] = []

    async def stubborn() -> None:
        while True:
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                if len(swallowed) == 2:
                    raise
                swallowed.append(1)

    task = asyncio.create_task(stubborn())
    await asyncio.sleep(0)
    await asyncio.wait_for(end(task, None), 10)
    assert task.cancelled() and len(swallowed) == 2


async def test_none_and_those_that_ended_need_nothing() -> None:
    async def broken() -> None:
        raise OSError

    task = asyncio.create_task(broken())
    await asyncio.wait({task})
    await end(task, None)
    await end()
    assert isinstance(task.exception(), OSError)
