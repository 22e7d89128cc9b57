"""“我不是投诉，就是想问一下” leaves the form and answers what was asked first, through the endpoint."""

from __future__ import annotations

from typing import Any

import pytest

from bot.actions.complaint.leaving import takes_up_again, wants_out
from tests.bot.calls import Rasa
from tests.bot.parts import SmallCity
from tests.bot.test_bot_feedback import Talk

FORM = "validate_complaint_form"
ASKED = "公积金怎么提取"
OUT = (
    "我不是要投诉，就是想问一下政策",
    "我不是投诉",
    "就是想问",
    "就是想问一下",
    "我是咨询",
    "你还没回答我",
    "你还没有回答我的问题呢",
)


def _running(slot: str, content: str = ASKED) -> dict[str, Any]:
    return {"requested_slot": slot, "content": content, "complaint_type": "投诉", "subject": "某公司"}


@pytest.mark.parametrize("slot", ["district", "address", "contact_name", "complaint_confirm"])
@pytest.mark.parametrize("said", OUT)
@pytest.mark.slow
async def test_the_form_is_left_and_the_first_message_answered(
    rasa: Rasa, visitor: str, slot: str, said: str
) -> None:
    answer = await rasa.run(FORM, said, "complain", conversation=visitor, slots=_running(slot))
    assert answer.cards[0]["entry"] == "gjj-withdraw"
    assert answer.slots["requested_slot"] is None
    assert answer.slots["content"] is None
    assert answer.slots["kept_draft"] == {"content": ASKED, "subject": "某公司"}


async def test_the_whole_first_message_is_looked_up_under_its_own_turn(rasa: Rasa, visitor: str) -> None:
    first = {"event": "user", "text": f"你好，{ASKED}", "metadata": {"turn": "turn-0"}, "parse_data": {}}
    answer = await rasa.run(
        FORM, "我是咨询", "complain", conversation=visitor, slots=_running("district"), before=[first]
    )
    assert '"turn":"turn-0"' in answer.buttons["没用"]


async def test_a_question_beside_it_is_the_one_answered(rasa: Rasa, visitor: str) -> None:
    said = "我不是投诉，我就是想问一下，身份证丢了怎么补办"
    answer = await rasa.run(FORM, said, "ask_policy", conversation=visitor, slots=_running("district"))
    assert answer.cards[0]["entry"] == "police-id-lost"


async def test_nothing_said_yet_is_asked_for(rasa: Rasa, visitor: str) -> None:
    answer = await rasa.run(
        FORM, "我不是投诉", "deny", conversation=visitor, slots={"requested_slot": "content"}
    )
    assert "想问什么" in answer.text
    assert answer.slots["kept_draft"] is None


@pytest.mark.parametrize("how", ["validate_complaint_form", "action_fallback"])
async def test_what_was_filled_is_taken_up_again(rasa: Rasa, visitor: str, how: str) -> None:
    kept = {"content": ASKED, "subject": "某公司"}
    answer = await rasa.run(
        how, "还是登记吧", "start_complaint", conversation=visitor, slots={"kept_draft": kept}
    )
    if how == "action_fallback":
        assert answer.followup == "complaint_form"
        return
    assert answer.slots["subject"] == "某公司"
    assert answer.slots["requested_slot"] == "district"
    assert "刚才填的都还在" in answer.text


async def test_an_unanswered_question_goes_on_as_one_with_all_that_is_filled(
    rasa: Rasa, visitor: str, city: SmallCity
) -> None:
    asked = "狂犬疫苗要打几针"
    talk = Talk(rasa, visitor)
    left = await talk.say(FORM, "我是咨询", "complain", slots=_running("district", asked))
    assert "没有把握" in left.text
    assert left.slots["story"] == asked
    opened = await talk.say(
        FORM,
        "/start_complaint",
        "start_complaint",
        slots={"kept_draft": left.slots["kept_draft"], "story": asked},
    )
    assert (opened.slots["content"], opened.slots["complaint_type"]) == (asked, "咨询")
    assert opened.slots["subject"] == "某公司"


@pytest.mark.parametrize(
    ("said", "slot"),
    [
        ("我不是投诉他，是他先骂我", "content"),
        ("我是咨询", "complaint_type"),
        ("我不投诉了", "district"),
        ("我想问一下", "district"),
        ("就是昨天晚上", "happened_at"),
        ("打电话没有回复我", "content"),
        ("不是", "confidential"),
    ],
)
def test_what_is_no_wish_to_leave(said: str, slot: str) -> None:
    assert not wants_out(said, slot)


def test_only_going_on_takes_up_again() -> None:
    assert takes_up_again("那还是登记吧") and takes_up_again("接着填刚才的")
    assert not takes_up_again("我要投诉") and not takes_up_again("我还是要投诉物业乱收费")
