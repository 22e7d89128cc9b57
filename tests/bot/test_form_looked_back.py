"""刚才不是说了吗 at a question: what was said before is used or confirmed, and never asked for as if it had not been heard."""

from __future__ import annotations

from typing import Any

import pytest

from tests.bot.calls import Rasa

FORM = "validate_complaint_form"


def _before(*said: str) -> list[dict[str, Any]]:
    return [{"event": "user", "text": text, "parse_data": {}} for text in said]


@pytest.mark.parametrize(
    "said", ["刚才不是说了吗", "我刚才说过了", "你没看到吗，上面写着呢", "地址我前面讲过了呀"]
)
async def test_a_place_told_before_is_used(rasa: Rasa, visitor: str, said: str) -> None:
    told = await rasa.run(
        FORM,
        said,
        "complain",
        conversation=visitor,
        slots={"requested_slot": "address", "content": "路灯坏了没人修", "district": "田家庵区"},
        before=_before("田家庵区陈洞路锦绣花园7号楼门口", "路灯坏了没人修"),
    )
    assert "锦绣花园7号楼" in str(told.slots["address"]) and "漏看" in told.text
    assert said not in str(told.slots.get("content", ""))


async def test_the_district_comes_with_the_place(rasa: Rasa, visitor: str) -> None:
    told = await rasa.run(
        FORM,
        "刚才不是说了吗",
        "complain",
        conversation=visitor,
        slots={"requested_slot": "district", "content": "路灯坏了没人修"},
        before=_before("田家庵区陈洞路锦绣花园7号楼门口"),
    )
    assert told.slots["district"] == "田家庵区" and "锦绣花园" in str(told.slots["address"])


async def test_what_may_be_meant_is_asked_and_yes_takes_it(rasa: Rasa, visitor: str) -> None:
    slots = {"requested_slot": "address", "content": "路灯坏了没人修", "district": "田家庵区"}
    asked = await rasa.run(
        FORM,
        "刚才不是说了吗",
        "complain",
        conversation=visitor,
        slots=slots,
        before=_before("就菜市场北门那里，天天黑"),
    )
    assert "吗？" in asked.text and "菜市场北门" in asked.text
    offered = [{"event": "slot", "name": "offer", "value": asked.slots["offer"]}]
    taken = await rasa.run(
        FORM, "对", "affirm", conversation=visitor, slots=slots | asked.slots, before=offered, turn="turn-2"
    )
    assert "菜市场北门" in str(taken.slots["address"])


async def test_what_was_not_told_is_owned_up_to(rasa: Rasa, visitor: str) -> None:
    slots = {"requested_slot": "address", "content": "路灯坏了没人修", "district": "田家庵区"}
    told = await rasa.run(FORM, "我说过了呀", "complain", conversation=visitor, slots=slots)
    assert "没找到地点" in told.text or "没找到" in told.text
    assert told.slots["requested_slot"] == "address" and told.slots.get("tries") == 0
