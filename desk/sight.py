"""What agents read of conversations and tickets: telephone, identity-card and bank-card numbers and query codes are masked.

Whoever needs them says why and sees them (:mod:`desk.reveals`). Every answer of the desk's API that holds words of a
citizen passes through here.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from core.masking import Kind, hide

_NO_WORDS = frozenset(
    {"id", "number", "image", "client_id", "created_at", "kind", "source_url", "url", "html"}
)
"""Keys whose text nobody wrote. A ticket's number and a conversation's id are no numbers of a person."""
_NO_TICKET_WORDS = frozenset(
    {
        *(
            "number",
            "type",
            "type_code",
            "state",
            "state_code",
            "urgency",
            "channel",
            "conversation_id",
            "due",
            "photos",
        ),
        *(
            "department",
            "assisting",
            "merged_into",
            "parent",
            "created_at",
            "updated_at",
            "accepted_at",
            "dispatched_at",
        ),
        *("signed_at", "closed_at", "suspended_until", "supervised_at", "replied_at", "approved_at"),
        *("contact_name", "contact_phone"),  # masked before, and seen in clear by themselves
    }
)
"""Keys of a ticket whose values nobody wrote as words. Every other one is masked, so that a new one is, too."""
CODE = "query_code"


def masked(value: Any, kinds: Collection[Kind] = tuple(Kind)) -> Any:
    """A JSON value with the numbers in all its words hidden; a query code is left out whole.

    >>> masked({"text": "我13800001234", "query_code": "AC3D9KXQ", "buttons": [{"title": "打13800001234"}]})
    {'text': '我138****1234', 'query_code': '', 'buttons': [{'title': '打138****1234'}]}
    """
    if isinstance(value, str):
        return hide(value, kinds)
    if isinstance(value, list):
        return [masked(one, kinds) for one in value]
    if isinstance(value, dict):
        return {
            key: "" if key == CODE else one if key in _NO_WORDS else masked(one, kinds)
            for key, one in value.items()
        }
    return value


def without_codes(value: Any) -> Any:
    """A JSON value in clear but for query codes, which no agent may read: they open tickets as the citizen does."""
    return masked(value, (Kind.CODE,))


def ticket(shown: dict[str, Any]) -> dict[str, Any]:
    """A ticket's JSON as agents read it. Name and phone are masked before (:class:`tickets.types.Ticket`)."""
    return {key: one if key in _NO_TICKET_WORDS else masked(one) for key, one in shown.items()}


def clear_words(shown: dict[str, Any]) -> dict[str, Any]:
    """The words of a ticket's JSON, for who may read them unmasked. Query codes in them stay hidden."""
    found: dict[str, Any] = without_codes(
        {name: shown[name] for name in shown if name not in _NO_TICKET_WORDS}
    )
    return found


def clear_note(event: dict[str, Any]) -> dict[str, Any]:
    """A line of a ticket's history, for who may read it unmasked. Query codes in it stay hidden."""
    return {**event, "note": without_codes(event["note"])}


def note(event: dict[str, Any]) -> dict[str, Any]:
    """A line of history, of a ticket or a conversation, with hidden numbers."""
    return {key: masked(value) if key in ("note", "facts") else value for key, value in event.items()}
