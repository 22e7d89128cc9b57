"""Questions in the middle of the form, and values that strangers gave and that were lost or misread."""

from __future__ import annotations

import pytest

from bot.actions.complaint.fields import BY_NAME
from tests.bot.calls import Rasa
from tests.bot.test_bot_forms import FULL
from tests.bot.test_bot_listening import say

ASKED = ["district", "address", "happened_at", "subject", "contact_name", "contact_phone"]
INTENTS = [("ask_policy", 0.8), ("complain", 0.9), ("request_human", 0.9), ("inform", 0.5)]


@pytest.mark.parametrize("slot", ASKED)
@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("停车费一般多少钱一小时啊有规定没", ""),
        ("我这个是不是应该找教育局", "不用自己去找"),
        ("会查我吗", "不是查您"),
        ("提交以后呢", "工单号和查询码"),
        ("你们会给我打电话不", "留了电话的"),
        ("可以加微信吗", "只能微信联系"),
        ("你们多久来人", "多久"),
        ("我就问一下会不会泄露我的名字", "被反映的一方看不到工单"),
        ("会泄露个人信息吗", "被反映的一方看不到工单"),
        ("我就想知道你们会不会把我电话给他", "被反映的一方看不到工单"),
    ],
)
async def test_a_question_is_no_value_no_content_and_no_wish_for_a_human(
    rasa: Rasa, visitor: str, slot: str, said: str, told: str
) -> None:
    intent, confidence = INTENTS[len(said + slot) % len(INTENTS)]
    answer = await say(rasa, visitor, slot, said, intent, confidence=confidence)
    assert answer.slots.get(slot) is None
    assert "content" not in answer.slots
    assert answer.slots["requested_slot"] == slot
    assert told in answer.text
    assert BY_NAME[slot].question in answer.text
    assert "没能认出" not in answer.text and "地方的名字" not in answer.text


@pytest.mark.parametrize("slot", ASKED)
async def test_who_asks_whether_we_are_human_is_told_and_stays_in_the_form(
    rasa: Rasa, visitor: str, slot: str
) -> None:
    answer = await say(rasa, visitor, slot, "你们是不是人工", "request_human", confidence=0.9)
    assert answer.body["responses"][0]["response"] == "utter_bot_challenge"
    assert answer.slots.get(slot) is None
    assert answer.slots["requested_slot"] == slot
    assert BY_NAME[slot].question in answer.text


@pytest.mark.parametrize("slot", ["district", "address", "contact_phone"])
async def test_yes_file_it_is_assent_at_any_question(rasa: Rasa, visitor: str, slot: str) -> None:
    answer = await say(rasa, visitor, slot, "是要登记", "nlu_fallback", confidence=0.2)
    assert answer.slots.get(slot) is None
    assert BY_NAME[slot].question in answer.text
    assert "地方的名字" not in answer.text and "没能认出" not in answer.text


async def test_the_number_of_people_calls_no_human(rasa: Rasa, visitor: str) -> None:
    answer = await say(rasa, visitor, "district", "三个人", "request_human", confidence=0.9)
    assert answer.slots["requested_slot"] == "district"
    for said in ("转人工", "能不能转人工"):
        called = await say(rasa, visitor, "address", said, "request_human", confidence=0.9)
        assert called.slots["requested_slot"] is None


@pytest.mark.parametrize("slot", ["subject", "contact_phone", "address"])
async def test_a_landline_in_the_same_breath_as_no_phone_is_the_phone(
    rasa: Rasa, visitor: str, slot: str
) -> None:
    answer = await say(rasa, visitor, slot, "没有电话,就座机 2721234", "inform")
    assert answer.slots["contact_phone"] == "2721234"
    assert not answer.slots.get("subject") and "content" not in answer.slots


async def test_who_does_what_at_a_station_is_no_place(rasa: Rasa, visitor: str) -> None:
    told = await say(rasa, visitor, "content", "公交车不停站", "complain", confidence=0.9)
    assert told.slots["content"] == "公交车不停站"
    assert told.slots["requested_slot"] != "content" and not told.slots.get("address")
    more = await say(rasa, visitor, "address", "公交车不停站", "complain", confidence=0.9)
    assert more.slots.get("address") is None and more.slots["requested_slot"] == "address"


async def test_a_market_of_which_there_are_many_is_made_exact_later(rasa: Rasa, visitor: str) -> None:
    known = {"district": "田家庵区", "address": "菜市场"}
    answer = await say(rasa, visitor, "happened_at", "曹庵镇农贸市场", **known)
    assert answer.slots["address"] == "曹庵镇农贸市场"


@pytest.mark.parametrize(
    ("story", "slot", "value"),
    [
        ("楼下KTV天天嗷嗷到半夜两点，没人管", "happened_at", "天天到半夜两点"),
        ("路边烧烤摊油烟熏人没人管", "subject", "烧烤摊"),
        ("对面小吃店油烟熏人没人管", "subject", "小吃店"),
        ("坐了一辆出租车绕路多收我钱", "address", None),
        ("🏠龙湖路18号路灯坏了没人修", "address", "龙湖路18号"),
    ],
)
async def test_no_value_is_cut_in_a_word_or_turned_into_a_moment(
    rasa: Rasa, visitor: str, story: str, slot: str, value: str | None
) -> None:
    answer = await say(rasa, visitor, "content", story, "complain", confidence=0.9)
    assert answer.slots.get(slot) == value


@pytest.mark.parametrize("slot", [*ASKED, "complaint_confirm"])
@pytest.mark.parametrize("said", ["查询码是啥", "登记成功没", "刚才那个登记了没", "提交了吗", "工单号多少"])
async def test_whether_it_is_filed_is_answered_and_is_no_value(
    rasa: Rasa, visitor: str, slot: str, said: str
) -> None:
    answer = await say(rasa, visitor, slot, said, "nlu_fallback", confidence=0.2)
    assert "还没有提交" in answer.text and "工单号" in answer.text
    assert answer.slots["requested_slot"] == slot
    assert not ({*FULL, "complaint_confirm"} & {name for name, value in answer.slots.items() if value})


@pytest.mark.parametrize("slot", ASKED)
@pytest.mark.parametrize("said", ["登记这件事", "那就登记", "帮我登记", "麻烦帮我登记下来"])
async def test_the_wish_to_file_is_no_value(rasa: Rasa, visitor: str, slot: str, said: str) -> None:
    answer = await say(rasa, visitor, slot, said, "nlu_fallback", confidence=0.2)
    assert answer.slots["requested_slot"] == slot and "还差几项" in answer.text
    assert not (set(FULL) & {name for name, value in answer.slots.items() if value})
