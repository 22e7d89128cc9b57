"""Answers a question that comes together with an answer to the form: 138…，那会不会物业知道是我告的."""

from __future__ import annotations

from collections.abc import Sequence

from bot.actions.complaint import about
from bot.actions.progress.how_long import general as how_long_words
from bot.actions.runtime.turn import Turn
from bot.actions.runtime.wording import plain
from bot.actions.talk.digressions import policy_aside
from bot.understanding.how_long import asks_how_long
from bot.understanding.remarks import is_asking, is_protest

_LEAST = 4
"""Fewest characters of a question that can be answered."""


async def answer(turn: Turn, slot: str, clauses: Sequence[str]) -> str:
    """Answer the first clause that asks something.

    Args:
        slot: the slot that was asked for.
        clauses: the clauses of the message that hold no value.

    Returns:
        The answer to a question about filing, to be said before the form's next question; "" when nothing was asked, or
        the answer from the knowledge base was said already.
    """
    for clause in clauses:
        if about.fears_exposure(clause):
            return about.about_privacy(clause)
        if (told := about.answer(clause, slot, turn.slots)) is not None:
            return told
        if asks_how_long(clause, anything=True):
            return how_long_words(str(turn.slot("complaint_type") or ""), str(turn.slot("category") or ""))
        if len(plain(clause)) >= _LEAST and is_asking(clause) and not is_protest(clause):
            await policy_aside(turn.narrowed(clause), certain=True)
            return ""
    return ""
