"""Writes into the complaint what the citizen orders to be written, at any question: 把我妈腿脚不好也写上."""

from __future__ import annotations

from typing import Any

from bot.actions.complaint import same, steps
from bot.actions.complaint.answers import read_answer, read_mined, without_own
from bot.actions.complaint.corrections import corrections
from bot.actions.complaint.hearing import hear
from bot.actions.complaint.told_before import said_before
from bot.actions.runtime.turn import Turn
from bot.actions.runtime.wording import clip
from bot.understanding.clauses import clauses
from bot.understanding.requests import subject_words
from bot.understanding.write_down import write_down
from core.simplified import simplified
from core.text import plain

_SHOWN = 30
_PLACE_AND_TIME = ("district", "town", "address", "happened_at")
"""Slots that such words may fill."""
_MOST = 4
"""Most earlier messages that one order brings into the content."""


async def down(turn: Turn, slot: str) -> bool:
    """Add the words to the content, with the values of open fields that they hold; False for a message that orders nothing.

    Args:
        slot: the slot that was asked for.
    """
    order = None if turn.pressed or slot in ("content", same.SLOT) else write_down(turn.text)
    content = str(turn.slot("content") or "")
    if order is None or not order.words or not content:
        return False
    earlier = _missing(turn, order.words, content) if order.back else []
    told, fixed = ([order.words], {}) if earlier else _fixed(turn, order.words)
    words = earlier or told
    told = [without_own(one, {}) for one in words if plain(one) not in plain(content)]
    filled: dict[str, Any] = {} if earlier else {**_values(turn, slot, order.words), **fixed}
    if told:
        filled["content"] = "\n".join([*told, content] if earlier else [content, f"补充：{told[0]}"])
    await steps.go_on(
        turn,
        filled,
        before=f"好的，“{clip(words[0], _SHOWN)}”写进内容里了。" + steps.noted(filled, but=slot),
        look=False,
    )
    return True


def _fixed(turn: Turn, words: str) -> tuple[list[str], dict[str, Any]]:
    """What is left of the words behind a correction at their beginning, and what that corrects (地址写详细点，…，摔伤也写上)."""
    said = clauses(words)
    for size in range(len(said) - 1, 0, -1):
        fixed = corrections("，".join(said[:size]), turn.slots)
        values = {name: read_answer(name, value) for name, value in fixed.items()}
        if values and None not in values.values():
            return ["，".join(said[size:])], values
    return [words], {}


def _values(turn: Turn, slot: str, words: str) -> dict[str, Any]:
    """The value that was asked for, and the place, when the words hold them; whom they name they name beside what they ask."""
    heard = hear(words, slot, turn.slots).values if slot in _PLACE_AND_TIME else {}
    mined = read_mined(simplified(words), turn.slots)
    found: dict[str, Any] = {name: mined[name] for name in ("district", "address") if name in mined}
    found |= heard
    return {name: value for name, value in found.items() if name in _PLACE_AND_TIME and not turn.slot(name)}


def _missing(turn: Turn, words: str, content: str) -> list[str]:
    """The citizen's earlier messages that the words point at (第一封信里写的…) and that the content does not hold."""
    named = subject_words(words)
    return [
        one
        for one in said_before(turn)
        if plain(one) not in plain(content) and len(named & subject_words(one)) > 1
    ][:_MOST]
