"""没解决 in plain words while the callback is open: it counts like the button, however long after the notice it is said."""

from __future__ import annotations

from collections.abc import Sequence

from bot.actions.policy import feedback
from bot.actions.progress import callback, solved
from bot.actions.runtime.context import parts
from bot.actions.runtime.turn import Turn
from bot.understanding.place import place
from bot.understanding.unsolved import denies, is_no, why_unsolved
from conversations.event_kinds import Result
from tickets.states import State
from tickets.types import Ticket

_LOOKED = 12
"""Messages among which the question is looked for."""
_TURNS = 2
"""Most messages of the citizen between the question and words that answer it."""


async def answer(turn: Turn) -> bool:
    """Take such words as the answer to the callback; False for any other message, and when no callback is open.

    Just after an answer of the knowledge base they judge that answer, and within a form they answer its question. Right after the
    question whether it is solved, any words that deny it are its answer, and the reason at the same time.
    """
    why = why_unsolved(turn.text)
    if turn.pressed or turn.requested or (why is None and not _may_deny(turn.text)):
        return False
    own = await parts().tickets.of_conversation(turn.conversation_id)
    # Who gave a reason before has been heard: a supervisor decides about it.
    waiting = [
        ticket
        for ticket in own
        if ticket.state is State.PENDING_CALLBACK and not (ticket.disputed and ticket.heard.why)
    ]
    if not waiting:
        return False
    ticket, since = await _asked(turn, waiting)
    if since != 0 and feedback.rated(turn) is not None:
        return False
    if why is None and ticket is not None:
        why = _denied(turn.text, ticket, since)
    if why is None:
        return False
    ticket = ticket or solved.meant(turn.text, waiting)
    turn.outcome(Result.TICKET, about=ticket.number)
    await callback.unsolved(turn, ticket, why)
    turn.set("misses", 0)
    return True


def _may_deny(text: str) -> bool:
    """Whether the words could deny it, whatever the matter was; so that most messages are not looked up in vain."""
    return is_no(text) or denies(text, text)


async def _asked(turn: Turn, waiting: Sequence[Ticket]) -> tuple[Ticket | None, int | None]:
    """About which ticket it was asked lately whether it is solved, and how long before this message.

    Returns:
        The ticket, and how many messages lie between: 0 when the question is the last thing that was said. (None, None) when
        nothing was asked lately.
    """
    between, later = 0, False
    for message in reversed(await parts().conversations.history(turn.conversation_id, limit=_LOOKED)):
        if message.direction == "out":
            pressed = {button.payload for button in message.buttons}
            for ticket in waiting:
                if pressed.issuperset(payload for _, payload in callback.ways(ticket.number)):
                    return ticket, max(between, later)
            later = True
        elif later:
            between += 1
            if between > _TURNS:
                break
    return None, None


def _denied(text: str, ticket: Ticket, since: int | None) -> str | None:
    """Why a matter is not solved, in words that deny it soon after the question; None when they do not."""
    if is_no(text):
        return "" if since == 0 else None
    told = f"{ticket.content}，{ticket.category}，{ticket.address}，{ticket.public_reply}"
    return text.strip() if denies(text, told) and not _elsewhere(text, ticket, told) else None


def _elsewhere(text: str, ticket: Ticket, told: str) -> bool:
    """Whether the words name another place than that of the ticket: then they begin another story."""
    named = place(text, parts().city)
    if named.district and named.district != ticket.district and named.district[:2] not in told:
        return True
    address = named.address
    return bool(address) and not any(address[i : i + 2] in told for i in range(len(address) - 1))
