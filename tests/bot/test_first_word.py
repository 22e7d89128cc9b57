"""An answer's yes or no is said only to a question for it (健康证去哪办 is not answered with 要。)."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import web

from bot.actions.policy import first_word
from bot.actions.runtime.endpoint import routes
from kb_index.entries.folder import load_folder
from tests.bot.calls import SECRET, Rasa, client_of
from tests.bot.parts import SHIPPED, build_of_shipped, small_city


@pytest.fixture(scope="module")
def few(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An index over some of the shipped entries that begin with such a word."""
    names = ("market/health-certificate", "hrss/no-written-contract", "police/violation-elsewhere")
    return build_of_shipped(tmp_path_factory.mktemp("few"), names)


@pytest.fixture
async def shops(tmp_path: Path, few: Path) -> AsyncIterator[tuple[Rasa, str]]:
    """The actions' endpoint over these entries, and the id of a citizen's conversation."""
    async with small_city(tmp_path, few) as city:
        app = web.Application()
        app.add_routes(routes(SECRET))
        async with client_of(app) as client:
            yield Rasa(client), await city.visitor()


@pytest.mark.parametrize(
    ("said", "entry", "begins"),
    [
        ("健康证在哪里办", "market-health-certificate", "做接触直接入口食品"),
        ("没有健康证能上班吗", "market-health-certificate", "做接触直接入口食品"),
        ("服务员要不要健康证", "market-health-certificate", "要。"),
    ],
)
async def test_the_word_stands_before_the_answer_that_it_fits(
    shops: tuple[Rasa, str], said: str, entry: str, begins: str
) -> None:
    rasa, visitor = shops
    answer = await rasa.run("action_answer_policy", said, "ask_policy", conversation=visitor)
    assert answer.cards[0]["entry"] == entry
    told = answer.text.split("就行。\n")[-1]
    assert told.startswith(begins), told
    assert answer.cards[0]["html"].startswith(f"<p>{begins}")


async def test_who_pressed_the_question_hears_its_yes(shops: tuple[Rasa, str]) -> None:
    rasa, visitor = shops
    pressed = '/ask_policy{"entry":"market-health-certificate","turn":"t"}'
    answer = await rasa.run(
        "action_answer_policy", pressed, "ask_policy", conversation=visitor,
        entities={"entry": "market-health-certificate", "turn": "t"},
    )  # fmt: skip
    assert answer.text.startswith("要。")


def test_every_answer_says_its_word_to_its_own_title_and_not_to_a_question_for_a_place() -> None:
    entries = [parsed.entry for parsed in load_folder(SHIPPED)[0]]
    worded = [one for one in entries if first_word.fitting(one, "在哪里办") != one]
    assert len(worded) > 20
    for one in worded:
        assert first_word.fitting(one, "在哪里办").answer
        assert first_word.answers("能", "能不能", one.title)
