"""The form listens: what citizens say to any question ends in its own field, and what is no value in none."""

from __future__ import annotations

from typing import Any

import pytest

from conversations.danger_state import FACT, made
from tests.bot.calls import Answer, Rasa
from tests.bot.parts import SmallCity
from tests.bot.test_bot_forms import FORM, FULL, _until

KEPT = ("content", "district", "address", "happened_at", "subject", "contact_name", "contact_phone")


async def say(rasa: Rasa, visitor: str, slot: str, said: str, intent: str = "inform", **more: Any) -> Answer:
    """One message to the question of a slot, all before it being filled."""
    confidence = more.pop("confidence", 0.5)
    slots = {**_until(slot), **more}
    return await rasa.run(FORM, said, intent, conversation=visitor, confidence=confidence, slots=slots)


class Citizen:
    """One who talks to the form; the slots live on as Rasa keeps them."""

    def __init__(self, rasa: Rasa, visitor: str) -> None:
        self.rasa, self.visitor = rasa, visitor
        self.slots: dict[str, Any] = {}
        self.turn = 0

    async def say(self, text: str, intent: str = "inform", confidence: float = 0.5, **more: Any) -> Answer:
        self.turn += 1
        answer = await self.rasa.run(
            FORM, text, intent, conversation=self.visitor, confidence=confidence, slots=self.slots,
            turn=f"t-{self.turn}", **more,
        )  # fmt: skip
        self.slots |= answer.slots
        return answer


@pytest.fixture
def citizen(rasa: Rasa, visitor: str) -> Citizen:
    return Citizen(rasa, visitor)


@pytest.mark.parametrize(
    ("first", "intent", "second"),
    [
        ("路灯坏了", "complain", "田家庵区龙湖路"),
        ("井盖没了", "complain", "谢家集区平山路15号门口"),
        ("投诉物业乱收费", "start_complaint", "大通区锦绣家园3栋"),
        ("停电了", "complain", "大通区淮河路8号"),
    ],
)
async def test_the_message_that_opens_the_form_is_the_content_whatever_its_length(
    citizen: Citizen, first: str, intent: str, second: str
) -> None:
    await citizen.say(first, intent, 0.9)
    assert citizen.slots["content"] == first
    await citizen.say(second)
    assert citizen.slots["content"] == first
    assert second.endswith(citizen.slots["address"])
    assert citizen.slots["requested_slot"] == "happened_at"


async def test_who_alone_is_kept_and_what_they_did_is_asked_for(citizen: Citizen) -> None:
    opened = await citizen.say("我要投诉城管", "start_complaint", 0.9)
    assert "具体是怎么回事" in opened.text
    placed = await citizen.say("大通区淮河路")
    assert "具体是怎么回事" in placed.text, "a place does not tell what happened"
    await citizen.say("乱罚款", "complain", 0.4)
    assert citizen.slots["content"] == "我要投诉城管，乱罚款"
    assert (citizen.slots["district"], citizen.slots["address"]) == ("大通区", "大通区淮河路")


async def test_a_place_a_time_a_name_given_to_the_question_of_the_matter_are_read_as_such(
    citizen: Citizen,
) -> None:
    await citizen.say("我要投诉", "start_complaint", 0.9)
    for said, slot, value in (
        ("田家庵区龙湖路", "address", "田家庵区龙湖路"),
        ("昨天晚上", "happened_at", None),
        ("我叫李明", "contact_name", "李明"),
        ("13955540000", "contact_phone", "13955540000"),
    ):
        answer = await citizen.say(said)
        assert answer.slots[slot] == value if value else answer.slots[slot].startswith(said)
        assert answer.slots["requested_slot"] == "content"
        assert not citizen.slots.get("content")
    await citizen.say("路灯不亮没人修", "complain", 0.9)
    assert citizen.slots["content"] == "路灯不亮没人修"


async def test_a_later_place_in_another_district_is_taken_and_said_back(rasa: Rasa, visitor: str) -> None:
    answer = await say(rasa, visitor, "address", "田家庵区龙湖路", district="谢家集区", town="蔡家岗街道")
    assert (answer.slots["district"], answer.slots["address"]) == ("田家庵区", "田家庵区龙湖路")
    assert "从谢家集区改成田家庵区" in answer.text
    assert answer.slots["town"] is None


NO_VALUES = {
    "district": ["什么态度！我就问你管不管", "哈哈哈", "凭什么要我填", "要不要钱", "姓李"],
    "address": ["什么态度！我就问你管不管", "姓李", "三天了", "今天凌晨", "呵呵", "谁来管", "物业电话05546661234打不通", "匿名"],
    "happened_at": ["王女士", "是的我匿名", "哈哈哈", "华康物业", "几天能处理", "不想告诉你们我叫什么"],
    "subject": ["什么态度！我就问你管不管", "气死我了", "一直没人来看", "天天都这样", "三天了", "王桂兰，我自己叫王桂兰", "会不会告诉他", "哈哈"],
    "contact_name": ["今天凌晨", "第二个", "三天了", "为什么要我名字", "华康物业", "哈哈哈", "你们到底管不管", "13955540000"],
    "contact_phone": ["物业电话05546661234打不通", "骗子用13955540001骗我", "要不要钱", "为什么要我电话"],
}  # fmt: skip


@pytest.mark.parametrize("slot", NO_VALUES)
async def test_what_is_no_value_fills_nothing_and_the_question_stays(
    rasa: Rasa, visitor: str, slot: str
) -> None:
    for said in NO_VALUES[slot]:
        for intent, confidence in (("inform", 0.5), ("complain", 0.9), ("nlu_fallback", 0.2)):
            answer = await say(rasa, visitor, slot, said, intent, confidence=confidence)
            assert answer.slots.get(slot) is None, said
            assert answer.slots["requested_slot"] == slot, said


@pytest.mark.parametrize(
    ("slot", "said", "filled"),
    [
        ("district", "就是今天上午，田家庵国庆路菜市场门口",
         {"district": "田家庵区", "address": "国庆路菜市场门口"}),
        ("contact_name", "13955540000", {"contact_phone": "13955540000"}),
        ("contact_name", "李先生，13955540000", {"contact_name": "李先生", "contact_phone": "13955540000"}),
        ("subject", "王桂兰，我自己叫王桂兰", {"contact_name": "王桂兰"}),
        ("happened_at", "我叫李明", {"contact_name": "李明"}),
        ("address", "龙湖路5号，昨天晚上，我叫李明", {"address": "龙湖路5号", "contact_name": "李明"}),
        ("happened_at", "是的我匿名", {"contact_name": "匿名"}),
        ("contact_name", "不保密", {"confidential": False}),
        ("contact_name", "我不想告诉你们我叫什么", {"contact_name": "匿名"}),
        ("contact_name", "不说行不行", {"contact_name": "匿名"}),
        ("contact_phone", "（0554）6660000", {"contact_phone": "05546660000"}),
        ("contact_phone", "1 3 9 5 5 5 4 0 0 0 0", {"contact_phone": "13955540000"}),
        ("contact_phone", "１ ３ ９ ５ ５ ５ ４ ０ ０ ０ ０", {"contact_phone": "13955540000"}),
        ("contact_phone", "幺三九，五五五四，零零零零", {"contact_phone": "13955540000"}),
        ("address", "國慶路百貨大樓旁邊", {"address": "国庆路百货大楼旁边"}),
        ("district", "田家庵區", {"district": "田家庵区"}),
        ("contact_name", "我叫陳小華", {"contact_name": "陈小华"}),
    ],
)  # fmt: skip
async def test_every_message_is_read_for_every_open_field(
    rasa: Rasa, visitor: str, slot: str, said: str, filled: dict[str, Any]
) -> None:
    answer = await say(rasa, visitor, slot, said)
    found = {name: answer.slots.get(name) for name in filled}
    assert found == filled
    if slot in filled:
        assert answer.slots["requested_slot"] != slot
    unsaid = set(KEPT) - set(filled) - {"content", "happened_at"}
    assert {name for name in unsaid if answer.slots.get(name)} == set()


async def test_what_tells_more_of_the_matter_goes_with_the_content(rasa: Rasa, visitor: str) -> None:
    content = "那个超市卖的东西有问题"
    answer = await say(rasa, visitor, "district", "昨天买的，过期牛奶", content=content)
    assert answer.slots["content"] == f"{content}\n补充：过期牛奶"
    assert answer.slots["happened_at"].startswith("昨天买的")
    assert answer.slots["requested_slot"] == "district"


async def test_anothers_number_stays_with_the_content_and_ones_own_is_asked_for(
    rasa: Rasa, visitor: str
) -> None:
    answer = await say(rasa, visitor, "contact_phone", "物业电话05546661234打不通")
    assert answer.slots["content"].endswith("补充：物业电话05546661234打不通")
    assert answer.slots["requested_slot"] == "contact_phone"


async def test_details_of_an_open_danger_open_no_form(citizen: Citizen, city: SmallCity) -> None:
    fact = made("told", "fire", "楼道着火了")
    await city.conversations.remember_all(citizen.visitor, {FACT: fact})
    for said in ("门锁拧不开", "我爸腿不好走不动", "钥匙断里面了"):
        await citizen.say(said, "complain", 0.9)
        assert citizen.slots.get("content") is None and citizen.slots["requested_slot"] is None
    await citizen.say("我要投诉物业锁了消防门", "complain", 0.9)
    assert citizen.slots["content"] == "我要投诉物业锁了消防门"


async def test_a_doubtful_place_is_asked_about_and_taken_when_said_again(citizen: Citizen) -> None:
    citizen.slots = _until("address")
    asked = await citizen.say("万达")
    assert "是地方的名字吗" in asked.text and "address" not in asked.slots
    assert asked.buttons["就是这里"] == '/inform{"slot":"address","value":"万达"}'
    again = await citizen.say("万达", before=[{"event": "user", "text": "万达"}])
    assert again.slots["address"] == "万达"


async def test_other_odd_words_are_no_place_and_are_not_lost(citizen: Citizen) -> None:
    citizen.slots = _until("address")
    await citizen.say("万达")
    for said in ("每天都这样过", "车里坐了三十个人", "拖了快两年"):
        odd = await citizen.say(said)
        assert odd.slots["requested_slot"] == "address" and "address" not in citizen.slots
    assert "车里坐了三十个人" in citizen.slots["content"]
    await citizen.say("山王镇来个人看看吧")
    assert citizen.slots["address"] == "山王镇"


@pytest.mark.parametrize("said", ["我家后面", "斜对面那家饭店", "在厂里", "我们单位隔壁"])
async def test_a_place_nobody_else_can_find_is_asked_about_once_and_kept_in_words(
    citizen: Citizen, said: str
) -> None:
    citizen.slots = _until("address")
    asked = await citizen.say(said)
    assert "哪条路" in asked.text and asked.slots["requested_slot"] == "address"
    kept = citizen.slots["address"]
    assert kept.endswith("（大致位置）")
    for answer in ("跳过", "不知道"):
        skipped = await say(citizen.rasa, citizen.visitor, "address", answer, "skip", address=kept)
        assert skipped.slots["requested_slot"] == "happened_at" and "address" not in skipped.slots
    rough = kept.removesuffix("（大致位置）")
    for slot, exact in (("address", "淮舜路和金山路路口"), ("contact_name", "泉山小区6栋旁边的小饭馆")):
        found = await say(citizen.rasa, citizen.visitor, slot, exact, address=kept)
        assert found.slots["address"] == f"{exact}（{rough}）"
        assert "content" not in found.slots


async def test_a_place_in_the_story_that_nobody_else_can_find_is_asked_for(citizen: Citizen) -> None:
    await citizen.say("隔壁工地半夜打桩，吵得老人心脏病都犯了", "complain", 0.9)
    await citizen.say("潘集区")
    assert citizen.slots["requested_slot"] == "address"


WISHES: list[tuple[str, dict[str, Any], str]] = [
    ("我要匿名", {"contact_name": "匿名"}, "匿名"),
    ("那我匿名吧", {"contact_name": "匿名"}, "匿名"),
    ("把名字去掉", {"contact_name": "匿名"}, "匿名"),
    ("我要保密", {"confidential": True}, "会为您保密"),
    ("别告诉物业是我说的", {"confidential": True}, "会为您保密"),
    ("不用保密", {"confidential": False}, ""),
    ("就是我的名字别写", {"contact_name": "匿名"}, "匿名"),
    ("不留电话", {"contact_phone": ""}, "不留电话也能登记"),
    ("只能微信联系", {}, "写进工单"),
    ("别打电话，发短信", {}, "请发短信"),
]


@pytest.mark.parametrize(
    "slot", ["district", "happened_at", "contact_name", "contact_phone", "complaint_confirm"]
)
async def test_a_wish_about_name_phone_and_secrecy_is_done_at_any_question(
    rasa: Rasa, visitor: str, slot: str
) -> None:
    for said, filled, told in WISHES:
        answer = await say(rasa, visitor, slot, said)
        assert {name: answer.slots.get(name) for name in filled} == filled, said
        assert told in answer.text, said
        assert answer.slots.get("happened_at") is None and answer.slots.get("address") is None
        assert answer.slots.get("complaint_confirm") is None, "a wish is no leave to file"
        if not filled:
            assert answer.slots["content"].endswith(f"补充：{said}")


@pytest.mark.parametrize(
    ("said", "filled"),
    [
        ("还是留名吧", {"contact_name": None}),
        ("那名字写上吧，我叫赵敏", {"contact_name": "赵敏", "contact_phone": None}),
        ("算了留个电话", {"contact_phone": None}),
        ("算了还是留一个吧，13655541212", {"contact_phone": "13655541212"}),
        ("只能发短信给我，13655541212", {"contact_phone": "13655541212"}),
    ],
)
async def test_what_was_refused_may_be_given_after_all(
    rasa: Rasa, visitor: str, said: str, filled: dict[str, Any]
) -> None:
    refused = {"contact_name": "匿名", "contact_phone": ""}
    for slot, intent in (("subject", "nonsense"), ("complaint_confirm", "cancel")):
        answer = await say(rasa, visitor, slot, said, intent, confidence=0.9, **refused)
        assert {name: answer.slots.get(name, "unchanged") for name in filled} == filled, answer.text
        assert "短信" in said or "content" not in answer.slots


async def test_how_to_be_anonymous_is_a_question_and_no_content(rasa: Rasa, visitor: str) -> None:
    for slot in ("content", "contact_name", "contact_phone", "complaint_confirm"):
        answer = await say(rasa, visitor, slot, "匿名举报行不行")
        assert "匿名：不留姓名" in answer.text
        assert answer.slots["requested_slot"] == slot
        assert not set(KEPT) & set(answer.slots)


@pytest.mark.parametrize("said", ["跳过", "不留", "不想留", "没有电话", "那我匿名吧", "能不能不留电话"])
async def test_no_phone_has_a_way_on(rasa: Rasa, visitor: str, said: str) -> None:
    answer = await say(rasa, visitor, "contact_phone", said)
    assert answer.slots["contact_phone"] == ""
    assert answer.slots["requested_slot"] in ("confidential", "complaint_confirm")
    assert "查询码" in answer.text


ABOUT = [
    ("要不要钱", "不收钱"),
    ("谁来管", "牵头"),
    ("会不会告诉他", "看不到工单"),
    ("为什么要填这么多", "核实情况"),
    ("凭什么要我电话", "不留电话"),
]


@pytest.mark.parametrize("slot", ["district", "address", "contact_name", "complaint_confirm"])
async def test_a_question_about_filing_is_answered_and_the_form_goes_on(
    rasa: Rasa, visitor: str, slot: str
) -> None:
    for said, told in ABOUT:
        answer = await say(rasa, visitor, slot, said, "ask_policy", category="生态环境/餐饮油烟")
        assert told in answer.text, said
        assert answer.slots["requested_slot"] == slot
        assert not set(KEPT) & set(answer.slots), said


@pytest.mark.parametrize(
    ("said", "slot", "value"),
    [
        ("地址改成35号", "address", "国庆中路阳光花园35号"),
        ("地址不对，是国庆路菜市场门口", "address", "国庆路菜市场门口"),
        ("时间不对，每天夜里11点到2点", "happened_at", "每天夜里11点到2点"),
        ("我说错了，是谢家集区", "district", "谢家集区"),
        ("不是田家庵，是大通", "district", "大通区"),
        ("区错了，是大通区", "district", "大通区"),
        ("不叫张三，叫张珊", "contact_name", "张珊"),
        ("电话不对，13955540009", "contact_phone", "13955540009"),
        ("不是3栋，是5栋", "address", "国庆中路阳光花园5栋"),
        ("啊错了，不是田家庵，是八公山", "district", "八公山区"),
        ("不好意思，刚才讲错了，在潘集", "district", "潘集区"),
        ("是大通，不是田家庵", "district", "大通区"),
        ("哦，楼栋号写错了，是12栋", "address", "国庆中路阳光花园12栋"),
        ("时间是半个月了，不是昨晚", "happened_at", "半个月了"),
        ("把昨晚改成每天夜里", "happened_at", "每天夜里"),
        ("把张三改成张珊", "contact_name", "张珊"),
        ("电话最后两位是09", "contact_phone", "13800000009"),
        ("姓错了，姓宋", "contact_name", "宋先生/女士"),
        ("不是投诉，是求助", "complaint_type", "求助"),
        ("不对是谢家集", "district", "谢家集区"),
        ("那个，不要保密改成要保密", "confidential", True),
    ],
)
async def test_a_line_is_corrected_in_any_words(
    rasa: Rasa, visitor: str, said: str, slot: str, value: str
) -> None:
    for asked in ("complaint_confirm", "confidential"):
        known = {"happened_at": "昨晚", "address": "国庆中路阳光花园" if "35号" in said else FULL["address"]}
        answer = await say(rasa, visitor, asked, said, "correct", **known)
        assert answer.slots[slot] == value
        assert answer.slots["requested_slot"] == ("complaint_confirm" if slot == asked else asked)
        assert not (set(KEPT) - {slot, "town"}) & set(answer.slots)


@pytest.mark.parametrize("asked", ["district", "complaint_confirm"])
async def test_a_role_is_corrected_to_the_name(rasa: Rasa, visitor: str, asked: str) -> None:
    answer = await say(rasa, visitor, asked, "开发商是锦绣置业", subject="开发商")
    assert answer.slots["subject"] == "锦绣置业"
    kept = await say(rasa, visitor, asked, "开发商是骗子", subject="开发商")
    assert "subject" not in kept.slots


@pytest.mark.parametrize(
    ("said", "address"),
    [
        ("还是改回上窑镇老街吧", "上窑镇老街"),
        ("不是新街，是九龙岗镇淮滨路", "九龙岗镇淮滨路"),
        ("不是新街，是老街", "上窑镇老街"),
    ],
)
async def test_a_corrected_place_has_one_town(rasa: Rasa, visitor: str, said: str, address: str) -> None:
    known = {"district": "大通区", "address": "上窑镇新街"}
    answer = await say(rasa, visitor, "complaint_confirm", said, "inform", **known)
    assert answer.slots["address"] == address
    assert "content" not in answer.slots


@pytest.mark.parametrize("said", ["后悔了", "还是登记吧", "我点错了", "继续"])
async def test_what_was_cancelled_by_mistake_is_brought_back(citizen: Citizen, said: str) -> None:
    await citizen.say("楼下烧烤摊油烟熏人", "complain", 0.9)
    await citizen.say("取消", "cancel", 0.9)
    back = await citizen.rasa.run(
        "action_no_form", said, "cancel", conversation=citizen.visitor, slots=citizen.slots
    )
    assert back.followup == "complaint_form"
    await citizen.say(said, "cancel", 0.9)
    assert citizen.slots["content"] == "楼下烧烤摊油烟熏人"
    assert citizen.slots["requested_slot"] == "district"


async def test_a_second_matter_keeps_place_name_and_phone(citizen: Citizen, city: SmallCity) -> None:
    await citizen.say("楼上天天半夜装修吵得睡不着，另外小区门口那盏路灯也坏了快一个月", "complain", 0.9)
    for said in ("田家庵区锦绣家园3栋", "没有", "王女士", "13955540000", "不用保密"):
        await citizen.say(said)
    await citizen.say("确认提交", "affirm", 0.9)
    filed = await citizen.rasa.run(
        "action_file_ticket", "确认提交", "affirm", conversation=citizen.visitor, slots=citizen.slots
    )
    assert "路灯也坏了" in filed.text
    citizen.slots |= filed.slots
    story = [{"event": "slot", "name": "story", "value": filed.slots["story"]}]
    opened = await citizen.say("/start_complaint", "start_complaint", 1.0, before=story)
    assert "按刚才那件" in opened.text
    assert citizen.slots["content"] == "小区门口那盏路灯也坏了快一个月"
    assert (citizen.slots["address"], citizen.slots["contact_name"]) == ("锦绣家园3栋", "王女士")
    assert citizen.slots["contact_phone"] == "13955540000"
    (ticket,) = (await city.tickets.list()).tickets
    assert (await city.tickets.get(ticket.number)).content == "楼上天天半夜装修吵得睡不着"


async def test_a_name_that_was_said_first_is_taken_out_of_the_content(citizen: Citizen) -> None:
    """Who wants secrecy must not be named in what the department reads."""
    await citizen.say(
        "我叫李明，田家庵区龙湖路路灯坏了，半个月了，电话１３９ ５５５４ ００００，要保密", "complain", 0.9
    )
    assert citizen.slots["content"] == "田家庵区龙湖路路灯坏了，半个月了，要保密"
    assert (citizen.slots["contact_name"], citizen.slots["contact_phone"]) == ("李明", "13955540000")
    assert (citizen.slots["happened_at"], citizen.slots["confidential"]) == ("半个月了", True)


@pytest.mark.parametrize(
    ("slot", "said", "before", "filled"),
    [
        ("address", "去年10月到现在", {"happened_at": None}, {"happened_at": "去年10月到现在"}),
        ("address", "凤台县", {}, {"district": "凤台县", "address": None}),
        ("happened_at", "田家庵区国庆路3号", {"address": "国庆路"}, {"address": "田家庵区国庆路3号"}),
        ("contact_name", "曹庵镇", {"address": "街上菜市场"}, {"address": "曹庵镇街上菜市场"}),
        ("contact_name", "大通区", {"address": "淮河路8号"}, {"district": "大通区", "address": "淮河路8号"}),
        ("contact_name", "龙湖路", {"address": "淮河路8号"}, {"address": "淮河路8号"}),
        ("contact_phone", "李女士", {"contact_name": "匿名"}, {"contact_name": "李女士"}),
    ],
)
async def test_a_value_given_to_another_question_goes_where_it_belongs(
    rasa: Rasa, visitor: str, slot: str, said: str, before: dict[str, Any], filled: dict[str, Any]
) -> None:
    answer = await say(rasa, visitor, slot, said, **before)
    slots = {**_until(slot), **before, **answer.slots}
    for name, value in filled.items():
        assert str(slots.get(name)).startswith(str(value)), (name, slots.get(name))
    assert slots["requested_slot"] == slot, "the question is still open"
    if said != "龙湖路":
        assert said not in str(slots["content"])


@pytest.mark.parametrize(
    ("slot", "said", "value"),
    [
        ("district", "第二个", "大通区"),
        ("confidential", "选第二个", False),
        ("complaint_type", "最后一个", "表扬"),
    ],
)
async def test_a_place_in_the_order_presses_that_button(
    rasa: Rasa, visitor: str, slot: str, said: str, value: Any
) -> None:
    assert (await _after_the_question(rasa, visitor, slot, said)).slots[slot] == value


@pytest.mark.parametrize(("slot", "said"), [("district", "第二十个"), ("happened_at", "第二个")])
async def test_a_place_that_no_button_has_fills_nothing(
    rasa: Rasa, visitor: str, slot: str, said: str
) -> None:
    answer = await _after_the_question(rasa, visitor, slot, said)
    assert answer.slots == {"requested_slot": slot, "tries": 1}
    assert "选" in answer.text


async def _after_the_question(rasa: Rasa, visitor: str, slot: str, said: str) -> Answer:
    asked = await say(rasa, visitor, slot, "再说一遍", "repeat")
    shown = [
        {"event": "bot", "text": r["text"], "data": {"buttons": r.get("buttons")}}
        for r in asked.body["responses"]
    ]
    return await rasa.run(
        FORM, said, "nlu_fallback", conversation=visitor, confidence=0.3, slots=_until(slot), before=shown
    )


async def test_declining_the_summary_is_asked_about_once_and_names_no_line(citizen: Citizen) -> None:
    citizen.slots = {**FULL, "requested_slot": "complaint_confirm"}
    asked = await citizen.say("不用了", "deny", 0.9)
    assert "那先不提交" in asked.text
    assert list(asked.buttons)[:2] == ["先不提交，给我留着", "不要了"]
    assert citizen.slots["content"] == FULL["content"]
    offer = [{"event": "slot", "name": "offer", "value": "leave"}]
    await citizen.say("嗯", "affirm", 0.9, before=offer)
    assert citizen.slots["requested_slot"] is None
    assert citizen.slots["complaint_confirm"] is None, "nothing is filed"
    assert citizen.slots["kept_draft"]["content"] == FULL["content"]


async def test_a_draft_may_be_dropped(citizen: Citizen) -> None:
    citizen.slots = {**FULL, "requested_slot": "complaint_confirm"}
    asked = await citizen.say("先不提交", "deny", 0.9)
    payload = asked.buttons["不要了"]
    await citizen.say(payload, "cancel", 1.0, entities={"slot": "draft", "value": "drop"})
    assert (citizen.slots["requested_slot"], citizen.slots["kept_draft"]) == (None, None)
