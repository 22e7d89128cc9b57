"""Places that only the citizen can find (我家楼下): asked about once, and then kept in words beside the exact one, if any."""

from __future__ import annotations

from typing import Any

from bot.actions.complaint import questions
from bot.actions.runtime.context import parts
from bot.actions.runtime.turn import Turn
from bot.actions.runtime.wording import plain
from bot.understanding.looks import is_rough

_MARK = "（大致位置）"
"""What a place is followed by in the ticket when nobody else can find it."""


def bare(address: str) -> str:
    """An address without the mark of a rough one.

    >>> bare("我家楼下（大致位置）"), bare("龙湖路3号")
    ('我家楼下', '龙湖路3号')
    """
    return address.removesuffix(_MARK)


def asked(turn: Turn, slot: str, filled: dict[str, Any], before: str) -> bool:
    """Keep a rough place as such, and ask once which road or estate it is; False for any other answer.

    Args:
        slot: the slot that was asked for.
        filled: the values that the answer holds; a rough place gets its mark here.
        before: text before the question.
    """
    value = str(filled.get("address") or "")
    if not value or not is_rough(value, parts().city):
        return False
    filled["address"] = f"{value}{_MARK}"
    if slot != "address" or turn.slot("address") or turn.slot("location"):
        return False
    turn.set_all({**filled, "tries": 0})
    questions.ask(turn, slot, before=before)
    return True


def joined(known: str, value: str) -> str:
    """The new address, with the rough one before it in brackets.

    >>> joined("我家楼下（大致位置）", "泉山小区8栋"), joined("龙湖路", "泉山小区8栋")
    ('泉山小区8栋（我家楼下）', '泉山小区8栋')
    """
    said = bare(known)
    if said == known or plain(said) in plain(value):
        return value
    return f"{said}，{value}" if value.endswith(_MARK) else f"{value}（{said}）"
