"""会不会让对方知道是我 is answered at once, inside the form and outside, whatever Rasa takes it for."""

from __future__ import annotations

import pytest

from bot.actions.talk.exposure import SAID
from bot.understanding.confidential import read_confidential
from bot.understanding.decide import ASK, KINDS, decide
from bot.understanding.exposure import asks_exposure
from tests.bot.calls import Rasa

ASKED = (
    "会不会让物业晓得是我说的",
    "你们会把我姓啥告诉对方不",
    "登记的电话会泄露吗",
    "我留的号码会不会被人家看到",
    "能不能别让村里知道是谁举报的",
    "你们给不给我保密",
    "我投诉他，他能查到我吗",
)


@pytest.mark.parametrize("said", ASKED)
def test_it_is_a_question_for_an_answer(said: str) -> None:
    assert asks_exposure(said)
    kinds = dict.fromkeys(KINDS, 0.25)
    assert decide(said, [("bot_challenge", 0.9)], kinds, 0.1).intent == ASK


@pytest.mark.parametrize(
    "said",
    [
        "我的信息被泄露了",
        "物业把我的电话泄露了怎么投诉",
        "我能查到我的单子吗",
        "水管漏了会不会停水",
        "能看到我的社保吗",
        "不知道是谁倒的垃圾",
        "可以告诉我电话吗",
        "能查到我名下的房子吗",
        "我的身份证丢了会不会被人冒用",
    ],
)
def test_other_questions_stay(said: str) -> None:
    assert not asks_exposure(said)


@pytest.mark.parametrize("said", ASKED)
async def test_outside_the_form(rasa: Rasa, visitor: str, said: str) -> None:
    answer = await rasa.run("action_answer_policy", said, "ask_policy", conversation=visitor)
    assert answer.text == SAID and len(SAID) < 130


async def test_inside_the_form_it_goes_on(rasa: Rasa, visitor: str) -> None:
    slots = {"complaint_type": "投诉", "content": "楼上漏水", "requested_slot": "district"}
    answer = await rasa.run(
        "validate_complaint_form",
        "我留的号码会不会被人家看到",
        "ask_policy",
        conversation=visitor,
        slots=slots,
    )
    assert SAID in answer.text and answer.slots["requested_slot"]
    assert not answer.slots.get("district")


def test_the_question_whether_it_is_kept_secret_declines_no_secrecy() -> None:
    assert read_confidential("你们给不给我保密") is not False and read_confidential("不给我保密也行") is False
