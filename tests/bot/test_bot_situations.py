"""A situation told before a question is no matter; what is asked behind a matter is answered, and the matter offered."""

from __future__ import annotations

import pytest

from bot.understanding.decide import Bars, decide
from bot.understanding.splitting import split
from tests.bot.calls import Rasa

QUESTION = {"question": 0.97, "matter": 0.02, "both": 0.01, "talk": 0.0}


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("我爸退休了在老家养老，顺便问问异地认证咋弄", "异地认证咋弄"),
        ("我姐离婚两年了，现在又想跟前夫过，顺便问问复婚咋办手续", "复婚咋办手续"),
        ("孩子下半年上小学，我们是外地户口，还想问下能不能在这边上学", "能不能在这边上学"),
        ("俺家属怀孕五个月了，顺便打听下产检请假扣不扣钱", "产检请假扣不扣钱"),
        ("老丈人瘫痪三年了，另外想问护理补贴怎么申请", "护理补贴怎么申请"),
    ],
)
def test_a_situation_belongs_to_the_question_behind_it(text: str, asked: str) -> None:
    (request,) = split(text)
    assert (request.kind, request.text, request.asked) == ("question", text, asked)


@pytest.mark.parametrize(
    "text",
    [
        "小区路灯坏了半个月没人修，另外想咨询一下居住证怎么办",
        "我们物业乱收费，顺便问问老年证在哪里办",
        "我要投诉隔壁饭店，顺便问一下社保卡丢了怎么补",
        "表扬一下社区小李帮我办证，顺便咨询老年证在哪里办",
    ],
)
def test_a_matter_stays_one(text: str) -> None:
    assert [request.kind for request in split(text)] == ["matter", "question"]


async def test_a_question_with_its_situation_is_answered(rasa: Rasa, visitor: str) -> None:
    text = "我妈七十了在乡下，昨天身份证找不着了，还想问问身份证丢了怎么补办"
    answer = await rasa.run("action_answer_policy", text, "ask_policy", conversation=visitor)
    assert [card["entry"] for card in answer.cards] == ["police-id-lost"]
    assert answer.followup is None
    assert "登记这件事" not in answer.text


async def test_a_question_with_its_situation_is_answered_though_it_was_taken_for_a_matter(
    rasa: Rasa, visitor: str
) -> None:
    text = "我妈七十了在乡下，昨天身份证找不着了，还想问问身份证丢了怎么补办"
    answer = await rasa.run("validate_complaint_form", text, "complain", conversation=visitor)
    assert [card["entry"] for card in answer.cards] == ["police-id-lost"]
    assert "content" not in answer.slots and answer.slots["requested_slot"] is None
    assert any(payload.startswith("/start_complaint") for payload in answer.buttons.values())


async def test_what_is_asked_behind_a_matter_is_answered_and_the_matter_offered(
    rasa: Rasa, visitor: str
) -> None:
    text = "小区路灯坏了三天没人修，顺便问问身份证丢了怎么补办"
    answer = await rasa.run("action_answer_policy", text, "ask_policy", conversation=visitor)
    assert [card["entry"] for card in answer.cards] == ["police-id-lost"]
    assert "您刚才还提到“小区路灯坏了三天没人修”" in answer.text
    assert answer.slots["story"] == "小区路灯坏了三天没人修"
    assert answer.slots["offer"] == "complaint"


async def test_the_form_takes_the_matter_when_nothing_answers_the_question(rasa: Rasa, visitor: str) -> None:
    text = "小区路灯坏了三天没人修，顺便问问天王星签证怎么申请"
    answer = await rasa.run("action_answer_policy", text, "ask_policy", conversation=visitor)
    assert answer.followup == "complaint_form"
    assert answer.slots["story"] == text


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("小孩医保断了一年", "ask_with_matter"),
        ("养老保险断了三年", "ask_with_matter"),
        ("身份证过期半年了", "ask_with_matter"),
        ("水管爆了修了三百块，这钱该我掏还是房东掏", "ask_with_matter"),
        ("有人把电瓶车推上楼充电，罚不罚", "ask_with_matter"),
        ("低保给我取消了", "complain"),
        ("单位不给我交社保", "complain"),
        ("公司少交公积金", "complain"),
        ("补贴申请半年了，一点音信没有", "complain"),
        ("下水道堵了，到底管不管", "complain"),
        ("楼下饭店烟太大了", "complain"),
    ],
)
def test_a_state_of_which_nobody_is_to_blame_and_a_rule_are_asked_for(text: str, intent: str) -> None:
    kinds = {"question": 0.1, "matter": 0.8, "both": 0.1, "talk": 0.0}
    assert decide(text, [("complain", 0.99)], kinds, 0.4, Bars()).intent == intent
