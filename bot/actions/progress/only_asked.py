"""Answers a question that was taken for a supplement or a rating of a ticket, of which it has no word."""

from __future__ import annotations

from bot.actions.runtime.turn import Turn
from bot.actions.talk.digressions import policy_aside
from bot.understanding.decide import asks_no_ticket


async def answer(turn: Turn) -> bool:
    """Answer such a question (一次性补上行不行, 打给我还是打给单位); False for any other message."""
    asks = not turn.pressed and asks_no_ticket(turn.text, turn.intent)
    return asks and await policy_aside(turn, certain=True)
