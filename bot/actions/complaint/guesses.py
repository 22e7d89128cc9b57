"""Asks in one short question whether an unsure reading of the story is right: “是在谢家集区平山路15号吗？”"""

from __future__ import annotations

import re

from bot.actions.complaint.answers import read_unsure
from bot.actions.complaint.moves import Move, named
from bot.actions.runtime.turn import Choice, Turn
from bot.actions.runtime.wording import CANCEL, choice, plain
from bot.understanding.assent import assent
from bot.understanding.slots.choosing import SHORT
from kb_index.language.text import simplified

OFFER = "reading"
"""Value of the slot ``offer`` after the citizen was asked whether a reading is right."""
_ASKS = {
    "address": "是在{district}{value}吗？",
    "happened_at": "是“{value}”的事吗？",
    "subject": "您说的是“{value}”吗？",
}
_NO = re.compile(
    r"^(?:不是的?|不对|不在(?=[，,。\s]|$)|错了|没有?(?=[，,。\s]|$))[啊呀吧]*[，,。！!\s]*(?:应该|其实)?(?:是|在)?"
)


def value(turn: Turn, slot: str) -> str:
    """The unsure reading of a slot in the story; "" when there is none, or in a story so short that it is half a guess."""
    content = str(turn.slot("content") or "")
    told = len(content) > SHORT and slot in _ASKS
    return read_unsure(simplified(content)).get(slot, "") if told else ""


def question(turn: Turn, slot: str) -> str:
    """The question whether the unsure reading is right; "" when there is none."""
    read = value(turn, slot)
    if not read:
        return ""
    district = str(turn.slot("district") or "")
    return _ASKS[slot].format(
        value=read, district="" if district in ("全市", "") or district in read else district
    )


def ask(turn: Turn, slot: str, said: str, before: str) -> None:
    """Put the question.

    Args:
        said: the question.
        before: text before it, in the same message.
    """
    yes = choice("是", "inform", slot=slot, value=value(turn, slot))
    turn.say(before + said, [yes, Choice("不是，重新说", "/deny"), CANCEL])
    turn.offer(OFFER)


def answer(turn: Turn, slot: str) -> str | None:
    """What is left to read as the answer to the slot's own question, after a yes or no to the reading.

    Returns:
        The reading after a yes; the words behind a no, maybe ""; None for words that are neither.
    """
    if turn.offered != OFFER or slot not in _ASKS:
        return None
    if turn.pressed:
        return "" if turn.intent == "deny" else None
    if named(plain(turn.text)) is Move.AFFIRM or assent(turn.text) == "yes":
        return value(turn, slot)
    no = _NO.match(simplified(turn.text))
    return turn.text[no.end() :] if no else None
