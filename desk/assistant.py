"""What the desk lets the assistant do for an agent who files a ticket or answers. The desk may not import it, so it is passed in."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from conversations.types import Reply
from tickets.drafted import Drafted
from tickets.types import Ticket

Reads = Callable[[Sequence[str], Mapping[str, Any], Sequence[str], Sequence[bool]], Awaitable[Drafted]]
"""(a citizen's messages, slots of the assistant's form, what was said to the citizen before each message, whether each was left
to an agent) → what a ticket could say."""
Tells = Callable[[Ticket, bool], Reply]
"""(a ticket that was just filed, whether its citizen is reached in writing only) → what the citizen is told."""


Asks = Callable[[str], str]
"""A citizen's message → what of it asks or tells something; empty when nothing of it does, and for words of danger."""
Says = Callable[[str], str]
"""A citizen's message → what of it tells or asks something, also words of danger; empty for 人呢, 转人工, 都不是, a name, a number."""
Awaits = Callable[[str], bool]
"""A citizen's message → whether it wants an answer: thanks and 好的 want none."""
Questions = Callable[[str], bool]
"""What of a message asks or tells something → whether it asks."""


async def _reads_nothing(
    words: Sequence[str], slots: Mapping[str, Any], asked: Sequence[str], to_agent: Sequence[bool]
) -> Drafted:
    return Drafted()


def _whole(text: str) -> str:
    return text


def _any(text: str) -> bool:
    return True


def _tells_the_number(ticket: Ticket, text_only: bool) -> Reply:
    return Reply(f"已经登记好了，工单号：{ticket.number}。", card=ticket.card())


@dataclass(frozen=True)
class Assistant:
    """The assistant's part at the desk.

    Args:
        reads: reads what a ticket could say; by default nothing, so that agents fill all of the form.
        tells: words what the citizen is told, as when the assistant files; by default the number and the card.
        asks: leaves out of a message what asks nothing (转人工, 我叫…, a number); by default nothing.
        questions: tells questions from what is only told; by default all are questions.
        says: leaves out of a message what tells and asks nothing; by default nothing.
        awaits: tells which messages want an answer; by default all.
    """

    reads: Reads = _reads_nothing
    tells: Tells = _tells_the_number
    asks: Asks = _whole
    questions: Questions = _any
    says: Says = _whole
    awaits: Awaits = _any
