"""A value goes into the field it belongs to, whatever was asked; at the check page words change the field they are about."""

from __future__ import annotations

from typing import Any

import pytest

from tests.bot.calls import Rasa
from tests.bot.test_bot_listening import say

INTENTS = (("inform", 0.5), ("complain", 0.8), ("correct", 0.9))


@pytest.mark.parametrize(
    ("slot", "said", "known", "filled"),
    [
        ("happened_at", "凤台县锦华苑11号楼三单元", {"address": "人民路万家乐边上"}, {"address": "凤台县锦华苑11号楼三单元"}),
        ("subject", "泉山湖小区9栋1单元", {"address": "朝阳路"}, {"address": "泉山湖小区9栋1单元"}),
        ("subject", "许文静 13900001234", {"contact_name": None, "contact_phone": None},
         {"contact_name": "许文静", "contact_phone": "13900001234"}),
        ("subject", "许文静，电话还是刚才那个", {"contact_name": "许先生/女士"}, {"contact_name": "许文静"}),
        ("happened_at", "许文静13900001234", {"contact_name": None, "contact_phone": None}, {"contact_name": "许文静"}),
    ],
)  # fmt: skip
async def test_what_is_surely_another_fields_value_goes_there_and_the_question_is_put_again(
    rasa: Rasa, visitor: str, slot: str, said: str, known: dict[str, Any], filled: dict[str, Any]
) -> None:
    answer = await say(rasa, visitor, slot, said, **known)
    assert {name: answer.slots.get(name) for name in filled} == filled
    assert answer.slots.get(slot) is None and answer.slots["requested_slot"] == slot, answer.text


@pytest.mark.parametrize(
    ("slot", "said", "value"),
    [
        ("subject", "老板不退钱，叫金鼎健身", "金鼎健身"),
        ("subject", "是叫皖北家政", "皖北家政"),
        ("subject", "许文静", "许文静"),
        ("contact_name", "你咋这么啰嗦，就姓许，13900001234", "许先生/女士"),
        ("happened_at", "7号晚上", "7号晚上"),
    ],
)
async def test_an_answer_is_taken_without_the_words_around_it(
    rasa: Rasa, visitor: str, slot: str, said: str, value: str
) -> None:
    answer = await say(rasa, visitor, slot, said, contact_phone=None)
    assert str(answer.slots[slot]).startswith(value)


async def test_an_agreeing_word_names_nobody(rasa: Rasa, visitor: str) -> None:
    answer = await say(rasa, visitor, "subject", "对的就这样")
    assert not answer.slots.get("subject") and answer.slots["requested_slot"] == "subject"


async def test_who_gave_his_name_as_the_accused_is_the_citizen(rasa: Rasa, visitor: str) -> None:
    answer = await say(rasa, visitor, "contact_name", "我刚才说了许文静", subject="许文静")
    assert answer.slots["contact_name"] == "许文静"
    assert answer.slots["subject"] is None and answer.slots["requested_slot"] == "subject"


@pytest.mark.parametrize(
    ("said", "known", "filled"),
    [
        ("涉及对象错了！许文静是我，对方是金鼎健身", {"subject": "许文静"}, {"contact_name": "许文静", "subject": "金鼎健身"}),
        ("对方名字是叫金鼎健身，我说错了", {"subject": "许文静"}, {"subject": "金鼎健身"}),
        ("单位名我不晓得，你写“河湾蓝色铁皮房的厂”，别写那个厂", {"subject": "那个厂"}, {"subject": "河湾蓝色铁皮房的厂"}),
        ("停电是26号晚上开始的", {"happened_at": "三天了"}, {"happened_at": "26号晚上"}),
        ("改一下时间，不是早上六点，是晚上8点到夜里1点", {"happened_at": "每天早上六点"}, {"happened_at": "晚上8点到夜里1点"}),
        ("地址写详细点 朝阳中路16号杆附近", {"address": "朝阳中路"}, {"address": "朝阳中路16号杆附近"}),
        ("补上杆号，朝阳31", {"address": "朝阳中路"}, {"address": "朝阳中路，杆号朝阳31"}),
        ("时间是两个星期，对象是宏达物业，我都说了四遍了", {"happened_at": "上周", "subject": "x"},
         {"happened_at": "两个星期", "subject": "宏达物业"}),
        ("把“我都说了四遍了”去掉", {"subject": "宏达物业，我都说了四遍了"}, {"subject": "宏达物业"}),
    ],
)  # fmt: skip
async def test_at_the_check_page_words_change_the_field_and_not_the_story(
    rasa: Rasa, visitor: str, said: str, known: dict[str, Any], filled: dict[str, Any]
) -> None:
    for intent, confidence in INTENTS:
        answer = await say(rasa, visitor, "complaint_confirm", said, intent, confidence=confidence, **known)
        for name, value in filled.items():
            assert str(answer.slots[name]).startswith(value), intent
        assert "补充：" not in str(answer.slots.get("content") or ""), intent
        assert answer.slots["requested_slot"] == "complaint_confirm"


async def test_a_place_and_more_of_the_story_in_one_message_are_parted(rasa: Rasa, visitor: str) -> None:
    said = "地址写详细点 朝阳中路16号杆附近，李大妈摔断腿也写上"
    answer = await say(rasa, visitor, "complaint_confirm", said, address="朝阳中路")
    assert answer.slots["address"] == "朝阳中路16号杆附近"
    assert answer.slots["content"].endswith("补充：李大妈摔断腿")


@pytest.mark.parametrize(
    ("said", "added"),
    [
        ("加一句，家里还有个吃奶的娃", "家里还有个吃奶的娃"),
        ("内容加上：我爸呛着送医院了，物业电话没人接", "我爸呛着送医院了，物业电话没人接"),
        ("人都没事了，我就是要把这个投诉提交了", "人都没事了"),
    ],
)
async def test_an_order_is_no_part_of_the_story(rasa: Rasa, visitor: str, said: str, added: str) -> None:
    answer = await say(rasa, visitor, "complaint_confirm", said)
    assert answer.slots["content"].endswith(f"补充：{added}")


@pytest.mark.parametrize("said", ["接着填刚才的", "改一下涉及对象", "时间写错了", "继续填"])
async def test_an_order_alone_leaves_the_story_as_it_is(rasa: Rasa, visitor: str, said: str) -> None:
    answer = await say(rasa, visitor, "complaint_confirm", said)
    assert not answer.slots.get("content"), answer.text


@pytest.mark.parametrize("slot", ["confidential", "complaint_confirm", "subject"])
@pytest.mark.parametrize(
    "said", ["不用保密，但别让店长知道是我", "你写上不要把我名字告诉房东", "不保密，就是别跟队长说是我反映的"]
)
async def test_who_must_not_be_known_to_somebody_is_kept_secret(
    rasa: Rasa, visitor: str, slot: str, said: str
) -> None:
    answer = await say(rasa, visitor, slot, said)
    assert answer.slots["confidential"] is True and "保密" in answer.text
    assert "补充：" not in str(answer.slots.get("content") or "")


@pytest.mark.parametrize(
    ("said", "story", "known", "time"),
    [
        ("从国庆到现在，每天晚上8点到1点多", "楼下大排档每天闹到夜里一点", "每天到夜里一点", "从国庆到现在，每天晚上8点到1点多"),
        ("昨天中午停到现在", "停水两天了没人管", "两天了", "昨天中午停到现在"),
    ],
)  # fmt: skip
async def test_a_time_told_anew_replaces_a_loose_one_of_the_story(
    rasa: Rasa, visitor: str, said: str, story: str, known: str, time: str
) -> None:
    answer = await say(rasa, visitor, "contact_name", said, content=story, happened_at=known)
    assert str(answer.slots["happened_at"]).startswith(time)
    assert "没能认出" not in answer.text
    assert "补充：" not in str(answer.slots.get("content") or "")
