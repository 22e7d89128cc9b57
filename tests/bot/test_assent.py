"""Replies to the offer to register: a form opens only on a yes, and nothing is registered after a no."""

from __future__ import annotations

from typing import Any

import pytest

from bot.understanding.assent import Assent, assent
from tests.bot.calls import Rasa

FORM = "validate_complaint_form"
ASKED = "公交车到底要不要钱"


@pytest.mark.parametrize(
    ("said", "means"),
    [
        *((one, "yes") for one in ("好的", "那行，登记吧", "中", "要得，麻烦您了", "嗯，那你弄吧", "可以的", "要不就登记上")),
        *((one, "no") for one in ("好，还是算了吧", "行吧，不报了", "可以，我自己打电话问问", "嗯，再想想", "不用麻烦了谢谢", "那就先这样", "没得必要", "不消了，用不着")),
        *((one, "heard") for one in ("哦，明白了", "好的，晓得了", "这样啊", "好的谢谢", "行了行了")),
        *((one, None) for one in ("要什么材料", "行不行", "好多人反映", "对面饭店油烟大", "登记要多久", "管不管")),
    ],
)  # fmt: skip
def test_what_a_reply_to_the_offer_means(said: str, means: Assent | None) -> None:
    assert assent(said) == means


def _offered(kind: str = "complaint", button: str = "登记这个问题") -> dict[str, Any]:
    shown = {"buttons": [{"title": button, "payload": "/start_complaint"}]}
    return {
        "before": [
            {"event": "bot", "text": "…", "data": shown},
            {"event": "slot", "name": "story", "value": ASKED},
            {"event": "slot", "name": "offer", "value": kind},
        ],
        "slots": {"story": ASKED},
    }


@pytest.mark.parametrize("said", ["好吧那算了", "行吧，不弄了", "好的知道了", "那我自己去窗口问", "不登记了"])
@pytest.mark.parametrize("action", ["action_affirm", "action_no_form", "action_fallback", FORM])
async def test_no_form_opens_after_a_no(rasa: Rasa, visitor: str, said: str, action: str) -> None:
    intent = "complain" if action == FORM else "affirm"
    answer = await rasa.run(action, said, intent, conversation=visitor, **_offered())
    assert answer.followup is None
    assert answer.slots.get("requested_slot") is None and "content" not in answer.slots
    assert "登记" in answer.text and "没听明白" not in answer.text


@pytest.mark.parametrize("said", ["那你登记一下吧", "行，弄上吧"])
async def test_a_yes_is_no_story(rasa: Rasa, visitor: str, said: str) -> None:
    opened = await rasa.run(FORM, said, "complain", conversation=visitor, **_offered())
    assert opened.slots["content"] == ASKED
    led = await rasa.run("action_fallback", said, "nlu_fallback", conversation=visitor, **_offered())
    assert led.followup == "action_affirm"


async def test_a_resigned_yes_is_asked_once(rasa: Rasa, visitor: str) -> None:
    first = await rasa.run("action_affirm", "那好吧", "affirm", conversation=visitor, **_offered())
    assert first.followup is None and "您问的登记下来" in first.text and "不用了" in first.buttons
    again = _offered(first.slots["offer"])
    second = await rasa.run("action_affirm", "行吧", "affirm", conversation=visitor, **again)
    assert second.followup == "complaint_form"
    matter = _offered(button="登记这件事")
    clear = await rasa.run("action_affirm", "行吧", "affirm", conversation=visitor, **matter)
    assert clear.followup == "complaint_form", "要登记这件事吗 was asked in so many words"
