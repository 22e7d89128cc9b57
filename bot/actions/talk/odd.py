"""Asks about messages that name no subject: only a time, only emoji, only digits."""

from __future__ import annotations

from bot.actions.runtime.turn import Turn
from bot.actions.runtime.wording import COMPLAIN, HUMAN, PROGRESS, clip, plain
from bot.understanding.machine import is_for_machine
from bot.understanding.signs import only_time, sign
from conversations.event_kinds import Result

_SHOWN = 20
"""Longest part of the message that is repeated, in characters."""
_FIRE = (
    "您那边是着火了吗？着火了请先离开，马上打 119，有人受伤打 120。"
    "不是着火的话，您想问什么、反映什么，直接打字告诉我就行。"
)
_FOR_MACHINE = "我没听明白，这像是给程序的指令，我这里用不上。您是什么事，用平常的话说给我听就行。"
_HELP_NUMBERS = ("110", "119", "120", "122", "12356")
_ONLY_ASKS = "我在。是我刚才没说明白吗？想问什么、反映什么，换几个字再说一遍，我接着帮您看。"
_ONLY_SIGNS = "我在。表情我看不出是什么事，您想问政策、反映问题还是查工单进度？打几个字告诉我就行。"


def answered(turn: Turn) -> bool:
    """Ask what a message without a subject is about; False when the message has one."""
    text = _question(turn.text)
    if text is None or turn.pressed:
        return False
    turn.say(text, [COMPLAIN, PROGRESS, HUMAN])
    turn.set("misses", 0)
    turn.outcome(Result.NOT_UNDERSTOOD, about="odd")
    return True


def _question(text: str) -> str | None:
    shown = sign(text)
    if shown is not None and not plain(text).strip("?？!！.。…、,， "):
        return _ONLY_ASKS
    if shown is not None:
        return _FIRE if shown == "fire" else _ONLY_SIGNS
    if is_for_machine(text):
        return _FOR_MACHINE
    said = clip(plain(text), _SHOWN)
    if only_time(text):
        return (
            f"您说的“{said}”是指哪件事？是什么事、在哪里，说给我听就行；要查以前登记的，可以点“查工单进度”。"
        )
    if said in _HELP_NUMBERS:
        return (
            f"您是要找人帮忙吗？{said} 请直接用手机拨打，我这里接不过去。着火打 119，有人受伤、喝了药打 120，有人伤人打 110。"
            "不急的话，您那边是什么事，说给我听就行。"
        )
    if said.isdigit():
        return f"您发的“{said}”是什么号码？查工单进度请点“查工单进度”；要反映事情，说说是什么事就行。"
    return None
