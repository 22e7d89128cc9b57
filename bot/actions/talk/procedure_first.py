"""Answers questions about what happens after filing (你们会打电话来吗) before anything is filed."""

from __future__ import annotations

import re

from bot.actions.complaint import procedure
from bot.actions.runtime.turn import Action, Turn
from bot.actions.runtime.wording import COMPLAIN, HUMAN, PROGRESS, plain
from conversations.event_kinds import Result

_MARKS = re.compile(r"[，,。.！!？?、\s]")


def first(action: Action) -> Action:
    """Wraps an action: a question about what happens with a matter is answered first; else the action runs."""

    async def answer_or_act(turn: Turn) -> None:
        told = None if turn.pressed else procedure.answer(_MARKS.sub("", plain(turn.text)))
        if told is None:
            await action(turn)
            return
        turn.set("misses", 0)
        turn.say(told, [COMPLAIN, PROGRESS, HUMAN])
        turn.outcome(Result.ANSWERED, about="procedure")

    return answer_or_act
