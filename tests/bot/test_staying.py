"""What is added right after an answer stays with it, whatever action took it for something else."""

from __future__ import annotations

import pytest

from tests.bot.calls import Rasa
from tests.bot.parts import SmallCity
from tests.bot.test_follow_ups_chosen import MATTER, REMARK, _after, city

__all__ = ["city"]


@pytest.mark.parametrize(
    ("about", "said", "told", "action", "intent"),
    [
        ("justice-limitation", "我年年都发短信催他还", "重新算", "validate_status_form", "urge"),
        ("elder-deposit", "收据上写着概不退款", "无效", "validate_complaint_form", "complain"),
        (
            "police-used-car-transfer",
            "查出来有两个违章没处理",
            "处理完",
            "validate_complaint_form",
            "complain",
        ),
        (
            "police-household-book-lost",
            "我们乡里没有派出所",
            "乡镇人民政府",
            "action_fallback",
            "nlu_fallback",
        ),
    ],
)
async def test_a_circumstance_is_met_by_what_the_entry_says_of_it(
    rasa: Rasa, city: SmallCity, visitor: str, about: str, said: str, told: str, action: str, intent: str
) -> None:
    answer = await _after(rasa, city, visitor, about, said, action=action, intent=intent, kinds=MATTER)
    assert told in answer.text, answer.text
    assert not answer.slots.get("requested_slot"), "no form is opened"


@pytest.mark.parametrize(
    "said", ["你给我登记下来，收据上写着概不退款", "那帮我投诉这家养老院", "派人来管管他们，押金不退"]
)
async def test_who_wants_it_filed_gets_the_form(rasa: Rasa, city: SmallCity, visitor: str, said: str) -> None:
    answer = await _after(
        rasa,
        city,
        visitor,
        "elder-deposit",
        said,
        action="validate_complaint_form",
        intent="complain",
        kinds=MATTER,
    )
    assert answer.slots["requested_slot"], answer.text


@pytest.mark.parametrize("said", ["嗯，我回头跟家里商量商量", "哦，原来还有这个说法", "那行，我先去问问大姑"])
async def test_a_remark_is_taken_for_one(rasa: Rasa, city: SmallCity, visitor: str, said: str) -> None:
    answer = await _after(
        rasa,
        city,
        visitor,
        "elder-high-age-allowance",
        said,
        action="action_fallback",
        intent="nlu_fallback",
        kinds=REMARK,
    )
    assert answer.text.startswith("好的") and "没听明白" not in answer.text
