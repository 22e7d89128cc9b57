"""A corrected line keeps what was right of it, at every question."""

from __future__ import annotations

from typing import Any

import pytest

from tests.bot.calls import Rasa
from tests.bot.test_bot_forms import FULL
from tests.bot.test_bot_listening import say
from tests.bot.test_form_heard import Remembering

AFTER_ADDRESS = ("happened_at", "subject", "contact_name", "contact_phone", "complaint_confirm")
INTENTS = (("correct", 0.9), ("inform", 0.5), ("complain", 0.8), ("nlu_fallback", 0.2))


@pytest.mark.parametrize("slot", AFTER_ADDRESS)
@pytest.mark.parametrize(
    ("known", "said", "right"),
    [
        ("幸福里小区3栋", "不对 是5栋不是3栋", "幸福里小区5栋"),
        ("幸福里小区13栋2单元", "是15栋，不是13栋", "幸福里小区15栋2单元"),
        ("建设路128号老陈面馆", "门牌写错了 是126号 不是128号", "建设路126号老陈面馆"),
        ("建设路128号老陈面馆", "你把地址弄错了 应该是建设路126号老陈面馆", "建设路126号老陈面馆"),
        ("洞山街道金色家园2栋电梯", "改一下地址 是金色家园3栋", "洞山街道金色家园3栋电梯"),
        ("龙湖路阳光花园6栋", "写错了 是5栋", "龙湖路阳光花园5栋"),
        ("龙湖路阳光花园6栋", "对了楼号是5栋 我刚刚说了", "龙湖路阳光花园5栋"),
        ("龙湖路阳光花园6栋", "就是刚才那个小区6栋602", "龙湖路阳光花园6栋602"),
        ("西城广场二楼动力健身", "等下 地址是西城广场三楼 不是二楼", "西城广场三楼动力健身"),
        ("西城广场二楼", "地址是西城广场三楼 不是二楼", "西城广场三楼"),
        ("国庆路菜市场", "地址错了，应该是龙湖路8号，不是国庆路", "龙湖路8号"),
    ],
)
async def test_a_corrected_address_keeps_its_road_and_estate(
    rasa: Rasa, visitor: str, slot: str, known: str, said: str, right: str
) -> None:
    later = {"happened_at": "上周", "subject": "物业"} if slot not in ("happened_at", "subject") else {}
    for intent, confidence in INTENTS:
        answer = await say(rasa, visitor, slot, said, intent, confidence=confidence, address=known, **later)
        assert answer.slots["address"] == right, intent
        assert answer.slots["requested_slot"] == slot
        assert not {"content", "happened_at", "subject"} & set(answer.slots)
        assert right in answer.text


@pytest.mark.parametrize(
    ("slot", "said", "slots"),
    [
        ("complaint_confirm", "是5号不是3号", {"happened_at": "11月3号", "address": "阳光花园3栋"}),
        ("complaint_confirm", "路灯坏了，没人修", {"address": "阳光花园3栋"}),
        ("complaint_confirm", "我家在5栋，他家在3栋", {"address": "阳光花园3栋"}),
    ],
)
async def test_other_words_change_no_address(
    rasa: Rasa, visitor: str, slot: str, said: str, slots: dict[str, Any]
) -> None:
    answer = await say(rasa, visitor, slot, said, **slots)
    assert answer.slots.get("address", slots["address"]) == slots["address"]


async def test_an_address_asked_for_again_takes_only_the_right_part(rasa: Rasa, visitor: str) -> None:
    slots = {**FULL, "address": "幸福里小区3栋", "requested_slot": "complaint_confirm"}
    citizen = Remembering(rasa, visitor, **slots)
    await citizen.say("改一下地址", "correct", 0.9)
    assert citizen.slots["requested_slot"] == "address"
    await citizen.say("是5栋 不是3栋")
    assert citizen.slots["address"] == "幸福里小区5栋"
    assert citizen.slots["requested_slot"] == "complaint_confirm"


@pytest.mark.parametrize(
    "said", ["涉及对象写错了 不是这个 应该是修路的施工单位", "不是这个 应该是修路的施工单位"]
)
@pytest.mark.parametrize("slot", ["contact_name", "contact_phone", "complaint_confirm"])
async def test_a_subject_that_was_wrong_is_replaced(rasa: Rasa, visitor: str, slot: str, said: str) -> None:
    for intent, confidence in INTENTS:
        answer = await say(
            rasa,
            visitor,
            slot,
            said,
            intent,
            confidence=confidence,
            subject="你别光让我填",
            happened_at="上周",
        )
        assert answer.slots["subject"] == "修路的施工单位"
        assert answer.slots["requested_slot"] == slot
