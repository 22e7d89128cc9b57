"""A wish to withdraw a ticket from whoever knows number and query code, but not in the conversation that filed it.

It is noted for the hotline, and the conversation that filed the ticket is asked whether it is meant. Only there, or by an agent who
has made sure, a ticket is withdrawn: a withdrawal can't be undone, and who has the two numbers need not be its citizen.
"""

from __future__ import annotations

from collections.abc import Sequence

from bot.actions.runtime.context import parts
from bot.actions.runtime.turn import Choice, Turn
from bot.actions.runtime.wording import COMPLAIN, HUMAN, PROGRESS, choice
from conversations.event_kinds import Result
from core.errors import Conflict
from tickets.progress import no_withdrawal
from tickets.types import CITIZEN, Ticket

SLOT = "withdraw_wish"
"""Value of the entity ``slot`` of the buttons below the question. Their ``value`` is the number, and whether to withdraw."""
_YES, _NO = "yes", "no"
_WHERE = "在别的会话里"
_SURE = "群众在登记的会话里确认撤回"
_KEEP = "群众在登记的会话里说：不撤，照常办"


def ways(number: str) -> Sequence[tuple[str, str]]:
    """The buttons (title, payload) below the question whether a ticket is to be withdrawn."""
    return [(one.title, one.payload) for one in _choices(number)]


def _choices(number: str) -> list[Choice]:
    return [
        choice("撤回这张工单", "ask_progress", slot=SLOT, value=f"{number}:{_YES}"),
        choice("不撤，照常办", "ask_progress", slot=SLOT, value=f"{number}:{_NO}"),
    ]


async def note(turn: Turn, ticket: Ticket) -> None:
    """Note the wish of a message from elsewhere, and say that it is asked where the ticket was filed."""
    try:
        await parts().tickets.wish_withdrawn(ticket.number, _WHERE, "" if turn.pressed else turn.text)
    except Conflict as error:
        turn.say(error.message, [PROGRESS, HUMAN])
    else:
        turn.say(
            f"记下了：想撤回工单 {ticket.number}。{_how(ticket)}没确认以前，事情照常在办。", [PROGRESS, HUMAN]
        )
    turn.outcome(Result.TICKET, about=ticket.number)


def explain(turn: Turn, ticket: Ticket) -> None:
    """Answer a question about withdrawing (怎么撤回) that is asked elsewhere; nothing is noted."""
    turn.say(
        f"撤回以后就不再办理，也不能恢复，所以只在登记工单 {ticket.number} 的那个聊天窗口里撤；"
        "找不到那个窗口了，可以转人工，坐席核实后帮您撤。",
        [PROGRESS, HUMAN],
    )
    turn.outcome(Result.TICKET, about=ticket.number)


def _how(ticket: Ticket) -> str:
    if not ticket.conversation_id:
        return "这张工单不是在网上登记的，撤回以前坐席会先核实；您也可以现在转人工。"
    return (
        "这张工单不是在这里登记的，我已经到登记的那个聊天窗口里问了，在那边点一下确认就撤；"
        "找不到那个窗口，可以转人工，坐席核实后帮您撤。"
    )


async def take(turn: Turn) -> bool:
    """Take one of the buttons below the question; False for any other message. Only tickets of this conversation count."""
    if not turn.pressed or turn.entities.get("slot") != SLOT:
        return False
    number, _, said = str(turn.entities.get("value") or "").partition(":")
    found = await parts().tickets.of_conversation(turn.conversation_id, 50)
    ticket = next((one for one in found if one.number == number), None)
    turn.outcome(Result.TICKET, about=number if ticket else None)
    if ticket is None or said not in (_YES, _NO):
        turn.say("这张工单不是在这里登记的，在这里撤不了；需要的话可以转人工。", [HUMAN])
    elif said == _NO:
        await parts().tickets.note(number, CITIZEN, _KEEP, key=turn.turn_id or None)
        turn.say(f"好的，工单 {number} 没有撤，照常在办。查询码只有您自己用，别告诉别人。", [PROGRESS, HUMAN])
    else:
        await _withdraw(turn, ticket)
    return True


async def _withdraw(turn: Turn, ticket: Ticket) -> None:
    try:
        await parts().tickets.by_citizen(ticket.number, "withdraw", {"reason": _SURE}, turn.turn_id or None)
    except Conflict as error:
        can_t = error.message if not ticket.state.is_final else no_withdrawal(ticket)
        turn.say(can_t, [PROGRESS, HUMAN])
    else:
        turn.say(f"好的，工单 {ticket.number} 已经撤回，不再办理。以后还有事，随时再说。", [COMPLAIN, HUMAN])
