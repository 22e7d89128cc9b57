"""What follows an answer that offers to file the matter: a place, 我要投诉, 还是登记吧; through the endpoint."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from bot.actions.complaint.leaving import takes_up_again
from kb_index.publishing.build import build
from tests.bot.calls import Rasa
from tests.bot.parts import HERE, MODEL
from tests.bot.test_bot_feedback import RABIES, Talk

FORM = "validate_complaint_form"
BUILDING = "工地半夜施工合法吗"
ANSWER = "action_answer_policy"
LATE = "我妈的公积金提取办了三个月，钱一直没人管"


@pytest.fixture(scope="session")
def knowledge_index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tests' entries; one of them asks for the place, to file the matter."""
    folder = tmp_path_factory.mktemp("inviting")
    shutil.copytree(HERE / "knowledge", folder / "knowledge")
    entry = folder / "knowledge/urban/night-noise.md"
    told = entry.read_text("utf-8").replace("的建筑施工。", "的建筑施工。请把地点告诉我，我登记转办。")
    entry.write_text(told, "utf-8")
    build(folder / "knowledge", folder / "index", MODEL)
    return folder / "index"


@pytest.fixture
async def invited(rasa: Rasa, visitor: str) -> Talk:
    """A talk in which an answer has just asked for the place, to file the matter."""
    talk = Talk(rasa, visitor)
    answer = await talk.say(ANSWER, BUILDING, "ask_policy")
    assert "告诉我，我登记转办" in answer.text
    return talk


@pytest.mark.parametrize(
    ("said", "slots"),
    [
        ("寿县", {"district": "寿县"}),
        ("潘集区，平圩镇电厂小区3栋", {"district": "潘集区", "address": "平圩镇电厂小区3栋"}),
        ("凤台县的,大山镇", {"district": "凤台县", "address": "大山镇"}),
        ("每晚", {"happened_at": "每晚"}),
        ("谢家集区平山路15号", {"district": "谢家集区", "address": "平山路15号"}),
        ("洞山中路淮滨人家", {"address": "洞山中路淮滨人家"}),
        ("在田家庵区龙湖路", {"district": "田家庵区", "address": "龙湖路"}),
    ],
)
async def test_a_place_after_the_answer_files_what_was_told(
    invited: Talk, said: str, slots: dict[str, str]
) -> None:
    opened = await invited.say(FORM, said, "complain")
    assert opened.slots["content"] == BUILDING
    assert {name: opened.slots.get(name) for name in slots} == slots
    assert opened.slots["requested_slot"] not in ("content", *slots)


@pytest.mark.parametrize("action", ["action_fallback", ANSWER, "action_ask_or_tell", "action_out_of_scope"])
async def test_whatever_a_place_is_taken_for_the_form_opens(
    rasa: Rasa, visitor: str, invited: Talk, action: str
) -> None:
    asked = list(invited._before)
    place = await invited.say(action, "寿县", "nlu_fallback")
    assert place.followup == "complaint_form" and place.text == ""
    opened = await rasa.run(
        FORM, "寿县", "nlu_fallback", conversation=visitor, before=asked, slots={"story": BUILDING}
    )
    assert (opened.slots["content"], opened.slots["district"]) == (BUILDING, "寿县")
    assert "寿县" in opened.text


async def test_i_complain_after_the_answer_files_what_was_told(invited: Talk) -> None:
    opened = await invited.say(FORM, "我要投訴", "start_complaint")
    assert opened.slots["content"] == BUILDING


@pytest.mark.parametrize("intent", ["start_complaint", "complain", "nlu_fallback"])
@pytest.mark.parametrize(
    "said", ["我要反映这件事", "登记吧", "那帮我登记这个", "我就是要投诉这个事", "我要投诉"]
)
async def test_a_matter_answered_as_a_question_is_filed_when_asked_for(
    rasa: Rasa, visitor: str, said: str, intent: str
) -> None:
    talk = Talk(rasa, visitor)
    answer = await talk.say(ANSWER, LATE, "ask_policy")
    assert answer.cards and "story" not in answer.slots
    talk._before += [
        {"event": "user", "text": "哦谢谢你啊小同志", "parse_data": {}},
        {"event": "action", "name": "utter_thank"},
    ]
    if intent == "nlu_fallback":
        heard = await talk.say("action_fallback", said, intent)
        assert (heard.followup, heard.slots["story"]) == ("complaint_form", LATE)
    opened = await talk.say(FORM, said, intent)
    assert opened.slots.get("content") == LATE, opened.text
    assert opened.slots.get("complaint_type") != "咨询"


async def test_what_goes_on_about_a_matter_answered_as_a_question_is_offered_with_it(
    rasa: Rasa, visitor: str
) -> None:
    talk = Talk(rasa, visitor)
    await talk.say(ANSWER, LATE, "ask_policy")
    told = await talk.say(
        "action_fallback", "她八十六了", "nlu_fallback", ranking=[("nlu_fallback", 0.4), ("complain", 0.3)]
    )
    assert LATE[:20] in told.text and told.slots["story"] == f"{LATE}，她八十六了"
    opened = await talk.say(FORM, "我要反映这件事", "start_complaint")
    assert opened.slots["content"] == f"{LATE}，她八十六了"


@pytest.mark.parametrize("said", ["我要投诉", "我要反映一件事"])
async def test_a_mere_question_is_not_filed_by_i_complain(rasa: Rasa, visitor: str, said: str) -> None:
    talk = Talk(rasa, visitor)
    await talk.say(ANSWER, "公积金怎么提取", "ask_policy")
    assert (await talk.say(FORM, said, "start_complaint")).slots.get("content") is None


async def test_after_all_files_it_some_messages_later(invited: Talk) -> None:
    await invited.say("action_no_form", "取消", "cancel")
    opened = await invited.say(FORM, "还是登记吧", "start_complaint")
    assert opened.slots["content"] == BUILDING


async def test_a_question_after_the_answer_files_nothing(invited: Talk) -> None:
    asked = await invited.say(ANSWER, "田家庵区身份证丢了怎么补办", "ask_policy")
    assert asked.followup is None and asked.cards


async def test_go_on_after_the_answer_files_nothing(invited: Talk) -> None:
    assert (await invited.say("action_fallback", "继续", "nlu_fallback")).followup is None


async def test_good_after_the_answer_files_nothing(invited: Talk) -> None:
    assert (await invited.say("action_affirm", "好的", "affirm")).followup is None


async def test_the_place_is_no_part_of_the_last_of_several_matters(rasa: Rasa, visitor: str) -> None:
    story = "我反映三个事:一是小区门口的路灯坏了半个月,二是垃圾桶满了没人清,三是想问一下老年证咋办"
    before = [
        {"event": "slot", "name": "story", "value": story},
        {"event": "slot", "name": "offer", "value": "complaint"},
        {"event": "action", "name": "action_ask_or_tell"},
    ]
    more: dict[str, Any] = {"conversation": visitor, "before": before, "slots": {"story": story}}
    place = "八公山区新庄孜街道胜利小区"
    assert (await rasa.run("action_fallback", place, "inform", **more)).slots["story"] == story
    opened = await rasa.run(FORM, place, "inform", **more)
    assert opened.slots["district"] == "八公山区"
    assert "胜利小区" in opened.slots["address"]
    assert place not in str(opened.slots["later"])


async def test_the_place_beats_what_the_letter_names(rasa: Rasa, visitor: str) -> None:
    story = "我来淮南快八年了，一直在田家庵区的一家饭店后厨工作，从今年七月份开始社保就断了，希望补上"
    before = [
        {"event": "slot", "name": "story", "value": story},
        {"event": "slot", "name": "offer", "value": "complaint"},
    ]
    opened = await rasa.run(
        FORM, "洞山中路", "complain", conversation=visitor, before=before, slots={"story": story}
    )
    assert opened.slots["content"].startswith("我来淮南")
    assert "洞山中路" in opened.slots["address"]


async def test_what_for_after_unknown_asks_on_and_opens_no_form(rasa: Rasa, visitor: str) -> None:
    talk = Talk(rasa, visitor)
    await talk.say(ANSWER, RABIES, "ask_policy")
    for action, intent in (("action_affirm", "affirm"), (FORM, "start_complaint")):
        for said in ("要啥", "多钱"):
            asked = await talk.say(action, said, intent)
            assert asked.followup is None
            assert asked.slots.get("content") is None and asked.slots.get("requested_slot") is None


@pytest.mark.parametrize(("action", "intent"), [("action_affirm", "affirm"), ("action_deny", "deny")])
async def test_whether_it_is_right_is_neither_yes_nor_no(
    rasa: Rasa, visitor: str, action: str, intent: str
) -> None:
    talk = Talk(rasa, visitor)
    await talk.say(ANSWER, RABIES, "ask_policy")
    for said in ("这个材料对不对", "对不对"):
        heard = await talk.say(action, said, intent)
        assert heard.followup is None and "好的" not in heard.text
    refused = await talk.say(action, "不对不对", intent)
    assert "没听明白" not in refused.text


async def test_a_title_gives_the_form_no_place(rasa: Rasa, visitor: str) -> None:
    talk = Talk(rasa, visitor)
    await talk.say(ANSWER, BUILDING, "ask_policy")
    unknown = await talk.say("action_follow_up", "要带什么材料", "follow_up")
    assert unknown.slots["story"].startswith("工地夜里几点以后不能施工：")
    opened = await talk.say(FORM, "/start_complaint", "start_complaint")
    assert opened.slots["content"].endswith("要带什么材料")
    assert "address" not in opened.slots and "happened_at" not in opened.slots


@pytest.mark.parametrize("said", ["刚才那个烧烤的还是报一下", "还是报一下", "继续", "那刚才说的还是登记吧"])
async def test_an_unfinished_complaint_is_taken_up_in_words(rasa: Rasa, visitor: str, said: str) -> None:
    slots = {"kept_draft": {"content": "路边烧烤摊油烟大", "district": "田家庵区"}}
    for action in (ANSWER, "action_ask_or_tell", "action_fallback"):
        heard = await rasa.run(action, said, "ask_policy", conversation=visitor, slots=slots)
        assert heard.followup == "complaint_form", heard.text


async def test_going_on_opens_the_form_also_when_nothing_was_filled(rasa: Rasa, visitor: str) -> None:
    shown = [
        {"event": "bot", "text": "…", "data": {"buttons": [{"title": "接着填刚才的", "payload": "/start_complaint"}]}}
    ]  # fmt: skip
    heard = await rasa.run("action_fallback", "继续", "nlu_fallback", conversation=visitor, before=shown)
    assert heard.followup == "complaint_form"


@pytest.mark.parametrize("said", ["刚才说的路灯还是坏的", "还是报警吧", "还是办不了", "继续教育怎么报名"])
def test_what_takes_nothing_up(said: str) -> None:
    assert not takes_up_again(said)


@pytest.mark.parametrize("offer", ["invited", "complaint"])
async def test_what_is_told_after_the_offer_stays_with_the_matter(invited: Talk, offer: str) -> None:
    if offer == "complaint":
        asked = await invited.say("action_answer_policy", BUILDING, "ask_with_matter")
        assert "要登记吗" in asked.text
    told = await invited.say("action_fallback", "不知道是哪家公司的", "nlu_fallback")
    assert "记着" in told.text and "登记这件事" in told.buttons
    opened = await invited.say(FORM, "谢家集区平山路15号", "complain")
    assert opened.slots["content"] == f"{BUILDING}，不知道是哪家公司的"
    assert opened.slots["district"] == "谢家集区"
