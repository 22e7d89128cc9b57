"""The form hears what strangers said to it: odd names, durations, questions, words to us, no words at all."""

from __future__ import annotations

from typing import Any

import pytest

from bot.actions.complaint.fields import BY_NAME
from tests.bot.calls import Answer, Rasa
from tests.bot.test_bot_forms import FORM, FULL, _until
from tests.bot.test_bot_listening import say


class Remembering:
    """A citizen whose talk Rasa remembers: slots, and what was said to them."""

    def __init__(self, rasa: Rasa, visitor: str, **slots: Any) -> None:
        self.rasa, self.visitor, self.slots = rasa, visitor, dict(slots)
        self.events: list[dict[str, Any]] = []
        self.turn = 0

    async def say(self, text: str, intent: str = "inform", confidence: float = 0.5, **more: Any) -> Answer:
        self.turn += 1
        answer = await self.rasa.run(
            FORM, text, intent, conversation=self.visitor, confidence=confidence, slots=self.slots,
            turn=f"t-{self.turn}", before=self.events, **more,
        )  # fmt: skip
        self.slots |= answer.slots
        self.events.append({"event": "user", "text": text, "parse_data": {}})
        self.events.append({"event": "slot", "name": "offer", "value": answer.slots.get("offer")})
        self.events += [
            {"event": "bot", "text": said.get("text"), "data": {"buttons": said.get("buttons") or []}}
            for said in answer.body["responses"]
        ]
        return answer

    async def press(self, answer: Answer, title: str) -> Answer:
        payload = answer.buttons[title]
        intent, _, rest = payload.removeprefix("/").partition("{")
        pairs = [pair.split(":", 1) for pair in rest.rstrip("}").split(",") if ":" in pair]
        entities = {name.strip('"'): value.strip('"') for name, value in pairs}
        return await self.say(payload, intent, 1.0, entities=entities)


ASKED = [slot for slot in FULL if slot != "content"]


@pytest.mark.parametrize("slot", ASKED)
async def test_a_question_is_put_twice_in_the_same_words_and_then_in_others_with_a_way_out(
    rasa: Rasa, visitor: str, slot: str
) -> None:
    before = [name for name in FULL if name != slot]
    citizen = Remembering(rasa, visitor, **{name: FULL[name] for name in before}, requested_slot=slot)
    asked = [(await citizen.say("有完没完", "nlu_fallback", 0.2)).text for _ in range(4)]
    first, again = BY_NAME[slot].question, BY_NAME[slot].again
    assert [first in said for said in asked] == [True, True, False, False]
    assert again in asked[2]
    last = await citizen.say("哈哈哈", "nlu_fallback", 0.2)
    ways = {"跳过", "全市/说不清", "匿名", "不留电话", "不用保密"}
    assert ways & set(last.buttons), last.buttons


async def test_at_the_question_of_the_kind_places_and_times_are_read_and_a_way_around_is_offered(
    rasa: Rasa, visitor: str
) -> None:
    slots = {**FULL, "complaint_type": None, "happened_at": None, "content": "门口油一摊"}
    citizen = Remembering(rasa, visitor, **slots, requested_slot="complaint_type")
    await citizen.say("一个礼拜了")
    assert citizen.slots["happened_at"] == "一个礼拜了"
    asked = [
        await citizen.say("平山街道平山新村东门"),
        await citizen.say("就在东门那里，油淌了一地", "complain", 0.8),
    ]
    assert citizen.slots["requested_slot"] == "complaint_type"
    assert "油淌了一地" in citizen.slots["content"]
    asked.append(await citizen.say("你看着办吧", "nlu_fallback", 0.2))
    assert citizen.slots["complaint_type"] == "投诉"
    assert "先按“投诉”登记" in asked[-1].text
    assert citizen.slots["requested_slot"] == "complaint_confirm"


@pytest.mark.parametrize("said", ["不知道", "说不上来", "随便", "哪个都行", "/skip"])
async def test_a_kind_that_one_cannot_say_is_chosen_and_said(rasa: Rasa, visitor: str, said: str) -> None:
    more = {"complaint_type": None, "content": "物业乱收费还骂人"}
    intent = "skip" if said.startswith("/") else "nlu_fallback"
    answer = await rasa.run(
        FORM, said, intent, conversation=visitor, slots={**FULL, **more, "requested_slot": "complaint_type"}
    )
    assert answer.slots["complaint_type"] == "投诉"
    assert "先按“投诉”登记" in answer.text


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("有一个多月了", "有一个多月了"),
        ("十来天前吧", "十来天前吧"),
        ("一个礼拜了", "一个礼拜了"),
        ("两三个月前", "两三个月前"),
        ("四五天前吧", "四五天前吧"),
        ("每天晚上🌙11点", "每天晚上11点"),
        ("八月到十一月", "八月到十一月"),
        ("大概半年多了吧", "大概半年多了吧"),
        ("个把月了", "个把月了"),
        ("七八月份", "七八月份"),
        ("晚上十一二点", "晚上十一二点"),
        ("夜里2点左右", "夜里2点左右"),
        ("从麦口上就这样了", "从麦口上就这样了"),
        ("下雨以后就有了", "下雨以后就有了"),
        ("入秋以后", "入秋以后"),
        ("从早到晚", "从早到晚"),
        ("一变天就这样，收麦那会最厉害", "一变天就这样，收麦那会最厉害"),
        ("孩子放暑假那阵子", "孩子放暑假那阵子"),
        ("路修好之后", "路修好之后"),
        ("霜降前后", "霜降前后"),
        ("三天两头", "三天两头"),
    ],
)
async def test_a_time_stays_as_it_was_said(rasa: Rasa, visitor: str, said: str, kept: str) -> None:
    assert (await say(rasa, visitor, "happened_at", said)).slots["happened_at"] == kept


@pytest.mark.parametrize("said", ["从东门到西门", "以后谁来管", "你们以后能不能快点处理", "龙湖路口"])
async def test_a_stretch_a_question_or_a_protest_is_no_time(rasa: Rasa, visitor: str, said: str) -> None:
    assert "happened_at" not in (await say(rasa, visitor, "happened_at", said)).slots


@pytest.mark.parametrize(
    ("said", "intent", "district"),
    [
        ("田家庵啊还能是哪", "ask_policy", "田家庵区"),
        ("大通啊，不然呢", "follow_up", "大通区"),
        ("凤台不就是吗", "ask_with_matter", "凤台县"),
        ("说了八百遍了潘集", "abuse", "潘集区"),
        ("是不是叫谢家集区", "ask_policy", "谢家集区"),
    ],
)
async def test_a_district_named_in_a_question_back_is_the_answer(
    rasa: Rasa, visitor: str, said: str, intent: str, district: str
) -> None:
    answer = await say(rasa, visitor, "district", said, intent, confidence=0.9)
    assert answer.slots["district"] == district
    assert answer.slots["requested_slot"] == "address"


@pytest.mark.parametrize(
    "slot", ["address", "happened_at", "subject", "contact_name", "contact_phone", "district"]
)
async def test_a_question_the_base_does_not_know_is_no_answer_at_any_question(
    rasa: Rasa, visitor: str, slot: str
) -> None:
    for said, intent, confidence in (
        ("新农合今年交多少钱啊", "ask_policy", 0.9),
        ("居民医保今年交多少", "ask_policy", 0.5),
        ("居民医保今年交多少钱啊", "ask_with_matter", 0.3),
        ("失业金能领几个月", "ask_policy", 0.5),
        ("医保断交了咋补", "ask_policy", 0.7),
        ("你们啥时候下班", "ask_policy", 0.7),
    ):
        answer = await say(rasa, visitor, slot, said, intent, confidence=confidence)
        assert answer.slots.get(slot) is None, said
        assert "content" not in answer.slots
        assert answer.slots["requested_slot"] == slot
        assert "没能认出" not in answer.text, "a question is answered, and not taken for a bad answer"
        assert BY_NAME[slot].question in answer.text


@pytest.mark.parametrize("slot", ["district", "address", "happened_at", "subject", "complaint_confirm"])
async def test_how_long_and_fears_are_answered_at_any_question(rasa: Rasa, visitor: str, slot: str) -> None:
    for intent in ("ask_policy", "complain", "nlu_fallback"):
        answer = await say(rasa, visitor, slot, "你先告诉我,你们多久能处理完?", intent, confidence=0.7)
        assert "要办多久" in answer.text or "工作日" in answer.text, answer.text
        assert "没能认出" not in answer.text
        begun = await say(rasa, visitor, slot, "这个要登记多久啊", intent, confidence=0.7)
        assert "要办多久" in begun.text or "工作日" in begun.text, begun.text
        for said, told in (
            ("咋知道办好没有", "工单号和查询码"),
            ("我这个算投诉吗", "算哪一类不要紧"),
            ("你们几点下班", "什么时候都能登记"),
        ):
            asked = await say(rasa, visitor, slot, said, intent, confidence=0.7)
            assert told in asked.text and "content" not in asked.slots
        found = await say(rasa, visitor, slot, "会不会有人来找我", "request_human", confidence=0.9)
        assert "看不到工单" in found.text
        feared = await say(rasa, visitor, slot, "我提个这个会不会被报复啊", intent, confidence=0.7)
        assert "看不到工单" in feared.text and not feared.text.startswith("可以")
        assert feared.slots["requested_slot"] == answer.slots["requested_slot"] == slot
        assert "content" not in {**answer.slots, **feared.slots}


@pytest.mark.parametrize(
    ("slot", "said", "told"),
    [
        ("happened_at", "啥叫发生时间,我不懂", "happened_at"),
        ("subject", "涉及对象是什么意思", "subject"),
        ("complaint_type", "这个怎么选", "complaint_type"),
        ("contact_name", "不太明白", "contact_name"),
        ("confidential", "啥叫保密", "confidential"),
        ("address", "我该填什么", "address"),
    ],
)
async def test_who_does_not_understand_the_question_gets_it_explained(
    rasa: Rasa, visitor: str, slot: str, said: str, told: str
) -> None:
    slots = {**FULL, slot: None, "requested_slot": slot}
    for intent in ("repeat", "ask_policy", "nlu_fallback"):
        answer = await rasa.run(FORM, said, intent, conversation=visitor, confidence=0.8, slots=slots)
        assert BY_NAME[told].means in answer.text
        assert answer.slots["requested_slot"] == slot
        assert answer.slots.get(slot) is None


@pytest.mark.parametrize(
    "slot", ["district", "address", "happened_at", "subject", "contact_name", "contact_phone"]
)
async def test_the_wish_to_file_said_again_is_no_bad_answer(rasa: Rasa, visitor: str, slot: str) -> None:
    for intent in ("start_complaint", "complain"):
        answer = await say(rasa, visitor, slot, "我要投诉", intent, confidence=0.9)
        assert "正在帮您登记" in answer.text and "没能认出" not in answer.text
        assert answer.slots["requested_slot"] == slot
        assert not {slot, "content", "complaint_type"} & set(answer.slots)


async def test_only_a_question_after_all_leaves_the_form_and_is_answered(rasa: Rasa, visitor: str) -> None:
    said = "等等我不投诉了,我就问问养老金怎么领"
    citizen = Remembering(rasa, visitor, **_until("district"))
    answer = await citizen.say(said, "cancel", 0.9)
    assert "先回答您的问题" in answer.text and "养老金" in answer.text
    assert citizen.slots["requested_slot"] is None
    assert citizen.slots["kept_draft"]["content"] == FULL["content"]


@pytest.mark.parametrize("slot", ["happened_at", "subject"])
async def test_not_known_skips_what_may_stay_empty(rasa: Rasa, visitor: str, slot: str) -> None:
    for said in ("不知道", "忘了", "不晓得是哪家"):
        answer = await say(rasa, visitor, slot, said, "nlu_fallback", confidence=0.2)
        assert answer.slots[slot] == "", said


async def test_a_place_not_known_is_asked_once_more_and_then_left_open(rasa: Rasa, visitor: str) -> None:
    citizen = Remembering(rasa, visitor, **_until("address"))
    first = await citizen.say("不知道", "nlu_fallback", 0.2)
    assert "地方的名字吗" not in first.text
    await citizen.say("不知道", "nlu_fallback", 0.2)
    assert (citizen.slots["address"], citizen.slots["requested_slot"]) == ("", "happened_at")


@pytest.mark.parametrize(
    "said", ["确认提交吧就这样", "再加一句，", "我打错了", "就这样提交吧", "不是紧急情况", "没问题提交吧"]
)
@pytest.mark.parametrize(
    "slot", ["district", "address", "subject", "contact_name", "contact_phone", "complaint_confirm"]
)
async def test_words_to_us_are_no_value_and_no_content(
    rasa: Rasa, visitor: str, slot: str, said: str
) -> None:
    for intent, confidence in (("inform", 0.5), ("complain", 0.8), ("nlu_fallback", 0.2)):
        answer = await say(rasa, visitor, slot, said, intent, confidence=confidence)
        assert answer.slots.get(slot) in (None, True), said
        assert "content" not in answer.slots, said


async def test_what_is_announced_at_the_summary_is_waited_for_and_then_added(
    rasa: Rasa, visitor: str
) -> None:
    announced = await say(rasa, visitor, "complaint_confirm", "再加一句，")
    assert "您说，我接着记" in announced.text
    added = await say(rasa, visitor, "complaint_confirm", "垃圾也堆了一大堆", "complain")
    assert added.slots["content"].endswith("补充：垃圾也堆了一大堆")
    which = await say(rasa, visitor, "complaint_confirm", "我打错了", "correct")
    assert "要改哪一项" in which.text


@pytest.mark.parametrize("said", ["没有", "没了", "没别的了", "就这些"])
async def test_who_has_nothing_to_add_at_the_summary_is_asked_to_submit_it(
    rasa: Rasa, visitor: str, said: str
) -> None:
    answer = await say(rasa, visitor, "complaint_confirm", said, "deny", confidence=0.9)
    assert answer.text.startswith("好的，那就这些。") and "确认提交" in answer.buttons
    assert answer.slots["requested_slot"] == "complaint_confirm"


@pytest.mark.parametrize(
    ("empty", "said", "value"),
    [
        ({"contact_phone": ""}, "13955540000", "13955540000"),
        ({}, "我的电话换成13955540000", "13955540000"),
        ({"happened_at": ""}, "有一个多月了", "有一个多月了"),
        ({"subject": ""}, "华康物业公司", "华康物业公司"),
    ],
)
async def test_a_missing_value_said_at_the_summary_goes_to_its_line(
    rasa: Rasa, visitor: str, empty: dict[str, Any], said: str, value: str
) -> None:
    answer = await say(rasa, visitor, "complaint_confirm", said, "inform", **empty)
    slot = next(iter(empty), "contact_phone")
    assert answer.slots[slot] == value
    assert "content" not in answer.slots
    assert answer.slots["requested_slot"] == "complaint_confirm"


async def test_fear_and_not_knowing_are_no_value_and_no_content(rasa: Rasa, visitor: str) -> None:
    feared = await say(rasa, visitor, "subject", "我怕被报复", "complain", confidence=0.8)
    assert feared.slots.get("subject") is None and feared.slots["confidential"] is True
    for slot in ("district", "contact_phone", "confidential"):
        for said in ("说不上来", "记不清楚了", "不晓得是哪个"):
            answer = await say(rasa, visitor, slot, said, "skip", confidence=0.8)
            assert "content" not in answer.slots, said


async def test_an_idea_has_no_time_of_an_hour_and_no_place_of_a_verb(rasa: Rasa, visitor: str) -> None:
    for said in ("建议修一下村口的路", "建议12路公交晚上延长到十点"):
        answer = await rasa.run(FORM, said, "suggest", conversation=visitor, confidence=0.9)
        assert not {"happened_at", "address"} & {name for name, value in answer.slots.items() if value}


async def test_more_of_the_matter_is_nobody_it_is_about(rasa: Rasa, visitor: str) -> None:
    for said in ("单元门也坏了", "垃圾没人管"):
        answer = await say(rasa, visitor, "subject", said, "complain", confidence=0.8)
        assert answer.slots.get("subject") is None
        assert answer.slots["content"].endswith(f"补充：{said}")


async def test_a_fault_in_three_characters_is_a_matter(rasa: Rasa, visitor: str) -> None:
    citizen = Remembering(rasa, visitor, requested_slot="content")
    await citizen.say("水管漏", "nlu_fallback", 0.3)
    assert citizen.slots["content"] == "水管漏"


@pytest.mark.parametrize(
    ("said", "theirs"),
    [
        ("我在合肥住，我们小区停水三天了", True),
        ("我在合肥蜀山区住,我们小区停水两天了", True),
        ("我在蚌埠住,楼下烧烤店油烟大", True),
        ("我家在合肥，小区停水两天了", True),
        ("我住合肥的，我们楼下天天半夜吵", True),
        ("合肥市蜀山区我家小区停水三天了", True),
        ("我在合肥上班，淮南田家庵的房子漏水物业不管", False),
        ("我在合肥住院，家里水管爆了没人修", False),
        ("我在合肥住，爸妈家小区停水了", False),
        ("我在合肥住，老家门口的路坏了", False),
    ],
)
async def test_another_city_is_noticed_where_one_lives_and_not_where_one_works(
    rasa: Rasa, visitor: str, said: str, theirs: bool
) -> None:
    answer = await rasa.run(FORM, said, "complain", conversation=visitor, confidence=0.9)
    assert ("当地的 12345 受理" in answer.text) is theirs
    assert answer.slots["content"] == said
    if "物业" in said:
        assert answer.slots["subject"] == "物业"


@pytest.mark.parametrize(
    ("said", "asked"),
    [
        ("建议在小区门口装个减速带", "district"),
        ("建议多装几盏路灯，晚上太黑", "district"),
        ("建议路口划一条斑马线", "district"),
        ("建议修一下村口的路", "district"),
        ("建议修改办事流程", "contact_name"),
        ("建议给公交车装空调", "contact_name"),
        ("田家庵区的舜耕路建议增设公交站台", "contact_name"),
        ("建议龙湖公园多装几盏路灯", "contact_name"),
        ("建议全市公交站都装上座椅", "contact_name"),
        ("建议12路公交晚上延长到十点", "contact_name"),
        ("建议热线把进度发短信告诉大家", "contact_name"),
    ],
)
async def test_an_idea_for_a_thing_at_a_place_is_asked_for_the_place(
    rasa: Rasa, visitor: str, said: str, asked: str
) -> None:
    answer = await rasa.run(FORM, said, "suggest", conversation=visitor, confidence=0.9)
    assert answer.slots["requested_slot"] == asked


WORDLESS = [
    "不知道怎么说",
    "就是有事",
    "怎么说呢",
    "我也不知道咋说",
    "有点事情",
    "唉，说来话长",
    "一两句话说不清楚",
    "我嘴笨不会说",
    "有个事，不知道从哪说起",
]


@pytest.mark.parametrize("said", WORDLESS)
async def test_who_has_no_words_is_asked_warmly_with_examples(rasa: Rasa, visitor: str, said: str) -> None:
    outside = await rasa.run("action_fallback", said, "nlu_fallback", conversation=visitor)
    assert "没关系，不用想怎么说" in outside.text and "比如" in outside.text
    assert set(outside.buttons) <= {"转人工", "反映问题"}, "no list of policies"
    slots = {"requested_slot": "content"}
    inside = await rasa.run(FORM, said, "nlu_fallback", conversation=visitor, slots=slots, turn="t-2")
    assert "没关系，不用想怎么说" in inside.text
    assert inside.slots.get("content") is None
    assert inside.slots["requested_slot"] == "content"


async def test_who_still_has_no_words_is_asked_for_less(rasa: Rasa, visitor: str) -> None:
    citizen = Remembering(rasa, visitor, requested_slot="content")
    first = await citizen.say("不知道怎么说", "nlu_fallback", 0.2)
    second = await citizen.say("就是有事", "nlu_fallback", 0.2)
    assert first.text != second.text and "先说一样就行" in second.text
    await citizen.say("楼道灯不亮没人修", "complain", 0.9)
    assert citizen.slots["content"] == "楼道灯不亮没人修"


async def test_another_city_is_noticed_beside_the_answer_offered(rasa: Rasa, visitor: str) -> None:
    said = "我在合肥蜀山区住,我们小区养老金怎么领的你们能管吗"
    answer = await rasa.run("action_answer_policy", said, "ask_policy", conversation=visitor)
    assert "0551-12345" in answer.text, answer.text


@pytest.mark.parametrize("said", ["怎么说服邻居不养狗", "有事找你们领导", "说不清楚的收费", "路上有个坑"])
async def test_who_has_words_is_not_asked_for_them(rasa: Rasa, visitor: str, said: str) -> None:
    answer = await rasa.run("action_fallback", said, "nlu_fallback", conversation=visitor)
    assert "没关系，不用想怎么说" not in answer.text
