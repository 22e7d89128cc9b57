"""Unsure readings of a story are asked in one short question, with the value."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.actions.complaint import answers
from bot.actions.complaint import draft as drafts
from bot.understanding.mine import Mined, Unsure
from bot.understanding.when import Moment, moment
from core.clock import now
from tests.bot.calls import Answer, Rasa
from tests.bot.test_bot_forms import FULL
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


@pytest.mark.parametrize(
    ("with_address", "asked"), [(True, "是在谢家集区平山路15号锦绣家园3栋吗？"), (False, "")]
)
async def test_of_several_unsure_readings_one_is_asked_and_the_others_are_marked_until_they_are_changed(
    rasa: Rasa, visitor: str, monkeypatch: pytest.MonkeyPatch, with_address: bool, asked: str
) -> None:
    unsure = replace(UNSURE, subject="恒安物业", address=UNSURE.address if with_address else "")
    monkeypatch.setattr(answers, "mined", lambda *_: Mined(unsure=unsure))
    kept = ("complaint_type", "district", "contact_name", "contact_phone", "confidential")
    told = {name: FULL[name] for name in kept} | {"district": "谢家集区"}
    if not with_address:
        told["address"] = "金格北路19号"
    citizen = Remembering(rasa, visitor, **told, requested_slot="content")
    answer = await citizen.say("楼上漏水泡坏了我家的吊顶，找了几回都没人管，" * 4)
    assert "我把发生时间先填成“上个月十五号”、涉及对象先填成“恒安物业”，提交前您再看看对不对。" in answer.text
    assert citizen.slots["subject"] == "恒安物业" and citizen.slots["happened_at"].startswith("上个月十五号")
    if asked:
        assert asked in answer.text and citizen.slots.get("address") is None
        answer = await citizen.say("是的")
        assert citizen.slots["address"] == "平山路15号锦绣家园3栋"
    assert citizen.slots["requested_slot"] == drafts.CONFIRM
    fields = {one["slot"]: one["value"] for one in answer.body["responses"][-1]["custom"]["card"]["fields"]}
    assert [name for name, value in fields.items() if value.endswith("（请核对）")] == [
        "happened_at",
        "subject",
    ]
    changed = await citizen.say("涉及对象改成安居物业")
    assert "涉及对象：安居物业\n" in changed.text and changed.text.count("（请核对）") == 1


async def test_a_single_unsure_reading_is_asked_not_filled(
    rasa: Rasa, visitor: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(answers, "mined", lambda *_: Mined(unsure=Unsure(subject="恒安物业")))
    told = {name: value for name, value in FULL.items() if name not in ("content", "subject")}
    citizen = Remembering(rasa, visitor, **told, requested_slot="content")
    answer = await citizen.say("楼上漏水泡坏了我家的吊顶，找了几回都没人管，" * 4)
    assert "您说的是“恒安物业”吗？" in answer.text and citizen.slots.get("subject") is None
    shown = await citizen.say("对")
    assert "涉及对象：恒安物业\n" in shown.text and "请核对" not in shown.text


async def test_half_a_guess_about_a_short_story_is_not_put(
    rasa: Rasa, visitor: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    unsure = Unsure(address="门口违章停车", subject="楼上", happened_at=Moment("从早叫到晚", None, "vague"))
    monkeypatch.setattr(answers, "mined", lambda *_: Mined(unsure=unsure))
    told = {"complaint_type": "投诉", "district": "谢家集区"}
    citizen = Remembering(rasa, visitor, **told, requested_slot="content")
    answer = await citizen.say("楼上从早叫到晚，还在门口违章停车")
    assert "具体在什么位置" in answer.text and "先填" not in answer.text
    assert citizen.slots.get("happened_at") is None and citizen.slots.get("subject") is None


async def test_nobody_is_asked_whether_it_was_at_night(
    rasa: Rasa, visitor: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    unsure = Unsure(happened_at=Moment("夜里", None, "vague"))
    monkeypatch.setattr(answers, "mined", lambda *_: Mined(unsure=unsure))
    told = {name: value for name, value in FULL.items() if name not in ("content", "happened_at")}
    citizen = Remembering(rasa, visitor, **told, requested_slot="content")
    answer = await citizen.say("楼上夜里总在剁骨头，找了几回都没人管")
    assert "是什么时候的事" in answer.text and "夜里”" not in answer.text


async def test_a_story_that_opens_the_form_is_taken_up_alike(rasa: Rasa, visitor: str) -> None:
    citizen = Remembering(rasa, visitor)
    opened = await citizen.say("楼上漏水泡坏了我家的吊顶，物业找了几回都没人管，" * 3, "complain", 0.99)
    assert "我把发生时间先填成“上个月十五号”，提交前您再看看对不对。" in opened.text
    assert citizen.slots["happened_at"].startswith("上个月十五号") and "address" not in citizen.slots
