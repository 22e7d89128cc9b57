"""Follow-ups know what was just said; a guess is no subject; the form answers questions and takes none down."""

from __future__ import annotations

from typing import Any

import pytest

from bot.actions.complaint.only_asking import LEAVE
from bot.actions.policy import unknown
from bot.actions.policy.answer import BEFORE, ENTRY
from conversations.scope import KIND
from tests.bot.calls import Answer, Rasa
from tests.bot.parts import SmallCity
from tests.bot.test_bot_feedback import Talk
from tests.bot.test_bot_forms import FORM, FULL
from tests.bot.test_form_heard import Remembering

QUESTION = {"question": 0.9, "matter": 0.05}
ACTIONS = ["action_answer_policy", "action_fallback", "action_ask_or_tell", "action_follow_up"]


@pytest.fixture
async def about_injury(city: SmallCity, visitor: str) -> None:
    """The talk is about an entry."""
    await city.conversations.remember(visitor, ENTRY, "hrss-injury")


@pytest.mark.parametrize("action", ACTIONS)
@pytest.mark.parametrize("said", ["自己能申请吗，几天", "那本人最晚几年", "单位几天内要报"])
@pytest.mark.usefixtures("about_injury")
async def test_what_was_said_is_not_denied(rasa: Rasa, visitor: str, action: str, said: str) -> None:
    answer = await rasa.run(action, said, "ask_policy", conversation=visitor, confidence=0.5)
    assert "1 年内" in answer.text or "30 日内" in answer.text
    assert "没有写" not in answer.text


@pytest.mark.parametrize("action", ["action_answer_policy", "action_fallback", "action_follow_up"])
@pytest.mark.usefixtures("about_injury")
async def test_a_whole_question_is_not_pulled_back_by_the_subject(
    rasa: Rasa, visitor: str, action: str
) -> None:
    answer = await rasa.run(action, "公积金怎么提取", "ask_policy", conversation=visitor)
    assert answer.cards[0]["entry"] == "gjj-withdraw"


@pytest.mark.usefixtures("about_injury")
async def test_what_no_sentence_says_is_said_to_be_so_shortly(rasa: Rasa, visitor: str) -> None:
    answer = await rasa.run("action_follow_up", "那要多少钱", "follow_up", conversation=visitor)
    assert "没有写" in answer.text
    assert {"登记这个问题", "转人工"} <= set(answer.buttons)


async def test_the_subject_outlives_an_unknown_question(rasa: Rasa, visitor: str, city: SmallCity) -> None:
    talk = Talk(rasa, visitor)
    await talk.say("action_answer_policy", "身份证丢了怎么补办", "ask_policy")
    unknown = await talk.say("action_answer_policy", "狂犬疫苗要打几针", "ask_policy")
    assert "没有把握" in unknown.text
    assert (await city.conversations.recall(visitor))[BEFORE] == "police-id-lost"
    answer = await talk.say("action_follow_up", "异地能办不", "follow_up")
    assert "异地也能办" in answer.text


async def test_what_names_nothing_is_about_the_last_subject_named(rasa: Rasa, visitor: str) -> None:
    talk = Talk(rasa, visitor)
    await talk.say("action_answer_policy", "身份证丢了怎么补办", "ask_policy")
    await talk.say("action_answer_policy", "狂犬疫苗要打几针", "ask_policy")
    answer = await talk.say("action_follow_up", "要带什么材料", "follow_up")
    assert "户口簿" not in answer.text
    assert any(mark in answer.text for mark in unknown.MARKS)


@pytest.mark.parametrize("said", ["是的", "对", "嗯嗯", "就是这个", "是这个"])
async def test_yes_to_the_only_near_entry_takes_it(rasa: Rasa, visitor: str, said: str) -> None:
    shown = {
        "event": "bot", "text": "相近的问题也列在下面，您看看是不是。",
        "data": {"buttons": [
            {"title": "登记这个问题", "payload": "/start_complaint"},
            {"title": "上下班路上出车祸算不算工伤？", "payload": '/ask_policy{"entry":"hrss-injury","turn":"t"}'},
        ]},
    }  # fmt: skip
    answer = await rasa.run("action_affirm", said, "affirm", conversation=visitor, before=[shown])
    assert answer.cards[0]["entry"] == "hrss-injury"


def _listed(*ids: str) -> dict[str, Any]:
    buttons = [{"title": one, "payload": f'/ask_policy{{"entry":"{one}","turn":"t"}}'} for one in ids]
    none = {"title": "都不是", "payload": '/deny{"turn":"t"}'}
    return {"event": "bot", "text": "要看哪一个，回复序号就行：", "data": {"buttons": [*buttons, none]}}


@pytest.mark.parametrize("said", ["是的", "嗯", "对，就是这个"])
async def test_in_the_form_yes_takes_the_only_entry_of_a_list(rasa: Rasa, visitor: str, said: str) -> None:
    slots = {"content": FULL["content"], "requested_slot": "district"}
    before = [_listed("police-id-lost")]
    answer = await rasa.run(FORM, said, "affirm", conversation=visitor, slots=slots, before=before)
    assert answer.cards[0]["entry"] == "police-id-lost"
    assert answer.slots["requested_slot"] == "district"


async def test_in_the_form_yes_takes_none_of_two_and_answers_a_yes_or_no(rasa: Rasa, visitor: str) -> None:
    slots = {"content": FULL["content"], "requested_slot": "district"}
    two = [_listed("police-id-lost", "gjj-withdraw")]
    answer = await rasa.run(FORM, "是的", "affirm", conversation=visitor, slots=slots, before=two)
    assert not answer.cards
    slots = {**FULL, "confidential": None, "requested_slot": "confidential"}
    one = [_listed("police-id-lost")]
    answer = await rasa.run(FORM, "是的", "affirm", conversation=visitor, slots=slots, before=one)
    assert answer.slots["confidential"] is True


OPEN = [slot for slot in FULL if slot != "content"]


def _before(slot: str) -> dict[str, Any]:
    filled = {name: FULL[name] for name in OPEN[: OPEN.index(slot)]}
    return {"content": FULL["content"], **filled, "requested_slot": slot}


@pytest.mark.parametrize("slot", OPEN)
@pytest.mark.parametrize(
    "said",
    ["结婚登记处礼拜六上班不", "把退役军人局电话告诉我", "合肥能办不", "社保卡丢了去哪补", "学籍在哪里查"],
)
async def test_a_question_in_the_form_is_served_and_put_nowhere(
    rasa: Rasa, visitor: str, slot: str, said: str
) -> None:
    answer = await rasa.run(
        FORM, said, "ask_policy", conversation=visitor, confidence=0.5, slots=_before(slot), kinds=QUESTION
    )
    assert answer.slots.get(slot) is None
    assert "content" not in answer.slots
    assert answer.slots["requested_slot"] == slot
    assert "补进" not in answer.text and "没能认出" not in answer.text


@pytest.mark.parametrize("slot", ["contact_name", "subject", "address"])
async def test_where_to_get_it_is_asked_whatever_the_kinds_say(rasa: Rasa, visitor: str, slot: str) -> None:
    kinds = {"question": 0.3, "matter": 0.6}
    answer = await rasa.run(
        FORM, "社保卡丢了去哪补", "complain", conversation=visitor, slots=_before(slot), kinds=kinds
    )
    assert answer.slots.get(slot) is None and "content" not in answer.slots


@pytest.mark.parametrize(
    ("slot", "said", "kept"),
    [
        ("address", "就在淮师附小门口", "淮师附小门口"),
        ("subject", "那家叫老味道的烧烤店", "老味道"),
        ("contact_name", "我叫王建国", "王建国"),
        ("district", "田家庵区", "田家庵区"),
    ],
)
async def test_an_answer_in_the_form_stays_one(
    rasa: Rasa, visitor: str, slot: str, said: str, kept: str
) -> None:
    kinds = {"question": 0.1, "matter": 0.8}
    answer = await rasa.run(
        FORM, said, "inform", conversation=visitor, confidence=0.5, slots=_before(slot), kinds=kinds
    )
    assert kept in str(answer.slots[slot])


async def test_who_only_asks_in_the_form_is_offered_to_leave_it(rasa: Rasa, visitor: str) -> None:
    citizen = Remembering(rasa, visitor, **_before("district"))
    asked: list[Answer] = []
    for said in ("合肥能办不", "那学籍在哪里查", "周六办不办", "公交卡在哪办"):
        asked.append(await citizen.say(said, "ask_policy", 0.5, kinds=QUESTION))
    assert [LEAVE.title in answer.buttons for answer in asked] == [False, False, True, True]
    left = await citizen.press(asked[-1], LEAVE.title)
    assert left.slots["requested_slot"] is None
    assert "没有提交" in left.text


@pytest.mark.parametrize("said", [LEAVE.title, "还是算了 先不登记了", "算了不弄了，谢谢"])
async def test_letting_it_be_is_no_question(rasa: Rasa, visitor: str, said: str) -> None:
    slots = _before("contact_name")
    answer = await rasa.run(
        FORM, said, "ask_policy", conversation=visitor, confidence=0.9, slots=slots, kinds=QUESTION
    )
    assert answer.slots["requested_slot"] is None


async def test_a_follow_up_to_an_answer_opens_no_form(rasa: Rasa, visitor: str, city: SmallCity) -> None:
    talk = Talk(rasa, visitor)
    await talk.say("action_answer_policy", "身份证丢了怎么补办", "ask_policy")
    answer = await talk.say(FORM, "异地能办不", "complain")
    assert "异地也能办" in answer.text
    assert answer.slots["requested_slot"] is None
    assert "content" not in answer.slots


@pytest.mark.parametrize("said", ["纪委电话多少", "打哪个电话啊"])
async def test_the_way_shown_when_a_matter_was_declined_is_known(
    rasa: Rasa, visitor: str, city: SmallCity, said: str
) -> None:
    await city.conversations.remember(visitor, KIND, "discipline")
    answer = await rasa.run("action_answer_policy", said, "ask_policy", conversation=visitor)
    assert "12388" in answer.text
    other = await rasa.run("action_answer_policy", "公积金怎么提取", "ask_policy", conversation=visitor)
    assert "12388" not in other.text


@pytest.mark.parametrize("said", ["几天能处理好", "多久能办下来"])
async def test_how_long_after_an_answer_is_about_what_was_answered(
    rasa: Rasa, visitor: str, said: str
) -> None:
    talk = Talk(rasa, visitor)
    await talk.say("action_answer_policy", "公积金怎么提取", "ask_policy")
    answer = await talk.say("action_fallback", said, "nlu_fallback")
    assert "3 日内" in answer.text


async def test_how_long_without_an_answer_before_is_about_tickets(rasa: Rasa, visitor: str) -> None:
    answer = await rasa.run("action_fallback", "几天能处理好", "nlu_fallback", conversation=visitor)
    assert "没有准数" in answer.text
