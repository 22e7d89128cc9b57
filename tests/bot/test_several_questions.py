"""Messages with several requests: nothing of them is dropped, also where the first is only asked back."""

from __future__ import annotations

import json
import re

import pytest

from bot.understanding.questions import questions
from bot.understanding.splitting import split
from tests.bot.calls import Answer, Rasa

ASK = "action_answer_policy"
BOTH = "住房公积金怎么提取？身份证丢了在哪补？"


def _entries(answer: Answer) -> list[str]:
    return [
        str(json.loads(payload.removeprefix("/ask_policy"))["entry"])
        for payload in answer.buttons.values()
        if payload.startswith("/ask_policy{")
    ]


async def test_two_known_questions_are_both_answered(rasa: Rasa, visitor: str) -> None:
    answer = await rasa.run(ASK, BOTH, "ask_policy", conversation=visitor)
    assert [card["entry"] for card in answer.cards] == ["gjj-withdraw", "police-id-lost"]


@pytest.mark.parametrize("action", [ASK, "action_ask_or_tell", "action_fallback"])
async def test_one_known_and_one_in_doubt_are_both_served_whatever_the_message_is_taken_for(
    action: str, rasa: Rasa, visitor: str
) -> None:
    answer = await rasa.run(action, "身份证丢了在哪补？住房补贴怎么领？", "ask_policy", conversation=visitor)
    assert [card["entry"] for card in answer.cards] == ["police-id-lost"]
    assert "“住房补贴怎么领”" in answer.text
    assert _entries(answer)[0] == "gjj-withdraw"
    assert next(iter(answer.buttons.values())).startswith("/ask_policy"), "1 chooses the first of the list"


async def test_what_nothing_answers_is_said_beside_what_is_known(rasa: Rasa, visitor: str) -> None:
    answer = await rasa.run(
        ASK, "身份证丢了在哪补？天王星移民怎么申请签证？", "ask_policy", conversation=visitor
    )
    assert [card["entry"] for card in answer.cards] == ["police-id-lost"]
    assert "“天王星移民怎么申请签证”我没有把握" in answer.text
    assert answer.slots["story"] == "天王星移民怎么申请签证"


async def test_more_questions_than_are_served_at_once_are_named(rasa: Rasa, visitor: str) -> None:
    text = "住房公积金怎么提取？身份证丢了在哪补？结婚登记要带什么材料？工伤认定怎么申请？"
    answer = await rasa.run(ASK, text, "ask_policy", conversation=visitor)
    assert len(answer.cards) + len(re.findall("^“", answer.text, re.MULTILINE)) >= 3
    assert "工伤认定怎么申请" in answer.text


@pytest.mark.parametrize("action", [ASK, "action_ask_or_tell", "action_fallback"])
async def test_the_questions_of_a_letter_are_answered_whatever_it_is_taken_for(
    action: str, rasa: Rasa, visitor: str
) -> None:
    letter = "我刚从外地回来，包也叫人偷了，身份证丢了在哪补，要带什么，还有住房公积金怎么提取，麻烦您了"
    answer = await rasa.run(action, letter, "ask_policy", conversation=visitor)
    assert [card["entry"] for card in answer.cards] == ["police-id-lost", "gjj-withdraw"]


@pytest.mark.parametrize(
    "letter",
    [
        "我刚从外地回来，身份证丢了在哪补，要带什么",  # one question
        "楼下半夜还在施工没人管，身份证丢了在哪补，住房公积金怎么提取",  # reproaches somebody
        "我四十了，离了婚，带个娃，租房住，没个正经工作，身份证丢了在哪补，住房公积金怎么提取",  # tells long
    ],
)
async def test_what_is_no_letter_of_questions_is_not_answered_in_parts(
    letter: str, rasa: Rasa, visitor: str
) -> None:
    answer = await rasa.run(ASK, letter, "ask_policy", conversation=visitor)
    assert len(answer.cards) < 2


async def test_a_question_that_only_follows_is_not_another(rasa: Rasa, visitor: str) -> None:
    answer = await rasa.run(ASK, "身份证丢了在哪补？要带什么材料？", "ask_policy", conversation=visitor)
    assert [card["entry"] for card in answer.cards] == ["police-id-lost"]
    assert "要带什么材料" not in answer.text


@pytest.mark.parametrize("action", [ASK, "action_ask_or_tell", "action_fallback"])
async def test_a_known_question_behind_a_matter_is_answered_and_the_matter_offered(
    rasa: Rasa, visitor: str, action: str
) -> None:
    text = "小区路灯坏了三天没人修。身份证丢了在哪补？"
    answer = await rasa.run(action, text, "ask_or_tell", conversation=visitor)
    assert [card["entry"] for card in answer.cards] == ["police-id-lost"]
    assert "您刚才还提到“小区路灯坏了三天没人修”" in answer.text
    assert answer.slots["story"] == "小区路灯坏了三天没人修"


async def test_a_matter_before_a_question_without_an_answer_opens_the_form_with_both(
    rasa: Rasa, visitor: str
) -> None:
    text = "小区路灯坏了三天没人修。天王星签证怎么申请？"
    answer = await rasa.run("action_ask_or_tell", text, "ask_or_tell", conversation=visitor)
    assert answer.followup == "complaint_form"
    assert answer.slots["story"] == text


async def test_a_question_before_a_matter_is_served_and_the_matter_offered(rasa: Rasa, visitor: str) -> None:
    text = "身份证丢了在哪补？小区路灯坏了三天没人修"
    answer = await rasa.run("action_ask_or_tell", text, "ask_or_tell", conversation=visitor)
    assert [card["entry"] for card in answer.cards] == ["police-id-lost"]
    assert "您刚才还提到“小区路灯坏了三天没人修”" in answer.text
    assert answer.slots["story"] == "小区路灯坏了三天没人修"


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("您好！我有两个问题：1.公积金怎么取 2.身份证在哪补", ["公积金怎么取", "身份证在哪补"]),
        ("1、低保怎么申请；2、养老金几号发", ["低保怎么申请", "养老金几号发"]),
        ("公积金怎么取？谢谢", ["公积金怎么取"]),
        ("公积金怎么取？等了三天还没人理我怎么回事？", []),
        (
            "我在外地打工，去年交了社保今年回来了，想接着交但是不知道以前的还算不算，怎么接着交？居住证怎么办？",
            [],
        ),
    ],
)
def test_only_plain_questions_are_parted(text: str, asked: list[str]) -> None:
    assert [one.text for one in questions(text)] == asked


@pytest.mark.parametrize(
    ("text", "requests"),
    [
        ("小区路灯坏了三天没人修。结婚登记要带什么？", 2),
        ("物业不给开门禁。门禁卡怎么办理？", 1),
        ("开发商拖着房产证不给办。要怎么办理？", 1),
    ],
)
def test_a_question_after_a_matter_is_another_request_only_when_it_is_about_something_else(
    text: str, requests: int
) -> None:
    assert len(split(text)) == requests


@pytest.mark.parametrize(
    ("text", "served"),
    [
        ("住房公积金怎么提取 身份证丢了在哪补", 2),
        ("身份证丢了在哪补，天王星护照怎么申请", 2),
        ("结婚登记要带什么 住房公积金怎么提取 天王星护照怎么办", 3),
        ("身份证丢了在哪补 补的话多少钱", 1),
        ("身份证丢了在哪补，收入多少，面积多大", 1),
        ("身份证丢了在哪补，要带什么，几天能拿到", 1),
    ],
)
async def test_a_blank_or_a_comma_parts_only_what_asks_by_itself(
    rasa: Rasa, visitor: str, text: str, served: int
) -> None:
    answer = await rasa.run(ASK, text, "ask_policy", conversation=visitor)
    named = len(set(re.findall(r"^“([^”]+)”(?:：|我(?:还)?没有)", answer.text, re.MULTILINE)))
    assert len(answer.cards) + named == served or (served == 1 and not named), answer.text


def test_a_second_question_is_no_matter_to_file() -> None:
    assert [one.kind for one in split("公积金能提几次?退休金啥时候涨?")] == ["question", "question"]
    assert [one.kind for one in split("公积金怎么提取？小区路灯坏了啥时候能修?")][-1] == "matter"


async def test_a_letter_that_numbers_its_questions_gets_each_answered_or_named(
    rasa: Rasa, visitor: str
) -> None:
    text = (
        "您好!我是退休教师,今年七十三岁,老伴去年脑梗,儿女都在外地,我一个人吃力,想请问一下:一、身份证丢了在哪补;"
        "二、住房公积金怎么提取;三、天王星移民怎么申请签证;四、海王星护工有没有补助。麻烦您一条一条告诉我,我耳朵不好打电话听不清。"
    )
    answer = await rasa.run(ASK, text, "ask_with_matter", conversation=visitor)
    assert {"police-id-lost", "gjj-withdraw"} <= {card["entry"] for card in answer.cards}
    assert "“天王星移民怎么申请签证”" in answer.text and "“海王星护工有没有补助”" in answer.text
