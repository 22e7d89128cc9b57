"""Unsure readings of a long letter are asked in one short question, with the value."""

from __future__ import annotations

import pytest

from tests.bot.calls import Answer, Rasa
from tests.bot.test_form_heard import Remembering

LETTER = (
    "我家买的是顶层，交房那天就觉得天花板颜色不对，当时验房的师傅说没事，我们也没往心里去，装修花了十几万，全是跟亲戚借的。"
    "平山路15号锦绣家园3栋漏水，上个月十五号下了一夜雨，卧室吊顶整个泡塌，被子衣服没有一件是干的，老母亲吓得一晚上没敢合眼。"
    "后来找过好几回，每次都推来推去，说维修基金要签字，签了字又说钱不够，再问就不接，真是一点办法都没有，实在没有出路，"
    "希望尽快派人修好，不然再下一场雨屋里就没法住人，孩子的书桌已经泡坏，作业本都长了霉，实在拖不起。"
    "家里还有一个上幼儿园的小女孩，咳嗽了大半个月，医生说屋里太潮湿，让我们换个地方住，可我们哪有钱再租房子。"
)


async def _asked(rasa: Rasa, visitor: str) -> tuple[Remembering, Answer]:
    told = {"content": LETTER, "complaint_type": "投诉", "requested_slot": "district"}
    citizen = Remembering(rasa, visitor, **told)
    return citizen, await citizen.say("谢家集区")


@pytest.mark.parametrize(
    ("said", "address"),
    [
        ("嗯，是的", "平山路15号锦绣家园3栋"),
        ("不是", None),
        ("不是，是金格北路19号", "金格北路19号"),
        ("金格北路19号", "金格北路19号"),
    ],
)
async def test_an_unsure_place_is_asked_with_its_value(
    rasa: Rasa, visitor: str, said: str, address: str | None
) -> None:
    citizen, asked = await _asked(rasa, visitor)
    assert "是在谢家集区平山路15号锦绣家园3栋吗？" in asked.text and "address" not in citizen.slots
    answer = await citizen.say(said)
    assert citizen.slots.get("address") == address
    assert ("具体在什么位置" in answer.text) == (address is None)


async def test_a_press_answers_as_words_do(rasa: Rasa, visitor: str) -> None:
    citizen, asked = await _asked(rasa, visitor)
    timed = await citizen.press(asked, "是")
    assert citizen.slots["address"] == "平山路15号锦绣家园3栋"
    assert "是“上个月十五号”的事吗？" in timed.text
    again = await citizen.press(timed, "不是，重新说")
    assert citizen.slots["requested_slot"] == "happened_at" and citizen.slots.get("happened_at") is None
    assert "是什么时候的事" in again.text
    await citizen.say("就是上个月十五号")
    assert citizen.slots["happened_at"].startswith("就是上个月十五号")
