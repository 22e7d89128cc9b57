"""A corrected address replaces the first one, at whatever question it is said; through the endpoint."""

from __future__ import annotations

from typing import Any

import pytest

from tests.bot.calls import Rasa

FORM = "validate_complaint_form"
STORY = "路口的护栏倒了一排没人扶"
FILLED = {
    "content": STORY,
    "complaint_type": "投诉",
    "district": "大通区",
    "address": "居仁村路6号",
    "happened_at": "昨天",
}
OTHER = {"subject": "", "contact_name": "匿名", "contact_phone": ""}


@pytest.mark.parametrize("slot", ["happened_at", "contact_name", "complaint_confirm"])
@pytest.mark.parametrize(
    ("said", "address"),
    [
        ("地点应该是淮河大道35号才对", "淮河大道35号"),
        ("位置：淮河大道35号", "淮河大道35号"),
        ("不，对，是淮河大道35号", "淮河大道35号"),
        ("不，是淮河大道35号", "淮河大道35号"),
        ("居仁村路不对，是淮河大道35号", "淮河大道35号"),
        ("居仁村路6号，不对，是淮河大道35号", "淮河大道35号"),
        ("我报错地方了，是淮河大道35号", "淮河大道35号"),
        ("地址写错了，在菜市口后面那排平房", "菜市口后面那排平房"),
        ("不是居仁村路，我记岔了，在淮河大道", "淮河大道"),
        ("不是6号，是16号", "居仁村路16号"),
    ],
)
async def test_another_address_takes_the_place_of_the_first(
    rasa: Rasa, visitor: str, slot: str, said: str, address: str
) -> None:
    slots: dict[str, Any] = {**FILLED, "requested_slot": slot}
    if slot == "happened_at":
        del slots["happened_at"]
    elif slot == "complaint_confirm":
        slots |= OTHER
    answer = await rasa.run(FORM, said, "nlu_fallback", confidence=0.3, conversation=visitor, slots=slots)
    assert answer.slots["address"] == address
    assert answer.slots.get("content", STORY) == STORY
    assert address in answer.text


@pytest.mark.parametrize(
    "said",
    [
        "居仁村路6号，不，对，是淮河大道35号",
        "居仁村路6号错了，是淮河大道35号",
        "不是居仁村路，是淮河大道35号",
        "居仁村路，哦不，淮河大道35号",
    ],
)
async def test_an_answer_that_corrects_itself_is_one_address(rasa: Rasa, visitor: str, said: str) -> None:
    slots = {"content": STORY, "complaint_type": "投诉", "district": "大通区", "requested_slot": "address"}
    answer = await rasa.run(FORM, said, "inform", confidence=0.5, conversation=visitor, slots=slots)
    assert answer.slots["address"] == "淮河大道35号"
    assert answer.slots.get("content", STORY) == STORY


@pytest.mark.parametrize("said", ["收费不对，是淮河大道那家多收的", "护栏不对，对面是淮河大道", "地址没错"])
async def test_what_calls_something_else_wrong_moves_nothing(rasa: Rasa, visitor: str, said: str) -> None:
    slots = {**FILLED, **OTHER, "requested_slot": "complaint_confirm"}
    answer = await rasa.run(FORM, said, "nlu_fallback", confidence=0.3, conversation=visitor, slots=slots)
    assert answer.slots.get("address", "居仁村路6号") == "居仁村路6号"
