"""没解决 in plain words while the callback is open: it counts like the button, however long after the notice it is said."""

from __future__ import annotations

from bot.actions.policy import feedback
from bot.actions.progress import callback, solved
from bot.actions.runtime.context import parts
from bot.actions.runtime.turn import Turn
from bot.understanding.unsolved import why_unsolved
from conversations.event_kinds import Result
from tickets.states import State


async def answer(turn: Turn) -> bool:
    """Take such words as the answer to the callback; False for any other message, and when no callback is open.

    Just after an answer of the knowledge base they judge that answer, and within a form they answer its question.
    """
    if turn.pressed or turn.requested or (why := why_unsolved(turn.text)) is None:
        return False
    own = await parts().tickets.of_conversation(turn.conversation_id)
    # Who gave a reason before has been heard: a supervisor decides about it.
    waiting = [
        ticket
        for ticket in own
        if ticket.state is State.PENDING_CALLBACK and not (ticket.disputed and ticket.heard.why)
    ]
    if not waiting or feedback.rated(turn) is not None:
        return False
    ticket = solved.meant(turn.text, waiting)
    turn.outcome(Result.TICKET, about=ticket.number)
    await callback.unsolved(turn, ticket, why)
    turn.set("misses", 0)
    return True
