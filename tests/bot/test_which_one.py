"""A follow-up for how long, how much, where or who is told by the entry's own words, and not when it names another thing."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import web

from bot.actions.policy.answer import ENTRY
from bot.actions.runtime.endpoint import routes
from tests.bot.calls import SECRET, Rasa, client_of
from tests.bot.parts import build_of_shipped, small_city

ACTIONS = ["action_follow_up", "action_answer_policy", "action_fallback"]


@pytest.fixture(scope="module")
def cards(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An index over shipped entries about cards."""
    names = ("police/id-card-lost", "police/id-card-fee", "police/residence-permit-apply")
    return build_of_shipped(tmp_path_factory.mktemp("cards"), names)


@pytest.fixture
async def talk(tmp_path: Path, cards: Path) -> AsyncIterator[tuple[Rasa, str]]:
    """The actions' endpoint over these entries, and a conversation about a lost card."""
    async with small_city(tmp_path, cards) as city:
        app = web.Application()
        app.add_routes(routes(SECRET))
        visitor = await city.visitor()
        await city.conversations.remember(visitor, ENTRY, "police-id-card-lost")
        async with client_of(app) as client:
            yield Rasa(client), visitor


@pytest.mark.parametrize("action", ACTIONS)
@pytest.mark.parametrize("said", ["办下来多久能拿证", "多长时间能拿到手", "那要多久", "几天能下证"])
async def test_how_long_is_told_by_the_section(talk: tuple[Rasa, str], action: str, said: str) -> None:
    rasa, visitor = talk
    answer = await rasa.run(action, said, "follow_up", conversation=visitor)
    assert "60日" in answer.text, answer.text


@pytest.mark.parametrize("action", ACTIONS)
@pytest.mark.parametrize("said", ["办那个临时的要多久", "那个临时的多长时间能拿到手"])
async def test_the_time_of_the_card_is_not_told_for_another_card(
    talk: tuple[Rasa, str], action: str, said: str
) -> None:
    rasa, visitor = talk
    answer = await rasa.run(action, said, "follow_up", conversation=visitor)
    assert "60日" not in answer.text, answer.text


@pytest.mark.parametrize("said", ["谁办", "那谁给办"])
async def test_who_makes_it_is_told(talk: tuple[Rasa, str], said: str) -> None:
    rasa, visitor = talk
    answer = await rasa.run("action_follow_up", said, "follow_up", conversation=visitor)
    assert "公安" in answer.text, answer.text
