"""能在你这登记吗 within despair: the form opens with what was told, although Rasa never saw those words."""

from __future__ import annotations

import pytest

from conversations.danger_state import FACT, made
from conversations.scope import DECLINED
from tests.bot.calls import Rasa
from tests.bot.parts import SmallCity

TOLD = "网贷催收天天打电话骂我，我不想活了"


@pytest.mark.parametrize(
    ("action", "intent"), [("action_answer_policy", "ask_policy"), ("action_fallback", "nonsense")]
)
@pytest.mark.parametrize("said", ["能在你这登记吗", "那我这个能在你们这里登记吗"])
async def test_the_wish_opens_the_form_with_what_was_told(
    rasa: Rasa, visitor: str, city: SmallCity, action: str, intent: str, said: str
) -> None:
    await city.conversations.remember(visitor, FACT, {**made("told", "self_harm", TOLD), "label": "轻生"})
    await city.conversations.remember(visitor, DECLINED, TOLD)
    told = await rasa.run(action, said, intent, conversation=visitor)
    assert told.followup == "complaint_form" and told.slots["story"] == TOLD


async def test_the_form_itself_takes_it_too(rasa: Rasa, visitor: str, city: SmallCity) -> None:
    await city.conversations.remember(visitor, FACT, {**made("told", "self_harm", TOLD), "label": "轻生"})
    await city.conversations.remember(visitor, DECLINED, TOLD)
    told = await rasa.run("validate_complaint_form", "能在你这登记吗", "complain", conversation=visitor)
    assert "催收" in str(told.slots["content"]) and told.slots["requested_slot"]


async def test_without_a_danger_nothing_is_made_up(rasa: Rasa, visitor: str) -> None:
    told = await rasa.run("action_fallback", "能在你这登记吗", "nonsense", conversation=visitor)
    assert told.followup != "complaint_form" or not told.slots.get("story")


@pytest.mark.parametrize(
    "said", ["光会讲大道理，那笔债你们哪个替我还", "我一个人扛了三年多了，家里谁也不知道我欠了这么多"]
)
async def test_a_cry_within_despair_opens_no_form(
    rasa: Rasa, visitor: str, city: SmallCity, said: str
) -> None:
    await city.conversations.remember(visitor, FACT, {**made("told", "self_harm", TOLD), "label": "轻生"})
    told = await rasa.run("validate_complaint_form", said, "complain", conversation=visitor)
    assert told.slots.get("requested_slot") is None and "县区" not in str(told)


async def test_after_a_form_was_left_a_cry_opens_none(rasa: Rasa, visitor: str, city: SmallCity) -> None:
    left = {**made("told", "self_harm", TOLD), "label": "轻生", "filing": True}
    await city.conversations.remember(visitor, FACT, left)
    told = await rasa.run(
        "validate_complaint_form", "我还在那上头，风好大，没人管我", "complain", conversation=visitor
    )
    assert told.slots.get("requested_slot") is None
