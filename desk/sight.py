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
_TICKET = ("summary", "address", "happened_at", "content", "subject", "place_label")
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
    words = {name: hide(shown[name]) for name in _TICKET if shown.get(name)}
    details = [{**detail, "value": hide(detail["value"])} for detail in shown.get("details", ())]
    return {**shown, **words, **({"details": details} if "details" in shown else {})}


def clear_words(shown: dict[str, Any]) -> dict[str, Any]:
    """The words of a ticket's JSON, for who may read them unmasked. Query codes in them stay hidden."""
    words = {name: shown[name] for name in (*_TICKET, "details") if name in shown}
    found: dict[str, Any] = without_codes(words)
    return found


def note(event: dict[str, Any]) -> dict[str, Any]:
    """A line of history, of a ticket or a conversation, with hidden numbers."""
    return {key: masked(value) if key in ("note", "facts") else value for key, value in event.items()}
