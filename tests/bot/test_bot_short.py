"""Reports of a few characters that Rasa does not know: filed, asked about, or at least kept."""

from __future__ import annotations

from typing import Any

import pytest

from bot.understanding.decide import DECISION
from tests.bot.calls import Answer, Rasa, call

FALLBACK = "action_fallback"


async def said(rasa: Rasa, visitor: str, text: str, matter: float, **more: Any) -> Answer:
    """What the fallback answers to a short message with this probability of a matter."""
    made = call(FALLBACK, text, "nlu_fallback", conversation=visitor, confidence=0.3, **more)
    reasons = {"question": 0.0, "matter": matter, "both": 0.0, "talk": 1 - matter}
    made["tracker"]["latest_message"][DECISION] = {
        "intent": "nlu_fallback", "probability": 1 - matter, "reasons": reasons,
    }  # fmt: skip
    answer = await rasa.post(made)
    assert answer.status == 200, answer.body
    return answer


async def test_a_sure_report_opens_the_form(rasa: Rasa, visitor: str) -> None:
    answer = await said(rasa, visitor, "网速慢", 0.9)
    assert answer.followup == "complaint_form" and answer.slots["story"] == "网速慢"


@pytest.mark.parametrize("text", ["巷子黑", "坑太大了"])
async def test_a_likely_report_is_asked_about(rasa: Rasa, visitor: str, text: str) -> None:
    answer = await said(rasa, visitor, text, 0.3)
    assert f"“{text}”" in answer.text and "登记这件事" in answer.buttons
    assert (answer.slots["story"], answer.slots["offer"]) == (text, "complaint")


async def test_what_may_be_one_is_kept_for_the_form(rasa: Rasa, visitor: str) -> None:
    kept = await said(rasa, visitor, "药贵", 0.02)
    assert "没太听明白" in kept.text and "不用重说" in kept.text
    shown = [{"event": "slot", "name": name, "value": kept.slots[name]} for name in ("story", "offer")]
    pressed = await rasa.run(
        "validate_complaint_form", "/start_complaint", "start_complaint", conversation=visitor, before=shown
    )
    assert pressed.slots["content"] == "药贵"


@pytest.mark.parametrize(("text", "matter"), [("哈哈", 0.001), ("随便", 0.004)])
async def test_talk_is_no_report(rasa: Rasa, visitor: str, text: str, matter: float) -> None:
    answer = await said(rasa, visitor, text, matter)
    assert "没听明白" in answer.text and answer.slots.get("story") is None


async def test_a_place_alone_is_no_report(rasa: Rasa, visitor: str) -> None:
    answer = await said(rasa, visitor, "龙湖路", 0.9)
    assert answer.followup is None and "登记这件事" not in answer.buttons
