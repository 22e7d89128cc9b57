"""Answers a follow-up (纪委电话多少) from what was said when a matter was declined as out of the hotline's scope."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from bot.actions.runtime.turn import Turn
from bot.actions.runtime.wording import HUMAN, plain
from bot.understanding.within.judging import judge
from bot.understanding.within.sentences import parted
from conversations.event_kinds import Result
from conversations.scope import KIND, kinds

_LONGEST = 16
"""Most characters of such a follow-up."""
_ENOUGH = 0.4
"""Probability (0 to 1) from which a sentence of the way is said again: it was said a moment ago, and is short."""


async def answered(turn: Turn, known: Mapping[str, object]) -> bool:
    """Say again the part of the way shown that answers the follow-up; False when it answers nothing.

    Args:
        known: the facts of the conversation, with the kind of the matter declined last.
    """
    way = next((kind for kind in kinds() if kind.name == known.get(KIND)), None)
    if way is None or turn.pressed or len(plain(turn.text)) > _LONGEST:
        return False
    title = f"{way.label}的事找谁，电话多少"
    found = await asyncio.to_thread(judge, title, parted([way.way]), turn.text)
    if found is None or found.probability < _ENOUGH:
        return False
    turn.say(f"{'；'.join(found.sentences)}。", [HUMAN])
    turn.outcome(Result.DECLINED, about=way.name)
    return True
