"""What was told is never lost: going back, hand-over, cancelling, days of silence; through the endpoint."""

from __future__ import annotations

from typing import Any

import pytest

from tests.bot.calls import Rasa

FORM = "validate_complaint_form"
HOLE = "路上一个大坑，我的车胎都爆了"


def _went_back(**more: Any) -> dict[str, Any]:
    """The slots after 上一步 at the first question that followed the story."""
    return {
        "requested_slot": "content",
        "content": HOLE,
        "category": "市政设施/道路破损",
        "former": {"slot": "content", "value": HOLE},
        **more,
    }


async def test_going_back_to_the_story_keeps_it(rasa: Rasa, visitor: str) -> None:
    running = {"requested_slot": "district", "content": HOLE, "complaint_type": "投诉"}
    answer = await rasa.run(FORM, "上一步", "go_back", conversation=visitor, slots=running)
    assert answer.slots.get("content", HOLE) == HOLE
    assert answer.slots["requested_slot"] == "content"
    assert HOLE in answer.text
    assert "不改了" in answer.buttons


@pytest.mark.parametrize(
    ("said", "filled"),
    [
        ("舜耕西路和广场路交叉口往北50米", "address"),
        ("国庆中路三号院", "address"),
        ("潘集区", "district"),
        ("昨天晚上", "happened_at"),
    ],
)
async def test_a_place_or_time_never_becomes_the_story(
    rasa: Rasa, visitor: str, said: str, filled: str
) -> None:
    slots = _went_back(complaint_type="投诉")
    answer = await rasa.run(FORM, said, "nlu_fallback", confidence=0.2, conversation=visitor, slots=slots)
    assert answer.slots.get("content", HOLE) == HOLE
    assert said in answer.slots[filled]
    assert answer.slots["former"] is None
    assert answer.slots["requested_slot"] != "content"


async def test_a_photo_or_a_place_on_the_map_never_becomes_the_story(rasa: Rasa, visitor: str) -> None:
    for slot, value in (("photo", "img-1"), ("location", "32.646000,117.018000 舜耕西路")):
        answer = await rasa.run(
            FORM,
            "/inform",
            "inform",
            entities={"slot": slot, "value": value},
            conversation=visitor,
            slots=_went_back(complaint_type="投诉"),
        )
        assert answer.slots.get("content", HOLE) == HOLE
        assert answer.slots["requested_slot"] == "district" if slot == "photo" else "happened_at"
        assert "没有动" in answer.text


async def test_another_story_takes_its_place(rasa: Rasa, visitor: str) -> None:
    said = "小区门口的路灯坏了好几天没人修"
    answer = await rasa.run(FORM, said, "complain", conversation=visitor, slots=_went_back())
    assert answer.slots["content"] == said
    assert answer.slots["category"] != "市政设施/道路破损"


async def test_words_that_are_neither_are_added(rasa: Rasa, visitor: str) -> None:
    said = "补胎花掉一百二十块"
    answer = await rasa.run(
        FORM, said, "nlu_fallback", confidence=0.2, conversation=visitor, slots=_went_back()
    )
    assert answer.slots["content"].startswith(HOLE)
    assert said in answer.slots["content"]


async def test_a_line_that_is_being_changed_is_not_lost_by_another_value(rasa: Rasa, visitor: str) -> None:
    slots = {
        **_went_back(requested_slot="address", complaint_type="投诉", district="潘集区"),
        "former": {"slot": "address", "value": "国庆中路三号院"},
        "address": None,
    }
    answer = await rasa.run(
        FORM, "昨天晚上", "nlu_fallback", confidence=0.2, conversation=visitor, slots=slots
    )
    assert answer.slots["happened_at"].startswith("昨天晚上")
    again = {**slots, **answer.slots}
    left = await rasa.run(FORM, "/request_human", "request_human", conversation=visitor, slots=again)
    assert left.slots["kept_draft"]["address"] == "国庆中路三号院"
