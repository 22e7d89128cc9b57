"""What is said beside the form is natural, and always leaves a way on."""

from __future__ import annotations

from typing import Any

import pytest

from bot.actions.policy.unknown import MARKS
from tests.bot.calls import Rasa
from tests.bot.test_bot_feedback import Talk
from tests.bot.test_bot_forms import FORM
from tests.bot.test_bot_unknown import UNKNOWN


async def test_what_a_car_does_is_no_part_of_its_name(rasa: Rasa, visitor: str) -> None:
    said = "我要举报小区门口天天停黑车拉客"
    answer = await rasa.run(FORM, said, "start_complaint", conversation=visitor)
    assert answer.slots.get("subject") in (None, "", "黑车")
    assert "停黑车" not in answer.text


@pytest.mark.parametrize("said", ["我闺女能帮我办不", "俺才七十八啊 那没有呗", "这个给报不", "要带户口本不"])
async def test_a_question_in_dialect_is_no_detail_of_a_story(rasa: Rasa, visitor: str, said: str) -> None:
    story = "家里老人腿脚不好没人管"
    offered: list[dict[str, Any]] = [
        {"event": "slot", "name": "story", "value": story},
        {"event": "slot", "name": "offer", "value": "complaint"},
    ]
    told = await rasa.run(
        "action_fallback", "不知道谁家的狗", "nlu_fallback", conversation=visitor, slots={"story": story},
        before=offered, turn="t-0",
    )  # fmt: skip
    assert told.slots["story"] == f"{story}，不知道谁家的狗" and "这一句我也记着" in told.text
    answer = await rasa.run(
        "action_fallback", said, "nlu_fallback", conversation=visitor, slots={"story": story}, before=offered
    )
    assert "记着" not in answer.text
    assert story not in str(answer.slots.get("story"))


async def test_an_unknown_question_always_ends_with_a_way_on(rasa: Rasa, visitor: str) -> None:
    talk = Talk(rasa, visitor)
    for text in (*UNKNOWN, *UNKNOWN):
        answer = await talk.say("action_answer_policy", text, "ask_policy")
        assert any(mark in answer.text for mark in MARKS)
        assert not answer.text.rstrip().endswith(MARKS), answer.text
