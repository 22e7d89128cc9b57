"""A question, a protest or a goodbye is never taken for a value of the form, whatever was asked."""

from __future__ import annotations

import pytest

from tests.bot.calls import Rasa
from tests.bot.test_bot_forms import FORM, FULL
from tests.bot.test_bot_listening import say
from tests.bot.test_form_amending import AFTER_ADDRESS, INTENTS

KINDS = {"question": 0.9, "matter": 0.05, "both": 0.02, "talk": 0.03}
"""What the decision reads of a question."""


@pytest.mark.parametrize("slot", ["district", "address", *AFTER_ADDRESS])
@pytest.mark.parametrize("said", ["地址写错没有 你念一遍", "你给我念一遍", "刚才填的地址写对了吗"])
async def test_what_is_filled_is_read_back_and_never_taken_for_a_value(
    rasa: Rasa, visitor: str, slot: str, said: str
) -> None:
    for intent, confidence in INTENTS:
        answer = await say(rasa, visitor, slot, said, intent, confidence=confidence)
        filled = set(FULL) & {name for name, value in answer.slots.items() if value}
        assert not filled, intent
        assert answer.slots["requested_slot"] == slot
        known = FULL["address"] if slot in AFTER_ADDRESS else FULL["content"]
        assert known in answer.text


@pytest.mark.parametrize("slot", ["district", "address", *AFTER_ADDRESS])
@pytest.mark.parametrize(
    "said", ["你别光让我填,我这两个月的损失谁赔?", "别光让我填，损失谁来赔", "光让我填，能不能先来个人？"]
)
async def test_a_protest_with_a_question_is_no_value(rasa: Rasa, visitor: str, slot: str, said: str) -> None:
    for intent, confidence in (("complain", 0.8), ("ask_policy", 0.7), ("nlu_fallback", 0.2)):
        answer = await say(rasa, visitor, slot, said, intent, confidence=confidence)
        assert not set(FULL) & set(answer.slots), intent
        assert answer.slots["requested_slot"] == slot
        assert "没能认出" not in answer.text and "没听明白" not in answer.text


@pytest.mark.parametrize("said", ["刚才填过的", "刚才说了", "就是刚才那个小区", "周六能办吗", "刚刚的那个"])
async def test_what_was_told_before_is_no_time(rasa: Rasa, visitor: str, said: str) -> None:
    for intent, confidence in INTENTS:
        answer = await say(rasa, visitor, "happened_at", said, intent, confidence=confidence)
        assert not answer.slots.get("happened_at"), intent


@pytest.mark.parametrize(
    ("said", "intent"),
    [("我要举报黑车拉客 刚才填过的", "start_complaint"), ("路灯坏了没人修，刚刚说过的", "complain")],
)
async def test_a_story_told_again_did_not_happen_just_now(
    rasa: Rasa, visitor: str, said: str, intent: str
) -> None:
    answer = await say(rasa, visitor, "content", said, intent, confidence=0.9, content=None)
    assert not answer.slots.get("happened_at")


@pytest.mark.parametrize("slot", ["content", "district", "address", *AFTER_ADDRESS, "confidential"])
@pytest.mark.parametrize("said", ["先不登记", "不了 先不登记", "我不投诉了", "那我不投诉 就问问"])
async def test_who_files_nothing_is_let_go_at_any_question(
    rasa: Rasa, visitor: str, slot: str, said: str
) -> None:
    for intent, confidence in (("deny", 0.7), ("cancel", 0.5), ("complain", 0.8), ("nlu_fallback", 0.2)):
        answer = await say(rasa, visitor, slot, said, intent, confidence=confidence)
        assert "content" not in answer.slots or answer.slots["content"] is None, intent
        if slot != "complaint_confirm":
            assert answer.slots["requested_slot"] is None, intent
        else:
            assert answer.slots["requested_slot"] is None or "先不提交" in answer.text


@pytest.mark.parametrize("slot", ["district", "address", *AFTER_ADDRESS, "confidential"])
@pytest.mark.parametrize(
    "said",
    [
        "几天能处理",
        "要几天处理",
        "多久能来人",
        "大概多久能处理",
        "大概多久能来收",
        "多久能查表",
        "什么时候能修",
    ],
)
async def test_how_long_is_said_in_the_form_as_after_it(
    rasa: Rasa, visitor: str, slot: str, said: str
) -> None:
    for intent, confidence in (("ask_policy", 0.9), ("follow_up", 0.7), ("nlu_fallback", 0.2)):
        answer = await say(rasa, visitor, slot, said, intent, confidence=confidence, kinds=KINDS)
        assert "要办多久" in answer.text or "工作日" in answer.text, answer.text
        assert not set(FULL) & set(answer.slots)
        assert answer.slots["requested_slot"] == slot


@pytest.mark.parametrize("said", ["买车发票丢了咋办，周六能办吗", "上牌周六能办吗", "窗口周末上班吗"])
async def test_a_day_on_which_one_wants_to_come_is_no_time_of_the_matter(
    rasa: Rasa, visitor: str, said: str
) -> None:
    answer = await rasa.run(FORM, said, "complain", conversation=visitor)
    assert not answer.slots.get("happened_at")
