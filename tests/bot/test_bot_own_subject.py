"""A question with a subject of its own is not answered by the entry that the talk was about."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.actions.policy.answer import ENTRY
from tests.bot.calls import Rasa
from tests.bot.parts import SmallCity, small_city
from tests.bot.test_bot_forms import FORM, FULL

pytestmark = pytest.mark.slow  # builds an index of all that ships

ACTIONS = ["action_answer_policy", "action_follow_up", "action_fallback"]


@pytest.fixture
async def city(tmp_path: Path, whole_index: Path) -> AsyncIterator[SmallCity]:
    """Fresh parts over the whole knowledge base."""
    async with small_city(tmp_path, whole_index) as made:
        yield made


@pytest.mark.parametrize("action", ACTIONS)
@pytest.mark.parametrize(
    ("about", "asked", "not_said"),
    [
        ("police-residence-permit-family", "小孩医保怎么交", "代办"),
        ("police-residence-permit-family", "那什么时候报名啊", "15日"),
        ("hrss-unemployment-benefit", "那低保能申请吗", "10个工作日"),
        ("hrss-unemployment-benefit", "公积金能提取吗", "失业金怎么领"),
        ("hrss-maternity-leave", "男方陪产假几天", "98天，其中"),
        ("police-driver-license-renew", "居住证呢", "驾驶证快到期"),
    ],
)
async def test_another_subject_is_not_answered_from_the_last_entry(
    rasa: Rasa, visitor: str, city: SmallCity, action: str, about: str, asked: str, not_said: str
) -> None:
    await city.conversations.remember(visitor, ENTRY, about)
    answer = await rasa.run(action, asked, "ask_policy", conversation=visitor, confidence=0.5)
    assert not_said not in answer.text
    assert answer.text


@pytest.mark.parametrize("action", ACTIONS)
@pytest.mark.parametrize(
    ("about", "asked", "given"),
    [
        ("market-food-license", "健康证在哪办", "market-health-certificate"),
        ("hrss-maternity-leave", "生育津贴怎么领", "medical-insurance-maternity-allowance"),
    ],
)
async def test_a_subject_with_an_entry_of_its_own_gets_that(
    rasa: Rasa, visitor: str, city: SmallCity, action: str, about: str, asked: str, given: str
) -> None:
    await city.conversations.remember(visitor, ENTRY, about)
    before = [{"event": "action", "name": "action_answer_policy"}]
    answer = await rasa.run(action, asked, "ask_policy", conversation=visitor, before=before)
    assert [card["entry"] for card in answer.cards] == [given]


async def test_who_is_only_mentioned_by_the_way_is_not_the_subject(
    rasa: Rasa, visitor: str, city: SmallCity
) -> None:
    await city.conversations.remember(visitor, ENTRY, "justice-legal-aid-who")
    answer = await rasa.run(
        "action_answer_policy", "他会不会因为家暴坐牢", "ask_policy", conversation=visitor
    )
    assert "经济条件" not in answer.text


@pytest.mark.parametrize("action", ACTIONS)
@pytest.mark.parametrize(
    ("about", "asked", "said"),
    [
        ("hrss-maternity-leave", "难产多几天", "多15天"),
        ("hrss-maternity-leave", "双胞胎呢", "多胞胎"),
        ("market-food-license", "卖水果要办吗", "食用农产品"),
        ("hrss-unemployment-benefit", "我是自己辞的呢", "不是自己主动不干"),
        ("police-car-scrap", "外地牌照能弄不", "外地牌照"),
        ("justice-admin-suit", "要交多少钱", "50元"),
        ("hrss-pension-verification", "能代办吗", "代办"),
    ],
)
async def test_what_the_entry_mentions_is_still_answered_by_it(
    rasa: Rasa, visitor: str, city: SmallCity, action: str, about: str, asked: str, said: str
) -> None:
    await city.conversations.remember(visitor, ENTRY, about)
    answer = await rasa.run(action, asked, "ask_policy", conversation=visitor, confidence=0.5)
    assert said in answer.text


@pytest.mark.parametrize("asked", ["多重啊", "大概多久能来收"])
@pytest.mark.parametrize("action", ["action_answer_policy", "complaint_form"])
async def test_nothing_is_offered_as_near_that_shares_no_word(
    rasa: Rasa, visitor: str, action: str, asked: str
) -> None:
    if action == "complaint_form":
        slots = {"content": FULL["content"], "requested_slot": "district"}
        kinds = {"question": 0.9, "matter": 0.05}
        answer = await rasa.run(
            FORM, asked, "ask_policy", conversation=visitor, confidence=0.9, slots=slots, kinds=kinds
        )
    else:
        answer = await rasa.run(action, asked, "ask_policy", conversation=visitor)
    assert "相近" not in answer.text
    assert not any(payload.startswith("/ask_policy") for payload in answer.buttons.values())


async def test_what_shares_a_word_is_offered_as_near(rasa: Rasa, visitor: str) -> None:
    answer = await rasa.run("action_answer_policy", "狂犬疫苗要打几针", "ask_policy", conversation=visitor)
    assert any(lead in answer.text for lead in ("相近", "您是想问", "您想问的是下面哪一个"))
    assert any(payload.startswith("/ask_policy") for payload in answer.buttons.values())
