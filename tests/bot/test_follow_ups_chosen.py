"""What a message after an answer is: told by the entry, by another one, a question of its own, told by none, or no question."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.actions.policy.answer import ENTRY, OPENING
from tests.bot.calls import Answer, Rasa
from tests.bot.parts import SmallCity, small_city
from tests.bot.test_bot_feedback import Talk

pytestmark = pytest.mark.slow  # builds an index of all that ships

QUESTION = {"question": 0.95, "matter": 0.02, "both": 0.01, "talk": 0.02}
MATTER = {"question": 0.02, "matter": 0.95, "both": 0.02, "talk": 0.01}
REMARK = {"question": 0.03, "matter": 0.03, "both": 0.0, "talk": 0.94}
ANSWERED = [{"event": "action", "name": "action_answer_policy"}]


@pytest.fixture
async def city(tmp_path: Path, whole_index: Path) -> AsyncIterator[SmallCity]:
    """Fresh parts over the whole knowledge base."""
    async with small_city(tmp_path, whole_index) as made:
        yield made


async def _after(rasa: Rasa, city: SmallCity, visitor: str, about: str, said: str, **more: object) -> Answer:
    """The reply to a message right after the answer of an entry."""
    await city.conversations.remember(visitor, ENTRY, about)
    more = {"kinds": QUESTION, "before": ANSWERED, **more}
    action, intent = str(more.pop("action", "action_answer_policy")), str(more.pop("intent", "ask_policy"))
    return await rasa.run(action, said, intent, conversation=visitor, **more)


@pytest.mark.parametrize("action", ["action_answer_policy", "action_fallback", "action_follow_up"])
@pytest.mark.parametrize(
    ("about", "said", "told"),
    [
        ("hrss-unemployment-benefit", "交满六年能领几个月啊", "18个月"),
        ("police-twelve-points", "要上几天课", "7天"),
        ("finance-deposit-insurance", "信用社的也赔不", "农村信用社"),
        ("eco-night-construction", "那他们要罚多少", "1万元以上10万元以下"),
    ],
)
async def test_what_the_entry_tells_is_said_whatever_the_action(
    rasa: Rasa, city: SmallCity, visitor: str, action: str, about: str, said: str, told: str
) -> None:
    answer = await _after(rasa, city, visitor, about, said, action=action)
    assert told in answer.text, answer.text
    assert "没有写" not in answer.text


@pytest.mark.parametrize(
    ("about", "said", "other"),
    [
        ("hrss-pension-transfer", "那医保也跟着转吗", "medical-insurance-transfer"),
        ("eco-straw-burning", "电动车能推上楼充电吗", "emergency-ebike-charging"),
    ],
)
async def test_another_entry_tells_what_this_one_does_not(
    rasa: Rasa, city: SmallCity, visitor: str, about: str, said: str, other: str
) -> None:
    answer = await _after(rasa, city, visitor, about, said)
    assert [card["entry"] for card in answer.cards] == [other], answer.text


@pytest.mark.parametrize("action", ["action_answer_policy", "action_fallback", "action_follow_up"])
@pytest.mark.parametrize(
    ("about", "said", "told"),
    [
        ("elder-high-age-allowance", "我家在大通区，一年能发多少钱", "由当地定"),
        ("elder-high-age-allowance", "那淮南现在给多少", "由当地定"),
    ],
)
async def test_a_sum_that_the_entry_leaves_to_the_city_is_said_to_be_so(
    rasa: Rasa, city: SmallCity, visitor: str, action: str, about: str, said: str, told: str
) -> None:
    answer = await _after(rasa, city, visitor, about, said, action=action)
    assert told in answer.text and "没有登记" in answer.text and not answer.cards, answer.text
    assert "登记这个问题" in answer.buttons


@pytest.mark.parametrize("said", ["那行，我回头去窗口问问", "唉，办个事真不容易"])
async def test_a_remark_is_no_question(rasa: Rasa, city: SmallCity, visitor: str, said: str) -> None:
    answer = await _after(
        rasa,
        city,
        visitor,
        "police-id-card-lost",
        said,
        action="action_affirm",
        intent="affirm",
        kinds=REMARK,
    )
    assert "资料里" not in answer.text and not answer.cards


async def test_a_matter_after_an_answer_is_filed(rasa: Rasa, city: SmallCity, visitor: str) -> None:
    said = "我家楼下工地昨晚又干到三点，你们派人来管管"
    answer = await _after(
        rasa,
        city,
        visitor,
        "eco-night-construction",
        said,
        action="validate_complaint_form",
        intent="complain",
        kinds=MATTER,
        slots={"requested_slot": None},
    )
    assert answer.slots.get("content") or answer.slots.get("requested_slot")


async def test_what_is_untold_is_said_in_other_words_the_second_time(
    rasa: Rasa, city: SmallCity, visitor: str
) -> None:
    talk = Talk(rasa, visitor)
    await talk.say("action_answer_policy", "身份证丢了怎么补办", "ask_policy")
    await city.conversations.remember(visitor, ENTRY, "police-plate-lost")
    first = await talk.say("action_follow_up", "那要多少钱", "follow_up")
    second = await talk.say(
        "action_follow_up", "能不能收费减半", "follow_up", slots={"story": first.slots["story"]}
    )
    for answer in (first, second):
        assert {"登记这个问题", "转人工"} <= set(answer.buttons)
    assert "没有写" in first.text
    assert "没有写" not in second.text and second.text != first.text
    assert "公安" in second.text
    assert "那要多少钱" in second.slots["story"] and "能不能收费减半" in second.slots["story"]


async def test_what_is_not_sure_is_said_so_with_ways_on(rasa: Rasa, city: SmallCity, visitor: str) -> None:
    answer = await _after(rasa, city, visitor, "hrss-pension-verification", "老太太动不了，我能替她弄不")
    assert "代办" in answer.text
    if "相关的是" in answer.text:
        assert {"登记这个问题", "转人工"} <= set(answer.buttons)


async def test_entries_of_another_world_are_not_offered(rasa: Rasa, city: SmallCity, visitor: str) -> None:
    answer = await _after(
        rasa, city, visitor, "police-plate-lost", "要交多少钱", action="action_follow_up", intent="follow_up"
    )
    about = city.knowledge.entry("police-plate-lost")
    assert about is not None
    for payload in answer.buttons.values():
        if payload.startswith("/ask_policy"):
            other = city.knowledge.entry(payload.split('"entry":"')[1].split('"')[0])
            assert other is not None
            assert (
                other.topic == about.topic
                or set(other.tags) & set(about.tags)
                or other.department == about.department
            )


async def test_the_words_that_asked_for_an_entry_are_kept(rasa: Rasa, city: SmallCity, visitor: str) -> None:
    talk = Talk(rasa, visitor)
    await talk.say("action_answer_policy", "身份证丢了怎么补办", "ask_policy")
    assert (await city.conversations.recall(visitor))[OPENING] == "身份证丢了怎么补办"
