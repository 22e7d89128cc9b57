"""A wish for a poem gets the polite limit, and who explains the question before gets no form."""

from __future__ import annotations

import pytest

from bot.understanding.decide import ASK, TELL, decide, shipped
from bot.understanding.fitting import examples
from bot.understanding.meant import explains, wants_made
from tests.bot.calls import Rasa

TELLS = {"question": 0.1, "matter": 0.8, "both": 0.05, "talk": 0.05}
TALKS = {"question": 0.02, "matter": 0.02, "both": 0.01, "talk": 0.95}


@pytest.mark.parametrize(
    "said", ["你给我写首诗吧，夸夸淮南牛肉汤", "给我写首诗", "来个笑话听听", "帮我编个故事"]
)
async def test_a_wish_for_a_poem_is_kindly_declined(rasa: Rasa, visitor: str, said: str) -> None:
    found = decide(said, [("thank", 0.9)], TALKS, 0.0, shipped())
    assert found.intent == "out_of_scope"
    answer = await rasa.run("action_out_of_scope", said, found.intent, conversation=visitor)
    assert "帮不上忙" in answer.text and "不客气" not in answer.text


@pytest.mark.parametrize(
    "said", ["不是开店，就是推个车子卖包子", "就是大学生刚来这边工作，租房子政府给钱的那种，安家费也行"]
)
def test_who_explains_the_question_before_gets_no_form(said: str) -> None:
    assert decide(said, [("complain", 0.9)], TELLS, 0.0, shipped()).intent == ASK


@pytest.mark.parametrize("said", ["就是我们小区路灯坏了那种", "不是南路，就是北路15号那里没人修"])
def test_a_matter_in_the_same_form_is_filed(said: str) -> None:
    assert decide(said, [("complain", 0.9)], TELLS, 0.0, shipped()).intent == TELL


def test_no_written_matter_is_taken_for_either() -> None:
    matters = [row.text for row in examples() if row.kind in ("matter", "both")]
    assert len(matters) > 500
    assert [text for text in matters if wants_made(text) or explains(text)] == []
