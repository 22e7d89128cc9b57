"""How it is said that the base has no answer, and what is offered behind an answer: no more than may help."""

from __future__ import annotations

import pytest

from bot.actions.complaint import procedure
from bot.actions.policy.unknown import FIRST, MARKS, WAYS_ON, asks_number
from bot.actions.policy.which import offer_filing
from bot.actions.runtime.turn import Turn
from bot.actions.runtime.wording import FILE_IT, HUMAN
from bot.actions.talk.unsure import unsure
from conversations.types import Reply
from tests.bot.calls import Rasa
from tests.bot.test_bot_feedback import Talk

UNKNOWN = ("狂犬疫苗要打几针", "月球上的地怎么买", "怎么练毛笔字", "蹦极安全吗")


async def test_no_sentence_is_said_twice_in_a_row_and_later_ones_are_short(rasa: Rasa, visitor: str) -> None:
    talk = Talk(rasa, visitor)
    said = [(await talk.say("action_answer_policy", text, "ask_policy")).text for text in UNKNOWN]
    assert said[0].startswith(FIRST + WAYS_ON)
    assert len({one[:12] for one in said}) == len(said)
    assert not any("不敢随便回答您" in one for one in said[1:])
    assert all(len(later) < len(said[0]) for later in said[1:])


async def test_every_wording_has_danger_judged_again(rasa: Rasa, visitor: str) -> None:
    talk = Talk(rasa, visitor)
    for text in (*UNKNOWN, "妇联的电话多少"):
        answer = await talk.say("action_answer_policy", text, "ask_policy")
        assert unsure([Reply(answer.text)]), answer.text
    assert len(set(MARKS)) == len(MARKS)


@pytest.mark.parametrize(
    "text", ["妇联的电话多少", "有没有残联的号码", "植物园热线给我一个", "把那个科室的座机告诉我一下"]
)
async def test_who_asks_for_a_number_is_told_that_it_is_not_on_file(
    rasa: Rasa, visitor: str, text: str
) -> None:
    answer = await rasa.run("action_answer_policy", text, "ask_policy", conversation=visitor)
    assert "我这里没有登记，不敢乱" in answer.text
    assert "12345" not in answer.text, "who writes to 12345 is not told to ring it"


@pytest.mark.parametrize("text", ["打了三次电话都没人接", "电话打不通", "手机号码被人冒用", "热线态度很差"])
def test_talk_of_a_telephone_asks_for_no_number(text: str) -> None:
    assert not asks_number(text)


async def test_the_fallback_does_not_repeat_itself_either(rasa: Rasa, visitor: str) -> None:
    talk = Talk(rasa, visitor)
    ranking = [("ask_policy", 0.4), ("nlu_fallback", 0.3)]
    said = [
        (await talk.say("action_fallback", text, "nlu_fallback", ranking=ranking)).text
        for text in UNKNOWN[:2]
    ]
    assert said[0] != said[1]


async def test_a_nod_behind_it_is_asked_back_without_a_stiff_quote(rasa: Rasa, visitor: str) -> None:
    talk = Talk(rasa, visitor)
    await talk.say("action_answer_policy", UNKNOWN[0], "ask_policy")
    asked = await talk.say("action_affirm", "嗯", "affirm")
    assert "登记下来" in asked.text and UNKNOWN[0] not in asked.text


@pytest.mark.parametrize("text", ["？？？？", "?", "。。。", "？！"])
async def test_bare_marks_are_no_emoji(rasa: Rasa, visitor: str, text: str) -> None:
    answer = await rasa.run("action_fallback", text, "nonsense", conversation=visitor)
    assert "表情" not in answer.text and "再说一遍" in answer.text


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("我这个是不是应该找教育局", True),
        ("这个归扶贫办管吗", True),
        ("去日本签证也是你们办吗", False),
        ("公积金是你们单位办吗", False),
        ("补户口本是去派出所吗", False),
    ],
)
def test_only_who_looks_for_the_office_of_a_matter_hears_who_finds_it(said: str, told: bool) -> None:
    assert (procedure.answer(said) is not None) is told


@pytest.mark.parametrize(
    ("text", "matter", "asked"),
    [
        ("居住证怎么办", 0.15, False),
        ("丢了护照怎么补", 0.3, False),
        ("楼下天天半夜唱歌没人管，该找哪个部门", 0.2, True),
        ("我在厂里摔断了腿，单位一分钱不给，算不算工伤", 0.6, True),
    ],
)
async def test_a_pure_question_gets_a_button_and_is_asked_for_nothing(
    text: str, matter: float, asked: bool
) -> None:
    reasons = {"rasa": "ask_policy", "question": 1 - matter, "matter": matter, "both": 0.0, "talk": 0.0}
    turn = Turn(
        conversation_id="one", turn_id="turn-1", text=text, intent="ask_with_matter", confidence=0.9, ranking=(),
        entities={}, slots={}, events=(), decision={"intent": "ask_with_matter", "reasons": reasons},
    )  # fmt: skip
    turn.say("答案", [HUMAN])
    offer_filing(turn, text)
    assert ("要登记吗" in turn.said[-1]["text"]) is asked
    assert FILE_IT.as_dict() in turn.said[-1]["buttons"]
