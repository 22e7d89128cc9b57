"""News about a ticket, on its way from the tickets to the citizen's channel."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class News:
    """News about a ticket for a citizen who may not have the conversation open.

    Args:
        key: names this piece of news; the same key is told only once.
        number: number of the ticket.
        state: state of the ticket as citizens read it, such as 办理中.
        text: the whole message, used when the news is told in the conversation.
        ways: buttons (title, payload) below it there.
        in_talk: whether the whole message must stand in the conversation, also when the channel tells the state outside it.
    """

    key: str
    number: str
    state: str
    text: str
    ways: tuple[tuple[str, str], ...] = ()
    in_talk: bool = False
