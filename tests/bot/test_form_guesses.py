"""Unsure readings of a story are asked in one short question, with the value."""

from __future__ import annotations

import pytest

from bot.actions.complaint import answers
from bot.understanding.mine import Mined, Unsure
from bot.understanding.when import moment
from core.clock import now
from tests.bot.calls import Answer, Rasa
from tests.bot.test_form_heard import Remembering

UNSURE = Unsure(address="平山路15号锦绣家园3栋", happened_at=moment("上个月十五号", now()))


@pytest.fixture(autouse=True)
def unsure(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is unsure is learned, and may be sure tomorrow: here it is these two readings."""
    monkeypatch.setattr(answers, "mined", lambda *_: Mined(unsure=UNSURE))


async def _asked(rasa: Rasa, visitor: str) -> tuple[Remembering, Answer]:
    told = {
        "content": "楼上漏水泡坏了我家的吊顶，" * 6,
        "complaint_type": "投诉",
        "requested_slot": "district",
    }
    citizen = Remembering(rasa, visitor, **told)
    return citizen, await citizen.say("谢家集区")


@pytest.mark.parametrize(
    ("said", "address"),
    [
        ("嗯，是的", "平山路15号锦绣家园3栋"),
        ("不是", None),
        ("不是，是金格北路19号", "金格北路19号"),
        ("金格北路19号", "金格北路19号"),
    ],
)
async def test_an_unsure_place_is_asked_with_its_value(
    rasa: Rasa, visitor: str, said: str, address: str | None
) -> None:
    citizen, asked = await _asked(rasa, visitor)
    assert "是在谢家集区平山路15号锦绣家园3栋吗？" in asked.text and "address" not in citizen.slots
    answer = await citizen.say(said)
    assert citizen.slots.get("address") == address
    assert ("具体在什么位置" in answer.text) == (address is None)


async def test_a_press_answers_as_words_do(rasa: Rasa, visitor: str) -> None:
    citizen, asked = await _asked(rasa, visitor)
    timed = await citizen.press(asked, "是")
    assert citizen.slots["address"] == "平山路15号锦绣家园3栋"
    assert "是“上个月十五号”的事吗？" in timed.text
    again = await citizen.press(timed, "不是，重新说")
    assert citizen.slots["requested_slot"] == "happened_at" and citizen.slots.get("happened_at") is None
    assert "是什么时候的事" in again.text
    await citizen.say("就是上个月十五号")
    assert citizen.slots["happened_at"].startswith("就是上个月十五号")
