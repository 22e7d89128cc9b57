"""Several requests in the form: the place stands with the first matter, and the second is offered in its own words."""

from __future__ import annotations

from tests.bot.calls import Rasa

FORM = "validate_complaint_form"


async def test_the_place_at_the_end_is_not_glued_to_the_question(rasa: Rasa, visitor: str) -> None:
    text = "我家楼上漏水没人管，我妈的高龄津贴怎么领，谢家集区"
    opened = await rasa.run(FORM, text, "complain", conversation=visitor)
    assert opened.slots["district"] == "谢家集区"
    assert [one["text"] for one in opened.slots["later"]] == ["我妈的高龄津贴怎么领"]
    assert "“我妈的高龄津贴怎么领”" in opened.text


async def test_the_second_of_two_announced_matters_waits_in_its_own_words(rasa: Rasa, visitor: str) -> None:
    opened = await rasa.run(
        FORM, "两件事，一个是楼道灯不亮，一个是班车老晚点，大通区", "complain", conversation=visitor
    )
    assert opened.slots["content"].startswith("楼道灯不亮") and opened.slots["district"] == "大通区"
    assert opened.slots["later"] == [{"kind": "matter", "text": "班车老晚点"}]
