"""“第二个” at a question of the form: the button in that place, or a word that there is none."""

from __future__ import annotations

from bot.actions.complaint import questions, same, steps
from bot.actions.policy.choosing import offered, offered_before, ordinal
from bot.actions.runtime.turn import Turn
from bot.actions.runtime.wording import CANCEL, HUMAN, SKIP

_WAYS_OUT = frozenset({CANCEL.payload, HUMAN.payload, SKIP.payload})
"""Payloads of buttons that a place in the order never means, because a slip would end the form."""


def picked(turn: Turn, slot: str) -> Turn | None:
    """The turn as if the named button had been pressed.

    The same turn when there is no such button; the citizen is then told so, and asked again. None when the message
    names no place in an order.

    Args:
        slot: the slot that was asked for.
    """
    if turn.pressed:
        return None
    payloads = _choices(turn)
    if offered(turn) or (not payloads and offered_before(turn)):
        return None  # a list of entries is chosen from
    place = ordinal(turn.text, len(payloads))
    if place is None:
        return None
    if 0 <= place < len(payloads):
        return turn.as_pressed(payloads[place])
    said = (
        f"这里一共 {len(payloads)} 个可以选，没有您说的那一个。"
        if payloads
        else "这一步没有可以按序号选的，直接说就行。"
    )
    if slot == same.SLOT:
        same.ask_again(turn)
        return turn
    tries = steps.tries_so_far(turn) + 1
    questions.ask(turn, slot, before=said, human=tries >= steps.MAX_TRIES)
    turn.set("tries", tries)
    return turn


def _choices(turn: Turn) -> list[str]:
    """Payloads of the choices shown right before this message, in the order shown."""
    for event in turn.previous():
        buttons = (event.get("data") or {}).get("buttons") if event.get("event") == "bot" else None
        if buttons:
            return [str(each["payload"]) for each in buttons if each["payload"] not in _WAYS_OUT]
    return []
