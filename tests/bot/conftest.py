"""Fixtures of the bot's tests: real parts for actions, a real Rasa for dialogues."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from aiohttp import web

from bot.actions.runtime.endpoint import routes
from tests.bot.calls import SECRET, Rasa, client_of
from tests.bot.parts import SmallCity, build_index, small_city
from tests.bot.rasa_process import talking


@pytest.fixture(scope="session")
def knowledge_index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An index over the tests' few entries."""
    return build_index(tmp_path_factory.mktemp("knowledge") / "index")


@pytest.fixture
async def city(tmp_path: Path, knowledge_index: Path) -> AsyncIterator[SmallCity]:
    """Fresh parts, set for the actions."""
    async with small_city(tmp_path, knowledge_index) as made:
        yield made


@pytest.fixture(scope="session")
def stories(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of the stories server, with a real Rasa behind it."""
    with talking(tmp_path_factory.mktemp("stories")) as url:
        yield url


@pytest.fixture
async def rasa(city: SmallCity) -> AsyncIterator[Rasa]:
    """Calls the mounted endpoint as Rasa does, over fresh parts."""
    app = web.Application()
    app.add_routes(routes(SECRET))
    async with client_of(app) as client:
        yield Rasa(client)


@pytest.fixture
async def visitor(city: SmallCity) -> str:
    """A citizen's conversation."""
    return await city.visitor()
