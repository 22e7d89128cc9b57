"""催收 and the like are what others do to the citizen, and no urge (催办)."""

from __future__ import annotations

import pytest

from bot.understanding.decide import ASK, Bars, decide

ASKS = {"question": 0.98, "matter": 0.01, "both": 0.005, "talk": 0.005}


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("他们天天这样催收违法我去哪告", ASK),
        ("我先不想那个了,你说催收违法我去哪告", ASK),
        ("物业催缴的费用能不交吗", ASK),
        ("能帮我催一下吗", "urge"),
        ("催收那个投诉能帮我催催吗", "urge"),
        ("我投诉催收的单子能快点吗", "urge"),
    ],
)
def test_who_is_dunned_urges_nobody(text: str, intent: str) -> None:
    assert decide(text, [("urge", 0.68)], ASKS, 0.5, Bars()).intent == intent
