"""Fixtures of the bot's tests: real parts for the actions, and a real Rasa for dialogues."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from aiohttp import web

from bot.actions.runtime.endpoint import routes
from core.settings import ROOT
from kb_index.publishing.build import build
from tests.bot.calls import SECRET, Rasa, client_of
from tests.bot.parts import MODEL, SmallCity, build_index, small_city
from tests.bot.rasa_process import talking
from tests.knowledge import begin_with_what_is_at_hand, unchanging


@pytest.fixture(scope="session")
def knowledge_index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An index over the few entries of the tests."""
    return build_index(tmp_path_factory.mktemp("knowledge") / "index")


@pytest.fixture(scope="session")
def whole_index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An index over the knowledge base that ships."""
    index = tmp_path_factory.mktemp("whole") / "index"
    begin_with_what_is_at_hand(index)
    build(ROOT / "knowledge_base", index, MODEL)
    return unchanging(index)


@pytest.fixture
async def city(tmp_path: Path, knowledge_index: Path) -> AsyncIterator[SmallCity]:
    """Fresh parts, which the actions use."""
    async with small_city(tmp_path, knowledge_index) as made:
        yield made


@pytest.fixture(scope="session")
def stories(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of a running stories server, which has a real Rasa behind it."""
    with talking(tmp_path_factory.mktemp("stories")) as url:
        yield url


@pytest.fixture
async def rasa(city: SmallCity) -> AsyncIterator[Rasa]:
    """Calls the actions' endpoint as Rasa does; the actions use fresh parts."""
    app = web.Application()
    app.add_routes(routes(SECRET))
    async with client_of(app) as client:
        yield Rasa(client)


@pytest.fixture
async def visitor(city: SmallCity) -> str:
    """Id of a citizen's conversation."""
    return await city.visitor()
