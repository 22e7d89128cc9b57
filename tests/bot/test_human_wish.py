"""Words with 人 or 电话 in them that wish for no human."""

from __future__ import annotations

import pytest

from bot.understanding.decide import Bars, decide
from conversations.waiting import CALL_BACK
from tests.bot.calls import Rasa

TALK = {"question": 0.1, "matter": 0.1, "both": 0.0, "talk": 0.8}


@pytest.mark.parametrize(
    "said",
    [
        "五个人",
        "我们两口人",
        "你们啥时候来人",
        "会派几个人过来",
        "话务员说话真凶",
        "我不接电话，微信上跟我说就行",
    ],
)
def test_people_in_passing_are_no_wish_for_a_human(said: str) -> None:
    assert decide(said, [("request_human", 0.95)], TALK, 0.0, Bars()).intent != "request_human"


@pytest.mark.parametrize(
    "said", ["人工", "换个人来", "我要跟活人说", "接线员态度太差，给我换人", "打个电话给我说"]
)
def test_the_wish_for_a_human_is_never_refused(said: str) -> None:
    assert decide(said, [("request_human", 0.95)], TALK, 0.0, Bars()).intent == "request_human"


@pytest.mark.parametrize("action", ["action_fallback", "action_answer_policy"])
async def test_whether_somebody_calls_is_answered_before_anything_is_filed(
    rasa: Rasa, visitor: str, action: str
) -> None:
    answer = await rasa.run(action, "你们到时候会打电话过来吗", "nlu_fallback", conversation=visitor)
    assert "跟您联系" in answer.text and "反映问题" in answer.buttons


async def test_who_wants_to_be_called_back_leaves_a_phone(rasa: Rasa, visitor: str) -> None:
    answer = await rasa.run(
        "action_request_human", CALL_BACK.payload, "request_human",
        conversation=visitor, entities={"slot": "callback"},
    )  # fmt: skip
    assert "回电话" in answer.slots["story"] and answer.text == ""
    assert answer.body["events"][-1] == {"event": "followup", "timestamp": None, "name": "complaint_form"}
