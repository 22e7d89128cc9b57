"""What citizens say in passing fills no field: lives told beside the matter, slips corrected, fears, denials."""

from __future__ import annotations

from typing import Any

import pytest

from bot.actions.complaint.draft import to_ticket
from tests.bot.calls import Rasa
from tests.bot.test_bot_forms import FORM, FULL, _until
from tests.bot.test_bot_listening import say

ABSENT = ""
"""Marks a slot that must stay empty."""


async def opened(rasa: Rasa, visitor: str, story: str, intent: str = "complain") -> dict[str, Any]:
    """The slots after a first message."""
    answer = await rasa.run(FORM, story, intent, conversation=visitor, confidence=0.9)
    return answer.slots


def agrees(slots: dict[str, Any], wanted: dict[str, str]) -> None:
    """Each wanted value is what the slot holds; an empty one must not be filled."""
    for name, value in wanted.items():
        held = str(slots.get(name) or "")
        assert (held == value) if name != "happened_at" or not value else held.startswith(value), (
            name,
            held,
            value,
        )


LETTER = (
    "尊敬的领导你好，我今年七十三岁了，老伴走得早，一个人住在庄子东头。大儿子在合肥上班，国庆节才回来一趟，小孙女在镇上念小学。"
    "前些年村里修了一条水渠，从我家屋后面过，当时说得好好的，会给我们砌一道挡墙。后来包活的人走了，墙只砌了一半，"
    "一下大雨水就往屋里灌，粮食泡坏了两囤。我跑过镇政府，也给水利站打过电话，他们让我去找村委会，村委会又说没有钱。"
    "女儿在超市给人家收银，没空回来管这个事。我腿脚不好，就盼着有人来看一看，把剩下那半截墙砌好。谢谢你们。"
)

FIRST = [
    # who was asked in vain is not the accused; nor is the school of a grandchild
    ("我给派出所打过电话，他们让我找社区，楼道里堆的旧家具还是没人清", {"subject": ABSENT, "address": ABSENT}),
    ("小孙子在实验小学念书，天天过这条路，大货车跑得飞快", {"subject": ABSENT, "address": ABSENT}),
    ("物业电话打了一上午没人接，单元门的锁坏了", {"subject": "物业"}),
    ("找过镇政府两趟了，沟里的死猪还是没人捞", {"subject": ABSENT, "address": ABSENT}),
    ("骂居委会的话我就不讲了，楼后面的化粪池满了", {"subject": ABSENT}),
    ("对面饭店的油烟机正对着我家窗户，炒菜的时候呛得睁不开眼，找他好几回了", {"address": ABSENT}),
    ("女儿在超市上班，下夜班回来路灯全是黑的", {"subject": ABSENT, "address": ABSENT}),
    ("儿子从北京路那边回来，看见家门口的井盖没了", {"address": ABSENT}),
    ("老头子在医院住着，家里就我一个，水管爆了没人修", {"subject": ABSENT, "address": ABSENT}),
    ("村委会让我找水利站，水利站让我找村委会，渠到现在还堵着", {"subject": ABSENT, "address": ABSENT}),
    ("去社区问了三次，都说归街道办管，垃圾桶满得往外淌", {"subject": ABSENT}),
    ("跟城管反映过，没用，门口的流动摊贩还是天天占道", {"subject": "流动摊贩"}),
    (LETTER, {"subject": ABSENT, "address": ABSENT, "happened_at": ABSENT, "contact_name": ABSENT}),
    # places that are none
    ("我家小区的健身路径断了一根杠子", {"address": ABSENT}),
    ("村里路坑坑洼洼的，下雨没法走", {"address": ABSENT}),
    ("地下车库的灯全坏了", {"address": ABSENT}),
    ("第一，小区门口太黑；第二，垃圾没人收", {"address": ABSENT}),
    ("龙湖路公厕的门锁坏了", {"address": "龙湖路公厕"}),
    ("新庄孜街道菜市口的井盖翘起来了", {"address": "新庄孜街道菜市口"}),
    # an age is no time, a childhood is none, a habit is no date
    ("我今年六十八了，上不去楼，电梯停了没人管", {"happened_at": ABSENT}),
    ("我今年八十一，楼梯扶手松了，怕摔", {"happened_at": ABSENT}),
    ("我妈今年七十二岁，小区的坡道太陡", {"happened_at": ABSENT}),
    ("我娃去年上的幼儿园，门口那条路一直没装红绿灯", {"happened_at": ABSENT}),
    ("孩子前年念初中，校门口的小吃摊脏得很", {"happened_at": ABSENT}),
    ("每天晚上🌙11点楼下还在跳舞", {"happened_at": "每天晚上11点"}),
    ("天天都是半夜一点多开始卸货，吵死了", {"happened_at": "天天"}),
    ("八月到十一月的工资一分没发", {"happened_at": "八月到十一月"}),
    ("昨天晚上11点楼上还在拖桌子", {"happened_at": "昨天晚上11点（"}),
    # the accused is not the citizen
    ("包工头叫马老板，干完活就不见人了", {"contact_name": ABSENT, "subject": "包工头马老板"}),
    ("教练叫王磊，收了我两千块加练费", {"contact_name": ABSENT, "subject": "教练王磊"}),
    ("老板叫李大勇，押着身份证不还", {"contact_name": ABSENT, "subject": "老板李大勇"}),
    ("房东名字叫赵强，押金不退", {"contact_name": ABSENT}),
    ("我叫陈桂花，楼下的水管漏了半个月了", {"contact_name": "陈桂花"}),
    ("本人姓名：陈桂花，楼下的水管漏了", {"contact_name": "陈桂花"}),
    # what is denied decides nothing
    ("那我不举报贪污，我就反映村里路灯不亮", {"complaint_type": "投诉", "category": "市政设施/路灯照明"}),
    ("不是举报贪污啊，就是村里路灯坏了", {"complaint_type": "投诉", "category": "市政设施/路灯照明"}),
    ("我没想投诉谁，就是求助，轮椅卡在楼道里下不来", {"complaint_type": "求助"}),
    # slips put right in the same breath
    ("田家庵区，不对，大通区，广场上的喷泉漏电", {"district": "大通区"}),
    ("国庆路，哦不是，是学院路，路灯不亮了", {"address": "学院路"}),
    ("三天前，说错了，是五天前，大树倒下来砸了车", {"happened_at": "五天前"}),
    ("楼道灯坏了，电话13955540000，说错了是13955540001", {"contact_phone": "13955540001"}),
    ("阳光花园4栋，啊不是，是14栋，电梯坏了", {"address": "阳光花园14栋"}),
    ("工地昨晚，哦不是，前天晚上通宵打桩", {"happened_at": "前天晚上"}),
]  # fmt: skip


@pytest.mark.parametrize(("story", "wanted"), FIRST, ids=range(len(FIRST)))
async def test_a_first_message_fills_only_what_it_says_of_the_matter(
    rasa: Rasa, visitor: str, story: str, wanted: dict[str, str]
) -> None:
    agrees(await opened(rasa, visitor, story), wanted)


SLIPS = [
    ("district", "田家庵区，不对，大通区", "district", "大通区"),
    ("district", "潘集的吧，啊说错了，是谢家集区", "district", "谢家集区"),
    ("contact_name", "我叫王芳，不对，写我爱人刘强", "contact_name", "刘强"),
    ("contact_name", "李明，哦不是，李鸣", "contact_name", "李鸣"),
    ("contact_phone", "13955540000，说错了是13955540001", "contact_phone", "13955540001"),
    ("contact_phone", "13955540000不对，应该是13955540001", "contact_phone", "13955540001"),
    ("address", "阳光花园4栋，啊不是，是14栋", "address", "阳光花园14栋"),
    ("address", "国庆路，不对，学院路口", "address", "学院路口"),
    ("happened_at", "三天前吧，不对，应该是五天前", "happened_at", "五天前"),
    ("happened_at", "昨天晚上，哦不是，前天晚上", "happened_at", "前天晚上"),
]


@pytest.mark.parametrize(("asked", "said", "slot", "value"), SLIPS)
async def test_a_slip_put_right_in_the_same_breath_takes_the_last_value(
    rasa: Rasa, visitor: str, asked: str, said: str, slot: str, value: str
) -> None:
    answer = await say(rasa, visitor, asked, said)
    held = str(answer.slots.get(slot))
    assert held == value or held.startswith(f"{value}（"), held
    assert "content" not in answer.slots, "the slip is no part of the matter"


async def test_not_this_road_but_that_at_the_summary_changes_the_address(rasa: Rasa, visitor: str) -> None:
    answer = await say(rasa, visitor, "complaint_confirm", "不是国庆中路是学院路")
    assert answer.slots["address"] == "学院路阳光花园3栋"
    assert "content" not in answer.slots


FEARS = [
    "你们会不会把我名字告诉村干部啊",
    "我提个这个会不会被报复啊",
    "他们不会知道是我说的吧",
    "千万别说是我",
    "千万别说",
    "你们不会把我卖了吧",
    "不是紧急情况",
    "我打错了",
    "就这样提交吧",
]


@pytest.mark.parametrize("slot", ["district", "address", "happened_at", "subject", "complaint_confirm"])
async def test_fears_and_words_to_us_are_answered_and_filed_nowhere(
    rasa: Rasa, visitor: str, slot: str
) -> None:
    for said in FEARS:
        if slot == "complaint_confirm" and said == "就这样提交吧":
            continue
        for intent, confidence in (("nlu_fallback", 0.2), ("complain", 0.9)):
            answer = await say(rasa, visitor, slot, said, intent, confidence=confidence)
            assert "content" not in answer.slots, said
            assert slot == "complaint_confirm" or not answer.slots.get(slot), said
    for said in FEARS[:6]:
        answer = await say(rasa, visitor, slot, said, "complain", confidence=0.9)
        assert "保密" in answer.text, said


async def test_a_second_number_and_no_phone_in_own_words_are_heard(rasa: Rasa, visitor: str) -> None:
    for said in ("算了不留", "算了不留了", "不留了算了"):
        answer = await say(rasa, visitor, "contact_phone", said)
        assert answer.slots["contact_phone"] == "", said


@pytest.mark.parametrize("said", ["👌", "👌🏻", "管", "中", "就这样", "中，就这样", "就这样提交吧"])
async def test_a_yes_of_any_kind_confirms_the_summary(rasa: Rasa, visitor: str, said: str) -> None:
    answer = await say(rasa, visitor, "complaint_confirm", said, "nonsense", confidence=0.9)
    assert answer.slots["complaint_confirm"] is True


async def test_to_file_is_not_yet_possible_while_a_question_is_open(rasa: Rasa, visitor: str) -> None:
    for said in ("提交", "确认提交", "提交吧", "管"):
        answer = await say(rasa, visitor, "district", said)
        assert answer.slots["requested_slot"] == "district"
        assert "还差" in answer.text if "提交" in said else True


NAMED = {"contact_name": "王建国", "confidential": True}


@pytest.mark.parametrize(
    ("content", "more", "left"),
    [
        ("王建国，村口的桥栏杆断了", {"contact_name": "匿名", "contact_phone": ""}, "村口的桥栏杆断了"),
        ("村口的桥栏杆断了\n补充：王建国", NAMED, "村口的桥栏杆断了"),
        ("我叫王建国，村口的桥栏杆断了", NAMED, "村口的桥栏杆断了"),
        ("村口的桥栏杆断了，请回复王建国", NAMED, "村口的桥栏杆断了，请回复本人"),
        ("村口的桥栏杆断了\n刘先生", {"contact_name": "刘先生", "confidential": True}, "村口的桥栏杆断了"),
        ("王建国打人，村口的桥栏杆断了", {"contact_name": "匿名"}, "王建国打人，村口的桥栏杆断了"),
        ("我叫王建国，村口的桥栏杆断了", {"contact_name": "王建国"}, "我叫王建国，村口的桥栏杆断了"),
    ],
)
def test_who_wants_no_name_known_is_not_named_in_the_content(
    content: str, more: dict[str, Any], left: str
) -> None:
    made = to_ticket({**FULL, **more, "content": content}, channel="web", conversation_id="c-1")
    assert made.content == left


async def test_an_idea_for_a_place_asks_where(rasa: Rasa, visitor: str) -> None:
    answer = await rasa.run(
        FORM, "建议在楼下台阶装个扶手，老人上下不方便", "suggest", conversation=visitor, confidence=0.9
    )
    assert answer.slots["requested_slot"] == "district"
    placed = await rasa.run(
        FORM, "凤台县", "inform", conversation=visitor, slots={**answer.slots}, turn="turn-2"
    )
    assert placed.slots["requested_slot"] == "address"


async def test_an_idea_for_no_place_is_not_asked_where(rasa: Rasa, visitor: str) -> None:
    answer = await rasa.run(
        FORM, "建议热线把办理进度发短信告诉大家", "suggest", conversation=visitor, confidence=0.9
    )
    assert answer.slots["requested_slot"] == "contact_name"


async def test_a_duration_in_own_words_answers_the_question_of_the_time(rasa: Rasa, visitor: str) -> None:
    for said in ("有一个多月了", "十来天前吧", "一个礼拜了"):
        answer = await rasa.run(FORM, said, "inform", conversation=visitor, slots=_until("happened_at"))
        assert str(answer.slots.get("happened_at", "")).startswith(said.rstrip("吧")), said
