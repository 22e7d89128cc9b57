"""A story told in several messages and filed later is filed whole; through the endpoint."""

from __future__ import annotations

import pytest

from bot.understanding.evidence import Reader
from kb_index.index.meanings import shipped_meaning
from tests.bot.calls import Rasa
from tests.bot.parts import SmallCity
from tests.bot.test_bot_feedback import Talk

FORM = "validate_complaint_form"
ANSWER = "action_answer_policy"
FIRST = "楼上那户从上周起天天半夜用电钻，响到两点"
SECOND = "我爸刚做完心脏手术，吓得整夜合不了眼"
SURE = {"matter": 0.8, "question": 0.1}


async def _told(rasa: Rasa, visitor: str, *, second: str = "ask_or_tell") -> Talk:
    talk = Talk(rasa, visitor)
    await talk.say(ANSWER, FIRST, "ask_with_matter", kinds=SURE)
    await talk.say(f"action_{second}", SECOND, second, kinds=SURE)
    return talk


@pytest.mark.parametrize(
    ("said", "intent"),
    [
        ("那就派个人来看看吧", "complain"),
        ("叫人上门管一管", "complain"),
        ("给我登一下吧", "start_complaint"),
        ("/start_complaint", "start_complaint"),
        ("要的", "affirm"),
    ],
)
async def test_all_that_was_told_is_filed(rasa: Rasa, visitor: str, said: str, intent: str) -> None:
    talk = await _told(rasa, visitor)
    opened = await talk.say(FORM, said, intent)
    assert opened.slots["content"].split("\n") == [FIRST, SECOND]
    assert opened.slots.get("complaint_type") != "咨询"


async def test_another_matter_before_it_is_no_part_of_it(rasa: Rasa, visitor: str) -> None:
    talk = Talk(rasa, visitor)
    await talk.say("action_ask_or_tell", "公司拖了三个月工资不发", "ask_or_tell", kinds=SURE)
    await talk.say("action_deny", "不用了", "deny")
    await talk.say("action_ask_or_tell", FIRST, "ask_or_tell", kinds=SURE)
    opened = await talk.say(FORM, "/start_complaint", "start_complaint")
    assert opened.slots["content"] == FIRST


@pytest.mark.parametrize("cry", ["，你们热线到底管不管啊", "！有没有人来管管？", "，12345能不能管管"])
async def test_a_cry_for_help_decides_nothing(rasa: Rasa, visitor: str, city: SmallCity, cry: str) -> None:
    story = "广场路有家棋牌室天天吵到后半夜"
    plain, cried = [
        await rasa.run(FORM, text, "complain", conversation=visitor) for text in (story, story + cry)
    ]
    for slot in ("category", "complaint_type", "subject", "address"):
        assert cried.slots.get(slot) == plain.slots.get(slot)
    assert cried.slots["content"].startswith(story)
    reader = Reader(city.knowledge.search, shipped_meaning().states, city.knowledge.about)
    evidence = await reader.read(story + cry)
    assert evidence.metadata() == (await reader.read(story)).metadata()
    assert evidence.words == story


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("女士姓赵就可以，给我保密", "赵女士"),
        ("姓孙，保密吧", "孙先生/女士"),
        ("先生姓何就好，要保密", "何先生"),
        ("我姓钱，别让人知道是我", "钱先生/女士"),
    ],
)
async def test_name_and_secrecy_in_one_answer_are_both_taken(
    rasa: Rasa, visitor: str, said: str, name: str
) -> None:
    slots = {
        "requested_slot": "confidential", "content": FIRST, "complaint_type": "投诉", "district": "潘集区",
        "address": "广场路3号", "happened_at": "昨天", "subject": "", "contact_name": "匿名",
        "contact_phone": "13955540001",
    }  # fmt: skip
    answer = await rasa.run(FORM, said, "affirm", conversation=visitor, slots=slots)
    assert answer.slots["contact_name"] == name and answer.slots["confidential"] is True
    assert answer.slots.get("content", FIRST) == FIRST


@pytest.mark.parametrize(("said", "name"), [("女士姓赵就行", "赵女士"), ("免贵姓何", "何先生/女士")])
async def test_a_name_alone_at_the_question_about_secrecy_is_taken_and_it_is_asked_again(
    rasa: Rasa, visitor: str, said: str, name: str
) -> None:
    slots = {
        "requested_slot": "confidential", "content": FIRST, "complaint_type": "投诉", "district": "潘集区",
        "address": "广场路3号", "happened_at": "昨天", "subject": "", "contact_name": "匿名",
        "contact_phone": "13955540001",
    }  # fmt: skip
    answer = await rasa.run(FORM, said, "nlu_fallback", confidence=0.3, conversation=visitor, slots=slots)
    assert answer.slots["contact_name"] == name
    assert answer.slots["requested_slot"] == "confidential" and "保密" in answer.text


async def test_the_second_of_two_matters_is_read_like_any(rasa: Rasa, visitor: str) -> None:
    talk = Talk(rasa, visitor)
    text = "我家在大通区，楼下烧烤店半夜冒油烟，另外还要反映一件事，广场路工地夜里打桩怎么没人查"
    opened = await talk.say(FORM, text, "complain")
    full = {
        **opened.slots, "complaint_type": "投诉", "district": "大通区", "address": "居仁村路6号", "happened_at": "昨天",
        "subject": "", "contact_name": "匿名", "contact_phone": "", "complaint_confirm": True, "filing_key": "c:7",
    }  # fmt: skip
    filed = await talk.say("action_file_ticket", "/affirm", "affirm", slots=full)
    assert "接着登记" in filed.buttons
    second = await talk.say(FORM, "/start_complaint", "start_complaint")
    assert second.slots["content"].startswith("广场路工地夜里打桩")
    assert second.slots.get("complaint_type") != "咨询"
    assert second.slots["district"] == "大通区"
