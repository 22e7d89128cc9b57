"""Opens a ticket with its query code, for who filed it elsewhere. What is kept of the code is a pass for this conversation."""

from __future__ import annotations

from bot.actions.runtime.context import parts
from bot.actions.runtime.turn import Turn
from tickets.lookup import Tried
from tickets.types import Ticket


async def opened(turn: Turn, number: str, code: str) -> Ticket | None:
    """The ticket, when number and code (or a pass kept before) belong together; else None.

    Raises:
        RateLimited: too many wrong codes; see :mod:`tickets.lookup`.
    """
    tried = Tried(turn.conversation_id, parts().conversations.source(turn.conversation_id))
    return await parts().tickets.by_number_and_code(number, code, tried)


def kept(turn: Turn, ticket: Ticket) -> str:
    """What a slot keeps of the code. Rasa's tracker must not hold the code itself."""
    return parts().tickets.pass_for(ticket, turn.conversation_id)
