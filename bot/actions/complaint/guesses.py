"""Takes up unsure readings of the story: one is asked about (“是在谢家集区平山路15号吗？”), others wait in the summary.

A form that asks about every reading tires people. So at most one question is put for a story; what else is unsure is
filled in, said back, and marked in the summary until the citizen confirms or changes it.
"""

from __future__ import annotations

import re

from bot.actions.complaint import draft as drafts
from bot.actions.complaint.answers import read_answer, read_unsure
from bot.actions.complaint.moves import Move, named
from bot.actions.runtime.context import parts
from bot.actions.runtime.turn import Choice, Turn
from bot.actions.runtime.wording import CANCEL, choice, plain
from bot.understanding.assent import assent
from bot.understanding.place import place
from bot.understanding.slots.choosing import SHORT
from bot.understanding.when import moment
from core.clock import now
from kb_index.language.text import simplified

OFFER = "reading"
"""Value of the slot ``offer`` after the citizen was asked whether a reading is right."""
_ASKS = {
    "address": "是在{district}{value}吗？",
    "happened_at": "是“{value}”的事吗？",
    "subject": "您说的是“{value}”吗？",
}
_PART = re.compile(r"清早|大?早上|早晨|[上中下]午|白天|傍晚|晚上|晚黑|夜里|[半深]夜|凌晨")
"""A part of some day: nobody can say whether it was “晚上”."""
_NO = re.compile(
    r"^(?:不是的?|不对|不在(?=[，,。\s]|$)|错了|没有?(?=[，,。\s]|$))[啊呀吧]*[，,。！!\s]*(?:应该|其实)?(?:是|在)?"
)


def value(turn: Turn, slot: str) -> str:
    """The unsure reading of a slot that is asked about, or that the story holds; "" when there is none."""
    put = (turn.offered or "").partition(":")[2] if _was_offered(turn) else ""
    return put or _unsure(turn).get(slot, "") if slot in _ASKS else ""


def fill(turn: Turn) -> str:
    """Fill what is unsure in a new story, but for the one reading that is asked about: the place, or the only one.

    Returns:
        What to say about it; "" when nothing was filled.
    """
    read = _unsure(turn)
    unsure = [name for name in drafts.needed(turn.slots) if name in read and turn.slot(name) is None]
    rest = [name for name in unsure if name != "address"] if len(unsure) > 1 else []
    if not rest:
        return ""
    turn.set_all({name: _filled(name, read[name]) for name in rest})
    said = "、".join(f"{drafts.LABELS[name]}先填成“{read[name]}”" for name in rest)
    return f"我把{said}，提交前您再看看对不对。"


def unchecked(turn: Turn) -> frozenset[str]:
    """The slots that hold an unsure reading about which the citizen was not asked."""
    return frozenset(
        name
        for name, read in _unsure(turn).items()
        if turn.slot(name) == _filled(name, read) and not _was_put(turn, question(turn, name))
    )


def _unsure(turn: Turn) -> dict[str, str]:
    story = drafts.told_first(str(turn.slot("content") or ""))
    read = read_unsure(simplified(story)) if story else {}
    if len(story) > SHORT:
        return read
    return {name: words for name, words in read.items() if _is_plain(name, words)}


def _is_plain(slot: str, read: str) -> bool:
    """Whether a reading of a short story is worth a question: a place with a name, or a time with a date.

    What else is read there (楼上, 从早叫到晚) is half a guess.
    """
    if slot == "address":
        return bool(place(read, parts().city).address)
    when = moment(read, now()) if slot == "happened_at" else None
    return when is not None and when.start is not None


def _filled(slot: str, read: str) -> str:
    return str(read_answer(slot, read) or read)


def _was_put(turn: Turn, said: str) -> bool:
    return any(event.get("event") == "bot" and said in str(event.get("text") or "") for event in turn.events)


def question(turn: Turn, slot: str) -> str:
    """The question whether the unsure reading is right; "" when there is none, or none that can be put."""
    read = value(turn, slot)
    if not read or (slot == "happened_at" and _PART.fullmatch(read)):
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


def confirm(turn: Turn, slot: str, read: str, before: str) -> bool:
    """Ask whether words that were found elsewhere than in the story are right; False when there is no such question.

    Args:
        read: the words.
        before: text before the question, in the same message.
    """
    if slot not in _ASKS:
        return False
    district = str(turn.slot("district") or "")
    said = _ASKS[slot].format(
        value=read, district="" if district in ("全市", "") or district in read else district
    )
    yes = choice("是", "inform", slot=slot, value=read)
    turn.say(before + said, [yes, Choice("不是，重新说", "/deny"), CANCEL])
    turn.offer(f"{OFFER}:{read}")
    turn.set_all({"tries": 0, "requested_slot": slot})
    return True


def _was_offered(turn: Turn) -> bool:
    return (turn.offered or "").partition(":")[0] == OFFER


def answer(turn: Turn, slot: str) -> str | None:
    """What is left to read as the answer to the slot's own question, after a yes or no to the reading.

    Returns:
        The reading after a yes; the words behind a no, maybe ""; None for words that are neither.
    """
    if not _was_offered(turn) or slot not in _ASKS:
        return None
    if turn.pressed:
        return "" if turn.intent == "deny" else None
    if named(plain(turn.text)) is Move.AFFIRM or assent(turn.text) == "yes":
        return value(turn, slot)
    no = _NO.match(simplified(turn.text))
    return turn.text[no.end() :] if no else None
