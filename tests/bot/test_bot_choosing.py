"""Candidates asked back are chosen in words, and a follow-up takes the first, through the endpoint."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from bot.actions.policy import answer as policy
from bot.understanding.decide import Bars
from tests.bot.calls import Answer, Rasa
from tests.bot.parts import SmallCity
from tests.bot.test_bot_feedback import Talk

RABIES = "狂犬疫苗要打几针"


@pytest.fixture
async def asked_back(
    rasa: Rasa, visitor: str, city: SmallCity, monkeypatch: pytest.MonkeyPatch
) -> tuple[Talk, Answer]:
    """A talk in which something was just asked back, and what was said."""
    searcher = city.knowledge.searcher
    assert searcher is not None
    city.knowledge._searcher = searcher.with_calibration(
        replace(searcher.calibration, answer_at=1.1, ask_at=0.0)
    )
    monkeypatch.setattr(policy, "shipped", lambda: Bars(likely=1.1))
    talk = Talk(rasa, visitor)
    listed = await talk.say("action_answer_policy", RABIES, "ask_policy")
    assert "都不是" in listed.buttons, listed.text
    return talk, listed


def entries(answer: Answer) -> list[str]:
    """Ids of the entries a reply's buttons name, in order."""
    payloads = [p for p in answer.buttons.values() if p.startswith("/ask_policy")]
    return [json.loads(p.removeprefix("/ask_policy"))["entry"] for p in payloads]


@pytest.mark.parametrize("action", ["action_fallback", "action_answer_policy", "action_affirm"])
@pytest.mark.parametrize("said", ["第一个", "1", "我要问的是第一个"])
async def test_a_place_in_the_list_is_answered(
    asked_back: tuple[Talk, Answer], action: str, said: str
) -> None:
    talk, listed = asked_back
    answer = await talk.say(action, said, "nlu_fallback")
    assert answer.cards[0]["entry"] == entries(listed)[0]


async def test_words_of_one_title_choose_it(asked_back: tuple[Talk, Answer], city: SmallCity) -> None:
    talk, listed = asked_back
    last = city.knowledge.entry(entries(listed)[-1])
    assert last is not None
    answer = await talk.say("action_fallback", last.title.rstrip("？") + "那个", "nlu_fallback")
    assert answer.cards[0]["entry"] == last.id


@pytest.mark.parametrize("action", ["action_fallback", "action_deny", "action_answer_policy"])
async def test_none_of_them_offers_to_file_the_question(asked_back: tuple[Talk, Answer], action: str) -> None:
    talk, _ = asked_back
    answer = await talk.say(action, "都不是", "nlu_fallback")
    assert "登记" in answer.text
    assert "换个说法" not in answer.text
    assert answer.slots["story"] == RABIES
    assert {"转人工", "登记这个问题"} <= set(answer.buttons)


async def test_all_of_them_are_answered_shortly(asked_back: tuple[Talk, Answer], city: SmallCity) -> None:
    talk, listed = asked_back
    answer = await talk.say("action_affirm", "都要", "affirm")
    assert len(answer.body["responses"]) == len(entries(listed))
    for each in entries(listed):
        entry = city.knowledge.entry(each)
        assert entry is not None
        assert entry.title in answer.text


async def test_a_follow_up_to_a_guess_is_about_the_citizens_own_words(
    asked_back: tuple[Talk, Answer], city: SmallCity, visitor: str
) -> None:
    talk, listed = asked_back
    first = city.knowledge.entry(entries(listed)[0])
    assert first is not None
    answer = await talk.say("action_follow_up", "要带什么材料", "follow_up")
    assert f"关于“{first.title}”" not in answer.text
    assert answer.slots["story"] == f"{RABIES}：要带什么材料"
    known = await city.conversations.recall(visitor)
    assert known.get("entry") != first.id


async def test_words_that_choose_nothing_are_a_message_of_their_own(asked_back: tuple[Talk, Answer]) -> None:
    talk, _ = asked_back
    answer = await talk.say("action_deny", "不用了", "deny")
    assert not answer.cards


async def test_several_are_chosen_by_their_numbers(asked_back: tuple[Talk, Answer], city: SmallCity) -> None:
    talk, listed = asked_back
    answer = await talk.say("action_fallback", "第一和第二个", "nlu_fallback")
    first, second = (city.knowledge.entry(each) for each in entries(listed)[:2])
    assert first is not None and second is not None
    assert first.title in answer.text and second.title in answer.text
    assert len(answer.body["responses"]) == 2


async def test_a_number_beyond_the_list_is_said_to_be_so_and_the_list_offered_again(
    asked_back: tuple[Talk, Answer],
) -> None:
    talk, listed = asked_back
    again = await talk.say("action_fallback", "第七个", "nlu_fallback")
    assert f"一共 {len(entries(listed))} 个" in again.text
    assert entries(again) == entries(listed)
    assert RABIES in (await talk.say("action_deny", "都不是", "deny")).slots["story"]


@pytest.mark.parametrize(("said", "count"), [("第二个", 1), ("都要", 2), ("第1和第2个", 2)])
async def test_after_an_answer_the_list_can_still_be_chosen_from(
    asked_back: tuple[Talk, Answer], said: str, count: int
) -> None:
    talk, _ = asked_back
    await talk.say("action_fallback", "第一个", "nlu_fallback")
    answer = await talk.say("action_fallback", said, "inform")
    assert len(answer.body["responses"]) >= count and "没听明白" not in answer.text


async def test_a_bare_number_after_an_answer_is_no_choice(asked_back: tuple[Talk, Answer]) -> None:
    talk, _ = asked_back
    await talk.say("action_fallback", "第一个", "nlu_fallback")
    assert not (await talk.say("action_fallback", "2", "nlu_fallback")).cards


async def test_within_the_form_a_list_is_chosen_from_and_the_form_goes_on(
    rasa: Rasa, visitor: str, asked_back: tuple[Talk, Answer]
) -> None:
    form = {"requested_slot": "district", "content": "路灯坏了三天没人修"}
    talk, listed = asked_back
    beyond = await talk.say("validate_complaint_form", "第七个", "inform", slots=form)
    assert "一共" in beyond.text and "县区" in beyond.text
    chosen = await talk.say("validate_complaint_form", "第一个", "inform", slots=form)
    assert chosen.cards[0]["entry"] == entries(listed)[0]
    assert chosen.slots["requested_slot"] == "district"


async def test_a_likely_answer_is_given_with_the_question_it_answers(
    rasa: Rasa, visitor: str, city: SmallCity, monkeypatch: pytest.MonkeyPatch
) -> None:
    searcher = city.knowledge.searcher
    assert searcher is not None
    city.knowledge._searcher = searcher.with_calibration(
        replace(searcher.calibration, answer_at=1.1, ask_at=0.0)
    )
    monkeypatch.setattr(policy, "shipped", lambda: Bars(likely=0.01))
    monkeypatch.setattr(policy, "FAR_BEHIND", 0.9)
    talk = Talk(rasa, visitor)
    answer = await talk.say("action_answer_policy", "公积金怎么提取", "ask_policy")
    assert answer.cards[0]["entry"] == "gjj-withdraw"
    assert answer.text.startswith("您问的是“")
    assert "都不是" in answer.buttons and "没用" not in answer.buttons
    rejected = await talk.press("都不是")
    assert "登记" in rejected.text and rejected.slots["story"] == "公积金怎么提取"
