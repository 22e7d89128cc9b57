"""Keeps the form closed for details of an open danger (门打不开, 八十二了糊涂): they ask for help, and for no ticket."""

from __future__ import annotations

from bot.actions.complaint.leaving import takes_up_again
from bot.actions.runtime.context import parts
from bot.actions.runtime.turn import Turn
from bot.actions.runtime.wording import plain
from bot.understanding.kind import named_type
from bot.understanding.remarks import wants_filed
from conversations.danger_state import FACT, is_open
from conversations.event_kinds import Result

_LONGEST = 12
"""Most characters of a detail. A longer message may tell a matter of its own."""


async def listens(turn: Turn) -> bool:
    """Take a short message for a detail of the danger that is open in the conversation, and open no form.

    The reply is small talk, before which the next step of the advice is put.
    """
    said = plain(turn.text)
    asks = named_type(said) is not None or wants_filed(said) or takes_up_again(said)
    if turn.pressed or len(said) > _LONGEST or asks:
        return False
    fact = (await parts().conversations.recall(turn.conversation_id)).get(FACT)
    if not isinstance(fact, dict) or not is_open(fact) or fact.get("filing"):
        return False
    turn.say("我在，您接着说。")
    turn.outcome(Result.TALK)
    turn.set("requested_slot", None)
    return True
