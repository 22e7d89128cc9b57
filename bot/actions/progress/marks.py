"""评价: whether a ticket can be rated, and taking the rating down."""

from __future__ import annotations

from bot.actions.progress import callback
from bot.actions.runtime.context import parts
from bot.actions.runtime.turn import Turn
from bot.actions.runtime.wording import COMPLAIN, HUMAN
from tickets.service import MAX_NOTE, RATINGS
from tickets.states import State
from tickets.types import Ticket


def finished(ticket: Ticket) -> bool:
    """Whether it is known how the matter was handled, so that it can be rated."""
    return ticket.state.is_final or ticket.state is State.PENDING_CALLBACK


def calls_back(turn: Turn, ticket: Ticket) -> bool:
    """Whether the citizen is to say, in the conversation that filed it, whether the matter is solved."""
    return ticket.state is State.PENDING_CALLBACK and ticket.conversation_id == turn.conversation_id


async def take(turn: Turn, note: str) -> None:
    """Take down the mark that was given, with its reason. ``note`` is empty when none was given."""
    if turn.slot("purpose") == callback.PURPOSE:
        await callback.explained(turn, note)
        return
    number, mark = str(turn.slot("ticket_number")), str(turn.slot("rating"))
    await parts().tickets.rate(number, mark, note[: MAX_NOTE - 20], key=turn.turn_id or None)
    thanks = (
        "很抱歉没让您满意，您说的我记下了，工作人员能看到。"
        if mark == RATINGS[-1]
        else "谢谢您的评价，已经记下了。"
    )
    turn.say(thanks, [HUMAN, COMPLAIN])
