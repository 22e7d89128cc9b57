"""Tests of the garbage collector after start-up."""

import gc

import pytest
from aiohttp import web

from service.settled import settle


@pytest.mark.slow
async def test_what_is_loaded_at_start_up_is_looked_at_no_more() -> None:
    loaded: list[object] = [[]]
    app = web.Application()
    app.on_startup.append(settle)
    runner = web.AppRunner(app)
    await runner.setup()
    later: list[object] = [[]]
    tracked = {id(one) for one in gc.get_objects()}
    await runner.cleanup()
    assert id(loaded) not in tracked
    assert id(later) in tracked
