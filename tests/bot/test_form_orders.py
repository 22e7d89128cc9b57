"""What a citizen orders in the form is done: leave it and answer, write this in too, submit, that is my name; through the endpoint."""

from __future__ import annotations

import pytest

from tests.bot.calls import Rasa
from tests.bot.test_bot_feedback import Talk
from tests.bot.test_bot_listening import say

FORM = "validate_complaint_form"
ANSWER = "action_answer_policy"


@pytest.mark.parametrize("slot", ["district", "complaint_confirm"])
@pytest.mark.parametrize(
    "said", ["取消吧，我就想知道身份证丢了怎么补办", "我不要填这个，我就问一下身份证丢了怎么补办"]
)
async def test_cancelling_with_a_question_leaves_and_answers(
    rasa: Rasa, visitor: str, slot: str, said: str
) -> None:
    answer = await say(rasa, visitor, slot, said, "ask_policy")
    assert answer.slots["requested_slot"] is None and answer.slots["content"] is None
    assert answer.slots["kept_draft"]["content"]
    assert answer.cards[0]["entry"] == "police-id-lost"


@pytest.mark.parametrize(
    ("said", "subject"),
    [
        ("应该是那个什么安居物业吧", "安居物业"),
        ("就是那家店，叫啥来着，叫刘记卤菜", "刘记卤菜"),
        ("好像叫什么永盛置业", "永盛置业"),
    ],
)
async def test_groping_for_a_name_is_an_answer(rasa: Rasa, visitor: str, said: str, subject: str) -> None:
    kinds = {"question": 0.9, "matter": 0.05}
    answer = await say(rasa, visitor, "subject", said, "ask_policy", confidence=0.9, kinds=kinds)
    assert answer.slots["subject"] == subject
    assert "没有把握" not in answer.text


async def test_a_place_whose_name_is_not_known_is_a_place(rasa: Rasa, visitor: str) -> None:
    said = "学校北边那个什么安置小区后头，具体名字说不上来"
    answer = await say(rasa, visitor, "address", said, "ask_policy", confidence=0.9)
    assert "安置小区后头" in str(answer.slots.get("address") or answer.slots.get("guess") or answer.text)
    assert "没有把握" not in answer.text


@pytest.mark.parametrize("slot", ["district", "subject", "contact_name", "complaint_confirm"])
@pytest.mark.parametrize(
    ("said", "added"),
    [
        ("把我妈腿脚不好能不能先修也写上", "我妈腿脚不好能不能先修"),
        ("还想问问维修基金能不能用，把这个加进去", "还想问问维修基金能不能用"),
        ("我们这栋都是老人，也写进去吧", "我们这栋都是老人"),
    ],
)
async def test_what_is_to_be_written_is_written(
    rasa: Rasa, visitor: str, slot: str, said: str, added: str
) -> None:
    answer = await say(rasa, visitor, slot, said, "ask_policy", confidence=0.9)
    assert answer.slots["content"].endswith(f"\n补充：{added}")
    assert answer.slots["requested_slot"] == slot


@pytest.mark.parametrize("said", ["提交吧", "交吧", "就这样交", "交上去吧"])
async def test_submitting_in_any_words(rasa: Rasa, visitor: str, said: str) -> None:
    answer = await say(rasa, visitor, "complaint_confirm", said, "ask_progress", confidence=0.8)
    assert answer.slots["complaint_confirm"] is True


@pytest.mark.parametrize(
    ("said", "name"), [("别写先生女士，我叫田秀兰，女的", "田秀兰"), ("我是女的", "田女士")]
)
async def test_who_the_citizen_is_goes_to_the_name(rasa: Rasa, visitor: str, said: str, name: str) -> None:
    answer = await say(rasa, visitor, "complaint_confirm", said, contact_name="田先生/女士")
    assert answer.slots["contact_name"] == name
    assert "女的" not in str(answer.slots.get("content") or "")


async def test_surname_and_whole_name_give_the_whole_name(rasa: Rasa, visitor: str) -> None:
    answer = await say(rasa, visitor, "contact_name", "我姓田，田秀兰")
    assert answer.slots["contact_name"] == "田秀兰"


async def test_anger_is_no_second_matter(rasa: Rasa, visitor: str) -> None:
    said = "单元门坏了二十天没人修，物业就一句等着，收那么多钱都喂了狗了"
    answer = await rasa.run(FORM, said, "complain", conversation=visitor)
    assert "您还提到" not in answer.text
    assert answer.slots["content"] == said and not answer.slots.get("later")


async def test_all_questions_of_the_talk_are_filed_and_nobody_is_accused(rasa: Rasa, visitor: str) -> None:
    talk = Talk(rasa, visitor)
    asked = ["退休了公积金一次能取多少", "人在外地住行不行", "那在哪个网点办，礼拜六上班不"]
    for one in asked:
        await talk.say(ANSWER, one, "ask_policy", kinds={"question": 0.9, "matter": 0.05})
    opened = await talk.say(FORM, "/start_complaint", "start_complaint")
    assert opened.slots["complaint_type"] == "咨询"
    assert opened.slots["content"].split("\n") == asked
    assert not opened.slots.get("happened_at") and not opened.slots.get("subject")


async def test_wishing_to_be_told_files_a_question(rasa: Rasa, visitor: str) -> None:
    talk = Talk(rasa, visitor)
    await talk.say(ANSWER, "灵活就业社保补贴一个月补多少", "ask_policy", kinds={"question": 0.9})
    opened = await talk.say(FORM, "算了你给我登记吧，让人社局的给我回个电话", "start_complaint")
    assert opened.slots["complaint_type"] == "咨询"
    assert opened.slots["content"] == "灵活就业社保补贴一个月补多少"
