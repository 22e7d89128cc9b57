"""Actions outside forms, through the endpoint."""

from __future__ import annotations

import json
from typing import Any

import pytest

from bot.actions.policy import answer as policy
from bot.actions.policy.answer import sure_answer
from tests.bot.calls import Answer, Rasa
from tests.bot.parts import SmallCity
from tests.cities import HUAINAN
from tests.conftest import Clock


def _action(name: str) -> dict[str, Any]:
    return {"event": "action", "name": name}


def _slot(name: str, value: Any) -> dict[str, Any]:
    return {"event": "slot", "name": name, "value": value}


async def test_an_answer_has_source_department_and_date_and_is_remembered(
    rasa: Rasa, visitor: str, city: SmallCity
) -> None:
    answer = await rasa.run("action_answer_policy", "公积金怎么提取", "ask_policy", conversation=visitor)
    assert "依据：《某某条例（测试用）》" in answer.text
    assert "承办单位：住房公积金管理中心" in answer.text
    assert "核对日期：2026年11月1日" in answer.text
    assert "\n\n" not in answer.text, "Rasa would cut the message there"
    assert answer.cards[0]["entry"] == "gjj-withdraw"
    assert answer.buttons["转人工"] == "/request_human"
    assert json.loads(answer.buttons["办理材料"].removeprefix("/follow_up")) == {"section": "办理材料"}
    assert (await city.conversations.recall(visitor))["entry"] == "gjj-withdraw"


async def test_a_button_names_its_entry(rasa: Rasa, visitor: str) -> None:
    payload = '/ask_policy{"entry":"police-id-lost"}'
    answer = await rasa.run(
        "action_answer_policy",
        payload,
        "ask_policy",
        conversation=visitor,
        entities={"entry": "police-id-lost"},
    )
    assert answer.cards[0]["entry"] == "police-id-lost"


async def test_a_button_of_an_entry_that_is_gone_asks_again(rasa: Rasa, visitor: str) -> None:
    answer = await rasa.run(
        "action_answer_policy", '/ask_policy{"entry":"gone"}', "ask_policy",
        conversation=visitor, entities={"entry": "gone"},
    )  # fmt: skip
    assert not answer.cards
    assert "已经更新或者失效" in answer.text


async def test_an_expired_entry_is_told_by_no_button_and_no_follow_up(
    rasa: Rasa, visitor: str, city: SmallCity, clock: Clock
) -> None:
    async def pressed() -> Answer:
        return await rasa.run(
            "action_answer_policy", '/ask_policy{"entry":"civil-marriage"}', "ask_policy",
            conversation=visitor, entities={"entry": "civil-marriage"},
        )  # fmt: skip

    assert (await pressed()).cards[0]["entry"] == "civil-marriage"
    clock.forward(days=365 * 65)  # past the last day in its file
    gone = await pressed()
    assert not gone.cards and "失效" in gone.text
    after = await rasa.run("action_follow_up", "要带什么材料", "follow_up", conversation=visitor)
    assert all(card["entry"] != "civil-marriage" for card in after.cards) and "结婚" not in after.text


async def test_unknown_is_said_and_the_question_kept_for_a_message(rasa: Rasa, visitor: str) -> None:
    answer = await rasa.run("action_answer_policy", "狂犬疫苗要打几针", "ask_policy", conversation=visitor)
    assert "没有把握" in answer.text
    assert list(answer.buttons)[:2] == ["登记这个问题", "转人工"]
    assert len(answer.buttons) <= 4, "at most the two nearest entries beside the ways on"
    assert answer.slots["story"] == "狂犬疫苗要打几针"
    opened = await rasa.run(
        "validate_complaint_form", "/start_complaint", "start_complaint", conversation=visitor,
        before=[_action("action_answer_policy"), _slot("story", "狂犬疫苗要打几针"), _slot("offer", "human")],
    )  # fmt: skip
    assert opened.slots["content"] == "狂犬疫苗要打几针"
    assert opened.slots["complaint_type"] == "咨询"


async def test_follow_up_is_answered_from_the_entry(rasa: Rasa, visitor: str, city: SmallCity) -> None:
    await city.conversations.remember(visitor, "entry", "police-id-lost")
    material = await rasa.run("action_follow_up", "那要带什么材料", "follow_up", conversation=visitor)
    assert "居民户口簿" in material.text
    fee = await rasa.run("action_follow_up", "要多少钱", "follow_up", conversation=visitor)
    assert "40 元" in fee.text
    days = await rasa.run("action_follow_up", "几天能好", "follow_up", conversation=visitor)
    assert "没有写" in days.text
    assert days.slots["offer"] == "complaint"
    assert list(days.buttons)[:2] == ["登记这个问题", "转人工"]
    pressed = await rasa.run(
        "action_follow_up", '/follow_up{"section":"收费标准"}', "follow_up",
        conversation=visitor, entities={"section": "收费标准"},
    )  # fmt: skip
    assert "40 元" in pressed.text


async def test_no_section_of_another_entry_is_made_up(rasa: Rasa, visitor: str, city: SmallCity) -> None:
    await city.conversations.remember(visitor, "entry", "civil-marriage")
    answer = await rasa.run("action_follow_up", "收费吗", "follow_up", conversation=visitor)
    assert "没有写" in answer.text
    assert "元" not in answer.text


async def test_fallback_looks_up_then_asks_once_then_hands_over(
    rasa: Rasa, visitor: str, city: SmallCity
) -> None:
    found = await rasa.run(
        "action_fallback", "公积金怎么提取", "nlu_fallback", conversation=visitor, confidence=0.2
    )
    assert found.cards[0]["entry"] == "gjj-withdraw"
    first = await rasa.run(
        "action_fallback", "那个那个", "nlu_fallback", conversation=visitor, confidence=0.2
    )
    assert "没听明白" in first.text
    assert first.slots["misses"] == 1
    assert (await city.conversations.view(visitor)).mode == "bot"
    second = await rasa.run(
        "action_fallback", "就是那个", "nlu_fallback", conversation=visitor, confidence=0.2,
        slots={"misses": 1}, before=[_action("action_fallback"), _slot("misses", 1)],
    )  # fmt: skip
    assert "坐席" in second.text
    view = await city.conversations.view(visitor)
    assert (view.mode, view.reason) == ("waiting", "low_confidence")


async def test_a_miss_long_ago_does_not_count(rasa: Rasa, visitor: str, city: SmallCity) -> None:
    answer = await rasa.run(
        "action_fallback", "就是那个", "nlu_fallback", conversation=visitor, confidence=0.2,
        slots={"misses": 1}, before=[_action("utter_greet")],
    )  # fmt: skip
    assert "没听明白" in answer.text
    assert (await city.conversations.view(visitor)).mode == "bot"


async def test_a_story_the_model_is_not_sure_of_is_kept(rasa: Rasa, visitor: str) -> None:
    words = "我家那个井盖它老是翘着你们看看"
    answer = await rasa.run(
        "action_fallback", words, "nlu_fallback", conversation=visitor, confidence=0.2,
        ranking=[("nlu_fallback", 0.2), ("complain", 0.18), ("inform", 0.1)],
    )  # fmt: skip
    assert "反映这个问题" in answer.buttons
    opened = await rasa.run(
        "validate_complaint_form", "/start_complaint", "start_complaint", conversation=visitor,
        before=[_action("action_fallback"), _slot("story", words)],
    )  # fmt: skip
    assert opened.slots["content"] == words


async def test_a_ticket_number_alone_opens_the_query(rasa: Rasa, visitor: str) -> None:
    answer = await rasa.run("action_fallback", "hn2026112300001", "inform", conversation=visitor)
    assert answer.followup == "status_form"


async def test_yes_means_what_was_offered(rasa: Rasa, visitor: str, city: SmallCity) -> None:
    nothing = await rasa.run("action_affirm", "好的", "affirm", conversation=visitor)
    assert "还有什么可以帮您" in nothing.text
    assert (await city.conversations.view(visitor)).mode == "bot"
    entry = await rasa.run(
        "action_affirm", "是的", "affirm", conversation=visitor, before=[_slot("offer", "entry:gjj-withdraw")]
    )
    assert entry.cards[0]["entry"] == "gjj-withdraw"
    complaint = await rasa.run(
        "action_affirm", "是", "affirm", conversation=visitor, before=[_slot("offer", "complaint")]
    )
    assert complaint.followup == "complaint_form"
    await rasa.run("action_affirm", "好", "affirm", conversation=visitor, before=[_slot("offer", "human")])
    assert (await city.conversations.view(visitor)).mode == "waiting"


async def test_repeat_says_the_last_messages_with_buttons_and_cards(rasa: Rasa, visitor: str) -> None:
    said = {
        "event": "bot",
        "text": "刚才的话",
        "data": {
            "buttons": [{"title": "转人工", "payload": "/request_human"}],
            "custom": {"card": {"kind": "answer"}},
        },
    }
    answer = await rasa.run("action_repeat", "再说一遍", "repeat", conversation=visitor, before=[said])
    assert answer.text == "刚才的话"
    assert answer.buttons == {"转人工": "/request_human"}
    assert answer.cards == [{"kind": "answer"}]


async def test_harsh_words_get_one_calm_sentence_and_a_human(rasa: Rasa, visitor: str) -> None:
    answer = await rasa.run("action_calm", "废物", "abuse", conversation=visitor)
    assert len(answer.body["responses"]) == 1
    assert "转人工" in answer.buttons


async def test_out_of_scope_yields_to_a_sure_answer(rasa: Rasa, visitor: str) -> None:
    answer = await rasa.run("action_out_of_scope", "身份证丢了怎么补办", "out_of_scope", conversation=visitor)
    assert answer.cards[0]["entry"] == "police-id-lost"
    weather = await rasa.run("action_out_of_scope", "明天会下雨吗", "out_of_scope", conversation=visitor)
    assert "帮不上忙" in weather.text


async def test_without_rasa_only_a_sure_answer_is_given(city: SmallCity) -> None:
    sure = await sure_answer(city.knowledge, "公积金怎么提取", HUAINAN)
    assert sure is not None and sure.card is not None and "依据" in sure.text
    assert await sure_answer(city.knowledge, "狂犬疫苗要打几针", HUAINAN) is None


@pytest.mark.parametrize(
    ("said", "asked"),
    [
        ("等等我先问个事，居住证怎么办理？", "居住证怎么办理？"),
        ("对了，想问一下，公积金怎么取", "公积金怎么取"),
        ("我问你，人呢", "我问你，人呢"),
        ("问题车怎么处理", "问题车怎么处理"),
        ("我想咨询居住证怎么办", "我想咨询居住证怎么办"),
    ],
)
def test_words_that_only_announce_a_question_are_left_out_of_the_search(said: str, asked: str) -> None:
    assert policy.without_lead_in(said) == asked
