"""Words with 人 or 电话 in them that wish for no human."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.understanding.decide import Bars, decide
from bot.understanding.human_wish import beside_call, calls_human
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


@pytest.mark.parametrize("intent", ["inform", "complain", "ask_policy", "nlu_fallback"])
@pytest.mark.parametrize(
    "said",
    [
        "我电话13800000000，转人工",
        "楼上天天半夜唱歌，吵得睡不着，帮我转人工",
        "公积金怎么提取 给我转人工客服",
        "你好，转人工，急！",
        "路灯坏了，能不能转人工，谢谢",
        "我要找真人，别的不说了",
        "电话13800000000转人工",
        "你们这有真人没有，我不会打字，残疾证被收走了",
        "养老金停了，俺不想跟机器说，俺要个人",
        "不是这个，能不能找个人跟我讲讲",
        "别让机器答了，换个人",
        "要人，不要机器",
    ],
)
def test_a_call_in_so_many_words_counts_whatever_else_is_said(said: str, intent: str) -> None:
    sure = {"question": 0.9, "matter": 0.1, "both": 0.0, "talk": 0.0}
    assert decide(said, [(intent, 0.99)], sure, 0.99, Bars()).intent == "request_human"


@pytest.mark.parametrize(
    "said",
    [
        "打了12345，转人工，等了半天没人接",
        "怎么转人工",
        "不用转人工，我就问问公积金",
        "打电话按了半天也不给我转人工",
        "装修材料，人工，都涨了",
        "要人工费三百",
        "转人工智能学院",
        "商家不要机器，找人来修",
        "厂里要人，不要机器",
        "有没有真人CS的场地",
        "找个人来把下水道通了",
        "去哪找个人说理",
    ],
)
def test_a_call_that_is_told_of_is_none(said: str) -> None:
    assert not calls_human(said)


@given(st.text(st.sampled_from("转接人工找要想能不能请帮我给快点谢急，, 0123456789吧啊真客服"), max_size=200))
def test_a_call_is_told_from_any_text_in_time(said: str) -> None:
    began = time.process_time()
    calls_human(said)
    beside_call(said)
    assert time.process_time() - began < 0.5


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
