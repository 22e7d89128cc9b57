"""转人工: hands the conversation over to an agent, with everything the assistant knows."""

from __future__ import annotations

from bot.actions.complaint import draft as drafts
from bot.actions.complaint import kept, later
from bot.actions.runtime.context import parts
from bot.actions.runtime.turn import Choice, Turn
from bot.actions.runtime.wording import RESUME
from conversations.event_kinds import Result
from conversations.types import Button
from conversations.waiting import LEAVE_MATTER

_CALL_BACK = "请工作人员给我回电话"
"""The request that is filed for who wants to be called back."""


async def hand_over(turn: Turn, reason: str, *, before: str = "") -> None:
    """Queue the conversation for an agent and tell the citizen so.

    Args:
        reason: a :class:`conversations.types.HandoffReason` value.
        before: text before the sentence about the queue, in the same message.
    """
    draft = await kept.left(turn) or turn.slots
    context = drafts.for_agent(draft)
    for number, text in enumerate(later.texts(turn), start=1):
        context[f"另外提到 {number}"] = text
    place = await parts().conversations.request_human(
        turn.conversation_id,
        reason,
        context=context or None,
        resume=Button(RESUME.title, RESUME.payload) if context else None,
        holds=kept.in_one_line(draft) if draft.get("content") else "",
    )
    seen = "您刚才填的内容坐席也能看到，不用再说一遍。" if context else ""
    told = parts().conversations.put_in(place)
    ways = [Choice(one.title, one.payload) for one in told.buttons]
    if context:  # the matter is begun: it is filed by going on with it
        ways = [RESUME if one.payload == LEAVE_MATTER.payload else one for one in ways]
    turn.say(before + seen + told.text, ways)
    turn.outcome(Result.HUMAN, about=reason)


async def request_human(turn: Turn) -> None:
    """Handle the wish for a human outside any form; it is never refused. Who wants to be called back is asked for a phone."""
    if turn.pressed and turn.entities.get("slot") == "callback":
        turn.set_all({"story": _CALL_BACK, "complaint_type": "咨询"})
        turn.follow_up("complaint_form")
        return
    await hand_over(turn, "citizen_asked")
