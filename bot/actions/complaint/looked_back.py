"""Looks back when the citizen says at a question that it was told already (刚才不是说了吗): what was said is used, or confirmed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from bot.actions.complaint import guesses, steps
from bot.actions.complaint.answers import read_mined, read_place, read_unsure
from bot.actions.complaint.draft import LABELS, told_first
from bot.actions.complaint.placing import is_place
from bot.actions.runtime.context import parts
from bot.actions.runtime.turn import Turn
from bot.understanding.clauses import clauses
from bot.understanding.name import introduced_name
from bot.understanding.phone import own_phone
from bot.understanding.remarks import told_already
from core.simplified import simplified

_BACK = 12
"""Number of the citizen's messages that are looked at, newest first."""
_ASKED = frozenset({"district", "address", "happened_at", "subject", "contact_phone", "contact_name"})
"""Slots whose value may have been told before."""
_WITH = {"district": ("district", "town", "address"), "address": ("address", "town")}
"""Slot → the slots that are filled from the same words."""


async def answer(turn: Turn, slot: str) -> bool:
    """Use what was told before, ask whether it is meant when that is not sure, or own up that it was not found.

    Returns:
        False for a message that says anything else, and at a question whose answer can't have been told.
    """
    if turn.pressed or slot not in _ASKED or not told_already(turn.text):
        return False
    said = list(_said(turn))
    found = _sure(slot, said)
    if found:
        told = steps.noted(found) or f"记下了（{LABELS[slot]}：{found[slot]}）。"
        await steps.go_on(turn, dict(found), before=f"对不起，是我漏看了。{told}")
        return True
    maybe = _maybe(slot, said)
    if maybe and guesses.confirm(turn, slot, maybe, "对不起，我往前看了看。"):
        return True
    steps.ask_again(
        turn, slot, f"对不起，我往前看了一遍，没找到{LABELS[slot]}，可能是我没看懂。麻烦您再说一次。"
    )
    return True


def _said(turn: Turn) -> Iterator[str]:
    """The story of the form, and then what the citizen said before this message, newest first."""
    content = told_first(str(turn.slot("content") or ""))
    if content:
        yield simplified(content)
    users = 0
    for event in reversed(turn.events):
        if event.get("event") != "user":
            continue
        users += 1
        text = str(event.get("text") or "").strip()
        if users > _BACK:
            return
        if users > 1 and text and not text.startswith("/"):
            yield simplified(text)


def _sure(slot: str, said: list[str]) -> dict[str, Any]:
    """Slot → value of the first text in which the value is sure; empty without one."""
    for text in said:
        found = _read(slot, text)
        if found.get(slot):
            return {name: found[name] for name in _WITH.get(slot, (slot,)) if found.get(name)}
    return {}


def _read(slot: str, text: str) -> dict[str, Any]:
    if slot == "contact_phone":
        return {slot: own_phone(text, parts().city.hotline_numbers)}
    if slot == "contact_name":
        return {slot: introduced_name(text)}
    return dict(read_mined(text, {}))


def _maybe(slot: str, said: list[str]) -> str:
    """The first reading that is probable but not sure; "" when there is none."""
    for text in said:
        unsure = read_unsure(text).get(slot)
        if unsure:
            return unsure
        if slot != "address":
            continue
        for clause in clauses(text):
            placed = read_place(clause)
            if placed.get("address") and is_place(clause):
                return f"{placed.get('town', '')}{placed['address']}"
    return ""
