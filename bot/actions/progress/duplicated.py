"""Answers the wish to have something taken out of a ticket that was added to it (写重了，能删一条不): it can't be, and that is written down."""

from __future__ import annotations

import re

from bot.actions.progress import adding
from bot.actions.runtime.context import parts
from bot.actions.runtime.turn import Turn
from bot.actions.runtime.wording import PROGRESS, clip
from conversations.event_kinds import Result
from core.text import plain

_REMOVES = re.compile(r"删|去掉|划掉|抹掉")
_WHAT = re.compile(
    r"重复|写重|两[遍次条]|多(?:写|加|补|记)了|补充的|加(?:上|进去)?的|(?:[一那这]|后面|上面)[条句段](?:话)?|写错的那"
)
_OF_TICKET = re.compile(r"工单|单子|投诉|诉求|电话|号码|名字")
"""What is withdrawn or changed instead."""
_LONGEST = 40
"""Most characters of such a message."""


async def answer(turn: Turn) -> bool:
    """Say that nothing is deleted from a ticket, and note what is meant; False for any other message, or without a ticket here."""
    said = plain(turn.text)
    if turn.pressed or turn.requested or len(said) > _LONGEST:
        return False
    if not (_REMOVES.search(said) and _WHAT.search(said)) or _OF_TICKET.search(said):
        return False
    number = str(turn.slot("seen_number") or "")
    filed = await parts().tickets.of_conversation(turn.conversation_id)
    ticket = next((one for one in filed if one.number == number), None)
    if ticket is None or ticket.state.is_final:
        return False
    await adding.note(turn, ticket, f"群众说明：{turn.text}")
    turn.say(
        f"写进工单的话删不掉。我在工单 {ticket.number} 上注明了“{clip(turn.text, adding.SHOWN)}”，办理的工作人员按这个看。",
        [PROGRESS, *adding.ways(ticket)],
    )
    turn.outcome(Result.TICKET, about=ticket.number)
    return True
