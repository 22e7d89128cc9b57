"""Questions and good news open no form, and who only asks leaves it."""

from __future__ import annotations

import pytest

from tests.bot.calls import Rasa
from tests.bot.test_bot_forms import FORM, FULL

QUESTION = {"question": 0.9, "matter": 0.08}


@pytest.mark.parametrize(
    "said",
    [
        "你们这个能投诉医院吗",
        "能投诉物业吗",
        "这里可以举报饭店吗",
        "我爸已经在医院了 脱离危险了",
        "人送到医院了，没什么大事了",
    ],
)
@pytest.mark.parametrize("intent", ["complain", "start_complaint"])
async def test_no_form_is_opened(rasa: Rasa, visitor: str, said: str, intent: str) -> None:
    answer = await rasa.run(FORM, said, intent, conversation=visitor)
    assert answer.slots["requested_slot"] is None
    assert "content" not in answer.slots
    assert answer.text


@pytest.mark.parametrize(
    "said", ["我要投诉医院乱收费", "我爸在医院没人管，大夫说没事了就走了", "能帮我投诉楼上半夜装修吗"]
)
async def test_a_matter_still_opens_it(rasa: Rasa, visitor: str, said: str) -> None:
    answer = await rasa.run(FORM, said, "complain", conversation=visitor)
    assert answer.slots["content"]
    assert answer.slots["requested_slot"]


@pytest.mark.parametrize("said", ["那我不投诉 就问问", "算了不投诉了，就是问问", "哦那我不举报，只是问一下"])
@pytest.mark.parametrize("slot", ["content", "district"])
async def test_who_only_asks_leaves_the_form(rasa: Rasa, visitor: str, said: str, slot: str) -> None:
    slots = {"content": FULL["content"], "requested_slot": slot}
    answer = await rasa.run(FORM, said, "cancel", conversation=visitor, slots=slots, confidence=0.6)
    assert answer.slots["requested_slot"] is None


def _unknown(question: str) -> list[dict[str, object]]:
    said = {
        "event": "bot",
        "text": "这个问题我没有把握。",
        "data": {"buttons": [{"title": "登记这个问题", "payload": "/start_complaint"}]},
    }
    return [{"event": "slot", "name": "story", "value": question}, said]


@pytest.mark.parametrize("said", ["我要接着举报", "我要举报"])
async def test_a_report_does_not_register_the_question_before_it(rasa: Rasa, visitor: str, said: str) -> None:
    before = _unknown("刚才说的你们会留底吗")
    answer = await rasa.run(FORM, said, "start_complaint", conversation=visitor, before=before)
    assert "留底" not in str(answer.slots.get("content") or "")
    assert answer.slots["requested_slot"] == "content"


async def test_to_register_it_still_means_the_question(rasa: Rasa, visitor: str) -> None:
    before = _unknown("狂犬疫苗要打几针")
    answer = await rasa.run(FORM, "/start_complaint", "start_complaint", conversation=visitor, before=before)
    assert "狂犬疫苗" in answer.slots["content"]


async def test_a_question_for_a_number_is_no_place_of_the_matter(rasa: Rasa, visitor: str) -> None:
    slots = {"story": "应届毕业生档案放哪", "offer": "complaint"}
    answer = await rasa.run(
        "action_fallback",
        "人才市场电话多少",
        "nlu_fallback",
        conversation=visitor,
        slots=slots,
        kinds=QUESTION,
    )
    assert answer.followup != "complaint_form"
