"""How urgent a ticket is (紧急程度): not at all, 紧急, or 特急 when somebody is in danger right now.

What is 特急 is urgent, too: lists, counts and rules for urgent tickets hold for it, unless a rule is for 特急 alone.
"""

from __future__ import annotations

from datetime import datetime

from tickets.models import TicketRow
from tickets.types import EMERGENCY, URGENT

_RANKS = (None, URGENT, EMERGENCY)


def level(urgent: bool, emergency: bool) -> str | None:
    """The code for a ticket's column; None for a ticket that is not urgent.

    >>> level(True, False), level(False, True), level(False, False)
    ('urgent', 'emergency', None)
    """
    return EMERGENCY if emergency else URGENT if urgent else None


def is_below(code: str | None, other: str | None) -> bool:
    """Whether a code of :func:`level` is less urgent than another.

    >>> is_below(None, "urgent"), is_below("emergency", "urgent"), is_below(None, None)
    (True, False, False)
    """
    return _RANKS.index(code) < _RANKS.index(other)


def put(row: TicketRow, code: str | None, at: datetime) -> None:
    """Make a ticket as urgent as a code of :func:`level` says.

    What becomes more urgent after its filing has the shorter time from then on, and not from a filing that may be days ago.

    Args:
        row: the ticket; its deadlines are counted anew by the caller (:func:`tickets.deadlines.of_row`).
        code: how urgent it is from now on.
        at: the present.
    """
    if is_below(row.urgency, code):
        row.urgent_at = at
    elif code is None:
        row.urgent_at = None
    row.urgency = code


def changed(row: TicketRow, urgent: bool | None, emergency: bool | None) -> str | None:
    """How urgent a ticket is when a form changes the two marks; None leaves one as it is.

    Who takes 紧急 off takes 特急 off with it.
    """
    if urgent is False and not emergency:
        return None
    was = row.urgency == EMERGENCY
    return level(urgent or row.urgency is not None, was if emergency is None else emergency)
