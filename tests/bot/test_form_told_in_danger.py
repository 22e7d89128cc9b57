"""Words of danger that were said at a question of the form, and answered with advice, are in the content."""

from __future__ import annotations

from conversations.danger_state import TOLD_IN_FORM
from tests.bot.calls import Rasa
from tests.bot.parts import SmallCity
from tests.bot.test_bot_forms import FORM

FELL = "我家后墙根让施工的挖塌了"


async def test_they_are_added_once(rasa: Rasa, visitor: str, city: SmallCity) -> None:
    await city.conversations.remember(visitor, TOLD_IN_FORM, [FELL])
    slots = {"content": "打了五遍没人管", "requested_slot": "district"}
    answer = await rasa.run(FORM, "大通区", "inform", conversation=visitor, slots=slots)
    assert answer.slots["content"] == f"打了五遍没人管\n补充：{FELL}"
    assert answer.slots["district"] == "大通区"
    assert TOLD_IN_FORM not in await city.conversations.recall(visitor)


async def test_what_the_content_holds_is_not_doubled(rasa: Rasa, visitor: str, city: SmallCity) -> None:
    await city.conversations.remember(visitor, TOLD_IN_FORM, [FELL])
    slots = {"content": f"{FELL}，没人管", "requested_slot": "district"}
    answer = await rasa.run(FORM, "大通区", "inform", conversation=visitor, slots=slots)
    assert answer.slots.get("content", slots["content"]) == f"{FELL}，没人管"


async def test_words_of_a_form_that_was_left_are_in_no_other(
    rasa: Rasa, visitor: str, city: SmallCity
) -> None:
    await city.conversations.remember(visitor, TOLD_IN_FORM, [FELL])
    answer = await rasa.run(FORM, "小区门口路灯坏了半个月没人修", "complain", conversation=visitor)
    assert FELL not in answer.slots["content"]
    assert TOLD_IN_FORM not in await city.conversations.recall(visitor)
