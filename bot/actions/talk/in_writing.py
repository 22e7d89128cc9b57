"""Answers a remark about how one can talk with the citizen (我听不见，只能打字), when it brings no matter."""

from __future__ import annotations

from bot.actions.runtime.turn import Turn
from bot.actions.runtime.wording import COMPLAIN, HUMAN, PROGRESS
from bot.understanding.self_told import is_remark
from conversations.by_text import cannot_hear
from conversations.event_kinds import Result


async def answer(turn: Turn) -> bool:
    """Say that writing is enough; False for a message that is no such remark."""
    if turn.pressed or not is_remark(turn.text):
        return False
    said = "好的，咱们就打字说，不用打电话。" if cannot_hear(turn.text) else "好的，不着急，您慢慢打字说。"
    turn.say(f"{said}想问什么、要反映什么事，直接打字告诉我。", [COMPLAIN, PROGRESS, HUMAN])
    turn.set("misses", 0)
    turn.outcome(Result.TALK)
    return True
