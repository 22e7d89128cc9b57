"""Answers what was taken for talk about a ticket and has no word of one: a question, or a cry for help where none is known."""

from __future__ import annotations

from bot.actions.progress import none_filed
from bot.actions.runtime.turn import Turn
from bot.actions.talk.digressions import policy_aside
from bot.understanding.decide import asks_no_ticket


async def answer(turn: Turn) -> bool:
    """Answer such a question (一次性补上行不行, 打给我还是打给单位) or cry (到底有没有人管); False for any other message."""
    asks = not turn.pressed and asks_no_ticket(turn.text, turn.intent)
    return (asks and await policy_aside(turn, certain=True)) or await none_filed.hears_cry(turn)
