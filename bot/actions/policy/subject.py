"""Which entry a conversation is about. Once a ticket was filed, what was answered before is no subject any more."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from bot.actions.policy.aspects import shares_subject
from bot.actions.runtime.context import parts

if TYPE_CHECKING:
    from kb_index.entries.entry import Entry

ENTRY = "entry"
"""Key under which a conversation stores the id of the entry it is talking about."""
SINCE = "entry_since"
"""Key under which a conversation stores the number of the ticket that was filed last when it came to talk about that entry."""
REJECTED = "rejected"
"""Key under which a conversation stores the ids of the entries that were said against, while it is about none."""
_FILED = "filed"
"""The key :data:`bot.actions.complaint.filing.FILED`, which lies above this module."""


def since(known: Mapping[str, object]) -> dict[str, object]:
    """The fact to store with what a conversation has come to talk about: the ticket that was filed last.

    Args:
        known: the facts of the conversation.
    """
    return {SINCE: _filed_last(known)}


def is_past(known: Mapping[str, object]) -> bool:
    """Whether a ticket was filed since the conversation talked about an entry or a question; it is about the ticket now."""
    return _filed_last(known) is not None and known.get(SINCE) != _filed_last(known)


def is_of_ticket(known: Mapping[str, object]) -> bool:
    """Whether a ticket was filed and no entry was given since, so that a question is mostly about the ticket."""
    return _filed_last(known) is not None and (is_past(known) or not known.get(ENTRY))


def rejected(known: Mapping[str, object]) -> list[str]:
    """The ids of the entries that were said against (不是停水), while the conversation is about no entry."""
    held = known.get(REJECTED)
    return [str(one) for one in held] if isinstance(held, list) and not known.get(ENTRY) else []


def subject_of(known: Mapping[str, object], text: str = "") -> Entry | None:
    """The entry that a conversation is about; None when it is about none.

    Args:
        known: the facts of the conversation.
        text: the message. One that names the subject of an entry given before the last filing is about it.
    """
    entry = parts().kb.entry(str(known[ENTRY])) if known.get(ENTRY) else None
    if entry is not None and is_past(known) and not (text and shares_subject(text, entry)):
        return None
    return entry


def _filed_last(known: Mapping[str, object]) -> object:
    filed = known.get(_FILED)
    return filed.get("number") if isinstance(filed, dict) else None
