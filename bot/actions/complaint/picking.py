"""Reads “第二个” at a question of the form: chooses the second button, or says that there is none."""

from __future__ import annotations

from bot.actions.complaint import questions, same, steps
from bot.actions.policy.choosing import offered, offered_before, ordinal
from bot.actions.runtime.turn import Turn
from bot.actions.runtime.wording import CANCEL, HUMAN, SKIP

_WAYS_OUT = frozenset({CANCEL.payload, HUMAN.payload, SKIP.payload})
"""Payloads of buttons that can't be chosen by number, because a mistake would end the form or skip the question."""


def picked(turn: Turn, slot: str) -> Turn | None:
    """Read a message that chooses a button by its number.

    Args:
        slot: the slot that was asked for.

    Returns:
        The turn as if that button had been pressed. The same turn when there is no such button; the citizen has then
        been told so and asked again. None when the message names no number.
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
