"""District, place and time in one sentence, the time at the question of the place, a shop's name at the question of one's own."""

from __future__ import annotations

from typing import Any

import pytest

from tests.bot.calls import Answer, Rasa
from tests.bot.test_bot_forms import FORM, FULL

STORY = "楼上漏水漏到我家，厨房吊顶都掉了，找物业物业不管"


async def _say(
    rasa: Rasa, visitor: str, slot: str, said: str, intent: str = "inform", **known: Any
) -> Answer:
    slots = {"content": STORY, "complaint_type": "投诉", "requested_slot": slot, **known}
    return await rasa.run(FORM, said, intent, conversation=visitor, confidence=0.5, slots=slots)


@pytest.mark.parametrize(
    ("said", "address"),
    [
        ("我是田家庵区的,国庆路万茂花园 7栋2单元301", "国庆路万茂花园 7栋2单元301"),
        ("田家庵的，洞山中路阳光小区3号楼1204", "洞山中路阳光小区3号楼1204"),
    ],
)
async def test_district_and_place_in_one_sentence(rasa: Rasa, visitor: str, said: str, address: str) -> None:
    told = await _say(rasa, visitor, "district", said)
    assert told.slots["district"] == "田家庵区" and told.slots["address"] == address
    assert told.slots["requested_slot"] == "happened_at" and "content" not in told.slots


async def test_district_place_and_time_in_one_sentence(rasa: Rasa, visitor: str) -> None:
    told = await _say(rasa, visitor, "district", "田家庵区国庆路万茂花园7栋，漏了半个月了")
    assert told.slots["district"] == "田家庵区" and "万茂花园7栋" in told.slots["address"]
    assert told.slots["happened_at"] == "漏了半个月了" and told.slots["requested_slot"] == "subject"


@pytest.mark.parametrize("said", ["漏了有半个月了", "都停水两天了", "坏了三天了"])
async def test_how_long_it_lasts_is_the_time_at_the_question_of_the_place(
    rasa: Rasa, visitor: str, said: str
) -> None:
    told = await _say(rasa, visitor, "address", said, district="田家庵区")
    assert told.slots["happened_at"] == said and told.slots["requested_slot"] == "address"
    assert "没能认出" not in told.text and "content" not in told.slots


@pytest.mark.parametrize("said", ["漏到楼下王家去了", "等了三天了", "坏了三天了没人修"])
async def test_other_words_about_the_matter_are_no_time(rasa: Rasa, visitor: str, said: str) -> None:
    told = await _say(rasa, visitor, "address", said, district="田家庵区")
    assert told.slots.get("happened_at") is None


@pytest.mark.parametrize("said", ["我刚才说过了", "前面都讲过了", "我早就告诉你们了"])
@pytest.mark.parametrize("slot", ["address", "happened_at", "contact_name"])
async def test_that_it_was_told_before_is_no_content(rasa: Rasa, visitor: str, said: str, slot: str) -> None:
    told = await _say(rasa, visitor, slot, said, **({"district": "田家庵区"} if slot == "address" else {}))
    assert "content" not in told.slots and told.slots.get(slot) is None


async def test_what_is_told_beside_it_is_heard(rasa: Rasa, visitor: str) -> None:
    told = await _say(rasa, visitor, "address", "我刚才说过了 国庆路万茂花园7栋2单元301", district="田家庵区")
    assert told.slots["address"] == "国庆路万茂花园7栋2单元301" and "content" not in told.slots


def _full(slot: str, **more: Any) -> dict[str, Any]:
    return {**{name: value for name, value in FULL.items() if name not in (slot, "contact_phone")}, **more}


@pytest.mark.parametrize("said", ["叫金色年华KTV", "那家叫金色年华KTV"])
@pytest.mark.parametrize("slot", ["contact_name", "contact_phone", "complaint_confirm"])
async def test_the_name_of_the_trade_is_set_wherever_it_is_told(
    rasa: Rasa, visitor: str, said: str, slot: str
) -> None:
    known = dict(FULL) if slot == "complaint_confirm" else _full(slot)
    told = await _say(rasa, visitor, slot, said, **{**known, "subject": "KTV"})
    assert told.slots["subject"] == "金色年华KTV"
    assert "叫金色年华" not in str(told.slots.get("content") or "")


@pytest.mark.parametrize(
    ("said", "subject"), [("我叫王建国", "KTV"), ("叫小王就行", "KTV"), ("叫佳乐超市", "KTV")]
)
async def test_other_names_are_none_of_it(rasa: Rasa, visitor: str, said: str, subject: str) -> None:
    told = await _say(rasa, visitor, "contact_name", said, **{**_full("contact_name"), "subject": subject})
    assert told.slots.get("subject", subject) == subject


async def test_what_is_told_while_the_name_is_asked_goes_to_the_content(rasa: Rasa, visitor: str) -> None:
    known = _full("contact_name", happened_at="天天到凌晨两三点")
    told = await _say(rasa, visitor, "contact_name", "昨晚一点半还在唱", **known)
    assert told.slots["content"].endswith("\n补充：昨晚一点半还在唱")
    for said in ("晚上再说吧", "王师傅", "明天再告诉你"):
        other = await _say(rasa, visitor, "contact_name", said, **known)
        assert "content" not in other.slots, said


@pytest.mark.parametrize("said", ["对了", "哦对了", "对了，还有"])
async def test_by_the_way_confirms_nothing(rasa: Rasa, visitor: str, said: str) -> None:
    told = await _say(rasa, visitor, "complaint_confirm", said, "affirm", **FULL)
    assert told.slots.get("complaint_confirm") is None
    assert "确认提交" in told.buttons
    yes = await _say(rasa, visitor, "complaint_confirm", "对的", "affirm", **FULL)
    assert yes.slots["complaint_confirm"] is True
