"""Tells how long a matter may take (几天能处理), but only what a document says, never an example or a guess."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.actions.policy.subject import subject_of
from bot.actions.runtime.context import parts
from bot.actions.runtime.turn import Action, Choice, Turn
from bot.actions.runtime.wording import COMPLAIN, HUMAN, PROGRESS
from bot.understanding.how_long import asks_how_long
from conversations.event_kinds import Result
from tickets.states import State

if TYPE_CHECKING:
    from tickets.types import Ticket

UNTOLD = "要办多久，我这里没有准数，不敢随口说。登记以后办到哪一步，随时可以在这里查，等久了也可以催办。"
"""Said when no document tells how long the matter may take."""
_FROM_HOLIDAYS = "具体到哪一天，要等放假安排公布了才能算准。"
_OTHERS = "咨询、急事这些时限可能不一样，登记完会告诉您具体日期。"

_NAME = 8
"""Most characters of the name of a matter before a question about it."""
_WAITS_FOR_CITIZEN = (State.SUSPENDED, State.PENDING_CALLBACK)
"""States in which it is no longer a question of time, but of what the citizen says."""


def first(action: Action) -> Action:
    """Wraps an action: a message that asks how long a matter takes is answered first; else the action runs."""

    async def run(turn: Turn) -> None:
        if not await answer(turn):
            await action(turn)

    return run


async def answer(turn: Turn) -> bool:
    """Answer, outside the complaint form, how long a matter takes; False when the message does not ask that."""
    if turn.pressed:
        return False
    known = await parts().conversations.recall(turn.conversation_id)
    free = subject_of(known, turn.text) is None
    own = [t for t in await parts().tickets.of_conversation(turn.conversation_id) if not t.state.is_final]
    text = _beside_matter(turn.text, own[0].content) if own and free else turn.text
    if not asks_how_long(text, anything=free):
        return False
    if not own and not asks_how_long(turn.text):
        return False  # there is no ticket that such vague words could mean
    turn.outcome(Result.TICKET, about=own[0].number if own else None)
    if own:
        ways = [PROGRESS, Choice("催办", "/urge"), HUMAN]
        turn.say(f"工单 {own[0].number}（{own[0].state.label}）：{_of_ticket(own[0])}", ways)
    else:
        turn.say(general(), [PROGRESS, COMPLAIN, HUMAN])
    return True


def _beside_matter(text: str, content: str) -> str:
    """A question without the name of the ticket's matter before it (路灯几天能修好)."""
    said = text.strip()
    longest = next((size for size in range(_NAME, 1, -1) if said[:size] in content and len(said) > size), 0)
    return said[longest:]


def general(type_label: str = "", category: str = "") -> str:
    """What to say about a matter that is not filed yet.

    Args:
        type_label: its type; empty when not known yet.
        category: ``一级/二级``; empty when not known yet.
    """
    words = parts().tickets.how_long(type_label, category)
    if not words:
        return UNTOLD
    return f"{words}。{'登记完会告诉您具体日期。' if type_label else _OTHERS}"


def _of_ticket(ticket: Ticket) -> str:
    if ticket.state in _WAITS_FOR_CITIZEN:
        return parts().tickets.progress_text(ticket).removeprefix("您好，")
    if lines := parts().tickets.deadline_lines(ticket):
        return "".join(lines)
    usual = (ticket.type.label, ticket.category, ticket.urgency)
    words = parts().tickets.how_long(*usual) if ticket.due.basis else ""
    return f"{words}。{_FROM_HOLIDAYS}" if words and ticket.due.provisional else UNTOLD
