"""Keeps name and number secret after filing (保密吧, 把我电话删了): it is done, or said plainly what can't be done."""

from __future__ import annotations

from bot.actions.progress import adding
from bot.actions.runtime.context import parts
from bot.actions.runtime.turn import Turn
from bot.actions.runtime.wording import HUMAN, PROGRESS
from bot.understanding.clauses import clauses
from bot.understanding.wishes import Wish, read_wish
from core.simplified import simplified
from tickets.types import Ticket

_LONGEST = 30
"""Most characters of such a message; a longer one tells a matter."""
_DONE = "工单 {number} 已经设成保密：姓名和电话不给承办单位和被反映的一方。"
_SEEN = "这张工单已经转给承办单位，之前给他们看过的收不回来。"
_STAYS = "电话我这里删不掉，热线核实、回访要用；一定要删，请转人工。"
_NO_NUMBER = "工单 {number} 上没有留您的电话。"


async def answered(turn: Turn, ticket: Ticket) -> bool:
    """Carry out the wish for secrecy in a message about a ticket of this conversation; False for any other message."""
    if (
        turn.pressed
        or len(turn.text) > _LONGEST
        or not adding.filed_here(turn, ticket)
        or ticket.state.is_final
    ):
        return False
    wishes = {read_wish(one) for one in clauses(simplified(turn.text))}
    deletes = Wish.NO_PHONE in wishes
    if not deletes and Wish.CONFIDENTIAL not in wishes:
        return False
    if deletes and not ticket.contact_phone:
        turn.say(_NO_NUMBER.format(number=ticket.number), [PROGRESS, HUMAN])
        return True
    shown = ticket.dispatched_at is not None and not ticket.confidential
    await parts().tickets.keep_secret(ticket.number, turn.turn_id or None)
    said = _DONE.format(number=ticket.number) + (_SEEN if shown else "") + (_STAYS if deletes else "")
    turn.say(said, [PROGRESS, HUMAN])
    return True
