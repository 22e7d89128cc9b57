"""Whether and how the citizen is contacted is answered, wishes about it are written down, and neither calls for a human."""

from __future__ import annotations

import pytest

from bot.understanding.contacted import Contacted, contacted
from bot.understanding.decide import Bars, decide
from tests.bot.calls import Rasa
from tests.bot.parts import SmallCity
from tests.bot.test_bot_afterwards import _filed

TALK = {"question": 0.1, "matter": 0.3, "both": 0.0, "talk": 0.6}
ACTIONS = ["action_answer_policy", "action_fallback", "action_follow_up", "action_ask_or_tell"]
ASKED = [
    ("师傅上门前能先打个电话不", Contacted.FIRST),
    ("到时候有人给俺回电话吗", Contacted.WHETHER),
    ("我没留号码你们咋通知我", Contacted.HOW),
    ("我上夜班白天接不到电话咋弄", Contacted.MISSED),
    ("耳朵聋了，咋接收结果", Contacted.IN_WRITING),
    ("短信能发不", Contacted.IN_WRITING),
    ("能发短信不", Contacted.IN_WRITING),
    ("上门之前打个电话", Contacted.CALL_FIRST),
]


@pytest.mark.parametrize(("said", "what"), ASKED)
def test_what_is_said_about_being_contacted_is_read_and_calls_nobody(said: str, what: Contacted) -> None:
    assert contacted(said) is what
    assert decide(said, [("request_human", 0.95)], TALK, 0.0, Bars()).intent not in (
        "request_human",
        "complain",
    )


@pytest.mark.parametrize(
    "said",
    [
        "找人给我打个电话",
        "房东来之前不打电话",
        "物业电话没人接咋办",
        "发短信能报警吗",
        "晚上打桩吵得我没法睡",
        "公积金中心电话多少",
    ],
)
def test_other_words_with_a_telephone_are_left_alone(said: str) -> None:
    assert contacted(said) is None


@pytest.mark.parametrize("action", ACTIONS)
async def test_before_a_filing_it_is_answered_in_general(rasa: Rasa, visitor: str, action: str) -> None:
    answer = await rasa.run(action, "会有人联系我吗", "nlu_fallback", conversation=visitor)
    assert "跟您联系" in answer.text and "12110" not in answer.text


@pytest.mark.parametrize("action", ACTIONS)
async def test_of_a_ticket_the_number_that_is_called_is_said(
    rasa: Rasa, visitor: str, city: SmallCity, action: str
) -> None:
    ticket = await _filed(city, visitor)
    answer = await rasa.run(action, "你们会给我打电话不", "ask_policy", conversation=visitor)
    assert ticket.contact_phone in answer.text and "窗口" in answer.text


@pytest.mark.parametrize("said", ["上门之前打个电话", "别打电话，发短信", "晚上七点以后再打电话给我"])
async def test_a_wish_is_written_into_the_ticket(
    rasa: Rasa, visitor: str, city: SmallCity, said: str
) -> None:
    ticket = await _filed(city, visitor)
    answer = await rasa.run("action_fallback", said, "nlu_fallback", conversation=visitor)
    assert f"写进工单 {ticket.number}" in answer.text
    assert said in [event.note for event in await city.tickets.events(ticket.number)]


async def test_who_cannot_hear_is_told_of_this_window_and_of_no_emergency_number(
    rasa: Rasa, visitor: str
) -> None:
    answer = await rasa.run(
        "action_answer_policy", "我是聋人，别打电话，能发短信不", "ask_policy", conversation=visitor
    )
    assert "窗口" in answer.text and "12110" not in answer.text


@pytest.mark.parametrize("said", ["你们派谁来", "这事归哪个部门管", "工单转给哪个单位"])
async def test_who_handles_a_ticket_is_told_as_far_as_it_is_known(
    rasa: Rasa, visitor: str, city: SmallCity, said: str
) -> None:
    ticket = await _filed(city, visitor)
    answer = await rasa.run("action_answer_policy", said, "ask_policy", conversation=visitor)
    assert ticket.number in answer.text and "还没有转出去" in answer.text
